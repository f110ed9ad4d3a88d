"""One thing to decide: a fixed order of rules, of each the matter that has waited longest. A person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from wangge.cases.enums import OPEN_STATES, RequestState
from wangge.cases.models import Case, CaseRequest
from wangge.cockpit.danger import Matter, waited
from wangge.cockpit.units import Unit
from wangge.insight.governance.enums import OPEN_STATES as OPEN_TASKS
from wangge.insight.governance.enums import TaskState
from wangge.insight.governance.models import GovernanceTask
from wangge.insight.topics.models import Rise
from wangge.insight.topics.queries import SHOWN_STATES
from wangge.kernel.facts.days import bounds
from wangge.organization import queries as organization
from wangge.territory import queries as territory
from wangge.territory.enums import COMMUNITY_LENGTH, Level
from wangge.whistle.enums import LIVE_STATES, ClockName, SummonsState, WhistleKind
from wangge.whistle.models import Summons, Whistle


@dataclass(frozen=True, slots=True)
class Question:
    """Something that waits for a leader. ``rank`` is the rule it came by; the lowest goes first."""

    rank: int
    since: datetime
    path: str
    office_ids: tuple[int, ...]
    title: str
    why: str
    url: str
    # Only units up there are asked: what a district decides is no question for its streets.
    longest: int = COMMUNITY_LENGTH
    # Where the wider topic lies that this is a part of: units that see that one are not asked about the part.
    part_of: str = ""

    def is_for(self, unit: Unit) -> bool:
        """Whether the unit, in whose place or office the matter lies, is to decide it."""
        return len(unit.path) <= self.longest and not (self.part_of and self.part_of.startswith(unit.path))


Source = Callable[[datetime], Iterable[Question]]
EMERGENCY, OBJECTED, HARD, PROBLEM, REQUEST, TASK, RISING = range(1, 8)
DISTRICT: Final = Level.DISTRICT.code_length
# So many of each kind are read: more than a leader could ever be asked, few enough to hold.
MOST: Final = 5000
WAITED_DAYS: Final = 2


def emergencies(matters: Sequence[Matter], now: datetime) -> list[Question]:
    """Danger to life whose limit has passed."""
    return [
        Question(
            EMERGENCY,
            m.created_at,
            m.path,
            (m.office_id,) if m.office_id else (),
            f"{_place(m.path)}的{'保密事项' if m.is_private else m.kind or '未分类事项'}涉及人身安全，已超时限",
            f"{_office(m.office_id)}，登记{waited(m.created_at, now)}。是否到场指挥或另行指定单位？",
            reverse("case_detail", args=[m.id]),
        )
        for m in matters
        if m.is_late(now)
    ]


def problems(now: datetime) -> list[Question]:
    """Problem orders (疑难工单) still open: returned or reworked so often that the level above has to decide."""
    rows = Case.objects.filter(is_problem=True, state__in=OPEN_STATES).order_by("created_at", "id")
    fields = ("id", "path", "created_at", "lead_office_id", "returns", "reworks", "kind__name", "is_private")
    return [
        Question(
            PROBLEM,
            created_at,
            path,
            (office_id,) if office_id else (),
            f"{_place(path)}的疑难工单（{'保密事项' if private else kind or '未分类'}）由谁牵头",
            f"已等{waited(created_at, now)}，退单{returns}次、重办{reworks}次，现由{_office(office_id)}主办。",
            reverse("case_detail", args=[pk]),
        )
        for pk, path, created_at, office_id, returns, reworks, kind, private in rows.values_list(*fields)[:MOST]
    ]


def requests(now: datetime) -> list[Question]:
    """Applications (延期、挂账、剔除) that nobody has decided."""
    rows = CaseRequest.objects.filter(state=RequestState.PENDING).select_related("case").order_by("asked_at", "id")
    return [
        Question(
            REQUEST,
            row.asked_at,
            row.case.path,
            (row.case.lead_office_id,) if row.case.lead_office_id else (),
            f"{_office(row.office_id)}申请{row.get_kind_display()}，是否同意",
            f"申请已等{waited(row.asked_at, now)}，事项在{_place(row.case.path)}。",
            reverse("case_detail", args=[row.case_id]),
        )
        for row in rows.only("asked_at", "kind", "office_id", "case_id", "case__path", "case__lead_office_id")[:MOST]
        if (now - row.asked_at).days >= WAITED_DAYS
    ]


def whistles(now: datetime) -> list[Question]:
    """Departments that object to a whistle, and hard whistles that are late: the district decides and coordinates."""
    objected = Summons.objects.filter(state=SummonsState.OBJECTED, whistle__state__in=LIVE_STATES)
    found = [
        Question(
            OBJECTED,
            since or now,
            path,
            (office_id,),
            f"{_office(office_id)}对{_place(path)}的吹哨提出异议，由谁来办",
            f"{WhistleKind(kind).label}已吹{waited(since or now, now)}，等待裁定，裁定后可以指定。",
            reverse("whistle_detail", args=[pk]),
            DISTRICT,
        )
        for pk, since, path, office_id, kind in objected.order_by("whistle__blown_at").values_list(
            "whistle_id", "whistle__blown_at", "whistle__path", "office_id", "whistle__kind"
        )[:MOST]
    ]
    # What the street has not checked in time is between it and the command centre.
    pressing = Summons.objects.filter(next_due_at__lt=now).exclude(due_name=ClockName.CHECK)
    late = Whistle.objects.late(now).filter(kind=WhistleKind.HARD, pk__in=pressing.values("whistle_id"))
    late = late.order_by("blown_at")
    found += [
        Question(
            HARD,
            since or now,
            path,
            tuple(office_ids),
            f"{_place(path)}的攻坚克难哨（{matter or '综合事项'}）超过时限，是否召开协调会",
            f"已吹{waited(since or now, now)}，被吹{len(office_ids)}个单位。",
            reverse("whistle_detail", args=[pk]),
            DISTRICT,
        )
        for pk, since, path, office_ids, matter in late.values_list(
            "pk", "blown_at", "path", "office_ids", "matter__name"
        )[:MOST]
    ]
    return found


def tasks(now: datetime) -> list[Question]:
    """Governance tasks that wait for an examination, or are late."""
    today = timezone.localdate(now)
    waiting = GovernanceTask.objects.filter(
        Q(state=TaskState.EXAMINED) | Q(state__in=OPEN_TASKS, deadline_on__lt=today)
    ).order_by("deadline_on", "pk")
    return [
        Question(
            TASK,
            bounds(task.done_on or task.deadline_on)[0],
            task.path,
            (task.office_id,),
            f"治理任务“{task.name}”{'等待验收' if task.state == TaskState.EXAMINED else '已过期限'}",
            f"{_office(task.office_id)}牵头，期限{task.deadline_on}。",
            reverse("governance_task", args=[task.pk]),
        )
        for task in waiting.only("name", "state", "path", "office_id", "deadline_on", "done_on")[:MOST]
    ]


def rises(now: datetime) -> list[Question]:
    """Topics that rose yesterday and that nobody has taken up: pre-emptive handling begins here."""
    day = timezone.localdate(now) - timedelta(days=1)
    found = Rise.objects.filter(on=day, topic__isnull=False).exclude(topic__governance_tasks__state__in=OPEN_TASKS)
    return [
        Question(
            RISING,
            bounds(day)[0],
            rise.path,
            (),
            f"热点“{rise.name}”明显上升，是否列为治理任务",
            f"昨日{rise.observed}件，通常{rise.expected:.1f}件，还没有治理任务。",
            reverse("topic_detail", args=[rise.topic_id]),
            part_of=_part_of(rise),
        )
        for rise in found.select_related("topic__within").order_by("chance", "-observed", "pk")[:MOST]
    ]


def _part_of(rise: Rise) -> str:
    wider = rise.topic.within if rise.topic is not None else None
    return str(wider.path) if wider is not None and wider.state in SHOWN_STATES else ""


# What reads the database for all units at once.
SOURCES: Final[tuple[Source, ...]] = (whistles, problems, requests, tasks, rises)


def questions(matters: Sequence[Matter], now: datetime) -> list[Question]:
    """Everything that waits, in the order of the rules, then of waiting."""
    found = emergencies(matters, now)
    for source in SOURCES:
        found += source(now)
    return sorted(found, key=lambda q: (q.rank, q.since))


def by_unit(found: Sequence[Question], units: Sequence[Unit]) -> dict[Unit, dict[str, Any]]:
    """The first question of each unit."""
    divisions = {unit.path: unit for unit in units if unit.office_id is None}
    offices = {unit.office_id: unit for unit in units if unit.office_id is not None}
    first: dict[Unit, dict[str, Any]] = {}
    for question in found:
        asked = [divisions[p] for n in range(2, len(question.path) + 1) if (p := question.path[:n]) in divisions]
        asked += [offices[o] for o in question.office_ids if o in offices]
        for unit in asked:
            if unit not in first and question.is_for(unit):
                first[unit] = {"title": question.title, "why": question.why, "url": question.url}
    return first


def _place(path: str) -> str:
    places = dict.fromkeys((path[:9], path[:12]))
    names = territory.names_of(places)
    return "".join(names[place] for place in places)


def _office(office_id: int | None) -> str:
    office = organization.office(office_id)
    return office.name if office is not None else "未派单"
