"""Kinds proposed for a text, by the words people use (an index in memory, built from the catalogue).

Each leaf brings keywords and the words of its own name. A keyword found in the text counts by its
rarity among kinds (IDF), its length and how much of the leaf's vocabulary it is. A trained model may
take the place of ``suggest_kinds`` without a caller noticing.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from wangge.duties import snapshot
from wangge.duties.snapshot import KindRef, Snapshot

TEXT_SIZE: Final = 2000  # a complaint says what it is about early; a 10 MB text must not stall the desk
NAME_WEIGHT: Final = 1.3  # the kind's own name in the text says more than one of its words
HALF_SCORE: Final = 9.0  # the weight at which a suggestion counts one half
_SPLIT: Final = re.compile(r"[、,,/()()《》“”\s]+")
_NOISE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class KindSuggestion:
    """``score`` 0..1; ``words`` are the words of the text it rests on, heaviest first."""

    kind_id: int
    code: str
    name: str
    score: float
    words: tuple[str, ...]


@dataclass(slots=True)
class Index:
    """All words by their first two characters, longest first; a word → the leaves it speaks for, with weight."""

    by_start: dict[str, list[str]]
    leaves: dict[str, list[tuple[int, float]]]
    kinds: dict[int, KindRef]


def suggest_kinds(text: str, limit: int = 5) -> list[KindSuggestion]:
    """The leaves of the published catalogue that fit ``text``, best first; empty when no word is known.

    ``text`` is title and body together; only its first ``TEXT_SIZE`` characters are read.
    """
    held = snapshot.current()
    index: Index | None = held.memo.get("index")
    if index is None:
        index = held.memo["index"] = build(held)
    return _rank(index, text, limit)


def build(held: Snapshot) -> Index:
    """The index of the snapshot's published catalogue."""
    vocabulary: dict[str, dict[int, float]] = defaultdict(dict)
    leaves = held.current_leaves()
    for leaf in leaves:
        for word in leaf.keywords:
            vocabulary[_fold(word)][leaf.id] = 1.0
        for word in _SPLIT.split(leaf.name):
            vocabulary[_fold(word)][leaf.id] = NAME_WEIGHT
    by_start: dict[str, list[str]] = defaultdict(list)
    weighted: dict[str, list[tuple[int, float]]] = {}
    for word, owners in vocabulary.items():
        if len(word) < 2:
            continue
        rarity = math.log(1 + len(leaves) / len(owners))
        weighted[word] = [(leaf, weight * rarity * math.sqrt(len(word) / 2)) for leaf, weight in owners.items()]
        by_start[word[:2]].append(word)
    for words in by_start.values():
        words.sort(key=len, reverse=True)
    return Index(dict(by_start), weighted, {leaf.id: leaf for leaf in leaves})


def words_in(index: Index, text: str) -> set[str]:
    """The known words that occur in ``text``."""
    folded = _fold(text[:TEXT_SIZE])
    by_start = index.by_start
    found: set[str] = set()
    for at in range(len(folded) - 1):
        starting = by_start.get(folded[at : at + 2])
        if starting:
            for word in starting:
                if len(word) == 2 or folded.startswith(word, at):
                    found.add(word)
    return found


def _rank(index: Index, text: str, limit: int) -> list[KindSuggestion]:
    totals: dict[int, float] = defaultdict(float)
    words: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for word in words_in(index, text):
        for leaf, weight in index.leaves[word]:
            totals[leaf] += weight
            words[leaf].append((weight, word))
    best = sorted(totals, key=lambda leaf: (-totals[leaf], index.kinds[leaf].code))[:limit]
    return [
        KindSuggestion(
            kind_id=leaf,
            code=index.kinds[leaf].code,
            name=index.kinds[leaf].name,
            score=round(totals[leaf] / (totals[leaf] + HALF_SCORE), 3),
            words=tuple(word for _, word in sorted(words[leaf], reverse=True)),
        )
        for leaf in best
    ]


def _fold(text: str) -> str:
    return _NOISE.sub("", text).lower()
