"""Heat and trend of a topic."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from wangge.insight.grouping.heat import measure

TODAY = date(2026, 3, 31)


def ago(*days: int) -> list[date | None]:
    return [TODAY - timedelta(days=n) for n in days]


def heat(days: list[date | None], *, likes: int = 0, people: int = 0, tightness: float = 0.1) -> float:
    return measure(days, [likes] * len(days), people=people or len(days), tightness=tightness, today=TODAY).heat


def test_fresh_messages_count_more_than_old_ones() -> None:
    assert heat(ago(1, 2, 3, 4)) > heat(ago(101, 102, 103, 104)) > 0


def test_likes_raise_heat() -> None:
    assert heat(ago(1, 2, 3), likes=20) > heat(ago(1, 2, 3))


def test_one_person_who_writes_often_is_less_hot_than_many() -> None:
    assert heat(ago(1, 2, 3, 4), people=1) == pytest.approx(heat(ago(1, 2, 3, 4)) / 2, abs=0.01)


def test_messages_with_little_in_common_are_less_hot() -> None:
    assert heat(ago(1, 2, 3), tightness=0.03) < heat(ago(1, 2, 3), tightness=0.15)


@pytest.mark.parametrize(
    ("days", "trend"),
    [
        (ago(1, 2, 3, 10), "new"),
        (ago(1, 1, 2, 2, 3, 3, 4, 30), "rising"),
        (ago(3, 12, 19, 26, 33), "steady"),
        (ago(8, 9, 10, 11, 12, 13, 14, 20, 33, 34), "falling"),
        (ago(60, 70, 80), "over"),
    ],
)
def test_the_trend_compares_a_week_with_the_four_before(days: list[date | None], trend: str) -> None:
    found = measure(days, [0] * len(days), people=len(days), tightness=0.1, today=TODAY)
    assert found.trend == trend


def test_days_to_come_and_unknown_days_are_harmless() -> None:
    assert measure([None, TODAY + timedelta(days=3)], [0, 0], people=2, tightness=0.1, today=TODAY).heat > 0
