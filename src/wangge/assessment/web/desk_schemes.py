"""Schemes and rules: what holds, and the next version of it."""

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

from wangge.assessment import changing, defining, policy
from wangge.assessment.enums import Group, Shape
from wangge.assessment.models import AssessmentRules, Definition, Scheme, SchemeItem
from wangge.assessment.web.desk_indicators import managed_places, place_of
from wangge.assessment.web.shown import span
from wangge.kernel.access.routes import me, requires
from wangge.kernel.flow import Conflict, FlowError, seen_version
from wangge.kernel.listing.columns import plain as column_text

RULES = {field.name: field for field in AssessmentRules._meta.concrete_fields}


@requires(policy.READ)
@require_GET
def assessment_schemes(request: HttpRequest) -> HttpResponse:
    """The weights of every group, and the rules of the month."""
    today, path = timezone.localdate(), place_of(request)
    known = defining.definitions(path, today)
    schemes = []
    for group in Group:
        held = defining.schemes(path, today).get(group)
        if held is None:
            continue
        past = [s for s in Scheme.objects.filter(group=group).order_by("-valid_from") if path.startswith(s.path)]
        schemes.append(
            {
                "group": group,
                "scheme": held,
                "items": [_line(item, known.get(item.indicator)) for item in held.items.all()],
                "full": defining.weight_sum(held.items.all()),
                "past": past,
            }
        )
    rules = defining.rules(path, today)
    names = (*changing.BOUNDS, "lists_shown")
    context = {
        "title": "考核方案",
        "schemes": schemes,
        "rules": rules,
        "parameters": [(RULES[name].verbose_name, column_text(getattr(rules, name))) for name in names],
        "manages": bool(managed_places(request.user)),
        "on_top": (Shape.DEDUCT, Shape.BONUS),
    }
    return render(request, "assessment/desk/schemes.html", context)


def _line(item: SchemeItem, definition: Definition | None) -> tuple[str, SchemeItem, str]:
    """What an item is called, the item, and between which values it gives points."""
    label, reading = (item.indicator, "") if definition is None else (definition.label, definition.reading)
    return label, item, span(item, reading)


class SchemeForm(forms.Form):
    """The head of a scheme."""

    path = forms.ChoiceField(label="适用范围")
    name = forms.CharField(label="名称", max_length=60)
    valid_from = forms.DateField(label="生效日期", initial=timezone.localdate)
    base = forms.ChoiceField(label="样本指标", help_text="以它的分母作为样本量。")
    minimum = forms.IntegerField(label="参加排名的最小样本", min_value=0, max_value=100_000)
    reason = forms.CharField(label="变更依据", min_length=4, max_length=200, help_text="如年度考核方案文号。")

    def __init__(
        self, *args: Any, places: list[tuple[str, str]], indicators: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].choices = places  # type: ignore[attr-defined]
        self.fields["base"].choices = indicators  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    """One line of a scheme; without an indicator it is left out."""

    indicator = forms.ChoiceField(label="指标", required=False)
    shape = forms.ChoiceField(label="计分方式", choices=Shape.choices)
    weight = forms.DecimalField(label="满分（上限）", required=False, min_value=0, max_value=200, decimal_places=2)
    low = forms.DecimalField(label="下限", required=False, decimal_places=4, max_digits=9)
    high = forms.DecimalField(label="上限", required=False, decimal_places=4, max_digits=9)
    step = forms.DecimalField(label="每次分值", required=False, min_value=0, decimal_places=2, max_digits=6)
    free = forms.IntegerField(label="免计次数", required=False, min_value=0, max_value=10_000)
    floor = forms.DecimalField(label="最低得分", required=False, min_value=0, decimal_places=2, max_digits=6)

    def __init__(self, *args: Any, indicators: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [("", "—"), *indicators]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        clean: dict[str, Any] = super().clean() or {}
        if clean.get("indicator") and clean.get("weight") is None:
            self.add_error("weight", "请填写满分。")
        clean["free"] = clean.get("free") or 0
        clean["floor"] = clean.get("floor") or 0
        return clean


class _Items(forms.BaseFormSet):  # type: ignore[type-arg]
    """The lines of a scheme together."""


def _items(data: Any, held: Scheme | None, indicators: list[tuple[str, str]]) -> Any:
    names = ("indicator", "shape", "weight", "low", "high", "step", "free", "floor")
    lines: list[SchemeItem] = list(held.items.all()) if held else []
    initial = [{name: getattr(line, name) for name in names} for line in lines]
    factory = forms.formset_factory(ItemForm, formset=_Items, extra=3, max_num=20, validate_max=True)
    return factory(data, initial=initial, prefix="items", form_kwargs={"indicators": indicators})


@requires(policy.MANAGE)
@never_cache
def assessment_scheme_change(request: HttpRequest, group: str) -> HttpResponse:
    """New weights of a group, beginning with those in force."""
    if group not in Group.values:
        raise Http404
    places = managed_places(request.user)
    path, today = (places[0][0] if places else ""), timezone.localdate()
    held = defining.schemes(path, today).get(group)
    indicators = [(code, row.label) for code, row in defining.definitions(path, today).items()]
    initial = {"name": held.name, "base": held.base, "minimum": held.minimum} if held else {"minimum": 30}
    form = SchemeForm(request.POST or None, initial=initial, places=places, indicators=indicators)
    items = _items(request.POST or None, held, indicators)
    seen = seen_version(request.POST.get("seen", "")) if request.method == "POST" else changing.latest(Scheme)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and items.is_valid():
            lines = [line.cleaned_data for line in items if line.cleaned_data.get("indicator")]
            clean = form.cleaned_data
            try:
                changing.set_scheme(by=me(request), seen=seen, group=group, items=lines, **clean)
            except ValidationError as error:
                for name, said in getattr(error, "message_dict", {"": error.messages}).items():
                    form.add_error(name if name in form.fields else None, said)
            except FlowError as error:
                form.add_error(None, str(error))
                if isinstance(error, Conflict):
                    # Told of the other's version, one may go on from it.
                    status, seen = 409, changing.latest(Scheme)
            else:
                messages.success(request, f"新方案自{clean['valid_from']}起，从下一个整月开始适用。")
                return redirect("assessment_schemes")
    context = {"title": f"变更{Group(group).label}考核方案", "form": form, "seen": seen, "items": items}
    return render(request, "assessment/desk/scheme_change.html", context, status=status)


class RulesForm(forms.Form):
    """Every parameter of the month, filled with what holds now."""

    path = forms.ChoiceField(label="适用范围")
    valid_from = forms.DateField(label="生效日期", initial=timezone.localdate)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].choices = places  # type: ignore[attr-defined]
        for name, (low, high) in changing.BOUNDS.items():
            held = RULES[name]
            self.fields[name] = forms.IntegerField(
                label=str(held.verbose_name), min_value=low, max_value=high, help_text=held.help_text
            )
        self.fields["lists_shown"] = forms.BooleanField(label="公布红黑榜", required=False)
        self.fields["reason"] = forms.CharField(label="变更依据", min_length=4, max_length=200)


@requires(policy.MANAGE)
@never_cache
def assessment_rules_change(request: HttpRequest) -> HttpResponse:
    """New rules, beginning with those in force."""
    places = managed_places(request.user)
    held = defining.rules(places[0][0] if places else "", timezone.localdate())
    initial = {name: getattr(held, name) for name in (*changing.BOUNDS, "lists_shown")}
    form = RulesForm(request.POST or None, initial=initial, places=places)
    seen = seen_version(request.POST.get("seen", "")) if request.method == "POST" else changing.latest(AssessmentRules)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                changing.set_rules(by=me(request), seen=seen, **form.cleaned_data)
            except ValidationError as error:
                for name, said in getattr(error, "message_dict", {"": error.messages}).items():
                    form.add_error(name if name in form.fields else None, said)
            except FlowError as error:
                form.add_error(None, str(error))
                if isinstance(error, Conflict):
                    # Told of the other's version, one may go on from it.
                    status, seen = 409, changing.latest(AssessmentRules)
            else:
                messages.success(request, "新规则已登记。")
                return redirect("assessment_schemes")
    context = {"title": "变更考核规则", "form": form, "seen": seen, "back": "assessment_schemes"}
    return render(request, "assessment/desk/change.html", context, status=status)
