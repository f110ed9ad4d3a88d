"""Keeping the facts fresh: today every few minutes, the past where it changed or lacks something."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Max
from django.utils import timezone

from wangge.kernel.facts import registry
from wangge.kernel.facts.actions import missing, rebuild, rebuild_stale
from wangge.kernel.facts.days import bounds
from wangge.kernel.facts.models import FactBuilt, StaleDay
from wangge.kernel.jobs.sweeper import each, sweep

_LOOK_BACK: Final = timedelta(days=7)
# A day goes on changing after it is over: what was due on it is closed later, what was closed on it is rated, handled
# again or left out. For so long it is built again once a day, a few days at a time.
_SETTLING: Final = timedelta(days=31)
_A_FEW: Final = 4
_TODAY_EVERY: Final = timedelta(minutes=10)
# So many days at a time: other sweeps that come seldom wait meanwhile.
_AT_ONCE: Final = 31


@sweep(name="facts.daily", every=60, label="每日统计")
def keep_fresh(now: datetime) -> int:
    """Rebuild what is stale; how many days were."""
    today = timezone.localdate(now)
    stale = list(StaleDay.objects.values_list("day", flat=True).distinct().order_by("-day")[:_AT_ONCE])
    done = each(stale, lambda day: rebuild_stale(day=day))
    lacking = missing(first=today - _LOOK_BACK, last=today - timedelta(days=1))
    done += each(sorted(lacking), lambda day: rebuild(day=day, facts=lacking[day]))
    done += each(_unsettled(today)[:_A_FEW], lambda day: rebuild(day=day))
    if _today_is_old(today, now):
        done += each([today], lambda day: rebuild(day=day))
    return done


def _unsettled(today: date) -> list[date]:
    """The days that still change and were not built since midnight, the newest first."""
    built = FactBuilt.objects.filter(day__gte=today - _SETTLING, day__lt=today).values("day")
    old = built.annotate(latest=Max("built_at")).filter(latest__lt=bounds(today)[0])
    return list(old.order_by("-day").values_list("day", flat=True))


def _today_is_old(today: date, now: datetime) -> bool:
    codes = {fact.code for fact in registry.facts()}
    fresh = FactBuilt.objects.filter(day=today, built_at__gt=now - _TODAY_EVERY).values_list("fact", flat=True)
    return bool(codes - set(fresh))
