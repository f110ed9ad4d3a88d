"""Forecasts of weeks, on counts and on cases."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, World
from tests.insight.topics.conftest import case, file

from wangge.insight.grouping.messages import read
from wangge.insight.topics import outlooks
from wangge.insight.topics.forecasting import foretell
from wangge.insight.topics.models import Forecast, WeekCount

REAL = Path("../shared/data/messages/replied_2816.csv")
RANDOM = np.random.default_rng(7)


def seasonal(weeks: int) -> list[int]:
    """Heating: many in the winter weeks, hardly any else."""
    rates = [60 if at % 52 < 16 or at % 52 > 44 else 2 for at in range(weeks)]
    return RANDOM.poisson(rates).tolist()  # type: ignore[no-any-return]


def test_too_short_a_history_foretells_nothing() -> None:
    assert foretell([5] * 11) is None
    assert foretell([0] * 60) is None


def test_a_season_is_foretold_before_it_comes() -> None:
    outlook = foretell(seasonal(52 * 2 + 43))
    assert outlook is not None
    assert outlook.method in {"season", "both"}
    assert outlook.expected[0] < 15 < outlook.expected[4]
    assert outlook.error < outlook.naive_error


def test_without_a_year_the_level_is_foretold() -> None:
    outlook = foretell(RANDOM.poisson(20, size=30).tolist())
    assert outlook is not None
    assert outlook.method in {"level", "last_week"}
    assert outlook.expected[0] == pytest.approx(20, abs=6)


def test_the_interval_holds_most_of_what_came() -> None:
    inside = total = 0
    for _ in range(40):
        weeks = RANDOM.poisson(30, size=128).tolist()
        outlook = foretell(weeks[:120])
        assert outlook is not None
        inside += sum(
            low <= came <= high for low, came, high in zip(outlook.low, weeks[120:], outlook.high, strict=True)
        )
        total += 8
    assert 0.7 <= inside / total <= 1.0


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/messages/replied_2816.csv is absent")
def test_real_weeks_are_foretold_better_than_by_last_years_week() -> None:
    """Rolling origin: every week of two years is foretold four weeks ahead from what was known before."""
    first = date(2015, 1, 5)
    weeks = [0] * ((date(2020, 1, 6) - first).days // 7)
    for one in read(REAL):
        at = (one.on - first).days // 7 if one.on is not None else -1
        if 0 <= at < len(weeks):
            weeks[at] += 1
    ours, naive, inside = [], [], []
    for origin in range(156, len(weeks) - 3):
        outlook = foretell(weeks[:origin], ahead=4)
        assert outlook is not None
        for at, expected in enumerate(outlook.expected, start=origin):
            ours.append(abs(weeks[at] - expected))
            naive.append(abs(weeks[at] - weeks[at - 52]))
            inside.append(outlook.low[at - origin] <= weeks[at] <= outlook.high[at - origin])
    print(f"MAE {np.mean(ours):.2f}, seasonal-naive {np.mean(naive):.2f}, interval holds {np.mean(inside):.0%}")
    assert np.mean(ours) < 0.8 * np.mean(naive)
    assert 0.7 <= np.mean(inside) <= 0.9


def test_weeks_of_cases_are_counted_by_group_and_foretold(world: World) -> None:
    today = timezone.localdate()
    now = timezone.now()
    last = outlooks.monday(today)
    file(
        case(title="路灯", text="路灯", path=COMMUNITY, at=now - timedelta(days=at), kind=world.kinds["rubbish"])
        for at in range(7 * 20)
    )
    assert outlooks.forecast(path=DISTRICT, today=today) == 2  # all, and the kind's first level
    assert WeekCount.objects.get(path=DISTRICT, kind_code="01", week_on=last - timedelta(weeks=2)).number == 7
    first = Forecast.objects.filter(path=DISTRICT, kind_code="01").order_by("week_on").first()
    assert first is not None
    assert (first.week_on, round(first.expected)) == (last, 7)
    assert outlooks.forecast(path=DISTRICT, today=today) == 2  # made anew, not twice
    assert Forecast.objects.filter(path=DISTRICT, kind_code="01").count() == 8
