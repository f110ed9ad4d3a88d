"""Reads with more than one caller: the month to show, results beside those of earlier months, trends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from wangge.assessment import policy
from wangge.assessment.enums import Group, PeriodState
from wangge.assessment.models import Definition, Figure, Period, Score, Unit
from wangge.assessment.rectifying import months_back

SETTLED = (PeriodState.FROZEN, PeriodState.PUBLISHED)


def periods(user: Any) -> list[Period]:
    """The months the user can open, latest first; the widest division first within a month."""
    return list(policy.periods(user).order_by("-month", "path"))


def default_period(found: Sequence[Period]) -> Period | None:
    """What a page shows first: the latest month that was settled, else the running one."""
    return next((p for p in found if p.state in SETTLED), found[0] if found else None)


def of_round(period: Period) -> Any:
    """The scores that count."""
    return Score.objects.filter(period=period, round=period.round)


def groups_in(user: Any, period: Period) -> list[tuple[str, str]]:
    """The groups a user sees something of in a period."""
    have = set(policy.scores(user).filter(period=period, round=period.round).values_list("group", flat=True))
    return [(group.value, group.label) for group in Group if group in have]


@dataclass(frozen=True, slots=True)
class Change:
    """A result beside an earlier one: points and places gained (negative: lost)."""

    total: float | None = None
    places: int | None = None


def earlier(period: Period, months: int) -> Period | None:
    """The settled period of the same division some months before."""
    month = months_back(period.month, months)
    return Period.objects.filter(path=period.path, month=month, state__in=SETTLED).first()


def changes(period: Period, rows: Iterable[Score], months: int) -> dict[int, Change]:
    """By unit, against ``months`` before; units without a result then are absent."""
    before = earlier(period, months)
    if before is None:
        return {}
    then = of_round(before).filter(unit__in=[row.unit_id for row in rows]).defer("steps")
    held = {row.unit_id: row for row in then}
    found = {}
    for row in rows:
        old = held.get(row.unit_id)
        if old is None or old.total is None or row.total is None:
            continue
        places = old.place - row.place if old.place and row.place else None
        found[row.unit_id] = Change(float(row.total - old.total), places)
    return found


def figures(period: Period, units: Iterable[int], codes: Sequence[str] = ()) -> dict[tuple[int, str], Figure]:
    """(unit, indicator) → figure that counts. Each definition is read once, however many figures it has."""
    wanted = Definition.objects.filter(code__in=codes) if codes else Definition.objects.all()
    held = {row.pk: row for row in wanted}
    rows = Figure.objects.filter(period=period, round=period.round, unit__in=list(units), definition__in=list(held))
    found = {}
    for row in rows:
        row.definition = held[row.definition_id]
        found[row.unit_id, row.definition.code] = row
    return found


def trend(unit: Unit, path: str, *, until: date, months: int = 13) -> list[tuple[date, Score]]:
    """The results of a unit month by month, settled ones and the running one."""
    rows = (
        Score.objects.filter(unit=unit, period__path=path, round=F("period__round"))
        .filter(period__month__lte=until, period__month__gt=months_back(until, months))
        .order_by("period__month")
        .select_related("period")
    )
    return [(row.period.month, row) for row in rows]


def figure_trend(unit: Unit, path: str, codes: Sequence[str], *, until: date, months: int = 13) -> list[Figure]:
    """The figures of a unit month by month."""
    rows = Figure.objects.filter(unit=unit, period__path=path, round=F("period__round"), definition__code__in=codes)
    rows = rows.filter(period__month__lte=until, period__month__gt=months_back(until, months))
    return list(rows.order_by("period__month").select_related("period", "definition"))
