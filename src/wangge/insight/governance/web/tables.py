"""The list of tasks, and the cases of one."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from wangge.cases.web.filters import PlaceFilter, QuietPick, lead_options
from wangge.cases.web.tables import CaseTable
from wangge.insight.governance import policy
from wangge.insight.governance.enums import NOTICE_TONES, OPEN_STATES, TONES, NoticeKind, TaskState, Verdict
from wangge.insight.governance.models import GovernanceItem, GovernanceTask
from wangge.insight.topics.models import TopicMember
from wangge.kernel.access.scopes import permissions
from wangge.kernel.facts.days import bounds
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange, Flag, Text
from wangge.kernel.listing.html import badge, moment
from wangge.kernel.listing.listing import Applied, Listing, Rows
from wangge.organization import queries as organization
from wangge.territory import queries as territory


def state_badge(task: GovernanceTask) -> str:
    return badge(task.get_state_display(), TONES[task.state])


def _title(task: Any) -> str:
    about = task.topic.name if task.topic_id else task.kind.name
    return format_html(
        '<div><a href="{}">{}</a></div><small class="text-secondary">{}：{}</small>',
        reverse("governance_task", args=[task.pk]),
        task.name,
        "热点" if task.topic_id else "类别",
        about,
    )


def _due(task: Any) -> str:
    late = task.is_late(timezone.localdate())
    return format_html("{}{}", task.deadline_on, format_html(" {}", badge("超期", "danger")) if late else "")


def _effect(task: Any) -> str:
    return str(Verdict(task.effect["verdict"]).label) if task.effect else ""


def _late(rows: Rows, _value: Any) -> Rows:
    return rows.filter(state__in=OPEN_STATES, deadline_on__lt=timezone.localdate())


def mine(rows: Rows, user: Any) -> Rows:
    """Tasks under way with an open line of an office that the user acts for."""
    lines = GovernanceItem.objects.filter(office_id__in=policy.my_offices(user), removed_at=None, done_at=None)
    return rows.filter(state=TaskState.RUNNING, pk__in=lines.values("task_id"))


def _led_by(rows: Rows, value: str) -> Rows:
    return rows.filter(office_id=int(value))


class TaskList(Listing):
    """Every task the user may read."""

    title = "治理任务"
    noun = "项"
    columns = (
        Column("name", "任务", render=_title, value=lambda t: t.name, css="wg-wide", width=36),
        Column("about", "对象", value=lambda t: t.topic.name if t.topic_id else t.kind.name, screen=False, width=24),
        Column("path", "范围", value=lambda t: t.place, width=20),
        Column("office", "牵头单位", value=lambda t: t.office_name, width=26),
        Column("state", "状态", render=state_badge),
        Column("progress", "措施", value=lambda t: f"{t.measures_done}/{t.measures}" if t.measures else "", width=10),
        Column(
            "deadline_on", "期限", render=_due, value=lambda t: t.deadline_on, sort="due", css="wg-nowrap", width=12
        ),
        Column("month_on", "每月一题", value=lambda t: f"{t.month_on:%Y-%m}" if t.month_on else "", width=12),
        Column("effect", "成效", value=_effect, width=12),
        Column("goal", "目标", screen=False, width=40),
        Column("seen_count", "观察期件数", screen=False),
        Column("created_at", "提出", screen=False, sort="new", width=17),
    )
    filters = (
        Text("q", "名称", placeholder="任务名称", field="name"),
        Choice("state", "状态", choices=TaskState.choices),
        PlaceFilter("place", "范围"),
        DateRange("due", "期限", field="deadline_on"),
        Flag("late", "已超期", apply=_late),
        Flag("monthly", "每月一题", where={"month_on__isnull": False}),
        QuietPick("lead", "牵头单位", choices=lead_options, apply=_led_by),
    )
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"new": ("-created_at", "-id"), "due": ("deadline_on", "id")}
    default_sort = "new"
    export_permission = "cases.export"
    template = "governance/list.html"
    empty_title = "还没有治理任务"
    empty_hint = "从热点或高频类别提出第一项，研究一类问题，解决一片矛盾。"

    def rows(self, request: HttpRequest) -> Rows:
        measures = Q(items__list_name="measure", items__removed_at=None)
        return (
            policy.rows(request.user)
            .select_related("topic", "kind")
            .annotate(
                measures=Count("items", filter=measures),
                measures_done=Count("items", filter=measures & Q(items__done_at__isnull=False)),
            )
        )

    def count(self, rows: Rows, applied: Applied) -> int:  # noqa: ARG002
        return rows.order_by().values("pk").count()

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        places = territory.names_of({row.path for row in rows})
        names = organization.names({row.office_id for row in rows})
        for row in rows:
            row.place, row.office_name = places[row.path], names.get(row.office_id, "")

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        found = [
            {"label": "每月一题", "url": reverse("governance_year"), "icon": "calendar"},
            {"label": "提醒", "url": reverse("governance_notices"), "icon": "speakerphone"},
        ]
        if policy.MANAGE in permissions(request.user):
            found.insert(0, {"label": "提出任务", "url": reverse("governance_propose"), "icon": "plus"})
        return found


class MyTasks(TaskList):
    """Tasks under way in which a line of the user's offices is open."""

    title = "本单位待办的治理任务"
    empty_title = "没有等本单位办理的治理任务"
    empty_hint = ""

    def rows(self, request: HttpRequest) -> Rows:
        return mine(super().rows(request), request.user)


class NoticeList(Listing):
    """What the user's offices were told about tasks."""

    title = "治理提醒"
    noun = "条"
    columns = (
        Column("kind", "类别", render=lambda n: badge(n.get_kind_display(), NOTICE_TONES.get(n.kind, "info"))),
        Column("text", "内容", css="wg-wide", link=lambda n: reverse("governance_task", args=[n.task_id])),
        Column("task", "任务", value=lambda n: n.task.name, css="wg-wide"),
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
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"new": ("-at", "-id")}
    default_sort = "new"
    export_permission = "cases.export"
    template = "governance/notices.html"
    empty_title = "没有提醒"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.notices(request.user).select_related("task")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = organization.names([row.office_id for row in rows])
        for row in rows:
            row.office_name = names.get(row.office_id, "")


class TaskCases(CaseTable):
    """The cases of a task within days, as far as the user sees them. ``params``: task, first, last."""

    template = "governance/cases.html"
    task: GovernanceTask

    def rows(self, request: HttpRequest) -> Rows:
        task = policy.rows(request.user).select_related("kind").get(pk=self.params["task"])
        first, last = (date.fromisoformat(self.params[name]) for name in ("first", "last"))
        rows = super().rows(request)
        if task.topic_id is not None:
            members = TopicMember.objects.filter(topic_id=task.topic_id, on__range=(first, last))
            return rows.filter(pk__in=members.values("case_id"))
        assert task.kind is not None
        start, end = bounds(first)[0], bounds(last)[1]
        within = rows.filter(created_at__gte=start, created_at__lt=end, kind__code__startswith=task.kind.code)
        return within.filter(path__startswith=task.path)

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:  # noqa: ARG002
        return []
