"""How alike messages are: pairs of characters, weighed by rarity, as sparse rows of length 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from wangge.insight import ngrams

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Likeness:
    """The messages as vectors; all of them once, at the start."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.vocabulary = ngrams.learn(texts, (2,), at_least=2)
        counts = self.vocabulary.counts(texts).tocsr()
        counts.sum_duplicates()
        holding = np.bincount(counts.indices, minlength=counts.shape[1])
        counts.data = 1 + np.log(counts.data)
        weighed = (counts @ diags(np.log(max(2, len(texts)) / holding).astype(np.float32))).tocsr()
        length = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
        self.rows: csr_matrix = (diags(1 / np.maximum(length, 1e-9).astype(np.float32)) @ weighed).tocsr()

    def within(self, docs: Ints, without: Sequence[str] = ()) -> float:
        """The mean likeness of two of ``docs``, apart from the words in ``without``."""
        if len(docs) < 2:
            return 0.0
        part = self.rows[docs]
        total = np.asarray(part.sum(axis=0)).ravel()
        own = np.asarray(part.multiply(part).sum(axis=0)).ravel()
        keys, _ = ngrams.keys(list(without), (2,)) if without else (np.zeros(0, dtype=np.uint64), None)
        left_out = self.vocabulary.find(keys)
        left_out = np.unique(left_out[left_out >= 0])
        both = float((total**2).sum() - own.sum() - (total[left_out] ** 2).sum() + own[left_out].sum())
        return both / (len(docs) * (len(docs) - 1))

    def to_centre(self, docs: Ints) -> Floats:
        """The likeness of every message to the middle of ``docs``."""
        centre = np.asarray(self.rows[docs].mean(axis=0)).ravel()
        length = float(np.sqrt((centre**2).sum())) or 1.0
        found: Floats = np.asarray(self.rows @ (centre / length)).ravel()
        return found
