"""How often the warning cries wolf: history replayed day by day, as it was and with its days drawn by lot.

When the days of each subject's messages are drawn anew among all days (weekdays keep their share), nothing
rises but by chance: every warning is false. The same replay over the days as they were shows how many
warnings people would have read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from wangge.insight.topics import rising
from wangge.insight.topics.enums import RiseLevel

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Replay:
    """``said``: level → warnings said; ``subject_days``: tests made; ``days``: days replayed; ``first``: row → the
    column of its first warning."""

    said: dict[str, int]
    subject_days: int
    days: int
    first: dict[int, int]

    def rate(self, level: RiseLevel) -> float:
        """Warnings of at least ``level`` per 1,000 subjects and days."""
        wanted = [one for one in RiseLevel if rising.RANK[one] >= rising.RANK[level]]
        return 1000 * sum(self.said.get(one, 0) for one in wanted) / max(1, self.subject_days)


def table(members: Sequence[Sequence[date]], first: date, last: date) -> Counts:
    """Days of members → counts by day (subjects × days)."""
    counts = np.zeros((len(members), (last - first).days + 1), dtype=np.int64)
    for row, days in enumerate(members):
        for day in days:
            if first <= day <= last:
                counts[row, (day - first).days] += 1
    return counts


def replay(counts: Counts) -> Replay:
    """Every day of ``counts`` judged with what was known that day; a level said counts once a week."""
    said: dict[str, int] = {}
    first: dict[int, int] = {}
    spoken: dict[int, list[tuple[int, RiseLevel]]] = {}
    width = rising.needed()
    for end in range(width, counts.shape[1] + 1):
        for verdict in rising.judge(counts[:, end - width : end]):
            recent = [level for at, level in spoken.get(verdict.row, []) if end - at < 7]
            if not rising.worth_saying(verdict.level, recent):
                continue
            spoken.setdefault(verdict.row, []).append((end, verdict.level))
            said[verdict.level] = said.get(verdict.level, 0) + 1
            first.setdefault(verdict.row, end - 1)
    days = max(0, counts.shape[1] - width + 1)
    return Replay(said, days * len(counts), days, first)


def by_lot(counts: Counts, start: date, *, seed: int = 0) -> Counts:
    """Each row's messages on days drawn at random, weekdays with the share they have over all rows."""
    random = np.random.default_rng(seed)
    weekday = np.array([(start + timedelta(days=at)).weekday() for at in range(counts.shape[1])])
    share = np.bincount(weekday, weights=counts.sum(axis=0), minlength=7) + 1
    chance = share[weekday] / share[weekday].sum()
    drawn = [random.multinomial(total, chance) for total in counts.sum(axis=1).tolist()]
    return np.array(drawn, dtype=np.int64)
