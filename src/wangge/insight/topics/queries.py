"""Reads with more than one caller: what rises, the days of a topic, the places of a topic, the hottest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from wangge.insight.topics.enums import RiseLevel, TopicState
from wangge.insight.topics.models import Rise, Topic

SHOWN_STATES = (TopicState.ACTIVE, TopicState.QUIET)


def no_part(inside: Q, *, of: str = "") -> Q:
    """Topics that are part of no wider one ``inside``: a street keeps its own when the district's takes it in.

    ``of`` leads from the row to its topic (``topic__``); ``inside`` speaks of the wider topic. One that a person
    set aside hides nothing.
    """
    return Q(**{f"{of}within__isnull": True}) | ~inside | ~Q(**{f"{of}within__state__in": SHOWN_STATES})


def widest(path: str, *, of: str = "") -> Q:
    """``no_part`` for a reader of ``path`` and what lies below it."""
    return no_part(Q(**{f"{of}within__path__startswith": path}), of=of)


def is_widest(path: str, within_path: str | None, within_state: str | None) -> bool:
    """The predicate beside ``widest``: path and state of the wider topic, None without one."""
    return within_path is None or within_state not in SHOWN_STATES or not within_path.startswith(path)


def rising(path: str, on: date, *, days: int = 1, levels: Sequence[str] = RiseLevel.values) -> QuerySet[Rise]:
    """The rises below ``path`` on ``on`` (or the ``days`` up to it), the least likely by chance first."""
    return (
        Rise.objects.filter(path__startswith=path, on__gt=on - timedelta(days=days), on__lte=on, level__in=levels)
        .filter(widest(path, of="topic__"))
        .select_related("topic")
        .order_by("chance", "-observed", "pk")
    )


def hottest(path: str, *, limit: int = 10) -> QuerySet[Topic]:
    """The hottest topics below ``path`` that are not a part of another there."""
    rows = Topic.objects.filter(widest(path), path__startswith=path, state=TopicState.ACTIVE)
    return rows.order_by("-heat", "-pk")[:limit]


def days_of(topic: Topic) -> list[tuple[date, int]]:
    """(day, cases) of a topic, days without a case left out."""
    rows = topic.members.order_by("on").values_list("on").annotate(n=Count("pk"))
    return [(on, number) for on, number in rows]


def places_of(topic: Topic) -> list[tuple[str, int]]:
    """(path, cases) of a topic, the most first."""
    rows = topic.members.order_by().values_list("path").annotate(n=Count("pk"))
    return sorted(((path, number) for path, number in rows), key=lambda pair: (-pair[1], pair[0]))


def latest(path: str) -> date | None:
    """The last day for which rises were tested below ``path``, as far as there were any."""
    return Rise.objects.filter(path__startswith=path).order_by("-on").values_list("on", flat=True).first()
