"""The leader's figures, live: each is the count of a list that this user can open.

``policy.rows`` is below every figure, so a number and its list cannot disagree. States and streets come from
the tallies where the user's scope is a place; what the tallies do not know is counted row by row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.db.models.functions import Left, TruncDate
from django.utils import timezone

from wangge.cases import policy, tallies
from wangge.cases.enums import OPEN_STATES, Satisfaction, Solved
from wangge.kernel.access.scopes import scope

DAYS: Final = 30
STREET_DIGITS: Final = 9
SATISFIED: Final = (Satisfaction.VERY_GOOD, Satisfaction.GOOD, Satisfaction.FAIR)
SOLVED: Final = (Solved.YES, Solved.BASICALLY)


@dataclass(slots=True)
class Overview:
    """Counts. ``streets`` is by path (shorter than a street: not placed yet), ``overdue`` by holding office id."""

    states: dict[str, int] = field(default_factory=dict)
    streets: dict[str, int] = field(default_factory=dict)
    overdue: dict[int | None, int] = field(default_factory=dict)
    filed: int = 0
    dispatched: int = 0
    closed: int = 0
    rated: int = 0
    solved: int = 0
    satisfied: int = 0

    @property
    def open(self) -> int:
        return sum(self.states.get(state, 0) for state in OPEN_STATES)

    @property
    def late(self) -> int:
        return sum(self.overdue.values())


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def since(today: date) -> date:
    """The first of the last thirty days, today included."""
    return today - timedelta(days=DAYS - 1)


def _tallied(user: Any) -> tuple[str, ...]:
    """The user's places, when the tallies can answer for all that the user sees; otherwise none."""
    seen = scope(user, "cases.read")
    return () if seen.offices or any(len(path) > tallies.GRAIN for path in seen.paths) else seen.paths


def states_of(user: Any) -> dict[str, int]:
    if paths := _tallied(user):
        return tallies.by_state(paths)
    return dict(policy.rows(user).order_by().values_list("state").annotate(n=Count("pk")))


def streets_of(user: Any) -> dict[str, int]:
    """Open cases by street."""
    if paths := _tallied(user):
        return tallies.by_place(paths, digits=STREET_DIGITS, states=OPEN_STATES)
    rows = policy.rows(user).open().order_by().annotate(place=Left("path", STREET_DIGITS))
    return dict(rows.values_list("place").annotate(n=Count("pk")))


def overview(user: Any, *, now: datetime) -> Overview:
    """Every figure of the screen, in seven statements."""
    today = timezone.localdate(now)
    start, first = midnight(today), midnight(since(today))
    rows = policy.rows(user).order_by()
    ratings = rows.filter(closed_at__gte=first).exclude(satisfaction="")
    rated = ratings.aggregate(
        rated=Count("pk"),
        solved=Count("pk", filter=Q(solved__in=SOLVED)),
        satisfied=Count("pk", filter=Q(satisfaction__in=SATISFIED)),
    )
    return Overview(
        states=states_of(user),
        streets=streets_of(user),
        overdue=dict(rows.overdue(now).values_list("holder_office_id").annotate(n=Count("pk"))),
        filed=rows.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1)).count(),
        dispatched=rows.filter(dispatched_at__gte=start, dispatched_at__lt=start + timedelta(days=1)).count(),
        closed=rows.filter(closed_at__gte=start, closed_at__lt=start + timedelta(days=1)).count(),
        **rated,
    )


def trend(user: Any, *, today: date) -> list[tuple[date, int, int]]:
    """(day, filed, closed) for the last thirty days."""
    rows, first = policy.rows(user).order_by(), since(today)

    def by_day(name: str) -> dict[date, int]:
        found = rows.filter(**{f"{name}__gte": midnight(first)}).annotate(day=TruncDate(name))
        return dict(found.values_list("day").annotate(n=Count("pk")))

    filed, closed = by_day("created_at"), by_day("closed_at")
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return [(day, filed.get(day, 0), closed.get(day, 0)) for day in days]
