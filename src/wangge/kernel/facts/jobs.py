"""Keeping the facts fresh: today every few minutes, the past where it changed or lacks something."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from wangge.kernel.facts import registry
from wangge.kernel.facts.actions import missing, rebuild, rebuild_stale
from wangge.kernel.facts.models import FactBuilt, StaleDay
from wangge.kernel.jobs.sweeper import each, sweep

_LOOK_BACK: Final = timedelta(days=7)
_TODAY_EVERY: Final = timedelta(minutes=10)
# So many days at a time: other sweeps wait meanwhile.
_AT_ONCE: Final = 31


@sweep(name="facts.daily", every=60, label="每日统计")
def keep_fresh(now: datetime) -> int:
    """Rebuild what is stale; how many days were."""
    today = timezone.localdate(now)
    stale = list(StaleDay.objects.values_list("day", flat=True).distinct().order_by("-day")[:_AT_ONCE])
    done = each(stale, lambda day: rebuild_stale(day=day))
    lacking = missing(first=today - _LOOK_BACK, last=today - timedelta(days=1))
    done += each(sorted(lacking), lambda day: rebuild(day=day, facts=lacking[day]))
    if _today_is_old(today, now):
        done += each([today], lambda day: rebuild(day=day))
    return done


def _today_is_old(today: date, now: datetime) -> bool:
    codes = {fact.code for fact in registry.facts()}
    fresh = FactBuilt.objects.filter(day=today, built_at__gt=now - _TODAY_EVERY).values_list("fact", flat=True)
    return bool(codes - set(fresh))
