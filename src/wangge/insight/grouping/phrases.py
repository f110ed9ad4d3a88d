"""Runs of 2–10 characters that hang together: every one is counted, in numpy, with the messages it stands in.

A run is kept when it stands in enough messages, when its halves stand together far more often than chance
would have it (the least pointwise mutual information over all splits), and when what stands before and
after it varies (entropy): then it is a word or a name and not a piece of one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

LONGEST: Final = 10
COHESION: Final = 2.0  # nats
VARIETY: Final = 0.7  # nats of entropy on either side
SAME_SIDE: Final = 0.85  # the commonest neighbour may not stand there more often
_BLANK: Final = re.compile(r"[\s\x00-\x1f]+")
_MARK: Final = re.compile("[^0-9a-z\u3400-\u9fff]")
_GAP: Final = "\x01"
_PRIME: Final = np.uint64(1_000_003)
_SHIFT: Final = np.uint64(29)
# Before and after a name stand a gap or one of these; inside of one they seldom do.
_BEFORE: Final = (
    "的了在是和与及或对从到向把被将让由于为有无等也都就该请问投诉反映咨询市区县镇乡村路道边旁近里内位住买到"
)
_AFTER: Final = (
    "的了在是和与及或对从到向把被将让由于为有无等也都就小街镇乡村路社广公中派附旁周边"
    "业一二三四五六七八九十内里外东南西北项开物"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """``docs``: ascending numbers of the texts it stands in; ``uses``: how often in all;
    ``begins``/``ends``: share of uses that stand free on the left/right."""

    text: str
    docs: Ints
    uses: int
    begins: float
    ends: float


def fold(text: str) -> str:
    """Half width, lower case, no blanks; digits stay, they are part of names (地铁7号线)."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).lower()


def discover(texts: Sequence[str], *, at_least: int = 5, share: float = 0.4) -> list[Phrase]:
    """The phrases of folded ``texts`` that stand in ``at_least`` of them and in no more than ``share`` of all."""
    corpus = _Corpus(texts)
    found: list[Phrase] = []
    most = max(at_least, int(share * len(texts)))
    for size in range(1, LONGEST + 1):
        if not len(corpus.alive):
            break
        corpus.count(size, at_least)
        if size > 1:
            found += corpus.phrases(size, at_least, most)
    return found


class _Corpus:
    """All texts as one row of UTF-16 units, a gap for every mark and between texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        marked = [_MARK.sub(_GAP, text) for text in texts]
        self.joined = _GAP.join(marked) + _GAP
        self.units = np.frombuffer(self.joined.encode("utf-16-le", "surrogatepass"), dtype=np.uint16).astype(np.uint64)
        self.doc = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in marked])
        gap = self.units == 1
        at = np.arange(len(gap))
        following = np.minimum.accumulate(np.where(gap, at, len(gap))[::-1])[::-1]
        self.room = following - at
        self.total = max(1, int((~gap).sum()))
        code = self.units
        self.latin = ((code >= 48) & (code <= 57)) | ((code >= 97) & (code <= 122))
        self.alive = np.flatnonzero(self.room >= 1)
        self.hash = np.zeros(len(gap), dtype=np.uint64)
        self.counts: dict[int, NDArray[np.int32]] = {}
        self.before = _members(_BEFORE)
        self.after = _members(_AFTER)
        self.positions: Ints = self.alive
        self.names: Ints = self.alive

    def count(self, size: int, at_least: int) -> None:
        """Count the runs of ``size`` characters that begin where a shorter one is frequent enough."""
        tail = np.zeros(size - 1, dtype=np.uint64)
        self.hash = self.hash * _PRIME + np.concatenate([self.units[size - 1 :], tail])
        self.hash ^= self.hash >> _SHIFT
        self.positions = self.alive[self.room[self.alive] >= size]
        _, self.names, number = np.unique(self.hash[self.positions], return_inverse=True, return_counts=True)
        held = np.zeros(len(self.units), dtype=np.int32)
        held[self.positions] = number[self.names]
        self.counts[size] = held
        self.alive = self.positions[number[self.names] >= at_least]

    def phrases(self, size: int, at_least: int, most: int) -> list[Phrase]:
        """The runs of ``size`` that are words or names."""
        kept = self.counts[size][self.positions] >= at_least
        positions, names = self.positions[kept], self.names[kept]
        if not len(positions):
            return []
        order = np.argsort(names, kind="stable")
        positions, names = positions[order], names[order]
        starts = np.flatnonzero(np.concatenate([[True], names[1:] != names[:-1]]))
        first = positions[starts]
        group = np.cumsum(np.concatenate([[False], names[1:] != names[:-1]]))
        docs = self.doc[positions]
        fresh = np.concatenate([[True], (group[1:] != group[:-1]) | (docs[1:] != docs[:-1])])
        holding = np.bincount(group[fresh], minlength=len(first))
        good = (
            (holding >= at_least)
            & (holding <= most)
            & self._whole(first, size)
            & (self._cohesion(first, size) >= COHESION)
        )
        chosen = good[group]
        positions, group, docs, fresh = positions[chosen], group[chosen], docs[chosen], fresh[chosen]
        left = self.units[np.maximum(positions - 1, 0)]
        right = self.units[np.minimum(positions + size, len(self.units) - 1)]
        good &= _varied(group, left, len(first)) & _varied(group, right, len(first))
        uses = np.bincount(group, minlength=len(first))
        begins = np.bincount(group, weights=np.isin(left, self.before), minlength=len(first)) / np.maximum(uses, 1)
        ends = np.bincount(group, weights=np.isin(right, self.after), minlength=len(first)) / np.maximum(uses, 1)
        bounds = np.searchsorted(group, np.arange(len(first) + 1))
        return [
            Phrase(
                self.joined[first[at] : first[at] + size],
                docs[bounds[at] : bounds[at + 1]][fresh[bounds[at] : bounds[at + 1]]],
                int(uses[at]),
                float(begins[at]),
                float(ends[at]),
            )
            for at in np.flatnonzero(good).tolist()
        ]

    def _whole(self, first: Ints, size: int) -> NDArray[np.bool_]:
        """No number and no Latin word is cut."""
        last = first + size - 1
        cut = self.latin[first] & self.latin[np.maximum(first - 1, 0)]
        return ~(cut | (self.latin[last] & self.latin[np.minimum(last + 1, len(self.latin) - 1)]))

    def _cohesion(self, first: Ints, size: int) -> NDArray[np.float64]:
        whole = self.counts[size][first].astype(np.float64) * self.total
        least = np.full(len(first), np.inf)
        for cut in range(1, size):
            parts = self.counts[cut][first].astype(np.float64) * self.counts[size - cut][first + cut]
            least = np.minimum(least, np.log(whole / np.maximum(parts, 1)))
        return least


def _members(characters: str) -> Keys:
    return np.array([1, *(ord(c) for c in characters)], dtype=np.uint64)


def _varied(group: Ints, neighbour: Keys, groups: int) -> NDArray[np.bool_]:
    """Whether the neighbours of each group differ enough; every gap counts as a neighbour of its own."""
    pairs, number = np.unique((group.astype(np.uint64) << np.uint64(16)) | neighbour, return_counts=True)
    owner, unit = (pairs >> np.uint64(16)).astype(np.int64), pairs & np.uint64(0xFFFF)
    total = np.bincount(owner, weights=number, minlength=groups)
    share = number / total[owner]
    gap = unit == 1
    part = np.where(gap, share * np.log(total[owner]), -share * np.log(share))
    entropy = np.bincount(owner, weights=part, minlength=groups)
    commonest = np.zeros(groups)
    np.maximum.at(commonest, owner[~gap], share[~gap])
    found: NDArray[np.bool_] = (entropy >= VARIETY) & (commonest < SAME_SIDE)
    return found
