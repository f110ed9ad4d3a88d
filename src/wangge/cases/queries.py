"""Reads with more than one caller: searching, the story of a case, counts for lists and screens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet

from wangge.cases import tallies
from wangge.cases.enums import ClockName
from wangge.cases.models import Case, CaseQuerySet, CaseText, Requester
from wangge.cases.words import query
from wangge.kernel.access.personal import blind_index
from wangge.kernel.access.scopes import Scope, scope


def _digits(text: str) -> str:
    digits = text.replace("-", "").replace(" ", "")
    return digits if digits.isdigit() else ""


def looks_like_phone(text: str) -> bool:
    """Whether ``search`` takes ``text`` for a phone: the caller first narrows to requesters the user may read."""
    return 7 <= len(_digits(text)) <= 13


def search(rows: CaseQuerySet, text: str) -> CaseQuerySet:
    """``rows`` narrowed to a number, a phone or words, whichever ``text`` looks like."""
    text = text.strip()
    if not text:
        return rows
    digits = _digits(text)
    if len(digits) >= 15:
        return rows.filter(number=digits)
    if looks_like_phone(text):
        by_phone = Requester.objects.filter(phone_index=blind_index(digits, "phone")).values("case_id")
        return rows.filter(pk__in=by_phone)
    words = query(text)
    if not words:
        return rows.none()
    return rows.filter(words__vector=SearchQuery(words, search_type="raw", config="simple"))


def text_matches(text: str) -> QuerySet[CaseText]:
    """The words table alone, for counting."""
    return CaseText.objects.filter(vector=SearchQuery(query(text), search_type="raw", config="simple"))


def count(user: Any, *, states: Sequence[str] | None = None, path: str = "") -> int | None:
    """The exact number of cases ``user`` sees, from the tallies; None when they cannot say (office or grid scope)."""
    return _tallied(scope(user, "cases.read"), states, path)


def total_for(seen: Scope, rows: CaseQuerySet, *, state: str | None, path: str, narrowed: bool) -> int:
    """The exact number of ``rows``: from the tallies when only state and place narrow them, else counted."""
    known = None if narrowed else _tallied(seen, [state] if state else None, path)
    return rows.order_by().count() if known is None else known


def _tallied(seen: Scope, states: Sequence[str] | None, path: str) -> int | None:
    paths = [path] if path and any(path.startswith(p) for p in seen.paths) else list(seen.paths)
    if seen.offices or not paths or any(len(p) > 12 for p in paths) or (path and paths != [path]):
        return None
    return tallies.count(paths=paths, states=states)


def clock_lines(case: Case) -> list[dict[str, Any]]:
    """The clocks for the page: name, the clock itself, in the order sign, contact, finish."""
    order = {name: place for place, name in enumerate(ClockName.values)}
    rows = sorted(case.clocks.all(), key=lambda c: (order[c.name], c.pk))
    latest = {clock.name: clock for clock in rows}
    return [{"label": ClockName(name).label, "clock": clock} for name, clock in latest.items()]
