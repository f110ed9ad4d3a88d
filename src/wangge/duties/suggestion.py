"""Kinds proposed for a text, by the words people use (an index in memory, built from the catalogue).

Each leaf brings its keywords and its own name. A keyword found whole in the text counts by its rarity
among the kinds (IDF) and its length. People seldom use a phrase exactly as it was written down, so the
pairs of characters inside the keywords count too, each by its rarity and by how often the leaf uses it:
“玉米种植补贴” reaches “玉米补贴”. A trained model may stand before the words (``register_source``).
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sized
from dataclasses import dataclass, replace
from typing import Final

from wangge.duties import snapshot
from wangge.duties.snapshot import KindRef, Snapshot

TEXT_SIZE: Final = 2000  # a complaint says what it is about early; a 10 MB text must not stall the desk
NAME_WEIGHT: Final = 1.3  # the kind's own name in the text says more than one of its words
ABOVE_WEIGHT: Final = 0.5  # the name of the kind above says less
HALF_SCORE: Final = 12.0  # the weight at which a suggestion counts one half
_SPLIT: Final = re.compile(r"[、,,/()()《》“”\s]+")
_NOISE: Final = re.compile(r"\s+")

Postings = list[tuple[int, float]]  # (leaf, weight)


@dataclass(frozen=True, slots=True)
class KindSuggestion:
    """``score`` 0..1; ``words`` are the parts of the text it rests on, heaviest first."""

    kind_id: int
    code: str
    name: str
    score: float
    words: tuple[str, ...]


@dataclass(slots=True)
class Index:
    """Words and pairs of characters → the leaves they speak for; ``by_start``: words by their first pair."""

    words: dict[str, Postings]
    pairs: dict[str, Postings]
    by_start: dict[str, list[str]]
    kinds: dict[int, KindRef]


Source = Callable[[str, int], list[KindSuggestion]]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """``source(text, limit)`` proposes kinds by something better than the catalogue's words, a trained model say; its
    proposals come first. Called once, by ``apps.ready`` of a module above."""
    _sources.append(source)


def suggest_kinds(text: str, limit: int = 5) -> list[KindSuggestion]:
    """The leaves of the published catalogue that fit ``text``, best first; empty when nothing in it is known.

    ``text`` is title and body together; only its first ``TEXT_SIZE`` characters are read. What a registered source
    proposes stands first; what the words alone propose follows, and no higher than the source left open.
    """
    first = next((found for source in _sources if (found := source(text[:TEXT_SIZE], limit))), [])
    if not first:
        return by_words(text, limit)
    known, left = {one.kind_id for one in first}, max(0.0, 1 - sum(one.score for one in first))
    more = [replace(one, score=round(one.score * left, 3)) for one in by_words(text, limit) if one.kind_id not in known]
    return [*first, *more][:limit]


def by_words(text: str, limit: int = 5) -> list[KindSuggestion]:
    """The same by the words of the catalogue alone."""
    held = snapshot.current()
    index: Index | None = held.memo.get("index")
    if index is None:
        index = held.memo["index"] = build(held)
    return _rank(index, _fold(text[:TEXT_SIZE]), limit)


def build(held: Snapshot) -> Index:
    """The index of the snapshot's published catalogue."""
    leaves = held.current_leaves()
    words: dict[str, dict[int, float]] = defaultdict(dict)
    pairs: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for leaf in leaves:
        own = {_fold(word): 1.0 for word in leaf.keywords} | {_fold(w): NAME_WEIGHT for w in _SPLIT.split(leaf.name)}
        for word, weight in own.items():
            if len(word) > 1:
                words[word][leaf.id] = weight
            for pair in set(_pairs(word)):
                pairs[pair][leaf.id] += weight
        above = held.kinds.get(leaf.parent_id) if leaf.parent_id else None
        for pair in _pairs(above.name if above else ""):
            pairs[pair][leaf.id] += ABOVE_WEIGHT
    by_start: dict[str, list[str]] = defaultdict(list)
    for word in words:
        by_start[word[:2]].append(word)
    count = len(leaves)
    return Index(
        words={
            word: [
                (leaf, weight * _rarity(count, owners) * math.sqrt(len(word) / 2)) for leaf, weight in owners.items()
            ]
            for word, owners in words.items()
        },
        pairs={
            pair: [(leaf, uses / (uses + 1) * _rarity(count, owners)) for leaf, uses in owners.items()]
            for pair, owners in pairs.items()
        },
        by_start=dict(by_start),
        kinds={leaf.id: leaf for leaf in leaves},
    )


def _rarity(leaves: int, owners: Sized) -> float:
    return math.log(1 + leaves / len(owners))


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _found(index: Index, folded: str) -> tuple[set[str], set[str]]:
    """The known words and the known pairs of characters in a text."""
    words: set[str] = set()
    pairs: set[str] = set()
    for at in range(len(folded) - 1):
        pair = folded[at : at + 2]
        if pair in index.pairs:
            pairs.add(pair)
            words.update(word for word in index.by_start.get(pair, ()) if folded.startswith(word, at))
    return words, pairs


def _rank(index: Index, folded: str, limit: int) -> list[KindSuggestion]:
    words, pairs = _found(index, folded)
    totals: dict[int, float] = defaultdict(float)
    for found, postings in ((words, index.words), (pairs, index.pairs)):
        for part in found:
            for leaf, weight in postings[part]:
                totals[leaf] += weight
    best = sorted(totals, key=lambda leaf: (-totals[leaf], index.kinds[leaf].code))[:limit]
    return [
        KindSuggestion(
            kind_id=leaf,
            code=index.kinds[leaf].code,
            name=index.kinds[leaf].name,
            score=round(totals[leaf] / (totals[leaf] + HALF_SCORE), 3),
            words=_reasons(index, leaf, words, pairs),
        )
        for leaf in best
    ]


def _reasons(index: Index, leaf: int, words: set[str], pairs: set[str]) -> tuple[str, ...]:
    """The words of the text that speak for a leaf, heaviest first; the pairs when there is no such word."""

    def mine(parts: set[str], postings: dict[str, Postings]) -> list[str]:
        weighed = [(weight, part) for part in parts for one, weight in postings[part] if one == leaf]
        return [part for _, part in sorted(weighed, reverse=True)]

    return tuple(mine(words, index.words) or mine(pairs, index.pairs))


def _fold(text: str) -> str:
    return _NOISE.sub("", text).lower()
