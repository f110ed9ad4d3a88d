"""The nightly work on topics: read what is new, look for new topics, measure. Old cases are not read again.

``assign`` gives new cases to the topics whose anchors they name: seconds for a day. ``search`` groups the
newest cases, as many as ``MOST`` and no older than ``WINDOW`` days, and keeps what it finds: as new topics,
or as new anchors and members of those known. ``measure`` counts from the members.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from wangge.cases.models import Case
from wangge.insight.grouping import heat
from wangge.insight.grouping.matching import Known
from wangge.insight.grouping.naming import ALL_OVER
from wangge.insight.grouping.topics import AT_LEAST, SCATTERED_BELOW, SCATTERED_HEAT, Found, find
from wangge.insight.topics.enums import TopicState
from wangge.insight.topics.models import Topic, TopicMember, TopicRun
from wangge.insight.topics.reading import Read, cases, common_place, commonest, newest, read
from wangge.kernel.audit.recording import record_many
from wangge.territory import queries as territory

WINDOW: Final = 60  # days
MOST: Final = 20_000
QUIET_AFTER: Final = 60  # days without a new member
FORGOTTEN_AFTER: Final = 400  # days after which figures are no longer measured
CHUNK: Final = 5_000
SAME: Final = 0.6  # of the cases of either that both have
ANCHORS_AT_MOST: Final = 12


@transaction.atomic
def assign(*, path: str, now: datetime) -> int:
    """Give the district's new cases to the topics they name and measure those; how many were given."""
    run = run_of(path, now)
    known = Known(anchors_of(path))
    given, touched = 0, set[int]()
    while chunk := read(cases(path).filter(pk__gt=run.last_case_id).order_by("pk")[:CHUNK]):
        members = [member(topic, case) for case in chunk for topic in known.find(case.message.text)]
        TopicMember.objects.bulk_create(members, ignore_conflicts=True, batch_size=2000)
        given += len({one.case_id for one in members})
        touched.update(one.topic_id for one in members)
        run.last_case_id = chunk[-1].pk
        run.read += len(chunk)
    run.assigned += given
    run.updated_at = now
    run.save()
    if touched:
        measure(path=path, now=now, topics=touched)
    return given


def run_of(path: str, now: datetime) -> TopicRun:
    """Today's row; a new one begins where the last one ended, the first at the cases of the window."""
    on = timezone.localdate(now)
    found = TopicRun.objects.select_for_update().filter(path=path, on=on).first()
    if found is not None:
        return found
    last = TopicRun.objects.filter(path=path).order_by("-on").values_list("last_case_id", flat=True).first()
    if last is None:
        before = cases(path).filter(created_at__lt=now - timedelta(days=WINDOW))
        last = before.order_by("-pk").values_list("pk", flat=True).first() or 0
    return TopicRun.objects.create(path=path, on=on, last_case_id=last, updated_at=now)


def anchors_of(path: str) -> list[tuple[str, int]]:
    """(anchor, topic) of every topic of the district; a merged one's are its heir's."""
    rows = list(Topic.objects.filter(path__startswith=path).values_list("pk", "anchors", "merged_into_id"))
    heirs = {pk: heir for pk, _, heir in rows if heir is not None}

    def heir(pk: int) -> int:
        seen: set[int] = set()
        while pk in heirs and pk not in seen:
            seen.add(pk)
            pk = heirs[pk]
        return pk

    return [(anchor, heir(pk)) for pk, anchors, _ in rows for anchor in anchors]


def member(topic_id: int, case: Read, weight: float = 1) -> TopicMember:
    return TopicMember(topic_id=topic_id, case_id=case.pk, path=case.path, on=case.on, weight=weight)


@transaction.atomic
def search(*, path: str, now: datetime, at_least: int = AT_LEAST) -> int:
    """Group the newest cases of the district and keep what is found; how many topics are new."""
    run = run_of(path, now)  # locked: two searches of a district run one after the other
    on = timezone.localdate(now)
    held = newest(path, since=on - timedelta(days=WINDOW), most=MOST)
    found = find([one.message for one in held], at_least=at_least, today=on)
    keeper = _Keeper(path, held, now)
    for topic in found:
        keeper.keep(topic)
    keeper.save()
    run.found += len(keeper.new)
    run.searched_at = run.updated_at = now
    run.save()
    return len(keeper.new)


class _Keeper:
    """Findings of one search, laid beside the topics the district has."""

    def __init__(self, path: str, held: Sequence[Read], now: datetime) -> None:
        self.path, self.held, self.now = path, held, now
        self.topics = {topic.pk: topic for topic in Topic.objects.filter(path__startswith=path)}
        self.by_anchor = dict(anchors_of(path))
        self.cases_of: dict[int, set[int]] = defaultdict(set)
        ids = [one.pk for one in held]
        for topic_id, case_id in TopicMember.objects.filter(case_id__in=ids).values_list("topic_id", "case_id"):
            self.cases_of[topic_id].add(case_id)
        self.topics_of: dict[int, set[int]] = defaultdict(set)
        for topic_id, mine in self.cases_of.items():
            for case_id in mine:
                self.topics_of[case_id].add(topic_id)
        self.named: dict[str, int] = {}
        self.new: list[Topic] = []
        self.members: list[TopicMember] = []

    def keep(self, found: Found) -> None:
        mine = [self.held[at] for at in found.members]
        topic = self._known(found, {one.pk for one in mine}) or self._create(found, mine)
        fresh = [anchor for anchor in found.anchors if anchor not in topic.anchors and len(anchor) <= 40]
        topic.anchors = [*topic.anchors, *fresh][:ANCHORS_AT_MOST]
        topic.tightness = found.tightness or topic.tightness
        if topic.state != TopicState.ASIDE:
            topic.within_id = self.named.get(found.within) if self.named.get(found.within) != topic.pk else None
        self.named[found.name] = topic.pk
        self.members += [member(topic.pk, one) for one in mine]

    def _known(self, found: Found, mine: set[int]) -> Topic | None:
        """The topic that this one is: it has one of the anchors, or mostly the same cases."""
        for anchor in found.anchors:
            if anchor in self.by_anchor:
                return self.topics.get(self.by_anchor[anchor])
        shared = Counter(topic for case in mine for topic in self.topics_of[case] if topic in self.topics)
        for topic, both in shared.most_common(1):
            if both >= SAME * len(mine | self.cases_of[topic]):
                return self.topics[topic]
        return None

    def _create(self, found: Found, mine: Sequence[Read]) -> Topic:
        place = common_place((one.path for one in mine), self.path)
        named = found.place if found.place != ALL_OVER else ""
        topic = Topic.objects.create(
            name=found.name[:80],
            place=(named or (territory.name_of(place) if len(place) > len(self.path) else ""))[:80],
            path=place,
            kind_id=commonest(one.kind_id for one in mine),
            anchors=[],
            first_on=min(one.on for one in mine),
            last_on=max(one.on for one in mine),
            tightness=found.tightness,
            created_at=self.now,
            updated_at=self.now,
        )
        self.topics[topic.pk] = topic
        self.new.append(topic)
        for anchor in found.anchors:
            self.by_anchor[anchor] = topic.pk
        return topic

    def save(self) -> None:
        Topic.objects.bulk_update(self.topics.values(), ["anchors", "tightness", "within"], batch_size=500)
        TopicMember.objects.bulk_create(self.members, ignore_conflicts=True, batch_size=2000)
        record_many("topics.topic.find", self.new)


@transaction.atomic
def measure(*, path: str, now: datetime, topics: Iterable[int] | None = None) -> int:
    """Count size, people, heat, trend, place and state of the district's topics anew; how many.

    Without ``topics``: of all that had a case in the last ``FORGOTTEN_AFTER`` days.
    """
    on = timezone.localdate(now)
    rows = Topic.objects.filter(path__startswith=path).exclude(state=TopicState.MERGED)
    rows = rows.filter(pk__in=list(topics)) if topics is not None else rows.filter(_remembered(on)).distinct()
    wanted = {topic.pk: topic for topic in rows}
    days: dict[int, list[tuple[date, int]]] = defaultdict(list)
    places: dict[int, Counter[str]] = defaultdict(Counter)
    mine = TopicMember.objects.filter(topic_id__in=wanted).order_by()
    for topic_id, place, day, number in mine.values_list("topic_id", "path", "on").annotate(n=Count("pk")):
        days[topic_id].append((day, number))
        places[topic_id][place] += number
    people = people_of(wanted)
    for pk, topic in wanted.items():
        if days[pk]:
            _fill(topic, days[pk], people.get(pk, 0), on)
            topic.path = common_place(places[pk].elements(), path)
            topic.updated_at = now
    fields = ["size", "people", "recent", "heat", "trend", "state", "first_on", "last_on", "path", "updated_at"]
    Topic.objects.bulk_update(wanted.values(), fields, batch_size=500)
    return len(wanted)


def _remembered(on: date) -> Q:
    return Q(last_on__gte=on - timedelta(days=FORGOTTEN_AFTER)) | Q(members__on__gte=on - timedelta(days=WINDOW))


def _fill(topic: Topic, days: list[tuple[date, int]], people: int, on: date) -> None:
    every = [day for day, number in days for _ in range(number)]
    found = heat.measure(every, [0] * len(every), people=people or len(every), tightness=topic.tightness, today=on)
    topic.size, topic.people, topic.recent = len(every), people, found.recent
    scattered = not topic.place and topic.tightness < SCATTERED_BELOW
    topic.heat, topic.trend = found.heat * (SCATTERED_HEAT if scattered else 1), found.trend
    topic.first_on, topic.last_on = min(every), max(every)
    if topic.state in {TopicState.ACTIVE, TopicState.QUIET}:
        quiet = (on - topic.last_on).days > QUIET_AFTER
        topic.state = TopicState.QUIET if quiet else TopicState.ACTIVE


def people_of(topics: Iterable[int]) -> dict[int, int]:
    """How many different people (by phone; who gave none counts once a case) wrote about each topic."""
    phone = F("case__requester__phone_index")
    rows = (
        TopicMember.objects.filter(topic_id__in=list(topics))
        .order_by()
        .values("topic_id")
        .annotate(
            known=Count(phone, distinct=True),
            nameless=Count("case_id", filter=Q(case__requester__phone_index__isnull=True)),
        )
    )
    return {row["topic_id"]: row["known"] + row["nameless"] for row in rows}


def districts() -> list[str]:
    """The districts whose cases are followed: those that have any, cut at the district's six digits."""
    found = Case.objects.order_by("path").values_list("path", flat=True)
    places: list[str] = []
    path = found.first()
    while path is not None:
        places.append(path[:6])
        path = found.filter(path__gt=path[:6] + "~").first()
    return places
