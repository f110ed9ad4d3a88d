"""REST for other systems: which kind a text is of. Scope: ``kinds:suggest``.

A proposal, as the intake form shows it: nothing is stored, nothing dispatched. Other systems send what they would file;
what belongs to a person need not be in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema

from wangge.duties.suggestion import suggest_kinds
from wangge.insight.learning.enums import ModelState
from wangge.insight.learning.models import KindModel
from wangge.insight.learning.training import text_of
from wangge.kernel.api.auth import requires_scope
from wangge.kernel.api.idempotency import idempotent

router = Router(tags=["kinds"])


class TextIn(Schema):
    """What somebody said."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    title: Annotated[str, Field(max_length=120)] = ""
    limit: Annotated[int, Field(ge=1, le=10)] = 5


class SuggestionOut(Schema):
    """A kind; ``words`` are the parts of the text it rests on, the heaviest first (none where a model proposed it as
    another possibility)."""

    code: str
    name: str
    confidence: float
    words: list[str]


class ModelOut(Schema):
    """The model in use, with its quality on cases held back from it."""

    trained_at: datetime
    macro_f1: float
    calibration_error: float


class SuggestedOut(Schema):
    """Kinds, the likeliest first; none where nothing in the text is known. ``confidence`` is a calibrated probability
    where ``model`` is given; without a model in use kinds are proposed by the catalogue's words alone, and it is a mere
    order."""

    suggestions: list[SuggestionOut]
    model: ModelOut | None


@router.post("/kinds/suggest", response=SuggestedOut, summary="类别建议")
@requires_scope("kinds:suggest")
@idempotent
def suggest(request: HttpRequest, data: TextIn) -> SuggestedOut:  # noqa: ARG001
    """The kinds that a text may be of, with confidence and the words that mattered."""
    found = suggest_kinds(text_of(data.title, data.text) if data.title.strip() else data.text, data.limit)
    model = KindModel.objects.filter(path=settings.HOME_DIVISION, state=ModelState.ACTIVE).first()
    return SuggestedOut(
        suggestions=[
            SuggestionOut(code=one.code, name=one.name, confidence=one.score, words=list(one.words)) for one in found
        ],
        model=ModelOut.from_orm(model) if model is not None else None,
    )
