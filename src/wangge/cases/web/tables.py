"""The lists of cases: all of them, and the boxes of what waits for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from wangge.cases import policy, queries
from wangge.cases.actions import dispatch_by_list
from wangge.cases.boxes import BOXES, Box, boxes_for
from wangge.cases.dispatching import CannotDispatch, out_of_reach, plans_for
from wangge.cases.enums import DONE_STATES, LIVE_STATES, OPEN_STATES, CaseState, Channel, DemandType, Urgency
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.cases.web import filters as own
from wangge.cases.web.shown import box_url, dress, due_cell, state_badge, title_cell
from wangge.duties import snapshot
from wangge.kernel.access.scopes import may, scope
from wangge.kernel.listing import paging
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange, Filter, Flag
from wangge.kernel.listing.html import badge, moment
from wangge.kernel.listing.listing import Applied, BulkAction, Listing, Rows

STAGES = {
    "open": ("待办中", OPEN_STATES),
    "live": ("未结束（含并案）", LIVE_STATES),
    "done": ("已办结", DONE_STATES),
}
UNASKED: Final = object()
# What ``queries.count`` may answer for without the rows: anything else is counted row by row.
TALLIED = {"state", "stage", "place", "q", *own.TRAITS}
# Filters with an index that holds place and offices too.
NARROWING = {"overdue", "created", "dispatched", "closed", "kind"}
# Those with an index that also holds what the list is ordered by, the newest first.
THIN = NARROWING - {"overdue"}

NUMBER = Column("number", "编号", screen=False, width=24)
TITLE = Column("title", "事项", render=title_cell, value=lambda c: c.title, css="wg-wide", width=40)
KIND = Column("kind", "类别", value=lambda c: c.kind.name if c.kind else "未分类", screen=False)
PLACE = Column("path", "地点", value=lambda c: c.place_name, css="case-place", width=24)
STATE = Column("state", "状态", render=state_badge)
DUE = Column("next_due_at", "时限", render=due_cell, value=lambda c: c.next_due_at, sort="due", css="wg-nowrap")
LEAD = Column("lead_office", "主办单位", value=lambda c: c.lead_name, css="case-office", width=26)
HOLDER = Column("holder_office", "当前单位", value=lambda c: c.holder_name, css="case-office", width=26)
CHANNEL = Column("channel", "渠道", screen=False)
CREATED = Column(
    "created_at",
    "登记",
    render=lambda c: moment(c.created_at),
    value=lambda c: c.created_at,
    sort="new",
    css="wg-nowrap",
    width=17,
)
SUPERVISED = Column(
    "supervised_at",
    "督办",
    render=lambda c: moment(c.supervised_at),
    value=lambda c: c.supervised_at,
    css="wg-nowrap",
    width=17,
)
MORE = (
    Column("demand_type", "诉求类型", screen=False),
    Column("urgency", "紧急程度", screen=False),
    Column("path_code", "区划代码", value=lambda c: c.path, screen=False, width=16),
    # What was told in confidence stays on the page of the case.
    Column("text", "内容", value=lambda c: "（保密事项）" if c.is_private else c.text, screen=False, width=60),
    Column("dispatch_reason", "派单理由", screen=False, width=40),
    Column("dispatched_at", "派单时间", screen=False, width=17),
    Column("finish_due_at", "办结时限", screen=False, width=17),
    Column("closed_at", "结案时间", screen=False, width=17),
    Column("result_class", "办理结果", screen=False),
    Column("solved", "是否解决", screen=False),
    Column("satisfaction", "满意度", screen=False),
)


def _stage(rows: Rows, value: str) -> Rows:
    return rows.filter(state__in=STAGES[value][1])


def _overdue(rows: Rows, _value: Any) -> Rows:
    return rows.overdue(timezone.now())  # type: ignore[attr-defined, no-any-return]


def _linked_to(rows: Rows, value: str) -> Rows:
    return rows.filter(lead_office_id=int(value))


def _held_by(rows: Rows, value: str) -> Rows:
    return rows.filter(holder_office_id=int(value))


class _Cases(Listing):
    """What all lists of cases share."""

    noun = "件"
    sorts = {
        "new": ("-created_at", "-id"),
        "due": ("next_due_at", "id"),
        "id": ("id",),
    }
    default_sort = "new"
    export_permission = "cases.export"
    template = "cases/desk/list.html"

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        # Not joined: while it looks for rows the database would fetch the kinds of all it finds, to show a page.
        prefetch_related_objects(rows, "kind")
        dress(rows)

    def row_css(self, row: Any) -> str:
        late = row.is_open and row.next_due_at is not None and row.next_due_at < timezone.now()
        return "case-late" if late else ""


class CaseTable(_Cases):
    """Cases the user sees, with every filter. Lists of some of them begin here and narrow ``rows``."""

    title = "全部事项"
    columns = (NUMBER, TITLE, KIND, PLACE, STATE, DUE, LEAD, CHANNEL, CREATED, *MORE)
    filters = (
        own.Search("q", "搜索", placeholder="编号、电话、内容、地址"),
        Choice("stage", "阶段", choices=[(code, label) for code, (label, _) in STAGES.items()], apply=_stage),
        Choice("state", "状态", choices=CaseState.choices),
        own.BoxFilter("box", "待我处理"),
        own.PlaceFilter("place", "地点"),
        own.Pick("kind", "类别", choices=own.kind_options, apply=own.by_kind),
        own.Pick("lead", "主办单位", choices=own.lead_options, apply=_linked_to),
        Choice("channel", "渠道", choices=Channel.choices),
        own.Pick("hotline", "来源热线", choices=own.hotline_options, apply=own.by_hotline),
        Choice("demand_type", "诉求类型", choices=DemandType.choices),
        Choice("urgency", "紧急程度", choices=Urgency.choices),
        DateRange("created", "登记日期", field="created_at"),
        Flag("overdue", "已超期", apply=_overdue),
        Flag("repeats", "重复", apply=own.repeated),
        Flag("problem", "疑难", where={"is_problem": True}),
        Flag("private", "保密", where={"is_private": True}),
        own.QuietPick("holder", "当前单位", choices=own.lead_options, apply=_held_by),
        own.Quiet("result", "评价", choices=own.RESULTS, apply=own.by_result),
        own.QuietDates("dispatched", "派单日期", field="dispatched_at"),
        own.QuietDates("closed", "结案日期", field="closed_at"),
    )
    empty_title = "没有事项"
    empty_hint = "您的范围内还没有登记过事项。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.rows(request.user)


class CaseList(CaseTable):
    """Every case the user sees: all of them, so that tallies and indexes may answer for the rows."""

    def rows(self, request: HttpRequest) -> Rows:
        # The user comes along for ``count``, which may answer from the tallies.
        self.params_user, self.counted = request.user, UNASKED
        self.few: list[int] | None = None
        return policy.rows(request.user)

    def filtered(self, request: HttpRequest, applied: Applied) -> Rows:
        apart = "overdue" in applied.values and not self._sees_all(request)
        rows = self.rows(request)
        if "q" in applied.values and not applied.errors:
            self.few = queries.few_with(scope(request.user, "cases.read"), applied.values["q"][0])
        aside = {*(["overdue"] if apart else []), *(["q"] if self.few is not None else [])}
        rows = self.narrowed(rows, applied, but=aside)
        if self.few is not None:
            rows = queries.among(rows, self.few)
        if self._counted(applied) == 0:
            return rows.none()  # nothing to find is not looked for among all the rest
        if not apart:
            return rows
        # First which are late, within the index that knows; its end, which is none, keeps the two apart.
        late = policy.rows_by_other_means(request.user).overdue(timezone.now()).order_by()
        return rows.filter(pk__in=late.values("pk")[: 1 << 40])

    def thin(self, request: HttpRequest, applied: Applied) -> Rows | None:
        names = applied.values.keys()
        # Where everything is seen, the newest are the first of the index by kind or day of filing.
        if (
            applied.errors
            or applied.sort.removeprefix("-") != "new"
            or not names
            or not names <= THIN
            or (names <= {"kind", "created"} and (self._sees_all(request) or not self._by_itself(applied)))
        ):
            return None
        return paging.bare(self.narrowed(policy.rows_by_other_means(request.user), applied), applied.order)

    @staticmethod
    def _by_itself(applied: Applied) -> bool:
        """Whether one kind is asked for, not a group: the index tells kinds apart."""
        return "kind" not in applied.values or own.is_leaf(applied.values["kind"])

    @staticmethod
    def _sees_all(request: HttpRequest) -> bool:
        home = str(settings.HOME_DIVISION)
        return any(len(path) <= len(home) for path in scope(request.user, "cases.read").paths)

    def count(self, rows: Rows, applied: Applied) -> int:
        counted = self._counted(applied)
        if counted is not None:
            return counted
        if self.few is None and applied.values.keys() & NARROWING and self._by_itself(applied):
            rows = self.narrowed(policy.rows_by_other_means(self.params_user), applied)
        return super().count(rows, applied)

    def _counted(self, applied: Applied) -> int | None:
        """What the tallies say, asked once a request; None when they cannot."""
        if self.counted is UNASKED:
            self.counted = self._tallied(applied)
        return self.counted  # type: ignore[return-value]

    def _tallied(self, applied: Applied) -> int | None:
        values = applied.values
        place = values.get("place", "")
        if applied.errors or place == own.NO_STREET or not values.keys() <= TALLIED:
            return None
        states = set(CaseState.values)
        if "state" in values:
            states &= {values["state"]}
        if "stage" in values:
            states &= set(STAGES[values["stage"]][1])
        narrowed = sorted(states) if len(states) < len(CaseState.values) else None
        words = values["q"][0] if "q" in values else ""
        if self.few is not None:
            return len(self.few) if values.keys() == {"q"} else None
        where: dict[str, Any] = {}
        for name in values.keys() & own.TRAITS.keys():
            where |= own.TRAITS[name](values[name])
        return queries.count(self.params_user, states=narrowed, path=place, words=words, where=where)

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        found = []
        if may(request.user, "cases.create"):
            found.append({"label": "登记", "url": reverse("case_intake"), "icon": "plus"})
        if may(request.user, "cases.import"):
            found.append({"label": "导入", "url": reverse("case_import"), "icon": "file-import"})
        return found


def _accept(request: HttpRequest, row: Case, _data: dict[str, Any]) -> str:
    try:
        dispatch_by_list(case=row, by=request.user)
    except CannotDispatch as error:
        raise ValidationError(str(error)) from error
    row.refresh_from_db()
    return f"已派给{row.lead_office.name if row.lead_office else ''}"


def _step(name: str) -> Any:
    def take(request: HttpRequest, row: Case, _data: dict[str, Any]) -> None:
        getattr(CaseFlow(row, request.user), name)()

    return take


ACCEPT = BulkAction(
    "accept", "接受建议并派单", _accept, "cases.dispatch", text="按清单建议派给各行所示的单位。", icon="route"
)
SIGN = BulkAction("sign", "签收", _step("sign"), "cases.sign", icon="checklist")
CLOSE = BulkAction(
    "close", "结案", _step("close"), "cases.close", text="只有匿名或不要求回复的事项可以不回访结案。", icon="check"
)
BULK = {"dispatch": (ACCEPT,), "sign": (SIGN,), "callback": (CLOSE,)}
# Where the box is emptied by somebody who looks at what waits longest.
BY_AGE = {"dispatch", "returned", "check", "callback", "requests", "suspended"}


class BoxList(_Cases):
    """One box: the cases that wait for the same verb. ``params``: ``code``."""

    columns: ClassVar[Sequence[Column]] = (NUMBER, TITLE, KIND, PLACE, STATE, DUE, LEAD, HOLDER, CREATED, *MORE)
    filters: ClassVar[Sequence[Filter]] = (
        own.Search("q", "搜索", placeholder="编号、电话、内容、地址"),
        own.PlaceFilter("place", "地点"),
        own.Pick("kind", "类别", choices=own.kind_options, apply=own.by_kind),
        Choice("channel", "渠道", choices=Channel.choices),
        Choice("urgency", "紧急程度", choices=Urgency.choices),
        DateRange("created", "登记日期", field="created_at"),
        Flag("overdue", "已超期", apply=_overdue),
    )
    default_sort = "due"
    empty_title = "这里已经清空了"
    empty_hint = "没有等您处理的事项。"

    def __init__(self, code: str) -> None:
        super().__init__(code=code)
        # Instances of one class are different lists: title, order and actions follow the box.
        self.title = self.box.label  # type: ignore[misc]
        self.default_sort = "-new" if code in BY_AGE else "due"  # type: ignore[misc]
        self.bulk = BULK.get(code, ())  # type: ignore[misc]
        if code == "supervised":
            self.columns = (NUMBER, TITLE, KIND, PLACE, STATE, DUE, LEAD, HOLDER, SUPERVISED, *MORE)  # type: ignore[misc]

    @property
    def box(self) -> Box:
        return BOXES[self.params["code"]]

    def context(self, request: HttpRequest) -> dict[str, Any]:
        return {"boxes": [(b.label, box_url(b.code), b.code == self.box.code) for b in boxes_for(request.user)]}

    def rows(self, request: HttpRequest) -> Rows:
        return self.box.rows(request.user).filter(policy.visible(request.user))


def _suggestion(case: Any) -> str:
    if case.plan is None:
        return format_html('<span class="text-secondary">{}</span>', case.plan_problem)
    tone = "ok" if case.plan.confidence >= 0.8 else "warn"
    return format_html(
        '<div class="case-plan"><strong>{}</strong> <span class="wg-badge wg-tone-{}" title="把握">{}%</span>'
        '{}<div class="case-plan-why" title="{}">{}</div></div>',
        case.plan.lead.name,
        tone,
        round(case.plan.confidence * 100),
        format_html(" {}", badge("由区级派单", "neutral")) if case.plan_beyond else "",
        case.plan.reason,
        # The rule that decided comes last; the page of the case tells the whole of it.
        [part for part in case.plan.reason.split("。") if part][-1].lstrip(";；"),
    )


class DispatchQueue(BoxList):
    """What waits for dispatch, with the list's own suggestion beside each."""

    columns = (
        NUMBER,
        TITLE,
        KIND,
        PLACE,
        Column("suggestion", "清单建议", render=_suggestion, css="wg-wide", width=40),
        CHANNEL,
        CREATED,
        *MORE,
    )
    filters = tuple(one for one in BoxList.filters if one.name != "overdue")
    empty_hint = "所有事项都已派出。新登记的会出现在这里。"

    def __init__(self) -> None:
        super().__init__("dispatch")
        self.params = {}

    @property
    def box(self) -> Box:
        return BOXES["dispatch"]

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        super().prepare(request, rows)
        with snapshot.pinned():
            for case in rows:
                found = plans_for(case)
                case.plan = found[0] if found else None
                within = policy.dispatch_path(request.user, case)
                case.plan_beyond = case.plan is not None and out_of_reach(case.plan, within)
                case.plan_problem = "先选类别" if case.kind_id is None else "清单没有承办单位，请指定"

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        if may(request.user, "cases.create"):
            return [{"label": "登记", "url": reverse("case_intake"), "icon": "plus"}]
        return []
