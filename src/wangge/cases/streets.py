"""The cases of a street, found through an index of their own."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, Value
from django.db.models.functions import Left
from django.db.models.lookups import Exact

# Digits of a street's code.
STREET: Final = 9


def at(path: str) -> Q:
    """The cases at a place and below. A street's lie in an index of its own, the newest first (``case_street_new``)."""
    return Q(Exact(Left("path", STREET), Value(path))) if len(path) == STREET else Q(path__startswith=path)
