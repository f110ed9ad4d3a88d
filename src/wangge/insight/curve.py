"""Why a model stops where it stops: does it lack rows, or are the labels in doubt?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from wangge.insight.classifier import soft, train
from wangge.insight.reading import Message
from wangge.insight.validation import FOLDS, folds, groups, measure, pick, sharpness, unseen_scores

SHARES: Final = (0.125, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a learning curve: rows learnt from, macro-F1 on rows not seen and on rows learnt from."""

    rows: int
    macro_f1: float
    seen_macro_f1: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """Labels that confidently contradict what the other rows teach.

    ``rows``: numbers of the rows, most doubtful first; ``share``: of all rows; ``pairs``: how often which
    label stands where another is expected.
    """

    rows: tuple[int, ...]
    share: float
    pairs: tuple[tuple[str, str, int], ...]


def learning_curve(rows: Sequence[Message], *, seed: int = 0) -> list[Point]:
    """One fold is kept aside; the model learns from growing parts of the others, whole groups together."""
    group = groups(rows)
    inside = folds(group, FOLDS, seed) == 0
    kept, rest = pick(rows, inside), pick(rows, ~inside)
    order = folds(group[~inside], 40, seed + 1)
    points = []
    for share in SHARES:
        part = pick(rest, order < round(40 * share))
        model = train(part)
        scored = [
            measure([row.label for row in some], [a.label for a in answers], [a.confidence for a in answers]).macro_f1
            for some in (kept, part[: len(kept)])
            for answers in [model.predict([row.texts for row in some])]
        ]
        points.append(Point(len(part), scored[0], scored[1]))
    return points


def doubtful(rows: Sequence[Message], *, seed: int = 0) -> Doubt:
    """Confident learning (Northcutt et al. 2021): a label is in doubt when, seen by a model that did not learn
    from the row, another label is as likely as that label usually is in its own rows, and likelier than this one.
    """
    fold = folds(groups(rows), FOLDS, seed)
    classes, scores = unseen_scores(rows, fold)
    one, many = sharpness(rows, classes, scores)
    factor = np.array([many if sum(map(bool, row.texts)) > 1 else one for row in rows], dtype=np.float32)
    chances = soft(scores, factor[:, None])
    given = np.array([classes.index(row.label) for row in rows])
    usual = np.array([chances[given == at, at].mean() for at in range(len(classes))])
    likely = np.where(chances >= usual, chances, -1)
    other = likely.argmax(axis=1)
    own = chances[np.arange(len(rows)), given]
    doubted = np.flatnonzero((likely.max(axis=1) > 0) & (other != given) & (chances.max(axis=1) > own))
    ordered = doubted[np.argsort(own[doubted])]
    pairs = Counter((classes[given[at]], classes[other[at]]) for at in ordered)
    return Doubt(
        tuple(int(at) for at in ordered),
        round(len(ordered) / len(rows), 4),
        tuple((a, b, count) for (a, b), count in pairs.most_common()),
    )
