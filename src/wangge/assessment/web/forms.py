"""Forms of the assessment: a month, a correction, an appeal and its decision."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from wangge.assessment.enums import AppealKind
from wangge.assessment.models import Figure, Period, Unit
from wangge.cases import policy as cases
from wangge.cases.enums import ExclusionClass
from wangge.cases.models import Case
from wangge.kernel.attachments.kinds import ACCEPT
from wangge.kernel.numbering.check import normal


def text_area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


def month_of(text: str) -> date | None:
    """2026-05 → the first of May; None when it cannot be read."""
    parts = text.strip().split("-")
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        return None
    year, month = int(parts[0]), int(parts[1])
    return date(year, month, 1) if 2000 <= year <= 2100 and 1 <= month <= 12 else None


class OpenForm(forms.Form):
    """Which month of which division to open."""

    path = forms.ChoiceField(label="区划")
    month = forms.CharField(label="月份", widget=forms.TextInput(attrs={"type": "month"}), max_length=7)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].choices = places  # type: ignore[attr-defined]
        self.fields["month"].initial = f"{timezone.localdate():%Y-%m}"

    def clean_month(self) -> date:
        found = month_of(self.cleaned_data["month"])
        if found is None:
            raise ValidationError("月份写作 2026-05。")
        return found


def indicator_choices(period: Period) -> list[tuple[str, str]]:
    rows = Figure.objects.filter(period=period, round=period.round).values_list(
        "definition__code", "definition__label", "definition__sort"
    )
    return [(code, label) for code, label, _ in sorted(set(rows), key=lambda row: row[2])]


class _OnCase(forms.Form):
    """A case is named by its number."""

    def __init__(self, *args: Any, period: Period, user: Any, **kwargs: Any) -> None:
        self.period, self.user = period, user
        super().__init__(*args, **kwargs)

    def clean_number(self) -> Case | None:
        typed = normal(self.cleaned_data["number"])
        if not typed:
            return None
        found = cases.rows(self.user).filter(number=typed).first()
        if found is None:
            raise ValidationError("没有这个编号的事项，或者您看不到它。")
        return found


class AppealForm(_OnCase):
    """A unit's appeal."""

    kind = forms.ChoiceField(label="申诉", choices=[c for c in AppealKind.choices if c[0] != AppealKind.SHEET])
    number = forms.CharField(label="事项编号", required=False, max_length=30, help_text="剔除、更正一件事项时填写。")
    indicator = forms.ChoiceField(label="指标", required=False, help_text="更正评价、对数据有异议时选择。")
    exclusion_class = forms.ChoiceField(
        label="剔除类别", required=False, choices=[("", "—"), *ExclusionClass.choices], help_text="剔除时选择。"
    )
    reason = forms.CharField(label="理由", min_length=4, max_length=2000, widget=text_area(4))
    evidence = forms.FileField(
        label="证明材料",
        required=False,
        widget=ManyFiles(attrs={"accept": ACCEPT}),
        help_text="照片、PDF、Word 等，可多选。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [("", "—"), *indicator_choices(self.period)]  # type: ignore[attr-defined]

    def clean_evidence(self) -> Any:
        return None  # read from the request: several files


class AmendForm(_OnCase):
    """A correction after the publication."""

    kind = forms.ChoiceField(label="更正", choices=[c for c in AppealKind.choices if c[0] != AppealKind.SHEET])
    unit = forms.ModelChoiceField(label="单位", queryset=Unit.objects.none())
    indicator = forms.ChoiceField(label="指标", required=False, help_text="剔除事项时不用选。")
    number = forms.CharField(label="事项编号", required=False, max_length=30)
    numerator = forms.IntegerField(label="分子增减", required=False, min_value=-1_000_000, max_value=1_000_000)
    denominator = forms.IntegerField(label="分母增减", required=False, min_value=-1_000_000, max_value=1_000_000)
    reason = forms.CharField(label="更正理由（公开）", min_length=4, max_length=500, widget=text_area())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(scores__period=self.period, scores__round=self.period.round)
        self.fields["unit"].queryset = units.order_by("group", "path", "pk")  # type: ignore[attr-defined]
        self.fields["indicator"].choices = [("", "—"), *indicator_choices(self.period)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        clean: dict[str, Any] = super().clean() or {}
        kind = clean.get("kind")
        if kind in {AppealKind.EXCLUDE, AppealKind.CREDIT} and "number" in clean and clean["number"] is None:
            self.add_error("number", "请填写事项编号。")
        if kind in {AppealKind.CREDIT, AppealKind.FIGURE} and not clean.get("indicator"):
            self.add_error("indicator", "请选择指标。")
        return clean


class DecideForm(forms.Form):
    """The decision; for a figure, by how much."""

    reason = forms.CharField(label="裁定意见", min_length=2, max_length=500, widget=text_area())
    numerator = forms.IntegerField(label="分子增减", required=False, min_value=-1_000_000, max_value=1_000_000)
    denominator = forms.IntegerField(label="分母增减", required=False, min_value=-1_000_000, max_value=1_000_000)

    def __init__(self, *args: Any, figure: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not figure:
            del self.fields["numerator"]
            del self.fields["denominator"]
