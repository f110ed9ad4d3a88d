"""Accounts for the system and the security administrator: one account, its grants, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.kernel.access import actions, lockout, names, totp
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.permissions import ACCOUNTS, GRANTS, MANAGING
from wangge.kernel.access.policy import manageable
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import area, may
from wangge.kernel.access.sessions import open_sessions
from wangge.kernel.access.web.forms import GrantForm, NewAccountForm, ReasonForm


def _found(request: HttpRequest, pk: int) -> User:
    return get_object_or_404(manageable(request.user), pk=pk)


def _page(request: HttpRequest, user: User, **context: Any) -> HttpResponse:
    grants = list(user.grants.select_related("granted_by").order_by("-valid_from", "-pk"))
    places = names.places(grant.path for grant in grants)
    offices = names.offices(grant.office_id for grant in grants)
    context = {
        "account": user,
        "grants": [
            (grant, places.get(grant.path, grant.path), offices.get(grant.office_id or 0, "")) for grant in grants
        ],
        "locked_until": lockout.locked_until(user.username),
        "has_totp": totp.is_enabled(user),
        "sessions": open_sessions(user),
        "is_self": user == request.user,
        "may_end": may(request.user, ACCOUNTS) and user.ended_at is None,
        "may_grant": may(request.user, GRANTS) and user.ended_at is None,
    } | context
    if context["may_grant"]:
        context.setdefault("grant_form", _grant_form(request, None))
    return render(request, "access/user_detail.html", context)


def _grant_form(request: HttpRequest, data: Any) -> GrantForm:
    """Offers the places and offices that this administrator looks after."""
    return GrantForm(data, within=area(request.user, GRANTS).paths)


@requires(*MANAGING)
@never_cache
def user_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its grants now and before, its sessions, its lock."""
    return _page(request, _found(request, pk))


@requires(ACCOUNTS)
@never_cache
def user_create(request: HttpRequest) -> HttpResponse:
    """A new account; the first password is shown once."""
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = actions.create_user(by=me(request), **form.cleaned_data)
        except AccessError as error:
            form.add_error(None, str(error))
        else:
            return _page(request, user, password=password, fresh=True)
    return render(request, "access/user_create.html", {"form": form})


def _reasoned(request: HttpRequest, pk: int, act: Callable[[User, str], str]) -> HttpResponse:
    """Do ``act`` with the reason from the form and say how it went."""
    user = _found(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明理由（至少4个字）。")
    else:
        try:
            messages.success(request, act(user, form.cleaned_data["reason"]))
        except AccessError as error:
            messages.error(request, str(error))
    return redirect("user_detail", pk=pk) if manageable(request.user).filter(pk=pk).exists() else redirect("user_list")


@requires(*MANAGING)
@never_cache
@require_POST
def user_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """A temporary password, shown once on the page."""
    user = _found(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明理由（至少4个字）。")
        return redirect("user_detail", pk=pk)
    try:
        password = actions.reset_password(user=user, by=me(request), reason=form.cleaned_data["reason"])
    except AccessError as error:
        messages.error(request, str(error))
        return redirect("user_detail", pk=pk)
    return _page(request, user, password=password)


@requires(*MANAGING)
@require_POST
def user_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    def act(user: User, reason: str) -> str:
        actions.unlock(user=user, by=me(request), reason=reason)
        return "账号已解锁。"

    return _reasoned(request, pk, act)


@requires(*MANAGING)
@require_POST
def user_reset_totp(request: HttpRequest, pk: int) -> HttpResponse:
    def act(user: User, reason: str) -> str:
        actions.reset_totp(user=user, by=me(request), reason=reason)
        return "动态口令已清除，用户下次登录后重新设置。"

    return _reasoned(request, pk, act)


@requires(ACCOUNTS)
@require_POST
def user_end(request: HttpRequest, pk: int) -> HttpResponse:
    def act(user: User, reason: str) -> str:
        actions.end_user(user=user, by=me(request), reason=reason)
        return "账号已停用，授权一并收回。"

    return _reasoned(request, pk, act)


@requires(GRANTS)
@require_POST
def grant_create(request: HttpRequest, pk: int) -> HttpResponse:
    user = _found(request, pk)
    form = _grant_form(request, request.POST)
    if form.is_valid():
        try:
            actions.grant_role(user=user, by=me(request), **form.cleaned_data)
        except AccessError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已授权。")
            return redirect("user_detail", pk=pk)
    return _page(request, user, grant_form=form)


@requires(GRANTS)
@require_POST
def grant_end(request: HttpRequest, pk: int, grant: int) -> HttpResponse:
    def act(user: User, reason: str) -> str:
        held = get_object_or_404(Grant, pk=grant, user=user)
        actions.end_grant(grant=held, by=me(request), reason=reason)
        return "授权已收回。"

    return _reasoned(request, pk, act)
