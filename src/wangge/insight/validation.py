"""How good is a model, measured on rows it has not seen.

Folds are drawn over groups, not rows: texts that are the same but for blanks and punctuation, or of which
one is contained in another (a title whose words stand in its body), fall into one fold. Nothing is tuned
on the rows reported: training has no choice left open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import f1_score

from wangge.insight import ngrams
from wangge.insight.classifier import Floats, Model, Numbers, soft, train
from wangge.insight.reading import Message

FOLDS: Final = 5
CONTAINED: Final = 0.5  # share of a text's rare n-grams that stand in another
RARE: Final = 60  # n-grams in more texts than this link nothing
BINS: Final = 10
_MARKS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Measured:
    """``table``: per class (label, rows, precision, recall, f1); ``calibration_error``: mean gap between
    confidence and share right over ten bins."""

    macro_f1: float
    accuracy: float
    calibration_error: float
    table: tuple[tuple[str, int, float, float, float], ...]


def measure(truth: Sequence[str], answers: Sequence[str], confidence: Sequence[float]) -> Measured:
    """Compare answers with the truth."""
    labels = sorted(set(truth))
    true, said = np.array(truth), np.array(answers)
    rows = []
    for label in labels:
        hits = int(((true == label) & (said == label)).sum())
        precision = hits / max(1, int((said == label).sum()))
        recall = hits / max(1, int((true == label).sum()))
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        rows.append((label, int((true == label).sum()), round(precision, 4), round(recall, 4), round(f1, 4)))
    macro = float(f1_score(true, said, labels=labels, average="macro", zero_division=0))
    right = true == said
    return Measured(round(macro, 4), round(float(right.mean()), 4), _gap(np.array(confidence), right), tuple(rows))


def _gap(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(confidence[bins == n].mean() - right[bins == n].mean()) * (bins == n).sum() for n in set(bins.tolist())]
    return round(float(sum(gaps)) / max(1, len(right)), 4)


def groups(rows: Sequence[Message]) -> Numbers:
    """The number of the group of each row: rows of one group must not be parted by a fold."""
    texts: list[str] = []
    owners: list[int] = []
    for at, row in enumerate(rows):
        mine = [bare for text in row.texts if (bare := _MARKS.sub("", ngrams.fold(text)))]
        texts += mine
        owners += [at] * len(mine)
    _, same = np.unique(np.array(texts), return_inverse=True)
    left, right = [np.array(owners)], [len(rows) + same.astype(np.int64)]
    vocabulary = ngrams.learn(texts, (3, 4))
    counts = vocabulary.counts(texts).tocsr()
    counts.sum_duplicates()
    size = np.array([2 * len(text) - 3 for text in texts])  # n-grams of a text with the mark of its start
    alone = np.maximum(size - np.asarray(counts.sum(axis=1)).ravel(), 0)  # that stand in no other text
    counts.data[:] = 1
    holding = np.bincount(counts.indices, minlength=counts.shape[1])
    rare = counts[:, holding <= RARE].tocsr()
    weight = np.log(len(texts) / holding[holding <= RARE])
    weighed = (rare @ diags(weight)).tocsr()
    most = np.log(max(2, len(texts)))
    total = np.maximum(np.asarray(weighed.sum(axis=1)).ravel() + alone * most, 3 * most)
    for at in range(0, len(texts), 1000):
        shared = (weighed[at : at + 1000] @ rare.T).tocoo()
        near = shared.data >= CONTAINED * total[at + shared.row]
        left.append(np.array(owners)[at + shared.row[near]])
        right.append(np.array(owners)[shared.col[near]])
    one, other = np.concatenate(left), np.concatenate(right)
    nodes = len(rows) + int(same.max(initial=0)) + 1
    links = csr_matrix((np.ones(len(one), dtype=np.int8), (one, other)), shape=(nodes, nodes))
    found: Numbers = connected_components(links, directed=False)[1][: len(rows)].astype(np.int64)
    return found


def folds(group: Numbers, number: int = FOLDS, seed: int = 0) -> Numbers:
    """A fold for each row, whole groups together, folds of about the same size."""
    random = np.random.default_rng(seed)
    names, sizes = np.unique(group, return_counts=True)
    order = random.permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    filled = np.zeros(number, dtype=np.int64)
    chosen: dict[int, int] = {}
    for at in order:
        target = int(filled.argmin())
        chosen[int(names[at])] = target
        filled[target] += sizes[at]
    return np.array([chosen[int(name)] for name in group], dtype=np.int64)


def pick(rows: Sequence[Message], chosen: NDArray[np.bool_]) -> list[Message]:
    """The rows that are chosen."""
    return [row for row, kept in zip(rows, chosen.tolist(), strict=True) if kept]


def unseen_scores(rows: Sequence[Message], fold: Numbers) -> tuple[tuple[str, ...], Floats]:
    """Classes and (rows × classes) scores, each row scored by a model that saw none of its fold."""
    classes = tuple(sorted({row.label for row in rows}))
    scores = np.full((len(rows), len(classes)), -10.0, dtype=np.float32)
    for number in np.unique(fold):
        inside = np.flatnonzero(fold == number)
        model = train(pick(rows, fold != number))
        columns = np.array([classes.index(label) for label in model.classes])
        scores[np.ix_(inside, columns)] = model.scores([row.texts for row in pick(rows, fold == number)])
    return classes, scores


def sharpness(rows: Sequence[Message], classes: tuple[str, ...], scores: Floats) -> tuple[float, float]:
    """The factors that make confidence true on unseen scores: for rows of one text, and of several."""
    truth = np.array([classes.index(row.label) for row in rows])
    several = np.array([sum(map(bool, row.texts)) > 1 for row in rows])
    both = _sharpest(scores, truth)
    one = _sharpest(scores[~several], truth[~several]) if (~several).sum() >= 100 else both
    return one, (_sharpest(scores[several], truth[several]) if several.sum() >= 100 else both)


def _sharpest(scores: Floats, truth: Numbers) -> float:
    tried = np.geomspace(0.2, 20, 80)
    losses = [-np.log(soft(scores, float(t))[np.arange(len(truth)), truth] + 1e-9).mean() for t in tried]
    return float(tried[int(np.argmin(losses))])


def cross_validate(
    rows: Sequence[Message], *, number: int = FOLDS, seed: int = 0
) -> tuple[Measured, tuple[float, float]]:
    """Grouped cross-validation; the second value calibrates a model trained on all rows.

    The calibration error is that of the factors found on the other folds, not on the fold itself.
    """
    fold = folds(groups(rows), number, seed)
    classes, scores = unseen_scores(rows, fold)
    chances = np.zeros_like(scores)
    for at in range(number):
        inside = fold == at
        one, many = sharpness(pick(rows, ~inside), classes, scores[~inside])
        factor = np.array([many if sum(map(bool, row.texts)) > 1 else one for row in pick(rows, inside)])
        chances[inside] = soft(scores[inside], factor[:, None].astype(np.float32))
    best = chances.argmax(axis=1)
    measured = measure([row.label for row in rows], [classes[at] for at in best], chances.max(axis=1).tolist())
    return measured, sharpness(rows, classes, scores)


def train_measured(rows: Sequence[Message], *, number: int = FOLDS) -> tuple[Model, Measured]:
    """A model from all rows, with confidence calibrated and quality measured by cross-validation."""
    measured, factors = cross_validate(rows, number=number)
    return replace(train(rows), sharpness=factors), measured
