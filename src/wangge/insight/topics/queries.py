"""Reads with more than one caller: what rises, the days of a topic, the places of a topic, the hottest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from wangge.insight.topics.enums import RiseLevel, TopicState
from wangge.insight.topics.models import Rise, Topic

SHOWN_STATES = (TopicState.ACTIVE, TopicState.QUIET)


def rising(path: str, on: date, *, days: int = 1, levels: Sequence[str] = RiseLevel.values) -> QuerySet[Rise]:
    """The rises below ``path`` on ``on`` (or the ``days`` up to it), the least likely by chance first."""
    return (
        Rise.objects.filter(path__startswith=path, on__gt=on - timedelta(days=days), on__lte=on, level__in=levels)
        .select_related("topic")
        .order_by("chance", "-observed", "pk")
    )


def hottest(path: str, *, limit: int = 10) -> QuerySet[Topic]:
    """The hottest topics below ``path`` that are not a part of another."""
    rows = Topic.objects.filter(path__startswith=path, state=TopicState.ACTIVE, within__isnull=True)
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
