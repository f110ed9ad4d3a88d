"""Rises of a district's topics, and of kinds in the district and its streets: tested each night, said once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Left, TruncDate
from django.utils import timezone

from wangge.duties import snapshot
from wangge.insight.topics import queries, rising
from wangge.insight.topics.events import TopicRose
from wangge.insight.topics.models import Rise, Topic, TopicMember
from wangge.insight.topics.reading import cases
from wangge.kernel.events.bus import publish
from wangge.territory import queries as territory

STREET: Final = 9
SAID_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Subject:
    """What may rise: a topic, or a kind at a place."""

    topic_id: int | None
    kind_code: str
    name: str
    path: str

    @property
    def key(self) -> tuple[int | None, str, str]:
        return (self.topic_id, self.kind_code, "" if self.topic_id else self.path)


Days = dict[date, int]


@transaction.atomic
def warn(*, path: str, on: date, now: datetime) -> list[Rise]:
    """Test every subject of the district for the day ``on`` and keep what rises; the new rises.

    A rise is said again within seven days only when it got worse.
    """
    counts = {**topic_days(path, on), **kind_days(path, on)}
    subjects = list(counts)
    if not subjects:
        return []
    table = np.array([_row(counts[subject], on) for subject in subjects], dtype=np.int64)
    said = _said(path, on)
    found = []
    for verdict in rising.judge(table):
        subject = subjects[verdict.row]
        if rising.worth_saying(verdict.level, said.get(subject.key, [])):
            found.append(
                Rise(
                    topic_id=subject.topic_id,
                    kind_code=subject.kind_code,
                    name=subject.name[:80],
                    path=subject.path,
                    on=on,
                    level=verdict.level,
                    observed=verdict.observed,
                    expected=verdict.expected,
                    days=verdict.days,
                    chance=verdict.chance,
                    created_at=now,
                )
            )
    worse = {_key(rise): rise for rise in found}
    for known in Rise.objects.select_for_update().filter(path__startswith=path, on=on):
        if (again := worse.get(_key(known))) is not None:  # the same day tested again: the row says the worse
            again.pk, again.seen_at, again.seen_by_id = known.pk, None, None
            again.save()
    Rise.objects.bulk_create([rise for rise in found if rise.pk is None])
    for rise in found:
        publish(TopicRose(rise.pk, rise.topic_id, rise.path, rise.on, rise.level))
    return found


def _key(rise: Rise) -> tuple[int | None, str, str]:
    return (rise.topic_id, rise.kind_code, "" if rise.topic_id else rise.path)


def _row(days: Mapping[date, int], on: date) -> list[int]:
    width = rising.needed()
    return [days.get(on - timedelta(days=width - 1 - at), 0) for at in range(width)]


def _said(path: str, on: date) -> dict[tuple[int | None, str, str], list[str]]:
    found: dict[tuple[int | None, str, str], list[str]] = defaultdict(list)
    recent = Rise.objects.filter(path__startswith=path, on__gt=on - timedelta(days=SAID_DAYS), on__lte=on)
    for topic_id, code, place, level in recent.values_list("topic_id", "kind_code", "path", "level"):
        found[(topic_id, code, "" if topic_id else place)].append(level)
    return found


def topic_days(path: str, on: date) -> dict[Subject, Days]:
    """The days of the topics that had a case in the last week.

    A part of a larger topic does not rise apart from it, unless somebody sees the part alone: a street its own part of
    the district's topic.
    """
    since = on - timedelta(days=rising.needed())
    fresh = TopicMember.objects.filter(path__startswith=path, on__gt=on - timedelta(days=SAID_DAYS), on__lte=on)
    alone = queries.no_part(Q(within__path__startswith=F("path")))
    topics = Topic.objects.filter(
        alone, pk__in=fresh.values("topic_id"), path__startswith=path, state__in=queries.SHOWN_STATES
    )
    subjects = {pk: Subject(pk, "", name, place) for pk, name, place in topics.values_list("pk", "name", "path")}
    found: dict[Subject, Days] = {subject: {} for subject in subjects.values()}
    rows = TopicMember.objects.filter(topic_id__in=subjects, on__gt=since, on__lte=on).order_by()
    for topic_id, day, number in rows.values_list("topic_id", "on").annotate(n=Count("pk")):
        found[subjects[topic_id]][day] = number
    return found


def kind_days(path: str, on: date) -> dict[Subject, Days]:
    """The days of every kind, in the district and in each street, that had a case in the last week."""
    since = timezone.make_aware(datetime.combine(on - timedelta(days=rising.needed()), datetime.min.time()))
    until = timezone.make_aware(datetime.combine(on + timedelta(days=1), datetime.min.time()))
    rows = (
        cases(path)
        .filter(created_at__gte=since, created_at__lt=until, kind__isnull=False)
        .order_by()
        .annotate(street=Left("path", STREET), day=TruncDate("created_at"))
        .values_list("kind_id", "street", "day")
        .annotate(n=Count("pk"))
    )
    kinds = snapshot.current().kinds
    sums: dict[tuple[str, str], Days] = defaultdict(lambda: defaultdict(int))
    for kind_id, street, day, number in rows:
        kind = kinds.get(kind_id)
        if kind is None:
            continue
        for place in {path, street}:
            sums[(kind.code, place)][day] += number
    names = {kind.code: kind.name for kind in kinds.values()}
    places = territory.names_of({place for _, place in sums})
    week = on - timedelta(days=SAID_DAYS)
    return {
        Subject(None, code, f"{places[place]} {names[code]}", place): dict(days)
        for (code, place), days in sums.items()
        if any(day > week for day in days)
    }
