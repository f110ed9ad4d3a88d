"""How frequent words are, as the database has estimated them, so that a search begins with its rarest.

An index over words reads on for every word it is asked, however many cases hold it: "号院" in each of a million costs
more than the number before it finds. What the rarest words leave is little, and the others are looked for in that. The
estimates choose the way alone; what is found is the same by any.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

TTL: Final = 900.0
# So many cases are read quicker than the next word's list.
FEW: Final = 300.0
# To look at a case costs as much as to read so many of a list.
LOOKING: Final = 20.0
Phrase = tuple[str, ...]
_READ: Final = """
SELECT c.reltuples, s.most_common_elems::text::text[], s.most_common_elem_freqs
FROM pg_class AS c LEFT JOIN pg_stats AS s
    ON s.schemaname = c.relnamespace::regnamespace::text AND s.tablename = c.relname AND s.attname = 'vector'
WHERE c.oid = 'cases_casetext'::regclass
"""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """The share of cases that hold a word; of all others ``rarer``: half of the rarest, as the planner takes it."""

    rows: float
    shares: dict[str, float]
    rarer: float

    def of(self, phrase: Sequence[str]) -> float:
        """The share of its rarest word: a phrase is no more frequent."""
        return min(self.shares.get(word, self.rarer) for word in phrase)


class _Held:
    """Replaced whole, never changed: threads may be reading it."""

    value: Frequencies | None = None
    read_at: float = float("-inf")


def forget() -> None:
    """Ask the database again (between tests)."""
    _Held.read_at = float("-inf")


def current() -> Frequencies | None:
    """None while the database has not looked at the words yet."""
    now = time.monotonic()
    if now - _Held.read_at > TTL:
        _Held.value, _Held.read_at = _load(), now
    return _Held.value


def _load() -> Frequencies | None:
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        row = cursor.fetchone()
    if row is None or row[1] is None or not row[2]:
        return None
    words, shares = row[1], row[2][: len(row[1])]
    return Frequencies(float(row[0]), dict(zip(words, shares, strict=True)), min(shares, default=0.0) / 2)


def divided(phrases: Sequence[Phrase], marks: Sequence[str] = ()) -> tuple[list[Phrase], list[Phrase], bool]:
    """The phrases to ask the index for, those to look for in what it finds, and whether to ask it for ``marks`` too
    (any of them: all that is wanted has one)."""
    held = current()
    if held is None:
        return list(phrases), [], bool(marks)
    shares = [(min(1.0, held.of(phrase)), phrase) for phrase in phrases]
    if marks:
        shares.append((min(1.0, sum(held.of([mark]) for mark in marks)), ()))
    left = held.rows
    first: list[Phrase] = []
    others: list[Phrase] = []
    for share, phrase in sorted(shares, key=lambda one: one[0]):
        # To read the word's list must cost less than to look at the cases it would leave out.
        if first and (left <= FEW or left * (1 - share) * LOOKING < held.rows * share):
            others.append(phrase)
        else:
            first.append(phrase)
            left *= share
    return [one for one in first if one], [one for one in others if one], () in first
