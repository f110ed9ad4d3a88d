"""People in danger: urgent matters of yesterday, and those still open, by kind and place alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse

from wangge.cases.enums import OPEN_STATES, CaseState
from wangge.cases.models import Case
from wangge.cockpit.board import Board
from wangge.cockpit.facts import IN_DANGER
from wangge.cockpit.tracing import OPEN_DANGER, Trace
from wangge.cockpit.units import Unit
from wangge.kernel.facts.days import bounds
from wangge.organization import queries as organization
from wangge.territory import queries as territory

SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter of danger as the page may tell it: never who, never in whose words."""

    id: int
    number: str
    path: str
    kind: str
    state: str
    office_id: int | None
    created_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    is_private: bool

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def is_late(self, now: datetime) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < now


FIELDS: Final = (
    "id", "number", "path", "kind__name", "state", "lead_office_id", "created_at", "closed_at",
    "next_due_at", "is_private",
)  # fmt: skip


def matters(board: Board) -> list[Matter]:
    """Those of the day and those open at its end, oldest first: three statements for all units."""
    start, end = bounds(board.day)
    found: dict[int, Matter] = {}
    before = Q(created_at__lt=end)
    for condition in (
        before & Q(created_at__gte=start),
        before & Q(state__in=OPEN_STATES),
        before & Q(closed_at__gte=end),
    ):
        rows = Case.objects.filter(IN_DANGER, condition).order_by()
        for row in rows.values_list(*FIELDS):
            found[row[0]] = Matter(*row)
    return sorted(found.values(), key=lambda m: (m.created_at, m.id))


def by_unit(found: Sequence[Matter], units: Sequence[Unit]) -> dict[Unit, list[Matter]]:
    """Each unit's share of ``found``."""
    divisions = {unit.path: unit for unit in units if unit.office_id is None}
    offices = {unit.office_id: unit for unit in units if unit.office_id is not None}
    shares: defaultdict[Unit, list[Matter]] = defaultdict(list)
    for matter in found:
        for end in range(2, len(matter.path) + 1):
            if matter.path[:end] in divisions:
                shares[divisions[matter.path[:end]]].append(matter)
        if matter.office_id in offices:
            shares[offices[matter.office_id]].append(matter)
    return dict(shares)


def told(board: Board, unit: Unit, found: Sequence[Matter], now: datetime) -> dict[str, Any]:
    """The paragraph: how many came yesterday, how many are open, the most pressing of these."""
    _, end = bounds(board.day)
    start = bounds(board.day)[0]
    open_ones = sorted((m for m in found if m.is_open), key=lambda m: (not m.is_late(now), m.created_at))
    late = [m for m in open_ones if m.is_late(now)]
    return {
        "filed": sum(start <= m.created_at < end for m in found),
        "trace": Trace.of(unit, "cockpit.danger", board.day).kept(),
        # As the other levels of the page: at the end of the day.
        "open": sum(m.is_open or (m.closed_at is not None and m.closed_at >= end) for m in found),
        "open_trace": Trace.of(unit, OPEN_DANGER, board.day).kept(),
        "late": len(late),
        # Late at the moment of making, which no later look could find again: kept by number.
        "late_ids": [m.id for m in late],
        "matters": [_line(m, now) for m in open_ones[:SHOWN]],
    }


def waited(since: datetime, now: datetime) -> str:
    """How long, as a person would say."""
    hours = int((now - since).total_seconds() // 3600)
    return f"{hours // 24}天" if hours >= 48 else f"{hours}小时"


def _line(matter: Matter, now: datetime) -> dict[str, Any]:
    places = territory.names_of([matter.path[:9], matter.path[:12]])
    place = "·".join(dict.fromkeys(places[p] for p in (matter.path[:9], matter.path[:12])))
    office = organization.office(matter.office_id)
    return {
        "kind": "保密事项" if matter.is_private else matter.kind or "未分类",
        "place": place,
        "office": office.name if office is not None else "未派单",
        "state": str(CaseState(matter.state).label),
        "waited": waited(matter.created_at, now),
        "late": matter.is_late(now),
        "url": reverse("case_detail", args=[matter.id]),
    }
