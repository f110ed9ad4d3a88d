"""The parameters of the loop, for the system administrator."""

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

from wangge.cases import ruling
from wangge.cases.models import CaseRules
from wangge.kernel.access.models import User
from wangge.kernel.access.routes import requires
from wangge.kernel.access.web.picking import PlaceField
from wangge.territory.ruling import MANAGE, shown

FIELDS = {field.name: field for field in CaseRules._meta.concrete_fields}
HELP = {
    "return_hours": "派单后多少小时内可以退单；过后只能申请协调。安阳市政务服务条例：24小时。",
    "call_back_tries": "联系不上诉求人时最多回访几次，之后按未接通结案。",
    "problem_after": "退单或重办满几次，转为疑难工单报上一级。巴彦淖尔：3次。",
    "reopen_days": "结案后多少天内可以重新办理；过后请作为新事项登记。",
    "archive_days": "结案后多少天自动归档。",
    "repeat_radius_m": "同类事项相距多少米以内提示可能重复。",
    "repeat_days": "往前多少天内的事项参与重复判定。",
    "retention_days": "结案后满多少天清除姓名、电话、诉求人提交的材料和文字中的号码；最少30天，默认3年。",
}


class RulesForm(forms.Form):
    """Every parameter, filled with what holds now, so that only what changes is typed."""

    path = PlaceField(label="适用范围", required=False)
    valid_from = forms.DateField(label="生效日期", initial=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].help_text = "区划代码或名称；不填表示全部。范围小的优先。"
        for name, (low, high) in ruling.BOUNDS.items():
            label = str(FIELDS[name].verbose_name)
            self.fields[name] = forms.IntegerField(label=label, min_value=low, max_value=high, help_text=HELP[name])
        self.fields["reason"] = forms.CharField(
            label="依据", min_length=4, max_length=200, help_text="如文号、会议纪要。"
        )


class EndForm(forms.Form):
    on = forms.DateField(label="终止日期", initial=timezone.localdate)
    reason = forms.CharField(label="依据", min_length=4, max_length=200)


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@requires(MANAGE)
@never_cache
def case_rules(request: HttpRequest) -> HttpResponse:
    """Every rule by place, those in force first; what holds where nothing was set."""
    rows = shown(request.user, ruling.visible(request.user))
    for row in rows:
        row.figures = [getattr(row, name) for name in ruling.BOUNDS]
    context = {
        "rows": rows,
        "labels": [FIELDS[name].verbose_name for name in ruling.BOUNDS],
        "defaults": [FIELDS[name].default for name in ruling.BOUNDS],
        "has_default": any(row.path == "" and row.standing == "now" for row in rows),
        "end_form": EndForm(),
    }
    return render(request, "cases/desk/rules.html", context)


@requires(MANAGE)
@never_cache
def case_rules_add(request: HttpRequest) -> HttpResponse:
    """New rules from a day, beginning with the figures of another row (``?like=``) or the built-in ones."""
    like = request.GET.get("like", "")
    found = ruling.visible(request.user).filter(pk=int(like)).first() if like.isdecimal() and len(like) < 18 else None
    source = found or CaseRules()
    initial: dict[str, Any] = {name: getattr(source, name) for name in ruling.BOUNDS} | {"path": source.path}
    form = RulesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            ruling.add_rules(by=_me(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "已登记，自生效日期起适用。")
            return redirect("case_rules")
    return render(request, "cases/desk/rules_add.html", {"form": form})


@requires(MANAGE)
@require_POST
def case_rules_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a rule."""
    rules = get_object_or_404(ruling.visible(request.user), pk=pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写终止日期和依据（至少4个字）。")
        return redirect("case_rules")
    try:
        ruling.end_rules(rules=rules, by=_me(request), **form.cleaned_data)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已终止。")
    return redirect("case_rules")
