"""The parameters in force at a place and day (rows of ``CaseRules``, cached for a minute)."""

from __future__ import annotations

from datetime import date

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from wangge.cases.models import CaseRules
from wangge.kernel.periods import holds

CACHE_KEY = "cases.rules"
CACHE_SECONDS = 60


def in_force(on: date) -> list[CaseRules]:
    """The newest rules of every place that has its own, and those of all others (built-in defaults without a row)."""
    rows: list[CaseRules] | None = cache.get(CACHE_KEY)
    if rows is None:
        rows = list(CaseRules.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).order_by("valid_from"))
        cache.set(CACHE_KEY, rows, CACHE_SECONDS)
    found = {"": CaseRules(valid_from=on)}
    found |= {row.path: row for row in rows if holds(row.valid_from, row.valid_to, on)}
    return list(found.values())


def rules_for(path: str, on: date | None = None) -> CaseRules:
    """The rules whose path is the longest prefix of ``path``; the built-in defaults when no row is in force."""
    fitting = (row for row in in_force(on or timezone.localdate()) if path.startswith(row.path))
    return max(fitting, key=lambda row: len(row.path))
