"""Forecasts of a district and its groups of kinds, made anew each week.

A group is a kind of the first level, or a *season* (供暖, 排水防汛, 入学招生): kinds of any level that belong
together in a time of the year, see ``data/seasons.csv``. Weeks begin on Monday; the running week is not
counted, for it is not whole.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils import timezone

from wangge.duties import snapshot
from wangge.insight.topics.forecasting import METHODS, foretell
from wangge.insight.topics.models import Forecast, WeekCount
from wangge.insight.topics.reading import cases

HISTORY: Final = 156  # weeks
ALL: Final = "全部事项"
DATA: Final = Path(__file__).parent / "data" / "seasons.csv"


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds whose codes begin with one of ``prefixes``; ``months``: when the season is, for the reader."""

    code: str
    name: str
    prefixes: tuple[str, ...]
    months: str = ""


@cache
def seasons() -> tuple[Group, ...]:
    """The seasonal groups."""
    with DATA.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return tuple(Group(row["代码"], row["名称"], tuple(row["类别"].split()), row["月份"]) for row in rows)


def groups() -> list[Group]:
    """All cases, the seasons, then the kinds of the first level."""
    held = snapshot.current()
    tops = sorted(
        (k for k in held.kinds.values() if k.parent_id is None and k.catalogue_id == held.current_catalogue_id),
        key=lambda k: k.code,
    )
    return [Group("all", ALL, ("",)), *seasons(), *(Group(k.code, k.name, (k.code,)) for k in tops)]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weekly(path: str, *, today: date) -> dict[str, list[tuple[date, int]]]:
    """Group code → (Monday, cases) of every whole week since the first case, oldest first; one statement."""
    end = monday(today)
    start = end - timedelta(weeks=HISTORY)
    rows = (
        cases(path)
        .filter(created_at__gte=_instant(start), created_at__lt=_instant(end))
        .order_by()
        .annotate(week=TruncWeek("created_at"))
        .values_list("kind_id", "week")
        .annotate(n=Count("pk"))
    )
    kinds = snapshot.current().kinds
    sums: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    wanted = groups()
    for kind_id, week, number in rows:
        code = kinds[kind_id].code if kind_id in kinds else ""
        on = timezone.localdate(week)
        for group in wanted:
            if any(code.startswith(prefix) for prefix in group.prefixes):
                sums[group.code][on] += number
    first = min((week for days in sums.values() for week in days), default=None)
    if first is None:
        return {}
    weeks = [first + timedelta(weeks=at) for at in range((end - first).days // 7)]
    return {group.code: [(week, sums[group.code].get(week, 0)) for week in weeks] for group in wanted}


def _instant(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


@transaction.atomic
def forecast(*, path: str, today: date) -> int:
    """Make the forecasts of ``path`` anew; how many groups could be foretold."""
    Forecast.objects.filter(path=path).delete()
    WeekCount.objects.filter(path=path).delete()
    names = {group.code: group.name for group in groups()}
    found: list[Forecast] = []
    told = 0
    past: list[WeekCount] = []
    for code, weeks in weekly(path, today=today).items():
        past += [WeekCount(path=path, kind_code=code, week_on=week, number=number) for week, number in weeks]
        outlook = foretell([number for _, number in weeks])
        if outlook is None:
            continue
        told += 1
        last = weeks[-1][0]
        found += [
            Forecast(
                path=path,
                kind_code=code,
                name=names[code],
                week_on=last + timedelta(weeks=at + 1),
                expected=outlook.expected[at],
                low=outlook.low[at],
                high=outlook.high[at],
                error=outlook.error,
                naive_error=outlook.naive_error,
                method=METHODS[outlook.method],
                made_on=today,
            )
            for at in range(len(outlook.expected))
        ]
    Forecast.objects.bulk_create(found)
    WeekCount.objects.bulk_create(past, batch_size=2000)
    return told
