"""How hot a topic is, and where it goes.

Heat is a sum that a clerk can follow: every message counts by how fresh it is and by its likes; the sum is
raised by growth and lowered where few people write often or the messages have little in common.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

HALF_LIFE: Final = 60.0  # days after which a message counts half
FLOOR: Final = 0.1  # what an old message still counts
LOOSE: Final = 0.07  # the tightness at which heat is halved
GROWTH: Final = (0.7, 2.0)
WEEK, BEFORE = 7, 28


@dataclass(frozen=True, slots=True)
class Heat:
    """``recent``: messages of the last seven days; ``usual``: of seven days in the four weeks before."""

    heat: float
    trend: str
    recent: int
    usual: float


def measure(days: Sequence[date | None], likes: Sequence[int], *, people: int, tightness: float, today: date) -> Heat:
    """The heat on ``today`` of messages of these days. ``trend`` is a value of ``topics.enums.Trend``."""
    known = [one for one in days if one is not None and one <= today]
    ages = [(today - one).days if one is not None else math.inf for one in days]
    recent = sum(age < WEEK for age in ages)
    before = sum(WEEK <= age < WEEK + BEFORE for age in ages)
    usual = before * WEEK / BEFORE
    fresh = [FLOOR + (1 - FLOOR) * 0.5 ** (max(age, 0) / HALF_LIFE) for age in ages]
    volume = sum(f * (1 + math.log1p(liked) / 4) for f, liked in zip(fresh, likes, strict=True))
    growth = min(max(math.sqrt((recent + 2) / (usual + 2)), GROWTH[0]), GROWTH[1])
    crowd = math.sqrt(max(people, 1) / max(len(days), 1))
    heat = volume * growth * crowd * tightness**2 / (tightness**2 + LOOSE**2)
    first = min(known, default=today)
    return Heat(round(heat, 2), _trend(recent, usual, (today - first).days), recent, usual)


def _trend(recent: int, usual: float, age: int) -> str:
    if not recent and not usual:
        return "over"
    if age < 2 * WEEK:
        return "new"
    if recent > usual + 1.5 * math.sqrt(usual + 1):
        return "rising"
    return "falling" if recent < usual - math.sqrt(usual + 1) or not recent else "steady"
