"""Lists of the administrators: accounts, and the audit record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.permissions import ACCOUNTS, AUDIT, MANAGING
from wangge.kernel.access.policy import manageable
from wangge.kernel.access.roles import roles
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import may
from wangge.kernel.audit import queries
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.policy import visible

PAGE = 50


class AccountFilter(forms.Form):
    q = forms.CharField(label="账号或姓名", required=False, max_length=64)
    role = forms.ChoiceField(label="角色", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "在用"), ("ended", "已停用"), ("none", "没有授权"), ("all", "全部")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [("", "全部"), *((r.code, r.label) for r in roles().values())]

    def apply(self, users: QuerySet[User]) -> QuerySet[User]:
        wanted = self.cleaned_data
        today = timezone.localdate()
        held = Grant.objects.in_force(today)
        if wanted["q"]:
            users = users.filter(Q(username__icontains=wanted["q"]) | Q(display_name__icontains=wanted["q"]))
        if wanted["role"]:
            users = users.filter(pk__in=held.filter(role=wanted["role"]).values("user"))
        if wanted["state"] == "ended":
            users = users.filter(ended_at__isnull=False)
        elif wanted["state"] != "all":
            users = users.filter(ended_at__isnull=True)
        if wanted["state"] == "none":
            users = users.exclude(pk__in=held.values("user"))
        return users


def _listed(request: HttpRequest, template: str, form: forms.Form, rows: Any, **context: Any) -> HttpResponse:
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    return render(request, template, {"form": form, "page": page, "kept": kept.urlencode()} | context)


@requires(*MANAGING)
@never_cache
def user_list(request: HttpRequest) -> HttpResponse:
    """The accounts this administrator looks after."""
    form = AccountFilter(request.GET)
    users = manageable(request.user)
    users = form.apply(users) if form.is_valid() else users.none()
    grants = Grant.objects.in_force(timezone.localdate()).order_by("pk")
    rows = users.prefetch_related(Prefetch("grants", queryset=grants, to_attr="held")).order_by("username")
    return _listed(request, "access/user_list.html", form, rows, may_create=may(request.user, ACCOUNTS))


class AuditFilter(forms.Form):
    who = forms.CharField(label="操作者", required=False, max_length=80)
    action = forms.CharField(label="操作", required=False, max_length=80, help_text="如 access. 或 cases.case.read")
    object_type = forms.CharField(label="对象类别", required=False, max_length=60)
    object_id = forms.CharField(label="对象编号", required=False, max_length=64)
    path = forms.RegexField(label="区划", regex=r"^[0-9]{2,17}$", required=False)
    address = forms.CharField(label="来源地址", required=False, max_length=45)
    request_id = forms.CharField(label="请求编号", required=False, max_length=40)
    since = forms.DateField(label="从", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="到", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            raise forms.ValidationError("截止日期不能早于开始日期。")
        return cleaned

    def entries(self) -> QuerySet[AuditEntry]:
        wanted = self.cleaned_data
        found = queries.entries(
            action=wanted["action"],
            object_type=wanted["object_type"],
            object_id=wanted["object_id"],
            request_id=wanted["request_id"],
            path=wanted["path"],
            from_on=wanted["since"],
            to_on=wanted["until"],
        )
        if wanted["who"]:
            found = found.filter(actor_label__icontains=wanted["who"])
        if wanted["address"]:
            found = found.filter(address=wanted["address"])
        return found


@requires(AUDIT)
@never_cache
def audit_list(request: HttpRequest) -> HttpResponse:
    """The audit record, newest first; the last seven days unless asked otherwise."""
    asked = request.GET.copy()
    if not asked:
        asked["since"] = (timezone.localdate() - timedelta(days=7)).isoformat()
    form = AuditFilter(asked)
    entries = form.entries().filter(visible(request.user)) if form.is_valid() else AuditEntry.objects.none()
    return _listed(request, "access/audit_list.html", form, entries)
