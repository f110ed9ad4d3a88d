"""Cases as the grouping reads them. What was told in confidence is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from wangge.cases.models import Case
from wangge.insight.grouping.messages import Message, message
from wangge.kernel.access.scopes import NOTHING

LENGTHS: Final = (15, 12, 9, 6, 4, 2)
MOST: Final = 0.8  # of the members that the place of a topic holds


@dataclass(frozen=True, slots=True)
class Read:
    """A case: what grouping needs, and where and of what kind it is."""

    pk: int
    path: str
    kind_id: int | None
    on: date
    message: Message


def cases(path: str) -> QuerySet[Case]:
    """The cases of a district that topics may hold."""
    return Case.objects.filter(path__startswith=path, is_private=False) if path else Case.objects.filter(NOTHING)


def read(rows: QuerySet[Case]) -> list[Read]:
    """The texts of ``rows``, in their order."""
    fields = ("pk", "path", "kind_id", "created_at", "title", "text")
    found = []
    for pk, path, kind_id, at, title, text in rows.values_list(*fields).iterator(chunk_size=2000):
        on = timezone.localdate(at)
        found.append(Read(pk, path, kind_id, on, message(id=str(pk), title=title, body=text, on=on)))
    return found


def newest(path: str, *, since: date, most: int) -> list[Read]:
    """The newest ``most`` cases filed from ``since`` on, oldest first."""
    start = timezone.make_aware(datetime.combine(since, datetime.min.time()))
    return read(cases(path).filter(created_at__gte=start).order_by("-created_at", "-pk")[:most])[::-1]


def common_place(paths: Iterable[str], within: str) -> str:
    """The deepest place that holds most of ``paths``; ``within`` when none deeper does."""
    held = Counter(paths)
    total = sum(held.values())
    for length in LENGTHS:
        if length <= len(within):
            break
        inside: Counter[str] = Counter()
        for path, number in held.items():
            if len(path) >= length:
                inside[path[:length]] += number
        place, number = max(inside.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
        if total and number >= MOST * total:
            return place
    return within


def commonest(values: Iterable[Any]) -> Any:
    """The value that at least half have; None otherwise."""
    held = Counter(values)
    best = held.most_common(1)
    return best[0][0] if best and best[0][0] is not None and 2 * best[0][1] >= sum(held.values()) else None


def days_back(today: date, days: int) -> list[date]:
    """The last ``days`` days, oldest first, today the last."""
    return [today - timedelta(days=at) for at in range(days - 1, -1, -1)]
