"""Periods of validity: [``valid_from``, ``valid_to``), the last day exclusive, empty while it goes on.

What ends keeps its row; a successor has a row of its own. Models name the two fields so; this is what they share.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

# For a check constraint.
VALID = Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))


def not_over(on: date, prefix: str = "") -> Q:
    """Rows that hold on ``on`` or begin later. ``prefix``: the relation that leads to them, with its ``__``."""
    return Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": on})


def in_force(on: date, prefix: str = "") -> Q:
    """Rows whose period contains ``on``."""
    return Q(**{f"{prefix}valid_from__lte": on}) & not_over(on, prefix)


def holds(valid_from: date, valid_to: date | None, on: date) -> bool:
    """The same of a row in memory."""
    return valid_from <= on and (valid_to is None or on < valid_to)


def standing(row: Any, on: date) -> str:
    """Of a row in memory: ``over``, ``coming`` or ``now`` (the component ``validity`` says it in words)."""
    if row.valid_to is not None and row.valid_to <= on:
        return "over"
    return "coming" if row.valid_from > on else "now"


class InForceQuerySet(QuerySet[Any]):
    """Rows with a validity period."""

    def in_force(self, on: date) -> Any:
        return self.filter(in_force(on))
