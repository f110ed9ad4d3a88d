"""Texts → counts of character n-grams, many texts at a time.

An n-gram of up to four characters is one 64-bit number (16 bits a character, UTF-16 units), so a
vocabulary is an array of numbers that reads back as text. Splitting, counting and looking up run over a
whole batch in numpy: no loop over characters, a hundred thousand characters in some ten milliseconds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Keys = NDArray[np.uint64]
Rows = NDArray[np.int64]

LONGEST: Final = 4
BATCH_CHARACTERS: Final = 1_000_000
_GAP: Final = "\x00"  # between texts; no n-gram reaches across it
_EDGE: Final = "\x02"  # before a text, so that its first word counts apart
_BLANK: Final = re.compile(r"[\s\x00-\x1f]+")
_DIGITS: Final = re.compile(r"\d+")
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


def fold(text: str) -> str:
    """The form in which texts are compared: half width, lower case, no blanks, every number one ``0``."""
    return _DIGITS.sub("0", _BLANK.sub("", unicodedata.normalize("NFKC", text))).lower()


def units(texts: Sequence[str]) -> tuple[NDArray[np.uint64], Rows]:
    """UTF-16 units of all texts in a row, a zero after each; the number of the text each belongs to."""
    joined = "".join(f"{_EDGE}{text}{_GAP}" for text in texts)
    found = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), dtype=np.uint16).astype(np.uint64)
    ends = found == 0
    rows = np.cumsum(ends) - ends
    return found, rows.astype(np.int64)


def keys(texts: Sequence[str], sizes: Sequence[int]) -> tuple[Keys, Rows]:
    """Every n-gram of the folded ``texts`` in all ``sizes`` (1–4), with the number of its text."""
    found, rows = units(texts)
    parts: list[Keys] = []
    owners: list[Rows] = []
    current = found.copy()
    whole = found != 0
    for size in range(1, max(sizes) + 1):
        if size > 1:
            current = (current[:-1] << np.uint64(16)) | found[size - 1 :]
            whole = whole[:-1] & (found[size - 1 :] != 0)
        if size in sizes:
            parts.append(current[whole])
            owners.append(rows[: len(current)][whole])
    return np.concatenate(parts), np.concatenate(owners)


def name(key: int) -> str:
    """The n-gram behind a number, without the mark of the text's start."""
    characters = [chr(part) for shift in (48, 32, 16, 0) if (part := int(key) >> shift & 0xFFFF)]
    return "".join(characters).replace(_EDGE, "")


def batches(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(from, to) of runs of texts with about ``BATCH_CHARACTERS`` together."""
    start, size = 0, 0
    for at, text in enumerate(texts):
        size += len(text)
        if size >= BATCH_CHARACTERS:
            yield start, at + 1
            start, size = at + 1, 0
    if start < len(texts):
        yield start, len(texts)


@dataclass(slots=True)
class Vocabulary:
    """Known n-grams in ascending order; ``index`` and ``slots`` are the hash table over them."""

    known: Keys
    sizes: tuple[int, ...]
    slots: Keys = field(init=False, repr=False)
    index: NDArray[np.int32] = field(init=False, repr=False)
    shift: np.uint64 = field(init=False)

    def __post_init__(self) -> None:
        bits = max(8, int(len(self.known) * 3).bit_length())
        self.shift = np.uint64(64 - bits)
        self.slots = np.zeros(1 << bits, dtype=np.uint64)
        self.index = np.full(1 << bits, -1, dtype=np.int32)
        left = np.arange(len(self.known))
        at = self._slot(self.known)
        while len(left):
            free = self.slots[at] == 0
            self.slots[at[free]] = self.known[left[free]]  # of several for one slot the last stays
            placed = self.slots[at] == self.known[left]
            self.index[at[placed]] = left[placed]
            left = left[~placed]
            at = self._next(at[~placed])

    def _slot(self, wanted: Keys) -> NDArray[np.int64]:
        return ((wanted * _MIX) >> self.shift).astype(np.int64)

    def _next(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        return (at + 1) & (len(self.slots) - 1)

    def find(self, wanted: Keys) -> NDArray[np.int32]:
        """The column of each n-gram, -1 for an unknown one."""
        found = np.full(len(wanted), -1, dtype=np.int32)
        at = self._slot(wanted)
        held = self.slots[at]
        hit = held == wanted
        found[hit] = self.index[at[hit]]
        left = np.flatnonzero(~hit & (held != 0))
        at = self._next(at[left])
        while len(left):
            held = self.slots[at]
            hit = held == wanted[left]
            found[left[hit]] = self.index[at[hit]]
            on = ~hit & (held != 0)
            left, at = left[on], self._next(at[on])
        return found

    def counts(self, texts: Sequence[str]) -> csr_matrix:
        """How often each known n-gram stands in each folded text: (texts × vocabulary), float32."""
        wanted, rows = keys(texts, self.sizes)
        columns = self.find(wanted)
        known = columns >= 0
        shape = (len(texts), len(self.known))
        ones = np.ones(int(known.sum()), dtype=np.float32)
        # Rows come size by size, so the matrix is summed by scipy: it sorts by counting.
        return csr_matrix((ones, (rows[known].astype(np.int32), columns[known])), shape=shape)


def learn(texts: Sequence[str], sizes: tuple[int, ...], *, at_least: int = 2, most: int = 0) -> Vocabulary:
    """The n-grams that stand in ``at_least`` of the folded texts; only the ``most`` frequent (0: all)."""
    if max(sizes) > LONGEST or min(sizes) < 1:
        raise ValueError(f"n-grams have 1 to {LONGEST} characters")
    kept: list[Keys] = []
    for start, end in batches(texts):
        wanted, rows = keys(texts[start:end], sizes)
        order = np.lexsort((rows, wanted))
        wanted, rows = wanted[order], rows[order]
        first = np.ones(len(wanted), dtype=bool)
        first[1:] = (wanted[1:] != wanted[:-1]) | (rows[1:] != rows[:-1])
        kept.append(wanted[first])
    found, numbers = np.unique(np.concatenate(kept), return_counts=True)
    if most and (numbers >= at_least).sum() > most:
        at_least = int(np.sort(numbers)[-most]) + 1
    return Vocabulary(found[numbers >= at_least], sizes)
