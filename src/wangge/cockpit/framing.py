"""Yesterday's demand by 七有五性. Nothing is read for a single unit: the board has the counts of kinds already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from wangge.cockpit import words
from wangge.cockpit.board import Board
from wangge.cockpit.tracing import Trace
from wangge.cockpit.units import Unit
from wangge.duties.needs import LABELS, OTHER, PREFIX
from wangge.kernel.facts import registry

FILED: Final = "cases.filed"


def framed(board: Board, unit: Unit, kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each need with what was filed against the usual, in the order people say them; together they are all that was
    filed. ``kinds``: ``duties.needs.of_kinds`` of the day."""
    sums: defaultdict[str, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    sums[OTHER].update(board.sums[unit][FILED])
    for code, days in board.kinds[unit].items():
        if need := kinds.get(code):
            for day, value in days.items():
                sums[need][day] += value
                sums[OTHER][day] -= value
    indicator = registry.indicator(FILED)
    return [
        {
            "code": need,
            "label": label,
            "trace": Trace.of(unit, FILED, board.day, kind=PREFIX + need).kept(),
            "tone": "neutral",
            "way": "",
            **words.count(board, indicator, sums[need].get(board.day, 0), sums[need]),
        }
        for need, label in LABELS.items()
    ]
