"""Is today more than chance? A test of counts against the same weekdays and the weeks before. Pure.

The rate of a subject is not known but has been seen: with a Gamma prior, the count of the next days is
negative binomial (Gamma–Poisson). Its mean is the rate of the last eight weeks, times how much of a week
falls on these weekdays; its spread is widened when the weeks differ more than Poisson would have it.
Windows of 1, 3 and 7 days are tested; the chance is that of the best, times three (Bonferroni).
How often it cries wolf is measured by ``replaying.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from wangge.insight.topics.enums import RiseLevel

Counts = NDArray[np.int64]

REFERENCE: Final = 56
WINDOWS: Final = (1, 3, 7)
AT_LEAST: Final = {1: 3, 3: 4, 7: 5}
TWICE: Final = 2.0  # as much as usual, at least
CHANCES: Final = ((1e-8, RiseLevel.ALARM), (1e-5, RiseLevel.WARNING), (1e-3, RiseLevel.NOTICE))
DRAWN: Final = 16.0  # messages that weekdays must outweigh
PRIOR: Final = 0.5  # messages in eight weeks, before anything is known
RANK: Final = {RiseLevel.NOTICE: 1, RiseLevel.WARNING: 2, RiseLevel.ALARM: 3}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``row``: the subject; ``observed`` in the last ``days`` days against ``expected``; ``chance`` of so many."""

    row: int
    days: int
    observed: int
    expected: float
    chance: float
    level: RiseLevel


def needed() -> int:
    """How many days a row of counts must have."""
    return REFERENCE + max(WINDOWS)


def judge(counts: Counts) -> list[Verdict]:
    """The subjects (rows) that rise on the last day (column); ``counts``: subjects × at least ``needed()`` days."""
    if not len(counts):
        return []
    best: dict[int, Verdict] = {}
    for days in WINDOWS:
        for verdict in _window(counts, days):
            known = best.get(verdict.row)
            if known is None or verdict.chance < known.chance:
                best[verdict.row] = verdict
    return [best[row] for row in sorted(best)]


def _window(counts: Counts, days: int) -> Iterator[Verdict]:
    now = counts[:, -days:].sum(axis=1)
    past = counts[:, -days - REFERENCE : -days]
    total = past.sum(axis=1)
    spread = _spread(past)
    expected = (total + PRIOR) / REFERENCE * days * _weekdays(past, days, spread)
    size = (total + PRIOR) / spread
    chances = np.minimum(nbinom.sf(now - 1, size, size / (size + expected)) * len(WINDOWS), 1.0)
    wanted = (chances <= CHANCES[-1][0]) & (now >= AT_LEAST[days]) & (now >= TWICE * expected)
    for row in np.flatnonzero(wanted).tolist():
        chance = float(chances[row])
        level = next(level for limit, level in CHANCES if chance <= limit)
        yield Verdict(row, days, int(now[row]), round(float(expected[row]), 2), chance, level)


def _weekdays(past: Counts, days: int, spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much more of the reference fell on the weekdays of the window than on any; few or bursting
    messages say little (1)."""
    columns = [REFERENCE + day - 7 * week for week in range(1, REFERENCE // 7 + 1) for day in range(days)]
    same = past[:, columns].sum(axis=1)
    drawn = DRAWN * spread * days / 7
    found: NDArray[np.float64] = (same + drawn) / (past.sum(axis=1) * days / 7 + drawn)
    return found


def _spread(past: Counts) -> NDArray[np.float64]:
    """Variance over mean of the weeks, at least 1."""
    weeks = past.reshape(len(past), -1, 7).sum(axis=2)
    mean = weeks.mean(axis=1)
    found: NDArray[np.float64] = np.maximum(1.0, weeks.var(axis=1, ddof=1) / np.maximum(mean, 0.25))
    return found


def worth_saying(level: Any, before: Sequence[Any]) -> bool:
    """Whether a rise is news after the levels said in the last seven days: only when it got worse."""
    return RANK[RiseLevel(level)] > max((RANK[RiseLevel(one)] for one in before), default=0)
