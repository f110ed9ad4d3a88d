"""Comparing replies without keeping them: numbers that stand for pieces of text, from which no text can be read.

A *sketch* is the 64 smallest hashes of a reply's pieces of eight characters: the share two sketches have in common
estimates the share the replies have in common (Broder's resemblance). *Sentences* are hashes of whole sentences, by
which a turn of phrase an office uses again and again is known. Digits count as one and the same, so that another date
makes no other reply.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from wangge.insight.replies.checking import Likeness
from wangge.insight.replies.parts import bare, flat, take_apart

PIECE: Final = 8
KEPT: Final = 64
# A sentence that stands in so many other replies of the office is a turn of phrase.
OFTEN: Final = 3
LEAST: Final = 8


@dataclass(frozen=True, slots=True)
class Sketch:
    """``pieces`` sorted, at most 64; ``sentences`` hash → its length."""

    pieces: tuple[int, ...]
    sentences: dict[int, int]


def sketch(reply: str) -> Sketch:
    """The sketch of what a reply says, its frame left out."""
    parts = take_apart(reply)
    text = _even(parts.core)
    pieces = {_number(text[n : n + PIECE]) for n in range(max(1, len(text) - PIECE + 1))} if text else set()
    sentences = {_number(even): len(even) for s in parts.sentences if len(even := _even(s)) >= LEAST}
    return Sketch(tuple(sorted(pieces)[:KEPT]), sentences)


def likeness(own: Sketch, others: Iterable[tuple[Sequence[int], Sequence[int]]]) -> Likeness:
    """How much of ``own`` the office's other replies have: (pieces, sentences) of each."""
    closest = 0.0
    seen: Counter[int] = Counter()
    for pieces, sentences in others:
        closest = max(closest, resemblance(own.pieces, pieces))
        seen.update(own.sentences.keys() & set(sentences))
    whole = sum(own.sentences.values())
    before = sum(length for number, length in own.sentences.items() if seen[number] >= OFTEN)
    return Likeness(closest, before / whole if whole else 0.0)


def resemblance(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of pieces in common, estimated from the smallest of both together."""
    if not one or not other:
        return 0.0
    first, second = set(one), set(other)
    smallest = sorted(first | second)[:KEPT]
    return sum(number in first and number in second for number in smallest) / len(smallest)


def _even(text: str) -> str:
    return re.sub(r"\d+", "0", bare(flat(text)))


def _number(piece: str) -> int:
    """63 bits, so that a bigint holds it."""
    return int.from_bytes(blake2b(piece.encode(), digest_size=8).digest(), "big") >> 1
