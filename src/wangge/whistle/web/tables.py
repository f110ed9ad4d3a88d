"""The lists of whistles: all of them, and the boxes of what waits for somebody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from wangge.cases.web.filters import Pick
from wangge.kernel.access.scopes import may, scope
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange, Flag, Text
from wangge.kernel.listing.html import badge, moment
from wangge.kernel.listing.listing import Listing, Rows
from wangge.organization import book
from wangge.organization import queries as organization
from wangge.territory import queries as territory
from wangge.whistle import policy
from wangge.whistle.boxes import BOXES, Box, boxes_for
from wangge.whistle.enums import (
    LIVE_STATES,
    LIVE_SUMMONS,
    OPEN_STATES,
    NoticeKind,
    Origin,
    WhistleKind,
    WhistleState,
)
from wangge.whistle.models import Summons
from wangge.whistle.web.shown import (
    NOTICE_TONES,
    box_url,
    dress,
    due_cell,
    offices_cell,
    state_badge,
    title_cell,
    whistle_url,
)

STAGES = {
    "live": ("处置中和挂起", LIVE_STATES),
    "open": ("未结束", OPEN_STATES),
    "done": ("已结束", (WhistleState.CLOSED, WhistleState.WITHDRAWN)),
}


def _stage(rows: Rows, value: str) -> Rows:
    return rows.filter(state__in=STAGES[value][1])


def _search(rows: Rows, text: str) -> Rows:
    if text.isdecimal() and len(text) >= 15:
        return rows.filter(number=text)
    return rows.filter(Q(title__icontains=text) | Q(address__icontains=text) | Q(text__icontains=text))


def _late(rows: Rows, _value: Any) -> Rows:
    return rows.late(timezone.now())  # type: ignore[attr-defined, no-any-return]


def _raised(rows: Rows, _value: Any) -> Rows:
    live = Summons.objects.filter(raised_at__isnull=False, state__in=LIVE_SUMMONS)
    return rows.filter(state=WhistleState.RUNNING, pk__in=live.values("whistle_id"))


def _called(rows: Rows, value: str) -> Rows:
    return rows.filter(pk__in=Summons.objects.filter(office_id=int(value)).values("whistle_id"))


def _at(rows: Rows, value: str) -> Rows:
    return rows.filter(path__startswith=value)


def street_options(request: HttpRequest) -> list[tuple[str, str]]:
    """The streets of the user's area."""
    roots = scope(request.user, policy.READ).paths or (str(settings.HOME_DIVISION),)
    found = []
    for root in roots:
        below = [(d.code, d.name) for d in territory.children(root)] if len(root) < 9 else []
        found += below or [(root, territory.name_of(root))]
    return found


def department_options(request: HttpRequest) -> list[tuple[str, str]]:
    """Departments and companies of the district; somebody of a department sees only whistles of its own anyway."""
    roots = scope(request.user, policy.READ).paths or (str(settings.HOME_DIVISION),)
    return [
        (str(o.id), o.name)
        for o in book.current().by_id.values()
        if o.open
        and o.level in ("district", "enterprise")
        and any(root.startswith(o.path) or o.path.startswith(root) for root in roots)
    ]


COLUMNS = (
    Column("number", "编号", screen=False, width=24),
    Column("title", "吹哨", render=title_cell, value=lambda w: w.title, css="wg-wide", width=40),
    Column("kind", "哨种", screen=False),
    Column("origin", "缘由", screen=False),
    Column("path", "地点", value=lambda w: w.place_name, css="whistle-place", width=24),
    Column("state", "状态", render=state_badge),
    Column(
        "called",
        "被吹单位",
        render=offices_cell,
        value=lambda w: "；".join(f"{n}（{s.get_role_display()}，{s.get_state_display()}）" for s, n in w.called),
        css="whistle-offices",
        width=40,
    ),
    Column("next_due_at", "最近时限", render=due_cell, value=lambda w: w.next_due_at, sort="due", css="wg-nowrap"),
    Column(
        "blown_at",
        "吹哨时间",
        render=lambda w: moment(w.blown_at) or "未签发",
        value=lambda w: w.blown_at,
        sort="blown",
        css="wg-nowrap",
        width=17,
    ),
    Column("text", "情况", screen=False, width=60),
    Column("tried", "街道已做的工作", screen=False, width=40),
    Column("wanted", "请部门解决什么", screen=False, width=40),
    Column("address", "集结地点", screen=False, width=30),
    Column("office_name", "吹哨单位", screen=False, width=26),
    Column("closed_at", "销哨时间", screen=False, width=17),
    Column("result", "销哨意见", screen=False, width=40),
    Column("verdict", "研判", screen=False),
)
FILTERS = (
    Text("q", "搜索", placeholder="编号、标题、地点、内容", apply=_search),
    Choice("stage", "阶段", choices=[(code, label) for code, (label, _) in STAGES.items()], apply=_stage),
    Choice("state", "状态", choices=WhistleState.choices),
    Choice("kind", "哨种", choices=WhistleKind.choices),
    Choice("origin", "缘由", choices=Origin.choices),
    Choice("street", "街道", choices=street_options, apply=_at),
    Pick("office", "被吹单位", choices=department_options, apply=_called),
    DateRange("blown", "吹哨日期", field="blown_at"),
    Flag("late", "有超时", apply=_late),
    Flag("raised", "已报区领导", apply=_raised),
)


class WhistleList(Listing):
    """Every whistle the user sees."""

    title = "吹哨报到"
    noun = "件"
    columns = COLUMNS
    filters = FILTERS
    sorts = {
        "new": ("-created_at", "-id"),
        "due": ("next_due_at", "id"),
        "blown": ("blown_at", "id"),
        "id": ("id",),
    }
    default_sort = "new"
    export_permission = "whistle.export"
    template = "whistle/desk/list.html"
    empty_title = "没有吹哨"
    empty_hint = "单靠街道力量难以解决的问题，可以吹哨请部门到现场解决。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.rows(request.user)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        dress(rows)

    def row_css(self, row: Any) -> str:
        late = row.next_due_at is not None and row.next_due_at < timezone.now()
        return "whistle-late" if late else ""

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        found = []
        if may(request.user, "whistle.draft"):
            found.append({"label": "吹哨", "url": reverse("whistle_new"), "icon": "speakerphone"})
        if may(request.user, "whistle.command"):
            found.append({"label": "指挥台", "url": reverse("whistle_command"), "icon": "activity"})
        return found

    def context(self, request: HttpRequest) -> dict[str, Any]:
        return {"boxes": [(b.label, box_url(b.code), False) for b in boxes_for(request.user)]}


class BoxList(WhistleList):
    """One box: the whistles that wait for the same verb. ``params``: ``code``."""

    default_sort = "due"
    empty_title = "这里已经清空了"
    empty_hint = "没有等您处理的吹哨。"

    def __init__(self, code: str) -> None:
        super().__init__(code=code)
        self.title = self.box.label  # type: ignore[misc]

    @property
    def box(self) -> Box:
        return BOXES[self.params["code"]]

    def rows(self, request: HttpRequest) -> Rows:
        return self.box.rows(request.user).filter(policy.visible(request.user))

    def context(self, request: HttpRequest) -> dict[str, Any]:
        return {"boxes": [(b.label, box_url(b.code), b.code == self.box.code) for b in boxes_for(request.user)]}


class NoticeList(Listing):
    """What the user's offices were told about whistles."""

    title = "吹哨提醒"
    noun = "条"
    columns = (
        Column("kind", "类别", render=lambda n: badge(n.get_kind_display(), NOTICE_TONES.get(n.kind, "info"))),
        Column("text", "内容", css="wg-wide", link=lambda n: whistle_url(n.whistle)),
        Column("whistle", "吹哨", value=lambda n: n.whistle.title, css="wg-wide"),
        Column("office", "单位", value=lambda n: n.office_name),
        Column("at", "时间", render=lambda n: moment(n.at), value=lambda n: n.at, sort="new", css="wg-nowrap"),
        Column(
            "seen_at", "已阅", render=lambda n: moment(n.seen_at) or "未阅", value=lambda n: n.seen_at, css="wg-nowrap"
        ),
    )
    filters = (
        Choice("kind", "类别", choices=NoticeKind.choices),
        Flag("unseen", "未阅", where={"seen_at__isnull": True}),
        DateRange("at", "日期", field="at"),
    )
    sorts = {"new": ("-at", "-id")}
    default_sort = "new"
    export_permission = "whistle.export"
    template = "whistle/desk/notices.html"
    empty_title = "没有提醒"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.notices(request.user).select_related("whistle")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = organization.names([row.office_id for row in rows])
        for row in rows:
            row.office_name = names.get(row.office_id, "")

    def row_css(self, row: Any) -> str:
        return "" if row.seen_at else "whistle-unseen"
