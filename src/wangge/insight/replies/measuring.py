"""How often each hint is right, by labels made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from wangge.insight.replies.enums import HintCode


@dataclass(frozen=True, slots=True)
class Measure:
    """One hint over the labelled replies. ``raised`` by us, ``wanted`` by the label, ``right`` both."""

    code: str
    raised: int
    wanted: int
    right: int

    @property
    def precision(self) -> float | None:
        return self.right / self.raised if self.raised else None

    @property
    def recall(self) -> float | None:
        return self.right / self.wanted if self.wanted else None


def measure(pairs: Iterable[tuple[set[str], set[str]]]) -> list[Measure]:
    """(raised, wanted) of each reply → one measure a hint."""
    rows = list(pairs)
    return [
        Measure(
            code,
            sum(code in raised for raised, _ in rows),
            sum(code in wanted for _, wanted in rows),
            sum(code in raised and code in wanted for raised, wanted in rows),
        )
        for code in HintCode.values
    ]


def interval(right: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share: honest where there are few."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)
