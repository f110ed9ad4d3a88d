"""The limits of whistles at the desk: by kind and place, from a day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.web.picking import PlaceField
from wangge.kernel.calendar.units import Limit, Unit
from wangge.territory.ruling import MANAGE, shown
from wangge.whistle import limiting
from wangge.whistle.enums import LimitName, WhistleKind
from wangge.whistle.limits import RADIUS_M, defaults


class LimitForm(forms.Form):
    """The limits with their units."""

    kind = forms.ChoiceField(label="哨种", choices=WhistleKind.choices)
    path = PlaceField(label="适用范围", required=False)
    valid_from = forms.DateField(label="生效日期", initial=timezone.localdate, widget=forms.DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].help_text = "区划代码或名称；不填表示全部。范围小的优先。"
        # Before the limits: two columns, so that each limit stands beside its unit.
        self.fields["radius_m"] = forms.IntegerField(label="签到半径（米）", min_value=20, max_value=5000)
        for name, label in LimitName.choices:
            self.fields[f"{name}_value"] = forms.IntegerField(label=f"{label}时限", min_value=1, max_value=999)
            self.fields[f"{name}_unit"] = forms.ChoiceField(label="单位", choices=Unit.choices)
        self.fields[
            "check_value"
        ].help_text = (
            "单位反馈后，街道应在此时限内逐项核实；超时先提醒街道，再超过提级时限的报区指挥中心，不计该单位超时。"
        )
        self.fields["decide_value"].help_text = "单位提出异议后，区指挥中心应在此时限内裁定。"
        self.fields["raise_value"].help_text = "超时升级后再超过此时限仍未办理的，报区领导。"
        self.fields["reason"] = forms.CharField(
            label="依据", min_length=4, max_length=200, help_text="如文号、会议纪要。"
        )

    def given(self) -> dict[str, Any]:
        clean = self.cleaned_data
        limits = {n: Limit(clean[f"{n}_value"], Unit(clean[f"{n}_unit"])) for n in LimitName.values}
        own = {name: clean[name] for name in ("kind", "path", "valid_from", "radius_m", "reason")}
        return own | {"limits": limits}


class EndForm(forms.Form):
    on = forms.DateField(label="终止日期", initial=timezone.localdate, widget=forms.DateInput())
    reason = forms.CharField(label="依据", min_length=4, max_length=200)


@requires(MANAGE)
@never_cache
def whistle_limits(request: HttpRequest) -> HttpResponse:
    """Every row by kind and place, those in force first."""
    order = ("now", "coming", "over")
    rows = shown(request.user, limiting.visible(request.user))
    rows.sort(key=lambda row: (order.index(row.standing), row.kind))
    for row in rows:
        row.figures = [row.of(name) for name in LimitName.values]
    context = {"rows": rows, "labels": [label for _, label in LimitName.choices], "end_form": EndForm()}
    return render(request, "whistle/desk/limits.html", context)


def _initial(request: HttpRequest) -> dict[str, Any]:
    like = request.GET.get("like", "")
    row = limiting.visible(request.user).filter(pk=int(like)).first() if like.isdecimal() and len(like) < 18 else None
    if row is not None:
        names = [f"{n}_{part}" for n in LimitName.values for part in ("value", "unit")]
        return {name: getattr(row, name) for name in ("kind", "path", "radius_m", *names)}
    found: dict[str, Any] = {"kind": WhistleKind.WORK, "radius_m": RADIUS_M}
    for name, limit in defaults(WhistleKind.WORK).items():
        found |= {f"{name}_value": limit.value, f"{name}_unit": limit.unit.value}
    return found


@requires(MANAGE)
@never_cache
def whistle_limits_add(request: HttpRequest) -> HttpResponse:
    """New limits from a day, beginning with those of another row (``?like=``)."""
    form = LimitForm(request.POST or None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        try:
            limiting.add_limit(by=me(request), **form.given())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "已登记，自生效日期起吹响的哨按新时限计算。")
            return redirect("whistle_limits")
    return render(request, "whistle/desk/limits_add.html", {"form": form})


@requires(MANAGE)
@require_POST
def whistle_limits_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a row."""
    row = get_object_or_404(limiting.visible(request.user), pk=pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写终止日期和依据（至少4个字）。")
        return redirect("whistle_limits")
    try:
        limiting.end_limit(limit=row, by=me(request), **form.cleaned_data)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已终止。")
    return redirect("whistle_limits")
