"""Figures in words: how much, against what, and whether that is good."""

from __future__ import annotations

from math import sqrt
from typing import Any, Final

from wangge.cockpit.board import Board, ByDay
from wangge.cockpit.tracing import Trace
from wangge.cockpit.units import Unit
from wangge.kernel.facts import registry
from wangge.kernel.facts.registry import Better, Indicator
from wangge.kernel.facts.registry import Unit as Reads

# Below so many rows a share is a story of single cases.
FEW: Final = 10
# A count differs when it is farther off than chance alone would have it; a share, by so many points.
BEYOND_CHANCE: Final = 2.0
POINTS: Final = 0.05
# Fewer comparable days than this are no habit.
FEW_DAYS: Final = 3


def plain(value: float) -> str:
    """98 or 98.5: medians of eight may be halves."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def figure(board: Board, unit: Unit, code: str) -> dict[str, Any]:
    """One figure of the page against its usual."""
    indicator = registry.indicator(code)
    sums = board.sums[unit]
    numerator = sum(sums[fact].get(board.day, 0) for fact in indicator.numerator)
    denominator = sum(sums[fact].get(board.day, 0) for fact in indicator.denominator)
    found = {
        "code": code,
        "label": indicator.label,
        "help": indicator.help,
        "trace": trace(unit, indicator, board).kept(),
        "tone": "neutral",
        "way": "",
        "of": denominator if indicator.denominator else None,
    }
    if indicator.unit is Reads.PERCENT:
        return found | _share(board, unit, indicator, numerator, denominator)
    return found | count(board, indicator, numerator, _united(sums, indicator.numerator))


def trace(unit: Unit, indicator: Indicator, board: Board) -> Trace:
    """A share leads to what it was taken of, a count to what it counts."""
    fact = (indicator.denominator or indicator.numerator)[0]
    return Trace.of(unit, fact, board.day)


def _united(sums: Any, facts: tuple[str, ...]) -> ByDay:
    found: ByDay = {}
    for fact in facts:
        for day, value in sums[fact].items():
            found[day] = found.get(day, 0) + value
    return found


def count(board: Board, indicator: Indicator, value: int, found: ByDay) -> dict[str, Any]:
    """``value`` of yesterday against the same weekdays in ``found``."""
    shown = f"{value:,}{indicator.suffix}"
    fact = indicator.numerator[0]
    usual = board.usual(fact, found)
    if usual is None or len(board.usual_days(fact)) < FEW_DAYS:
        return {"shown": shown, "usual": "", "change": "往常数据不足", "value": value}
    change = value - usual
    told = {"shown": shown, "usual": plain(usual) + indicator.suffix, "value": value}
    if abs(change) <= BEYOND_CHANCE * sqrt(max(usual, 1)):
        return told | {"change": "与往常相当"}
    share = f"（{change / usual:+.0%}）" if usual >= FEW else ""
    word = "多" if change > 0 else "少"
    return told | {"change": f"{word}{plain(abs(change))}{indicator.suffix}{share}"} | _way(indicator, change)


def _share(board: Board, unit: Unit, indicator: Indicator, part: int, whole: int) -> dict[str, Any]:
    if not whole:
        return {"shown": "—", "usual": "", "change": "昨日没有", "value": None}
    value = part / whole
    told: dict[str, Any] = {"shown": f"{value:.1%}", "usual": "", "value": f"{value:.4f}"}
    if whole < FEW:
        return told | {"change": f"仅{whole}件，不作比较"}
    usual = _usual_share(board, unit, indicator)
    if usual is None:
        return told | {"change": "往常数据不足"}
    told["usual"] = f"{usual:.1%}"
    change = value - usual
    noise = BEYOND_CHANCE * sqrt(max(usual * (1 - usual), 0.01) / whole)
    if abs(change) < max(POINTS, noise):
        return told | {"change": "与往常相当"}
    word = "高" if change > 0 else "低"
    return told | {"change": f"{word}{abs(change) * 100:.1f}个百分点"} | _way(indicator, change)


def _usual_share(board: Board, unit: Unit, indicator: Indicator) -> float | None:
    """The share over all comparable days together: single days have too few rows for a median of shares."""
    sums = board.sums[unit]
    days = [
        day
        for day in board.usual_days(indicator.denominator[0])
        if any(sums[fact].get(day) for fact in indicator.denominator)
    ]
    if len(days) < FEW_DAYS:
        return None
    whole = sum(sums[fact].get(day, 0) for fact in indicator.denominator for day in days)
    return sum(sums[fact].get(day, 0) for fact in indicator.numerator for day in days) / whole


def _way(indicator: Indicator, change: float) -> dict[str, str]:
    way = "up" if change > 0 else "down"
    if indicator.better is Better.NEITHER:
        return {"way": way, "tone": "info"}
    good = (change > 0) is (indicator.better is Better.HIGH)
    return {"way": way, "tone": "ok" if good else "danger"}
