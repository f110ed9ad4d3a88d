"""One thing to decide: a fixed order of rules, of each the matter that has waited longest. A person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from wangge.cases.enums import OPEN_STATES, RequestState
from wangge.cases.models import Case, CaseRequest
from wangge.cockpit.danger import Matter, waited
from wangge.cockpit.units import Unit
from wangge.organization import queries as organization
from wangge.territory import queries as territory


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


Source = Callable[[datetime], Iterable[Question]]
EMERGENCY, SUMMONED, PROBLEM, REQUEST = 1, 2, 3, 4
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


# What reads the database for all units at once; modules beside us may be added here.
SOURCES: tuple[Source, ...] = (problems, requests)


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
            if unit not in first:
                first[unit] = {"title": question.title, "why": question.why, "url": question.url}
    return first


def _place(path: str) -> str:
    places = dict.fromkeys((path[:9], path[:12]))
    names = territory.names_of(places)
    return "".join(names[place] for place in places)


def _office(office_id: int | None) -> str:
    office = organization.office(office_id)
    return office.name if office is not None else "未派单"
