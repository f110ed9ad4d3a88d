"""Praised and failed: the best and the worst of the places and departments below a unit, by facts alone.

Compared over seven days, like with like (places with places, departments with departments), by the mean of what
residents said at the call-back: solved and satisfied. Fewer than ten valid call-backs are not ranked. Residents and
single workers are never named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from wangge.cockpit.board import SPAN, Board
from wangge.cockpit.tracing import Trace
from wangge.cockpit.units import Unit
from wangge.organization import book
from wangge.territory import queries as territory

LEAST: Final = 10
SHOWN: Final = 2
# Who is at the top is not blamed for being last of the good, nor the other way round.
GOOD, BAD = 0.95, 0.85


@dataclass(frozen=True, slots=True)
class Compared:
    """One place or office: how many call-backs, and the two shares."""

    name: str
    trace: Trace
    rated: int
    solved: float
    satisfied: float

    @property
    def score(self) -> float:
        return (self.solved + self.satisfied) / 2

    def line(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "rated": self.rated,
            "text": f"解决{self.solved:.0%}、满意{self.satisfied:.0%}（回访{self.rated}件）",
            "trace": self.trace.kept(),
        }


def offices_by_path() -> dict[str, list[Any]]:
    """Open offices by the division they serve."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for office in book.current().by_id.values():
        if office.open:
            found[office.path].append(office)
    return dict(found)


def standing(board: Board, unit: Unit, offices: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Best and worst of each group, and how many could not be ranked."""
    if unit.office_id is not None:
        return {"best": [], "worst": [], "few": 0, **_praise(board, unit)}
    places, few_places = _places(board, unit)
    bodies, few_bodies = _offices(board, offices.get(unit.path, ()))
    best, worst = [], []
    for group in (places, bodies):
        ranked = sorted(group, key=lambda c: (-c.score, -c.rated, c.name))
        top = [c for c in ranked[:SHOWN] if c.score >= GOOD]
        bottom = [c for c in reversed(ranked) if c.score < BAD and c not in top][:SHOWN]
        best += [c.line() for c in top]
        worst += [c.line() for c in bottom]
    return {"best": best, "worst": worst, "few": few_places + few_bodies, **_praise(board, unit)}


def _praise(board: Board, unit: Unit) -> dict[str, Any]:
    number = board.sums[unit]["cockpit.praise"].get(board.day, 0)
    return {"praise": number, "praise_trace": Trace.of(unit, "cockpit.praise", board.day).kept()}


def _first(board: Board) -> Any:
    return board.day - timedelta(days=SPAN - 1)


def _places(board: Board, unit: Unit) -> tuple[list[Compared], int]:
    paths = [p for p in board.children.get(unit.path, ()) if board.by_place.get(p, {}).get("cases.rated")]
    names = territory.names_of(paths)
    found = [_compared(names[p], board.by_place[p], Trace("cases.rated", _first(board), board.day, p)) for p in paths]
    return _enough(found)


def _offices(board: Board, offices: Sequence[Any]) -> tuple[list[Compared], int]:
    found = [
        _compared(o.name, board.by_office[o.id], Trace.of(Unit(o.path, o.id), "cases.rated", _first(board), board.day))
        for o in offices
        if board.by_office.get(o.id, {}).get("cases.rated")
    ]
    return _enough(found)


def _enough(found: Sequence[Compared]) -> tuple[list[Compared], int]:
    enough = [c for c in found if c.rated >= LEAST]
    return enough, len(found) - len(enough)


def _compared(name: str, sums: Mapping[str, int], trace: Trace) -> Compared:
    rated = sums["cases.rated"]
    return Compared(name, trace, rated, sums.get("cases.solved", 0) / rated, sums.get("cases.satisfied", 0) / rated)
