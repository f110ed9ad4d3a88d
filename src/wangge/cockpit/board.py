"""The facts of nine days, read once for all units and summed up the tree. No statement here knows a single unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any, Final

from django.db import connection

from wangge.cockpit.facts import FIGURES
from wangge.cockpit.units import Unit
from wangge.kernel.facts import registry
from wangge.kernel.facts.models import FactBuilt
from wangge.territory.enums import CODE_LENGTHS, COMMUNITY_LENGTH, Level
from wangge.territory.queries import prefixes

WEEKS: Final = 8
# How far back best and worst are compared: one day says nothing of one street.
SPAN: Final = 7
STREET: Final = Level.STREET.code_length
STANDING: Final = ("cases.rated", "cases.solved", "cases.satisfied", "cases.contacted", "cases.contacted_on_time")

ByDay = dict[date, int]


def _two() -> defaultdict[Any, ByDay]:
    return defaultdict(dict)


@dataclass(slots=True)
class Board:
    """What is known of each unit on ``day`` and on the same weekday of the eight weeks before."""

    day: date
    before: tuple[date, ...]
    built: dict[str, frozenset[date]] = field(default_factory=dict)
    sums: defaultdict[Unit, defaultdict[str, ByDay]] = field(default_factory=lambda: defaultdict(_two))
    kinds: defaultdict[Unit, defaultdict[str, ByDay]] = field(default_factory=lambda: defaultdict(_two))
    places: defaultdict[str, ByDay] = field(default_factory=_two)
    late: defaultdict[Unit, dict[int | None, int]] = field(default_factory=lambda: defaultdict(dict))
    by_place: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    by_office: defaultdict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    children: dict[str, list[str]] = field(default_factory=dict)

    def usual_days(self, fact: str) -> list[date]:
        """The days before on which ``fact`` was counted at all."""
        return [day for day in self.before if day in self.built.get(fact, ())]

    def usual(self, fact: str, found: ByDay) -> float | None:
        """The median of the same weekday before; None when there is none to compare with."""
        days = self.usual_days(fact)
        return median(found.get(day, 0) for day in days) if days else None


def read(units: Sequence[Unit], day: date) -> Board:
    """The board of ``day`` for ``units``: nine statements, however many units there are."""
    before = tuple(day - timedelta(weeks=n) for n in range(1, WEEKS + 1))
    board = Board(day, before)
    days = [day, *before]
    facts = sorted({code for name in FIGURES for code in registry.indicator(name).facts} | {"cockpit.danger"})
    board.built = _built(facts, days)
    own = _Own(units)
    for unit, fact, on, value in own.sums("fact", facts, days):
        _add(board.sums[unit][fact], on, value)
    filed = ["cases.filed"]
    for unit, kind, on, value in own.sums("kind_code", filed, days):
        if kind:
            _add(board.kinds[unit][kind], on, value)
    for path, on, value in _sums(("path", "day"), filed, days):
        for above in prefixes(path):
            _add(board.places[above], on, value)
    for path, office, value in _sums(("path", "office_id"), ["cases.overdue"], [day]):
        for unit in own.above(path):
            board.late[unit][office] = board.late[unit].get(office, 0) + value
    _read_standing(board, [day - timedelta(days=n) for n in range(SPAN)])
    board.children = _children({*board.places, *board.by_place})
    return board


def _children(paths: Iterable[str]) -> dict[str, list[str]]:
    """Place → the places one level below it that had anything in these days."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    above = dict(zip(CODE_LENGTHS[1:], CODE_LENGTHS, strict=False))
    for path in sorted(paths):
        if len(path) in above:
            found[path[: above[len(path)]]].append(path)
    return dict(found)


def _read_standing(board: Board, days: list[date]) -> None:
    for path, fact, value in _sums(("path", "fact"), STANDING, days):
        for above in prefixes(path):
            sums = board.by_place[above]
            sums[fact] = sums.get(fact, 0) + value
    for office, fact, value in _sums(("office_id", "fact"), STANDING, days):
        if office is not None:
            board.by_office[office][fact] = value


class _Own:
    """Which sums belong to which unit, at the grain each needs: streets for most, communities and offices apart."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.divisions = {unit.path: unit for unit in units if unit.office_id is None}
        self.offices = {unit.office_id: unit for unit in units if unit.office_id is not None}
        self.communities = [path for path in self.divisions if len(path) == COMMUNITY_LENGTH]

    def above(self, path: str) -> Iterator[Unit]:
        """The units that ``path`` lies in."""
        return (self.divisions[above] for above in prefixes(path) if above in self.divisions)

    def sums(self, key: str, facts: Sequence[str], days: Sequence[date]) -> Iterator[tuple[Unit, str, date, int]]:
        """Unit, ``key``, day, value; a unit's value comes in parts."""
        for path, name, on, value in _sums((f"left(path, {STREET})", key, "day"), facts, days):
            for unit in self.above(path):
                yield unit, name, on, value
        for path, name, on, value in _sums(("path", key, "day"), facts, days, path=self.communities):
            yield self.divisions[path], name, on, value
        for office, name, on, value in _sums(("office_id", key, "day"), facts, days, office_id=list(self.offices)):
            yield self.offices[office], name, on, value


def _add(found: ByDay, on: date, value: int) -> None:
    found[on] = found.get(on, 0) + value


def _built(facts: Sequence[str], days: Sequence[date]) -> dict[str, frozenset[date]]:
    found: defaultdict[str, set[date]] = defaultdict(set)
    for fact, on in FactBuilt.objects.filter(fact__in=facts, day__in=days).values_list("fact", "day"):
        found[fact].add(on)
    return {fact: frozenset(built) for fact, built in found.items()}


def _sums(
    columns: Sequence[str], facts: Sequence[str], days: Sequence[date], **within: Sequence[Any]
) -> Iterable[tuple[Any, ...]]:
    """Sums of ``facts`` over ``days`` grouped by ``columns`` (expressions of ours, never input)."""
    if any(not values for values in within.values()):
        return []
    conditions = "".join(f" AND {name} = ANY(%({name})s)" for name in within)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)}, sum(value)::bigint FROM facts_dailyfact"  # noqa: S608
            f" WHERE fact = ANY(%(facts)s) AND day = ANY(%(days)s){conditions}"
            f" GROUP BY {', '.join(str(n) for n in range(1, len(columns) + 1))}",
            {"facts": list(facts), "days": list(days), **{name: list(values) for name, values in within.items()}},
        )
        return list(cursor.fetchall())
