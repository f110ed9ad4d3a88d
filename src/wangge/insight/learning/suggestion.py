"""The model in use behind ``duties.suggestion``: kinds for a text, with the words that spoke for them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from wangge.duties import snapshot
from wangge.duties.suggestion import KindSuggestion
from wangge.insight.classifier import Answer, Model
from wangge.insight.learning import actions
from wangge.insight.learning.enums import ModelState
from wangge.insight.learning.models import KindModel

LOOK_EVERY: Final = 30.0  # seconds between two looks whether another model is in use
LEAST: Final = 0.1
WORDS: Final = 4


@dataclass(slots=True)
class _Held:
    pk: int | None = None
    model: Model | None = None
    looked: float = -1e9


_held = _Held()
_lock = threading.Lock()


def in_use() -> Model | None:
    """The model of this installation, kept in the process; None when none was promoted yet."""
    now = time.monotonic()
    if now - _held.looked < LOOK_EVERY:
        return _held.model
    with _lock:
        path = str(settings.HOME_DIVISION)
        pk = KindModel.objects.filter(path=path, state=ModelState.ACTIVE).values_list("pk", flat=True).first()
        if pk != _held.pk:
            found = actions.champion(path)
            _held.pk, _held.model = (found[0].pk, found[1]) if found else (None, None)
        _held.looked = now
    return _held.model


def forget() -> None:
    """Look again at the next question (tests, and the worker that promoted)."""
    _held.pk, _held.model, _held.looked = None, None, -1e9


def answer(text: str) -> Answer | None:
    """The likeliest kind's code and how sure the model is."""
    model = in_use()
    return model.predict([(text,)])[0] if model is not None and text.strip() else None


def suggest(text: str, limit: int) -> list[KindSuggestion]:
    """The kinds the model finds likely, the likeliest first; empty without a model."""
    model = in_use()
    if model is None or not text.strip():
        return []
    chances = model.probabilities([(text,)])[0]
    leaves = {leaf.code: leaf for leaf in snapshot.current().current_leaves()}
    found: list[KindSuggestion] = []
    for at in chances.argsort()[::-1][:limit].tolist():
        code, chance = model.classes[at], float(chances[at])
        if chance < LEAST or code not in leaves:
            continue
        words = tuple(word for word, _ in model.explain(text, code, WORDS)) if not found else ()
        found.append(KindSuggestion(leaves[code].id, code, leaves[code].name, round(chance, 3), words))
    return found
