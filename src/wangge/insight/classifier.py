"""A linear model over character n-grams: learns kinds from labelled messages, says how sure it is and why.

Two linear support vector machines are averaged: one over TF-IDF, one over TF-IDF weighed by how much more
often each n-gram stands in a class than outside it (Wang & Manning 2012, "Baselines and Bigrams"). Both are
linear in the same features, so what is kept and asked is one matrix of weights. A message of several texts
(title, body) is looked at as title, as body and as both together, and the scores are averaged: a model
trained on titles here and bodies there serves whole messages too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.svm import LinearSVC

from wangge.insight import explaining, ngrams
from wangge.insight.reading import Message

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

SIZES: Final = (1, 2, 3)
TEXT_SIZE: Final = 3_000  # characters read of one text
WEIGHTS_AT_MOST: Final = 40_000_000  # n-grams × classes: 160 MB
RATIO_AT_MOST: Final = 3.0
BATCH: Final = 2_000
_ROUNDS: Final = 4_000


class TooLittle(ValueError):
    """Not enough to learn from; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The likeliest class of a message; ``confidence`` is a calibrated probability."""

    label: str
    confidence: float


@dataclass(slots=True)
class Model:
    """``weights``: (n-grams × classes), idf not yet in them; ``sharpness``: score → log-odds, for messages
    of one text and of several."""

    classes: tuple[str, ...]
    vocabulary: ngrams.Vocabulary
    idf: Floats
    weights: Floats
    bias: Floats
    sharpness: tuple[float, float] = (1.0, 1.0)
    about: dict[str, Any] = field(default_factory=dict)

    def scores(self, rows: Sequence[Sequence[str]]) -> Floats:
        """(messages × classes), higher is likelier."""
        if not rows:
            return np.zeros((0, len(self.classes)), dtype=np.float32)
        return np.concatenate([self._scores(rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)])

    def _scores(self, rows: Sequence[Sequence[str]]) -> Floats:
        texts, owners = _texts(rows)
        counts = self.vocabulary.counts(texts)
        total = self._linear(counts)
        gather = csr_matrix((np.ones(len(texts), np.float32), (owners, np.arange(len(texts)))), (len(rows), len(texts)))
        views = np.asarray(gather.sum(axis=1))
        summed = np.asarray(gather @ total)
        several = np.flatnonzero(views[:, 0] > 1)
        if len(several):
            summed[several] += self._linear(gather[several] @ counts)
            views[several] += 1
        return np.asarray(summed / np.maximum(views, 1), dtype=np.float32)

    def _linear(self, counts: csr_matrix) -> Floats:
        return np.asarray(weigh(counts, self.idf) @ self.weights, dtype=np.float32) + self.bias

    def probabilities(self, rows: Sequence[Sequence[str]]) -> Floats:
        """(messages × classes), each row adds up to 1; calibrated on rows the fold's model had not seen."""
        return soft(self.scores(rows), _sharp(rows, self.sharpness))

    def predict(self, rows: Sequence[Sequence[str]]) -> list[Answer]:
        """The likeliest class of each message (its texts in the order of the training columns)."""
        chances = self.probabilities(rows)
        best = chances.argmax(axis=1)
        return [Answer(self.classes[at], round(float(chances[row, at]), 4)) for row, at in enumerate(best)]

    def explain(self, text: str, label: str = "", limit: int = 8) -> list[tuple[str, float]]:
        """The words of ``text`` that spoke for ``label`` (default: the likeliest), heaviest first.

        The weight of every n-gram (against the mean of the other classes) is shared among its characters;
        a word is a run of characters that carry much, its weight the share (0–1) of all that spoke for the
        label. Words are in folded form (half width, numbers 0).
        """
        return explaining.words(self, text, label, limit)


def _texts(rows: Sequence[Sequence[str]]) -> tuple[list[str], Numbers]:
    """The non-empty folded texts of all rows and the row of each; a row without text brings one empty text."""
    texts: list[str] = []
    owners: list[int] = []
    for number, row in enumerate(rows):
        mine = [folded for text in row if (folded := ngrams.fold(text[:TEXT_SIZE]))] or [""]
        texts += mine
        owners += [number] * len(mine)
    return texts, np.array(owners, dtype=np.int64)


def _sharp(rows: Sequence[Sequence[str]], sharpness: tuple[float, float]) -> Floats:
    many = np.array([sum(bool(text.strip()) for text in row) > 1 for row in rows], dtype=np.int64)
    return np.asarray(sharpness, dtype=np.float32)[many][:, None]


def soft(scores: Floats, sharpness: Floats | float) -> Floats:
    """Scores as probabilities."""
    raised = scores * sharpness
    grown = np.exp(raised - raised.max(axis=1, keepdims=True, initial=-1e30))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True), dtype=np.float32)


def weigh(counts: csr_matrix, idf: Floats) -> csr_matrix:
    """Counts → (1 + ln count) · idf, each row of length 1."""
    counts = counts.tocsr()
    counts.sum_duplicates()
    weighed = csr_matrix(((1 + np.log(counts.data)) * idf[counts.indices], counts.indices, counts.indptr), counts.shape)
    squares = np.add.reduceat(np.append(weighed.data**2, 0), weighed.indptr[:-1])
    squares[np.diff(weighed.indptr) == 0] = 1
    weighed.data /= np.repeat(np.sqrt(squares), np.diff(weighed.indptr))
    return weighed.astype(np.float32)


def train(rows: Sequence[Message], *, strength: float = 1.0, weights_at_most: int = WEIGHTS_AT_MOST) -> Model:
    """Learn from labelled messages. Confidence is calibrated by ``validation.calibrate``, not here.

    Raises:
        TooLittle: fewer than two labels, or texts without two that share an n-gram.
    """
    classes = tuple(sorted({row.label for row in rows}))
    if len(classes) < 2:
        raise TooLittle("训练至少需要两个类别")
    number = {label: at for at, label in enumerate(classes)}
    texts, owners = _texts([row.texts for row in rows])
    labels = np.array([number[row.label] for row in rows])[owners]
    vocabulary = ngrams.learn(texts, SIZES, most=max(10_000, weights_at_most // len(classes)))
    if not len(vocabulary.known):
        raise TooLittle("文字太少，没有可学习的内容")
    counts = vstack([vocabulary.counts(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]).tocsr()
    counts.sum_duplicates()
    holding = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = (np.log((1 + len(texts)) / (1 + holding)) + 1).astype(np.float32)
    weights, bias = _fit(weigh(counts, idf), labels, len(classes), strength)
    return Model(classes, vocabulary, idf, weights, bias)


def _fit(features: csr_matrix, labels: Numbers, classes: int, strength: float) -> tuple[Floats, Floats]:
    """Both machines, class by class, each with its scores brought to the same spread, averaged."""
    weights = np.zeros((features.shape[1], classes), dtype=np.float32)
    bias = np.zeros(classes, dtype=np.float32)
    present = features.astype(bool).astype(np.float32)
    for plain in (True, False):
        part = np.zeros_like(weights)
        start = np.zeros_like(bias)
        for at in range(classes):
            mine = labels == at
            ratio = np.ones(features.shape[1], dtype=np.float32) if plain else _ratio(present, mine)
            # liblinear weighs a rare class up, so that it is not drowned by the frequent ones.
            machine = LinearSVC(C=strength, class_weight="balanced", max_iter=_ROUNDS, random_state=0)
            machine.fit(features if plain else features @ diags(ratio), mine)
            part[:, at] = machine.coef_[0] * ratio
            start[at] = machine.intercept_[0]
        spread = float((features @ part + start).std()) or 1.0
        weights += part / spread / 2
        bias += start / spread / 2
    return weights, bias


def _ratio(present: csr_matrix, mine: NDArray[np.bool_]) -> Floats:
    """How much more often each n-gram stands in the class than outside, as a bounded factor."""
    inside = (np.asarray(present[mine].sum(axis=0)).ravel() + 0.5) / (mine.sum() + 1)
    outside = (np.asarray(present[~mine].sum(axis=0)).ravel() + 0.5) / ((~mine).sum() + 1)
    ratio = np.clip(np.log(inside / outside), -RATIO_AT_MOST, RATIO_AT_MOST)
    return np.asarray(ratio / 2, dtype=np.float32)
