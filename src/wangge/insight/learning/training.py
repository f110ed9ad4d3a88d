"""Closed cases → a model with honest figures.

The newest cases are held back: half of them calibrate the confidence, the other half measure. Cases whose text is the
same as one learnt from are no test and are left out of it. The model in use answers the same cases; it may have learnt
from some of them, which only makes it harder to beat.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db.models import QuerySet

from wangge.cases.enums import CaseState
from wangge.cases.models import Case
from wangge.duties import snapshot
from wangge.insight import ngrams
from wangge.insight.classifier import Model, TooLittle, train
from wangge.insight.reading import Message
from wangge.insight.validation import BINS, Measured, measure, sharpness

YEARS: Final = 3
MOST: Final = 20_000
LEAST: Final = 300
EACH: Final = 5  # cases of a kind without which it is not learnt
HELD: Final = 0.2
WEIGHTS: Final = 8_000_000
DONE: Final = (CaseState.CLOSED, CaseState.ARCHIVED, CaseState.ANSWERED)


@dataclass(frozen=True, slots=True)
class Trained:
    """``measured`` and ``before`` (the model in use) on the ``held`` cases that measure."""

    model: Model
    measured: Measured
    before: Measured | None
    rows: int
    held: int
    seconds: float
    reliability: list[dict[str, float]] = field(default_factory=list)


def text_of(title: str, text: str) -> str:
    """What a model reads of a case; a title cut from the text is not read twice."""
    return text if text.startswith(title.rstrip("…")) else f"{title}。{text}"


def lessons(path: str, now: datetime) -> list[Message]:
    """The newest closed cases with a kind still in force, oldest first; their labels are the kinds' codes."""
    held = snapshot.current()
    codes = {kind.id: kind.code for kind in held.kinds.values()}
    current = {kind.code for kind in held.current_leaves()}
    rows: QuerySet[Case] = Case.objects.filter(
        path__startswith=path, state__in=DONE, kind__isnull=False, created_at__gte=now - timedelta(days=365 * YEARS)
    )
    found = [
        Message((text_of(title, text),), codes[kind_id])
        for title, text, kind_id in rows.order_by("-created_at", "-pk").values_list("title", "text", "kind_id")[:MOST]
        if codes.get(kind_id) in current
    ][::-1]
    number = Counter(row.label for row in found)
    return [row for row in found if number[row.label] >= EACH]


def teach(rows: Sequence[Message], champion: Model | None) -> Trained:
    """Learn from the older ``rows``, calibrate and measure on the newer.

    Raises:
        TooLittle: too few cases, or kinds, to learn from and to hold back.
    """
    if len(rows) < LEAST:
        raise TooLittle(f"已办结并有类别的事项只有{len(rows)}件，至少要{LEAST}件")
    began = time.perf_counter()
    cut = round(len(rows) * (1 - HELD))
    older, known = rows[:cut], {ngrams.fold(row.texts[0]) for row in rows[:cut]}
    newer = [row for row in rows[cut:] if ngrams.fold(row.texts[0]) not in known]
    if len(newer) < LEAST * HELD / 2:
        raise TooLittle("最近的事项与以往的文字相同，无法检验")
    model = train(older, weights_at_most=WEIGHTS)
    calibrating = [row for row in newer[::2] if row.label in model.classes]
    scores = model.scores([row.texts for row in calibrating])
    model = replace(model, sharpness=sharpness(calibrating, model.classes, scores))
    measuring = newer[1::2]
    measured, reliability = _measured(model, measuring)
    before = _measured(champion, measuring)[0] if champion is not None else None
    return Trained(model, measured, before, len(older), len(measuring), time.perf_counter() - began, reliability)


def _measured(model: Model, rows: Sequence[Message]) -> tuple[Measured, list[dict[str, float]]]:
    answers = model.predict([row.texts for row in rows])
    sure = np.array([answer.confidence for answer in answers])
    right = np.array([answer.label == row.label for answer, row in zip(answers, rows, strict=True)])
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    reliability = [
        {
            "from": number / BINS,
            "cases": int((bins == number).sum()),
            "confidence": round(float(sure[bins == number].mean()), 4),
            "right": round(float(right[bins == number].mean()), 4),
        }
        for number in sorted(set(bins.tolist()))
    ]
    found = measure([row.label for row in rows], [answer.label for answer in answers], sure.tolist())
    return found, reliability
