"""Nightly and hourly work: load the districts, call what does it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max
from django.utils import timezone

from wangge.insight.topics import following, outlooks, warning
from wangge.insight.topics.models import Forecast, Topic, TopicRun
from wangge.kernel.jobs.queue import task
from wangge.kernel.jobs.sweeper import each, sweep

NIGHT: Final = 2  # o'clock
FORECAST_DAYS: Final = 7


@task("topics.night")
def night(path: str) -> int:
    """Everything for one district, now: new cases, new topics, figures, rises of yesterday, forecasts if old."""
    return _night(path, timezone.now())


@sweep(name="topics.follow", every=3600, label="热点归集、预警和预测")
def follow(now: datetime) -> int:
    """Each hour new cases join their topics; once a night the rest."""
    return each(following.districts(), lambda path: _hour(path, now))


def _hour(path: str, now: datetime) -> None:
    following.assign(path=path, now=now)
    local = timezone.localtime(now)
    ran = TopicRun.objects.filter(path=path, on=local.date(), searched_at__isnull=False).exists()
    if not ran and (local.hour >= NIGHT or not Topic.objects.filter(path__startswith=path).exists()):
        _night(path, now)


def _night(path: str, now: datetime) -> int:
    today = timezone.localdate(now)
    following.assign(path=path, now=now)
    following.search(path=path, now=now)
    following.measure(path=path, now=now)
    rises = warning.warn(path=path, on=today - timedelta(days=1), now=now)
    TopicRun.objects.filter(path=path, on=today).update(rises=len(rises))
    made = Forecast.objects.filter(path=path).aggregate(at=Max("made_on"))["at"]
    if made is None or (today - made).days >= FORECAST_DAYS or outlooks.monday(today) > made:
        outlooks.forecast(path=path, today=today)
    return len(rises)
