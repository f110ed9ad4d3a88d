"""The desk's menu: the six ones (六个一, Q11), with the user's own work above them.

An item shows when its page exists and the user holds one of its permissions somewhere; a section without
items does not show. Hiding is convenience only: the page itself asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from wangge.kernel.access.scopes import permissions


@dataclass(frozen=True, slots=True)
class Item:
    """A page of the menu. ``needs`` lists the permissions of which one suffices (none: any signed-in user)."""

    label: str
    url_name: str
    icon: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the menu; ``hint`` says in words what the slogan means."""

    label: str
    hint: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item that this user may open."""

    label: str
    url: str
    icon: str
    active: bool


@dataclass(frozen=True, slots=True)
class OpenSection:
    label: str
    hint: str
    items: tuple[OpenItem, ...]


MENU: Final[tuple[Section, ...]] = (
    Section(
        "我的工作",
        "",
        (
            Item("待办", "case_my_work", "checklist", ("cases.read",)),
            Item("受理台", "case_intake", "headset", ("cases.create",)),
            Item("窗口登记", "case_intake_window", "clipboard-text", ("cases.create",)),
            Item("代表委员建议", "case_intake_deputy", "speakerphone", ("cases.suggest",)),
            Item("人民建议征集", "case_intake_suggestion", "bulb", ("cases.suggest",)),
            Item("派单队列", "case_dispatch_queue", "route", ("cases.dispatch",)),
        ),
    ),
    Section(
        "一条线",
        "清单与机构",
        (
            Item("清单", "duty_list", "list-details", ("duties.read",)),
            Item("类别与职责", "kind_tree", "category", ("duties.read",)),
            Item("类别模型", "model_list", "wand", ("insight.read",)),
            Item("办理时限", "limit_list", "hourglass", ("duties.read",)),
            Item("机构", "office_list", "building-bank", ("organization.read",)),
        ),
    ),
    Section(
        "一张网",
        "网格·人·房",
        (
            Item("行政区划", "division_list", "sitemap", ("territory.read",)),
            Item("网格", "grid_list", "hexagons", ("territory.read",)),
            Item("地点", "place_list", "map-pin", ("territory.read",)),
            Item("习得地名", "learned_names", "map-search", ("territory.manage",)),
            Item("二维码", "place_code_list", "qrcode", ("territory.read",)),
        ),
    ),
    Section("一股绳", "队伍", (Item("人员", "staff_list", "users-group", ("organization.read",)),)),
    Section("一站式", "服务", ()),
    Section(
        "一盘棋",
        "共建·协商·吹哨",
        (
            Item("吹哨报到", "whistle_list", "speakerphone", ("whistle.read",)),
            Item("吹哨指挥台", "whistle_command", "activity", ("whistle.command",)),
            Item("吹哨大屏", "display_list", "device-desktop", ("whistle.command",)),
            Item("平急转化", "posture_list", "alarm", ("whistle.switch",)),
        ),
    ),
    Section(
        "一端通",
        "事项·台账·大屏",
        (
            Item("领导驾驶舱", "case_overview", "layout-dashboard", ("cockpit.read",)),
            Item("每日民情", "brief_today", "report-analytics", ("cockpit.read",)),
            Item("热点", "topic_list", "flame", ("insight.read",)),
            Item("治理任务", "governance_list", "target", ("governance.read",)),
            Item("每月一题", "governance_year", "calendar", ("governance.read",)),
            Item("答复质检", "reply_report", "message-2", ("replies.read",)),
            Item("考核排名", "assessment_ranking", "award", ("assessment.read",)),
            Item(
                "考核申诉",
                "assessment_appeals",
                "gavel",
                ("assessment.appeal", "assessment.decide", "assessment.review_workers"),
            ),
            Item("年度考核", "assessment_year", "trophy", ("assessment.read",)),
            Item("治理类街乡镇", "assessment_rectifications", "target", ("assessment.read",)),
            Item("点评材料", "assessment_packs", "file-text", ("assessment.close",)),
            Item("全部事项", "case_list", "stack", ("cases.read",)),
            Item("导入工单", "case_import", "file-import", ("cases.import",)),
        ),
    ),
    Section(
        "系统管理",
        "",
        (
            Item("账号与授权", "user_list", "user-circle", ("access.accounts", "access.grants")),
            Item("审计", "audit_list", "shield-check", ("audit.read",)),
            Item("接入系统", "system_list", "network", ("api.manage",)),
            Item("办理规则", "case_rules", "adjustments", ("config.manage",)),
            Item("每日民情规则", "brief_rules", "calendar-event", ("config.manage",)),
            Item("考核方案", "assessment_schemes", "clipboard-list", ("assessment.manage",)),
            Item("吹哨时限", "whistle_limits", "hourglass", ("config.manage",)),
            Item("工作日历", "calendar_year", "calendar", ("config.manage",)),
            Item("后台任务", "jobs_health", "activity", ("config.manage",)),
            Item("我的导出", "listing_exports", "file-spreadsheet"),
        ),
    ),
)


# The list that answers the search box: the first that exists and that the user may read.
SEARCHED: Final = (("case_list", "cases.read"),)


def may_search(user: object) -> bool:
    """Whether the search box leads this user anywhere."""
    return not permissions(user).isdisjoint(permission for _, permission in SEARCHED)


def open_sections(request: HttpRequest, menu: Sequence[Section] = MENU) -> list[OpenSection]:
    """The part of ``menu`` that the user may open, with the current page marked (the longest matching address)."""
    held = permissions(request.user)
    found: list[tuple[Section, list[tuple[Item, str]]]] = []
    for section in menu:
        items: list[tuple[Item, str]] = []
        for item in section.items:
            if item.needs and held.isdisjoint(item.needs):
                continue
            try:
                items.append((item, reverse(item.url_name)))
            except NoReverseMatch:
                continue
        if items:
            found.append((section, items))
    here = max((url for _, items in found for _, url in items if request.path.startswith(url)), key=len, default="")
    return [
        OpenSection(
            section.label,
            section.hint,
            tuple(OpenItem(item.label, url, item.icon, url == here) for item, url in items),
        )
        for section, items in found
    ]
