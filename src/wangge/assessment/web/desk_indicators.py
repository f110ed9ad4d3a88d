"""Indicators: what each means, how everybody stands by it, and what it was before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from wangge.assessment import changing, defining, policy, queries
from wangge.assessment.enums import By, Direction
from wangge.assessment.models import Definition, Figure
from wangge.assessment.models.definitions import READINGS
from wangge.assessment.scoring import plain
from wangge.assessment.web import shown
from wangge.assessment.web.desk_ranking import visible_periods
from wangge.assessment.web.forms import text_area
from wangge.cases.enums import Channel, DemandType
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import area
from wangge.kernel.facts import registry
from wangge.kernel.flow import Conflict, FlowError, seen_version
from wangge.territory import queries as territory

MOST_TERMS = 3


def managed_places(user: Any) -> list[tuple[str, str]]:
    """The divisions for which the user sets parameters."""
    return [(path, territory.name_of(path)) for path in area(user, policy.MANAGE).paths]


def terms_in_words(terms: list[list[str]]) -> str:
    """已解决 − 0.2 × 基本解决."""
    labels = {fact.code: fact.label for fact in registry.facts()}
    said = []
    for code, times in terms:
        label = labels.get(code, f"{code}（未启用）")
        said.append(label if times == "1" else f"{times} × {label}")
    return " + ".join(said).replace("+ -", "− ")


def place_of(request: HttpRequest) -> str:
    chosen = queries.default_period(visible_periods(request))
    if chosen is not None:
        return str(chosen.path)
    places = managed_places(request.user)
    return places[0][0] if places else ""


@requires(policy.READ)
@require_GET
def assessment_indicators(request: HttpRequest) -> HttpResponse:
    """Every indicator that holds today, in its family."""
    today = timezone.localdate()
    path = place_of(request)
    rows = [
        {
            "row": row,
            "numerator": terms_in_words(row.numerator),
            "denominator": terms_in_words(row.denominator),
            "countable": defining.countable(row),
        }
        for row in defining.definitions(path, today).values()
    ]
    weights = {
        scheme.get_group_display(): {item.indicator: item for item in scheme.items.all()}
        for scheme in defining.schemes(path, today).values()
    }
    for one in rows:
        code = one["row"].code  # type: ignore[attr-defined]
        one["weights"] = [(group, items[code].weight) for group, items in weights.items() if code in items]
    context = {"title": "指标口径", "rows": rows, "manages": bool(managed_places(request.user))}
    return render(request, "assessment/desk/indicators.html", context)


@requires(policy.READ)
@require_GET
def assessment_indicator(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator: definition, history, and the units of a month by it."""
    periods = visible_periods(request)
    given = request.GET.get("period", "")
    period = next((p for p in periods if str(p.pk) == given), None) or queries.default_period(periods)
    path = period.path if period else place_of(request)
    versions = list(Definition.objects.filter(code=code).order_by("-valid_from", "path"))
    versions = [row for row in versions if path.startswith(row.path)]
    if not versions:
        defining.ensure_defaults()
        raise Http404
    row = defining.definitions(path, timezone.localdate()).get(code, versions[0])
    units: list[dict[str, Any]] = []
    if period is not None:
        seen = policy.scores(request.user).filter(period=period, round=period.round).values("unit_id")
        figures = Figure.objects.filter(period=period, round=period.round, definition__code=code, unit__in=seen)
        figures = figures.select_related("unit", "definition")
        order = -1 if row.better != Direction.LOW else 1
        ordered = sorted(figures, key=lambda f: (f.value is None, order * (f.value or 0), f.unit_id))
        units = [
            {
                "figure": figure,
                "unit": figure.unit,
                "value": shown.value(figure),
                "numerator": shown.number(figure.numerator),
                "denominator": shown.number(figure.denominator),
                "numerator_url": shown.drill_url(period, figure.unit_id, code, "numerator"),
                "denominator_url": shown.drill_url(period, figure.unit_id, code, "denominator"),
                "small": shown.is_small(figure),
                "interval": shown.interval(figure),
                "url": shown.unit_url(period, figure.unit_id),
            }
            for figure in ordered
        ]
    context = {
        "title": row.label,
        "row": row,
        "numerator": terms_in_words(row.numerator),
        "denominator": terms_in_words(row.denominator),
        "countable": defining.countable(row),
        "left_out": left_out(row),
        "versions": versions,
        "period": period,
        "periods": [(p.pk, p.label) for p in periods[:24]],
        "units": units,
        "manages": bool(managed_places(request.user)),
        "plain": plain,
    }
    return render(request, "assessment/desk/indicator.html", context)


def left_out(row: Definition) -> list[str]:
    """What does not count, in words."""
    said = [] if row.keeps_excluded else ["已批准剔除的事项"]
    said += [f"类别{code}" for code in row.without_kinds]
    said += [str(DemandType(code).label) for code in row.without_demands if code in DemandType.values]
    said += [str(Channel(code).label) for code in row.without_channels if code in Channel.values]
    return said


class DefinitionForm(forms.Form):
    """A new version of an indicator, filled with what holds now."""

    path = forms.ChoiceField(label="适用范围")
    valid_from = forms.DateField(label="生效日期", initial=timezone.localdate)
    code = forms.SlugField(label="代码", max_length=40, help_text="同一代码是同一指标的新口径。")
    label = forms.CharField(label="名称", max_length=40)
    family = forms.CharField(label="类别", max_length=20)
    whose = forms.ChoiceField(label="归属", choices=By.choices)
    better = forms.ChoiceField(label="方向", choices=Direction.choices)
    reading = forms.ChoiceField(label="读法", choices=READINGS)
    keeps_excluded = forms.BooleanField(label="含已剔除的事项", required=False)
    without_demands = forms.MultipleChoiceField(label="不计的诉求类型", required=False, choices=DemandType.choices)
    without_channels = forms.MultipleChoiceField(label="不计的渠道", required=False, choices=Channel.choices)
    without_kinds = forms.CharField(
        label="不计的类别", required=False, max_length=200, help_text="类别代码，逗号分开；含其下级。"
    )
    minimum = forms.IntegerField(label="最小样本", min_value=0, max_value=100_000)
    meaning = forms.CharField(label="口径说明", max_length=1000, widget=text_area())
    basis = forms.CharField(label="口径依据", required=False, max_length=200)
    reason = forms.CharField(label="变更依据", min_length=4, max_length=200, help_text="如文号、会议纪要。")

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].choices = places  # type: ignore[attr-defined]
        facts = [("", "—"), *defining.facts_for_choice()]
        for side, label in (("numerator", "分子"), ("denominator", "分母")):
            for place in range(1, MOST_TERMS + 1):
                self.fields[f"{side}_{place}"] = forms.ChoiceField(
                    label=f"{label}第{place}项", required=False, choices=facts
                )
                self.fields[f"{side}_{place}_times"] = forms.DecimalField(
                    label="系数", required=False, min_value=-10, max_value=10, max_digits=4, decimal_places=2, initial=1
                )

        terms = [name for name in self.fields if name.startswith(("numerator", "denominator"))]
        self.order_fields(["path", "valid_from", "code", "label", "family", *terms])

    def clean_without_kinds(self) -> list[str]:
        typed = self.cleaned_data["without_kinds"].replace("，", ",")
        codes = [code.strip() for code in typed.split(",") if code.strip()]
        if wrong := [code for code in codes if not code.isalnum()]:
            raise ValidationError(f"类别代码不对：{'、'.join(wrong)[:60]}。")
        return codes

    def values(self) -> dict[str, Any]:
        """What ``changing.define`` takes."""
        clean = dict(self.cleaned_data)
        for side in ("numerator", "denominator"):
            terms = []
            for place in range(1, MOST_TERMS + 1):
                fact, times = clean.pop(f"{side}_{place}"), clean.pop(f"{side}_{place}_times")
                if fact:
                    terms.append([fact, plain(times) if times is not None else "1"])
            clean[side] = terms
        return clean


def _initial(row: Definition) -> dict[str, Any]:
    names = ("code", "label", "family", "better", "reading", "keeps_excluded", "minimum", "meaning", "basis")
    found = {name: getattr(row, name) for name in names}
    found["whose"] = row.by
    found |= {"without_demands": row.without_demands, "without_channels": row.without_channels}
    found["without_kinds"] = "，".join(row.without_kinds)
    for side in ("numerator", "denominator"):
        for place, (fact, times) in enumerate(getattr(row, side)[:MOST_TERMS], start=1):
            found |= {f"{side}_{place}": fact, f"{side}_{place}_times": times}
    return found


@requires(policy.MANAGE)
@never_cache
def assessment_indicator_change(request: HttpRequest) -> HttpResponse:
    """A new definition, beginning with what ``?like=`` holds."""
    places = managed_places(request.user)
    like = request.GET.get("like", "")
    held = defining.definitions(places[0][0] if places else "", timezone.localdate()).get(like)
    initial = _initial(held) if held else {"minimum": 30}
    form = DefinitionForm(request.POST or None, initial=initial, places=places)
    seen = seen_version(request.POST.get("seen", "")) if request.method == "POST" else changing.latest(Definition)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                row = changing.define(by=me(request), seen=seen, sort=held.sort if held else 500, **form.values())
            except ValidationError as error:
                for name, said in getattr(error, "message_dict", {"": error.messages}).items():
                    form.add_error(name if name in form.fields else None, said)
            except FlowError as error:
                form.add_error(None, str(error))
                if isinstance(error, Conflict):
                    # Told of the other's version, one may go on from it.
                    status, seen = 409, changing.latest(Definition)
            else:
                messages.success(request, f"“{row.label}”的新口径自{row.valid_from}起，从下一个整月开始适用。")
                return redirect("assessment_indicator", code=row.code)
    context = {
        "title": "变更指标口径" if held else "新增指标",
        "form": form,
        "seen": seen,
        "back": "assessment_indicators",
    }
    return render(request, "assessment/desk/change.html", context, status=status)
