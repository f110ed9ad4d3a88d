"""A list over accounts, as any module would declare one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from wangge.kernel.access.models import User
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange, Flag, Text
from wangge.kernel.listing.html import badge
from wangge.kernel.listing.listing import BulkAction, Listing, Rows
from wangge.kernel.listing.rendering import render


def end(_request: HttpRequest, user: User, data: dict[str, Any]) -> str | None:
    if user.username.endswith("2"):
        raise ValidationError("还有未办结的事项")
    if user.username.endswith("9"):
        raise RuntimeError("broken row")
    User.objects.filter(pk=user.pk).update(is_active=False, display_name=data.get("reason", "") or user.display_name)
    return "已停用"


class UserList(Listing):
    title = "账号"
    columns = (
        Column("username", "账号", link=lambda user: f"/users/{user.pk}/", sort="name"),
        Column("display_name", "姓名"),
        Column("is_active", "状态", render=lambda user: badge("启用", "ok") if user.is_active else badge("停用")),
        Column("ended_at", "停用时间", sort="ended"),
        Column("id", "序号", screen=False),
    )
    filters = (
        Text("q", "搜索", field="display_name"),
        Choice("active", "状态", field="is_active", choices=[("True", "启用"), ("False", "停用")]),
        DateRange("created", "建立日期", field="created_at"),
        Flag("ended", "已停用", where={"ended_at__isnull": False}),
    )
    sorts = {"name": ("username", "id"), "ended": ("ended_at", "id"), "mixed": ("display_name", "-ended_at", "id")}
    default_sort = "name"
    page_sizes = (3, 20)
    bulk = (BulkAction("end", "停用", end), BulkAction("end_why", "停用并说明", end, needs_reason=True))
    empty_title = "还没有账号"

    def rows(self, request: HttpRequest) -> Rows:
        return User.objects.exclude(username="外人")


def make_users(count: int, **fields: Any) -> list[User]:
    return [User.objects.create(username=f"user{n}", display_name=f"网格员{n}", **fields) for n in range(1, count + 1)]


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("外人", "a long enough password", display_name="街道老王")


Ask = Callable[..., HttpResponse]


@pytest.fixture
def ask(rf: RequestFactory, staff: User) -> Ask:
    """``ask("?state=x")`` answers as the list's page does; ``ask(post={…})`` posts."""

    def answer(query: str = "", *, post: dict[str, Any] | None = None, listing: Any = UserList, **headers: Any) -> Any:
        path = f"/users/{query}"
        request = rf.get(path, headers=headers) if post is None else rf.post(path, post)
        request.user = staff
        request.session = SessionStore()
        request.htmx = headers.get("HX-Request") == "true"  # type: ignore[attr-defined]
        request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
        response = render(request, listing)
        response.said = [str(one) for one in request._messages]  # type: ignore[attr-defined]
        return response

    return answer
