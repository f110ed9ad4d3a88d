"""Forms beside the steps: kind and place while waiting for dispatch, applications and their decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from wangge.cases.actions import Place, may_be_asked
from wangge.cases.enums import ExclusionClass, RequestKind
from wangge.cases.models import Case
from wangge.duties import snapshot
from wangge.duties.models import Kind
from wangge.duties.suggestion import suggest_kinds
from wangge.kernel.access.scopes import scope
from wangge.kernel.access.web.picking import PickField
from wangge.kernel.flow.forms import text_area
from wangge.territory import queries as territory


def kind_choices() -> list[tuple[int, str]]:
    """Every leaf of the published catalogue: ``0101 垃圾清运 · 城市管理``."""
    held = snapshot.current()
    found = []
    for leaf in sorted(held.current_leaves(), key=lambda k: k.code):
        above = held.kinds.get(leaf.parent_id) if leaf.parent_id else None
        found.append((leaf.id, f"{leaf.code} {leaf.name}" + (f" · {above.name}" if above else "")))
    return found


def place_choices(user: Any, permission: str) -> list[tuple[str, str]]:
    """Streets and communities where the user holds ``permission``, each with its full name."""
    return territory.choices(scope(user, permission).paths)


class ClassifyForm(forms.Form):
    """Kind and place of a case that waits for dispatch; an empty place leaves it as it is."""

    kind_id = PickField(label="类别", placeholder="输入类别名称或编码")
    path = PickField(label="所属社区", required=False, placeholder="输入社区名称")
    address = forms.CharField(label="地址", required=False, max_length=200)

    def __init__(self, *args: Any, case: Case, user: Any, **kwargs: Any) -> None:
        self.case = case
        kwargs.setdefault("initial", {"kind_id": case.kind_id, "path": case.path, "address": case.address})
        super().__init__(*args, **kwargs)
        self.fields["kind_id"].options = kind_choices()  # type: ignore[attr-defined]
        self.suggested = suggest_kinds(case.text, limit=4) if case.kind_id is None else []
        places = place_choices(user, "cases.dispatch")
        if case.path not in dict(places):
            places.append((case.path, territory.full_name(case.path)))
        self.fields["path"].options = places  # type: ignore[attr-defined]

    def clean_kind_id(self) -> int:
        if not Kind.objects.filter(pk=self.cleaned_data["kind_id"], is_leaf=True).exists():
            raise ValidationError("没有这个类别。")
        return int(self.cleaned_data["kind_id"])

    def kind(self) -> Kind:
        return Kind.objects.get(pk=self.cleaned_data["kind_id"])

    def place(self) -> Place | None:
        clean, case = self.cleaned_data, self.case
        path = clean["path"] or case.path
        if (path, clean["address"]) == (case.path, case.address):
            return None
        return Place(path=path, address=clean["address"], lng=case.lng, lat=case.lat)


class AskForm(forms.Form):
    """An application of the handling office: what may be applied for in this state."""

    kind = forms.ChoiceField(label="申请")
    until_on = forms.DateField(label="到期日", required=False, widget=forms.DateInput(), help_text="挂账须填写。")
    exclusion_class = forms.ChoiceField(
        label="剔除类别", required=False, choices=[("", "—"), *ExclusionClass.choices], help_text="剔除考核须选择。"
    )
    reason = forms.CharField(label="理由", max_length=2000, widget=text_area())

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = may_be_asked(case)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in self.kinds]  # type: ignore[attr-defined]
        if RequestKind.SUSPENSION not in self.kinds:
            del self.fields["until_on"]

    @property
    def title(self) -> str:
        return "申请" + "、".join(str(kind.label) for kind in self.kinds)


class DecideForm(forms.Form):
    decision = forms.CharField(label="审批意见", required=False, max_length=500, widget=text_area(2))
