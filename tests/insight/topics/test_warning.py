"""Rises of topics and kinds: said once, by a test that knows weekdays."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, STREET, World
from tests.insight.topics.conftest import case, file, fill, topic_of

from wangge.insight.topics import following, queries, warning
from wangge.insight.topics.models import Rise, Topic

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


def burst(world: World, number: int) -> None:
    file(
        case(title="翠湖新居停水", text="翠湖新居停水", path=COMMUNITY, at=NOW, kind=world.kinds["rubbish"])
        for _ in range(number)
    )


def ready(world: World) -> None:
    fill(world, now=NOW)
    following.assign(path=DISTRICT, now=NOW)
    following.search(path=DISTRICT, now=NOW)
    following.measure(path=DISTRICT, now=NOW)


def test_a_burst_is_said(world: World) -> None:
    ready(world)
    burst(world, 12)
    following.assign(path=DISTRICT, now=NOW)
    warning.warn(path=DISTRICT, on=TODAY, now=NOW)
    rise = Rise.objects.get(topic=topic_of("翠湖新居"))
    assert (rise.observed, rise.days, rise.on) == (12, 1, TODAY)
    assert rise.level in {"warning", "alarm"}
    assert rise.expected < 2


def test_it_is_said_once_and_again_only_when_it_gets_worse(world: World) -> None:
    ready(world)
    burst(world, 6)
    following.assign(path=DISTRICT, now=NOW)
    warning.warn(path=DISTRICT, on=TODAY, now=NOW)
    first = Rise.objects.filter(topic=topic_of("翠湖新居")).count()
    tomorrow = NOW + timedelta(days=1)
    warning.warn(path=DISTRICT, on=TODAY + timedelta(days=1), now=tomorrow)
    assert Rise.objects.filter(topic=topic_of("翠湖新居")).count() == first == 1


def test_a_kind_rises_in_its_street_and_in_the_district(world: World) -> None:
    burst(world, 15)
    warning.warn(path=DISTRICT, on=TODAY, now=NOW)
    found = Rise.objects.filter(topic__isnull=True).values_list("kind_code", "path")
    assert set(found) == {("0101", DISTRICT), ("0101", STREET)}


def test_an_ordinary_day_says_nothing(world: World) -> None:
    file(
        case(title="路灯", text="路灯不亮", path=COMMUNITY, at=NOW - timedelta(days=at), kind=world.kinds["rubbish"])
        for at in range(70)
        for _ in range(2)
    )
    assert warning.warn(path=DISTRICT, on=TODAY, now=NOW) == []


def test_rising_is_asked_by_place_and_day(world: World) -> None:
    burst(world, 15)
    warning.warn(path=DISTRICT, on=TODAY, now=NOW)
    assert [rise.path for rise in queries.rising(STREET, TODAY)] == [STREET]
    assert queries.rising(DISTRICT, TODAY).count() == 2
    assert not queries.rising(DISTRICT, TODAY + timedelta(days=1)).exists()
    assert queries.rising(DISTRICT, TODAY + timedelta(days=1), days=2).count() == 2


def test_a_day_that_got_worse_while_it_was_tested_twice_is_one_row(world: World) -> None:
    ready(world)
    burst(world, 5)
    following.assign(path=DISTRICT, now=NOW)
    warning.warn(path=DISTRICT, on=TODAY, now=NOW)
    burst(world, 25)
    following.assign(path=DISTRICT, now=NOW)
    warning.warn(path=DISTRICT, on=TODAY, now=NOW)
    rise = Rise.objects.get(topic=topic_of("翠湖新居"))
    assert (rise.observed, rise.level) == (30, "alarm")


def test_a_district_without_cases_has_no_rises(world: World) -> None:
    assert warning.warn(path=DISTRICT, on=TODAY, now=NOW) == []


def test_a_streets_part_of_the_districts_topic_rises_by_itself(world: World) -> None:
    ready(world)
    burst(world, 12)
    following.assign(path=DISTRICT, now=NOW)
    given = {"first_on": TODAY, "last_on": TODAY, "created_at": NOW, "updated_at": NOW}
    wide = Topic.objects.create(name="全区的", path=DISTRICT, **given)
    street = Topic.objects.create(name="街道的", path=STREET, **given)
    part = topic_of("翠湖新居")
    for whole, rises in ((wide, 1), (street, 0)):
        Rise.objects.all().delete()
        Topic.objects.filter(pk=part.pk).update(within=whole, path=STREET)
        warning.warn(path=DISTRICT, on=TODAY, now=NOW)
        assert Rise.objects.filter(topic=part).count() == rises, whole.name
