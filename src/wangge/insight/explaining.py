"""Why a model answered as it did: the words of the text that carried the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from wangge.insight import ngrams

if TYPE_CHECKING:
    from wangge.insight.classifier import Floats, Model

SHARE: Final = 0.3  # of the heaviest character; lighter ones end a word


def words(model: Model, text: str, label: str, limit: int) -> list[tuple[str, float]]:
    """See ``Model.explain``."""
    folded = ngrams.fold(text[:3_000])
    at = model.classes.index(label) if label else int(model.scores([(text,)])[0].argmax())
    carried = _characters(model, folded, at)
    heaviest = float(carried.max(initial=0.0))
    total = float(carried[carried > 0].sum()) or 1.0
    found: dict[str, float] = {}
    start = 0
    for end in range(len(folded) + 1):
        if end < len(folded) and carried[end] > SHARE * heaviest and folded[end].isalnum():
            continue
        if end > start:
            word = folded[start:end]
            found[word] = found.get(word, 0.0) + float(carried[start:end].sum()) / total
        start = end + 1
    best = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    return [(word, round(weight, 4)) for word, weight in best]


def _characters(model: Model, folded: str, at: int) -> Floats:
    """How much each character of the text spoke for class ``at`` against the mean of the others."""
    carried = np.zeros(len(folded), dtype=np.float32)
    basic = "".join(c if ord(c) <= 0xFFFF else "\x03" for c in folded)  # one unit a character
    found, _ = ngrams.units([basic])
    current = found.copy()
    for size in range(1, max(model.vocabulary.sizes) + 1):
        if size > 1:
            current = (current[:-1] << np.uint64(16)) | found[size - 1 :]
        if size not in model.vocabulary.sizes:
            continue
        columns = model.vocabulary.find(current)
        known = np.flatnonzero(columns >= 0)
        weights = model.weights[columns[known]]
        others = (weights.sum(axis=1) - weights[:, at]) / (len(model.classes) - 1)
        value = (weights[:, at] - others) * model.idf[columns[known]] / size
        for offset in range(size):
            place = known + offset - 1  # the mark of the start stands before the first character
            inside = (place >= 0) & (place < len(folded))
            np.add.at(carried, place[inside], value[inside])
    return carried
