"""The menu shows what the user may open and nothing else."""

from __future__ import annotations

from django.test import RequestFactory

from wangge.config.roles import PERMISSIONS
from wangge.kernel.access.roles import Role
from wangge.kernel.access.scopes import Holding
from wangge.sites.desk.menu import MENU, Item, Section, open_sections

ONE = Section(
    "一端通",
    "",
    (
        Item("导出", "listing_exports", "download", ("cases.read",)),
        Item("组件", "design", "table", ("access.accounts",)),
        Item("没有这一页", "no_such_page", "x"),
    ),
)


class Visitor:
    is_authenticated = True
    is_active = True

    def __init__(self, *permissions: str) -> None:
        self._holdings = (Holding(Role("r", "角色", frozenset(permissions)), "150203", None),)


def labels(rf: RequestFactory, *permissions: str, path: str = "/") -> list[tuple[str, bool]]:
    request = rf.get(path)
    request.user = Visitor(*permissions)  # type: ignore[assignment]
    return [(item.label, item.active) for section in open_sections(request, [ONE]) for item in section.items]


def test_an_item_shows_to_those_who_hold_its_permission(rf: RequestFactory) -> None:
    assert labels(rf, "cases.read") == [("导出", False)]


def test_a_section_without_items_does_not_show(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = Visitor("territory.read")  # type: ignore[assignment]
    assert open_sections(request, [ONE]) == []


def test_the_current_page_is_marked(rf: RequestFactory) -> None:
    assert labels(rf, "cases.read", "access.accounts", path="/design/list/") == [("导出", False), ("组件", True)]


def test_every_item_asks_for_a_permission_that_exists() -> None:
    assert {need for section in MENU for item in section.items for need in item.needs} <= set(PERMISSIONS)
