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
# To look at a case, which is in memory as a rule, costs as much as to read so many of a list.
LOOKING: Final = 80.0
# What a further word of a phrase leaves of the cases that hold one of it.
OF_THE_SAME: Final = 0.8
MARKS: Final = -1
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


def at_most(phrases: Sequence[Phrase]) -> float:
    """How many cases hold all of the phrases, going by their rarest word; 0 while nothing is known: then the cases
    are few, or soon counted."""
    held = current()
    return 0.0 if held is None else held.rows * min(held.of(phrase) for phrase in phrases)


def divided(phrases: Sequence[Phrase], marks: Sequence[str] = ()) -> tuple[list[str], list[Phrase], bool]:
    """The words to ask the index for, the phrases to look for in what it finds, and whether to ask it for ``marks``
    too (any of them: all that is wanted has one)."""
    held = current()
    if held is None:
        return [word for phrase in phrases for word in phrase], [one for one in phrases if len(one) > 1], bool(marks)
    shares = [(min(1.0, held.of([word])), number, word) for number, phrase in enumerate(phrases) for word in phrase]
    if marks:
        shares.append((min(1.0, sum(held.of([mark]) for mark in marks)), MARKS, ""))
    left = held.rows
    chosen: list[str] = []
    begun: set[int] = set()
    for share, number, word in sorted(shares):
        # One of its words has nearly found a phrase; the next leaves out little.
        leaves = max(share, OF_THE_SAME) if number in begun else share
        # To read the word's list must cost less than to look at the cases it would leave out.
        if begun and (left <= FEW or left * (1 - leaves) * LOOKING < held.rows * share):
            continue
        begun.add(number)
        left *= leaves
        if word:
            chosen.append(word)
    rest = [one for number, one in enumerate(phrases) if len(one) > 1 or number not in begun]
    return chosen, rest, MARKS in begun
