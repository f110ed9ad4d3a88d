"""The parameters in force at a place and day (rows of ``CaseRules``, cached for a minute)."""

from __future__ import annotations

from datetime import date

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from wangge.cases.models import CaseRules

CACHE_KEY = "cases.rules"
CACHE_SECONDS = 60


def rules_for(path: str, on: date | None = None) -> CaseRules:
    """The rules whose path is the longest prefix of ``path``; the built-in defaults when no row is in force."""
    on = on or timezone.localdate()
    rows: list[CaseRules] | None = cache.get(CACHE_KEY)
    if rows is None:
        rows = list(CaseRules.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).order_by("valid_from"))
        cache.set(CACHE_KEY, rows, CACHE_SECONDS)
    fitting = [
        r for r in rows if path.startswith(r.path) and r.valid_from <= on and (r.valid_to is None or on < r.valid_to)
    ]
    return max(fitting, key=lambda r: (len(r.path), r.valid_from), default=CaseRules(valid_from=on))
