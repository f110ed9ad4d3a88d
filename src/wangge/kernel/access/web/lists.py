"""Lists of the administrators: accounts and locked addresses."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.views.decorators.cache import never_cache

from wangge.kernel.access import actions, names
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import AddressLock, Grant, User
from wangge.kernel.access.permissions import ACCOUNTS, EXPORT, MANAGING
from wangge.kernel.access.policy import manageable
from wangge.kernel.access.roles import roles
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import area, may
from wangge.kernel.access.totp import is_enabled
from wangge.kernel.listing import html, rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, Flag, Text
from wangge.kernel.listing.listing import Applied, BulkAction, Listing


def _search(users: QuerySet[User], text: str) -> QuerySet[User]:
    return users.filter(Q(username__icontains=text) | Q(display_name__icontains=text))


def _holding(users: QuerySet[User], code: str) -> QuerySet[User]:
    return users.filter(pk__in=Grant.objects.in_force(timezone.localdate()).filter(role=code).values("user"))


def _in_state(users: QuerySet[User], state: str) -> QuerySet[User]:
    if state == "ended":
        return users.filter(ended_at__isnull=False)
    if state == "none":
        granted = Grant.objects.in_force(timezone.localdate()).values("user")
        return users.filter(ended_at__isnull=True).exclude(pk__in=granted)
    return users


def _grants(user: Any) -> list[str]:
    held = ((grant.definition, grant.role, user.places.get(grant.path, grant.path)) for grant in user.held)
    return [f"{role.label if role else code} {place}".strip() for role, code, place in held]


def _grant_lines(user: Any) -> str:
    return format_html_join("", "<div>{}</div>", ([text] for text in _grants(user)))


def _account_state(user: User) -> str:
    if user.ended_at is not None:
        return html.badge("已停用", "neutral")
    return html.badge("须修改密码", "warn") if user.must_change_password else html.badge("正常", "ok")


class AccountList(Listing):
    """The accounts an administrator looks after. An export leaves a row in the record, and no secret leaves with it."""

    title = "账号与授权"
    noun = "个账号"
    columns = (
        Column("username", "账号", sort="username", link=lambda user: reverse("user_detail", args=[user.pk]), width=20),
        Column("display_name", "姓名", sort="name", width=14),
        Column(
            "grants",
            "授权",
            value=_grants,
            render=_grant_lines,
            css="wg-wide",
            width=50,
        ),
        Column("last_login", "最近登录", css="wg-nowrap"),
        Column("state", "状态", render=_account_state),
        Column("created_at", "建立时间", screen=False),
        Column("ended_at", "停用时间", screen=False),
        Column("password_changed_at", "密码修改时间", screen=False),
        Column("totp", "动态口令", screen=False, value=lambda user: "已启用" if is_enabled(user) else "未启用"),
    )
    filters = (
        Text("q", "账号或姓名", apply=_search, longest=64),
        Choice("role", "角色", choices=lambda _: [(r.code, r.label) for r in roles().values()], apply=_holding),
        Choice(
            "state",
            "状态",
            choices=[("ended", "已停用"), ("none", "没有授权"), ("all", "全部")],
            apply=_in_state,
            any_label="在用",
        ),
    )
    sorts: ClassVar = {"username": ("username",), "name": ("display_name", "id")}
    default_sort = "username"
    page_sizes = (50, 100, 200)
    empty_title = "没有符合条件的账号"
    export_permission = EXPORT

    def rows(self, request: HttpRequest) -> QuerySet[User]:
        return manageable(request.user)

    def narrowed(self, rows: QuerySet[Any], applied: Applied, *, but: Collection[str] = ()) -> QuerySet[Any]:
        if "state" not in applied.values:
            rows = rows.filter(ended_at__isnull=True)
        return super().narrowed(rows, applied, but=but)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        grants = Grant.objects.in_force(timezone.localdate()).order_by("pk")
        prefetch_related_objects(rows, Prefetch("grants", queryset=grants, to_attr="held"))
        places = names.places(grant.path for user in rows for grant in user.held)
        for user in rows:
            user.places = places

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        found = [{"label": "来源地址锁定", "url": reverse("address_locks"), "icon": "lock"}]
        if may(request.user, ACCOUNTS):
            found.insert(0, {"label": "新建账号", "url": reverse("user_create"), "icon": "user-plus"})
        return found


@requires(*MANAGING)
@never_cache
def user_list(request: HttpRequest) -> HttpResponse:
    """The accounts this administrator looks after."""
    return rendering.render(request, AccountList)


def _lift(request: HttpRequest, row: Any, data: dict[str, Any]) -> str:
    try:
        actions.lift_address_lock(lock=row, by=me(request), reason=data["reason"])
    except AccessError as error:
        raise ValidationError(str(error)) from error
    return "可以登录了"


def _lock_state(lock: AddressLock) -> str:
    if lock.lifted_at is not None:
        return html.badge("已解除", "neutral")
    return html.badge("锁定中", "danger") if lock.is_in_force(timezone.now()) else html.badge("已到期", "neutral")


def _now_locked(rows: QuerySet[AddressLock], _: object) -> QuerySet[AddressLock]:
    return rows.filter(pk__in=AddressLock.objects.in_force(timezone.now()))


class AddressLockList(Listing):
    """Addresses from which too many accounts were tried; an address belongs to no
    division, so that every administrator sees it."""

    title = "来源地址锁定"
    noun = "个地址"
    columns = (
        Column("address", "来源地址", css="wg-nowrap", width=30),
        Column("state", "状态", render=_lock_state),
        Column("locked_at", "锁定时间", sort="new", css="wg-nowrap"),
        Column("until", "锁定至", css="wg-nowrap"),
        Column("failures", "失败次数", css="wg-number"),
        Column("accounts", "涉及账号数", css="wg-number"),
        Column("lifted_at", "解除时间", css="wg-nowrap"),
    )
    filters = (
        Text("q", "来源地址", field="address", longest=45),
        Flag("now", "锁定中", apply=_now_locked),
    )
    sorts: ClassVar = {"new": ("-locked_at", "-id")}
    default_sort = "new"
    bulk = (
        BulkAction(
            "lift",
            "解除锁定",
            _lift,
            text="先核实这个地址是哪个单位、是谁在试密码。解除后重新计数。",
            needs_reason=True,
            icon="lock",
        ),
    )
    empty_title = "没有锁定过的来源地址"
    empty_hint = "同一地址短时间内在许多账号上登录失败时，会暂时锁定，并列在这里。"
    export_permission = EXPORT

    def rows(self, request: HttpRequest) -> QuerySet[AddressLock]:
        return AddressLock.objects.all() if area(request.user, *MANAGING) else AddressLock.objects.none()


@requires(*MANAGING)
@never_cache
def address_locks(request: HttpRequest) -> HttpResponse:
    """Locked addresses, and lifting their locks."""
    return rendering.render(request, AddressLockList)
