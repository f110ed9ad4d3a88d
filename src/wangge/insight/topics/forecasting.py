"""Weeks to come from the weeks that were: simple methods, the best of them on past weeks, an honest interval. Pure.

Four methods compete: *last week*, a *level* that follows slowly (exponential smoothing), *last year's week
times the year's growth* and the mean of the last two. Each foretells every week of the last year from what
was known before; the one with the smallest error on the older half is chosen, its error on the newer half
is what is shown, and the spread of those errors makes the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

YEAR: Final = 52
WEEKS: Final = 8  # foretold
LEAST: Final = 12  # weeks of history without which nothing is said
TESTED: Final = 52
INTERVAL: Final = 0.8
SMOOTHING: Final = 0.3
NAIVE: Final = "last_week"
METHODS: Final = {
    "last_week": "上周件数",
    "level": "近期水平",
    "season": "去年同期×年度增长",
    "both": "近期水平与去年同期各半",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """``expected``, ``low``, ``high`` of the weeks after the last one; ``error`` and ``naive_error``: mean absolute
    error over the mean of the tested weeks, of the chosen method and of *last week*; ``tested``: how many."""

    method: str
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    error: float
    naive_error: float
    tested: int


def foretell(weeks: Sequence[int], *, ahead: int = WEEKS) -> Outlook | None:
    """The ``ahead`` weeks after ``weeks`` (counts, oldest first); None when there are too few."""
    counts = np.asarray(weeks, dtype=np.float64)
    if len(counts) < LEAST or counts.sum() == 0:
        return None
    errors = {method: _errors(counts, method, ahead) for method in _possible(len(counts))}
    half = len(next(iter(errors.values()))) // 2
    method = min(errors, key=lambda name: (np.abs(errors[name][:half]).mean(), list(METHODS).index(name)))
    mean = max(float(counts[-len(errors[method]) :][half:].mean()), 1.0)
    shown = errors[method][half:]
    expected = _predict(counts, method, ahead)
    low, high = _interval(expected, errors[method], mean)
    return Outlook(
        method,
        tuple(np.round(expected, 1).tolist()),
        tuple(np.round(low, 1).tolist()),
        tuple(np.round(high, 1).tolist()),
        round(float(np.abs(shown).mean()) / mean, 3),
        round(float(np.abs(errors[NAIVE][half:]).mean()) / mean, 3),
        len(shown),
    )


def _possible(length: int) -> list[str]:
    return list(METHODS) if length >= YEAR + LEAST else ["last_week", "level"]


def _errors(counts: Floats, method: str, ahead: int) -> Floats:
    """What came less what was foretold, the mean of ``ahead`` weeks, for each tested week, oldest first."""
    first = YEAR + LEAST // 2 if method in {"season", "both"} or len(counts) >= YEAR + LEAST else LEAST // 2
    first = max(first, len(counts) - TESTED)
    step = min(ahead, 4)  # a month ahead is what a leader plans by
    found = [
        counts[at + step - 1] - _predict(counts[:at], method, step)[step - 1]
        for at in range(first, len(counts) - step + 1)
    ]
    return np.asarray(found)


def _predict(counts: Floats, method: str, ahead: int) -> Floats:
    if method == "last_week":
        return np.repeat(counts[-1], ahead)
    level = _level(counts)
    if method == "level":
        return np.repeat(level, ahead)
    season = _season(counts, ahead)
    return season if method == "season" else (season + level) / 2


def _level(counts: Floats) -> float:
    recent = counts[-YEAR:]
    weights = (1 - SMOOTHING) ** np.arange(len(recent) - 1, -1, -1)
    return float((recent * weights).sum() / weights.sum())


def _season(counts: Floats, ahead: int) -> Floats:
    """Last year's weeks (each with its neighbours, half as much) times this year's growth, drawn towards none."""
    padded = np.concatenate([counts, np.repeat(counts[-1:], ahead + 1)])
    before = np.concatenate([padded[:1], padded, padded[-1:]])
    smooth = before[:-2] / 4 + before[1:-1] / 2 + before[2:] / 4
    at = len(counts) - YEAR + np.arange(ahead)
    known = min(len(counts) - YEAR, 26)
    now, then = counts[-known:].sum(), counts[-known - YEAR : -YEAR].sum()
    growth = min(max((now + 20) / (then + 20), 0.5), 2.0)
    found: Floats = smooth[at] * growth
    return found


def _interval(expected: Floats, errors: Floats, mean: float) -> tuple[Floats, Floats]:
    """The errors of the past, scaled to each week's size; never narrower than chance alone (Poisson)."""
    scaled = errors / np.sqrt(mean)
    tail = (1 - INTERVAL) / 2
    below, above = np.quantile(scaled, [tail, 1 - tail]) if len(scaled) >= 8 else (-1.28, 1.28)
    root = np.sqrt(np.maximum(expected, 1))
    low = expected + np.minimum(below, -1.28) * root
    high = expected + np.maximum(above, 1.28) * root
    return np.maximum(low, 0), high
