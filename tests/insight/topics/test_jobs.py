"""What runs by itself: new cases each hour, everything once a night."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, World
from tests.insight.topics.conftest import case, file, fill, topic_of

from wangge.insight.topics import jobs
from wangge.insight.topics.models import Forecast, Rise, Topic, TopicRun
from wangge.kernel.jobs.sweeper import sweeps


def at(hour: int, *, days: int = 0) -> datetime:
    return timezone.localtime().replace(hour=hour, minute=5) + timedelta(days=days)


def test_the_sweep_is_registered() -> None:
    assert "topics.follow" in {one.name for one in sweeps()}


def test_the_first_hour_does_everything_and_the_next_one_little(world: World) -> None:
    fill(world, now=timezone.now())
    assert jobs.follow(at(1)) == 1
    run = TopicRun.objects.get(path=DISTRICT)
    assert (run.found, run.searched_at is not None) == (Topic.objects.count(), True)
    before = set(Topic.objects.values_list("pk", "updated_at"))
    assert jobs.follow(at(1)) == 1
    assert set(Topic.objects.values_list("pk", "updated_at")) == before


def test_the_night_tests_the_day_before(world: World) -> None:
    fill(world, now=timezone.now())
    jobs.follow(at(12, days=-1))
    file(
        case(title="翠湖新居停水", text="翠湖新居停水", path=COMMUNITY, at=at(20, days=-1), kind=world.kinds["rubbish"])
        for _ in range(15)
    )
    jobs.follow(at(3))
    rise = Rise.objects.get(topic=topic_of("翠湖新居"))
    assert rise.on == at(0, days=-1).date()
    assert TopicRun.objects.get(path=DISTRICT, on=at(3).date()).rises == Rise.objects.count()


def test_forecasts_are_made_once_a_week(world: World) -> None:
    now = timezone.now()
    file(case(title="路灯", text="路灯", path=COMMUNITY, at=now - timedelta(days=n)) for n in range(120))
    jobs.night(DISTRICT)
    made = set(Forecast.objects.values_list("pk", flat=True))
    assert made
    jobs.night(DISTRICT)
    assert set(Forecast.objects.values_list("pk", flat=True)) == made
    Forecast.objects.update(made_on=timezone.localdate() - timedelta(days=8))
    jobs.night(DISTRICT)
    assert set(Forecast.objects.values_list("pk", flat=True)).isdisjoint(made)
