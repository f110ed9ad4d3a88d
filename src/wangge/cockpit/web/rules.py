"""When pages are made, for the system administrator."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.cockpit import ruling
from wangge.cockpit.models import DEFAULT_HOUR
from wangge.cockpit.policy import MANAGE
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.web.picking import PlaceField
from wangge.territory.ruling import shown

BASIS = "如文号、会议纪要。"


class RulesForm(forms.Form):
    path = PlaceField(label="适用范围", required=False, help_text="区划代码或名称；不填表示全部。范围小的优先。")
    valid_from = forms.DateField(label="生效日期", initial=timezone.localdate)
    make_at = forms.TimeField(
        label="生成时刻",
        initial=DEFAULT_HOUR,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="每天到这个时刻生成并投送，数字为前一天的。",
    )
    rest_days = forms.BooleanField(label="节假日也生成", required=False, initial=True)
    enabled = forms.BooleanField(label="启用", required=False, initial=True, help_text="不启用则该范围不生成。")
    reason = forms.CharField(label="依据", min_length=4, max_length=200, help_text=BASIS)


class EndForm(forms.Form):
    on = forms.DateField(label="终止日期", initial=timezone.localdate)
    reason = forms.CharField(label="依据", min_length=4, max_length=200, help_text=BASIS)


@requires(MANAGE)
@never_cache
def brief_rules(request: HttpRequest) -> HttpResponse:
    """Every rule by place, those in force first; what holds where nothing was set."""
    found = shown(request.user, ruling.visible(request.user))
    has_default = any(row.path == "" and row.standing == "now" for row in found)
    context = {"title": "每日民情规则", "rows": found, "end_form": EndForm(), "has_default": has_default}
    return render(request, "cockpit/rules.html", context)


@requires(MANAGE)
@never_cache
def brief_rules_add(request: HttpRequest) -> HttpResponse:
    """New rules from a day."""
    form = RulesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ruling.add_rules(by=me(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "已登记，自生效日期起适用。")
            return redirect("brief_rules")
    context = {"title": "新增每日民情规则", "form": form}
    return render(request, "cockpit/rules_add.html", context, status=422 if form.errors else 200)


@requires(MANAGE)
@require_POST
def brief_rules_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a rule."""
    rules = get_object_or_404(ruling.visible(request.user), pk=pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写终止日期和依据（至少4个字）。")
        return redirect("brief_rules")
    try:
        ruling.end_rules(rules=rules, by=me(request), **form.cleaned_data)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已终止。")
    return redirect("brief_rules")
