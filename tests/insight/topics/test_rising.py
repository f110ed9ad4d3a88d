"""The test behind the warnings, on counts alone."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from wangge.insight.topics import rising
from wangge.insight.topics.replaying import by_lot, replay, table


def counts(*last: int, usual: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    row = np.full(rising.needed(), usual, dtype=np.int64)
    row[-len(last) :] = last
    return row[None, :]


def test_nothing_is_no_rise() -> None:
    assert rising.judge(counts(0)) == []
    assert rising.judge(np.zeros((0, rising.needed()), dtype=np.int64)) == []


def test_a_new_matter_with_six_messages_in_a_day_rises() -> None:
    (verdict,) = rising.judge(counts(6))
    assert (verdict.days, verdict.observed) == (1, 6)


def test_two_messages_never_rise() -> None:
    assert rising.judge(counts(2)) == []


def test_what_is_usual_does_not_rise() -> None:
    assert rising.judge(counts(10, usual=9)) == []


def test_a_slow_rise_is_seen_over_three_or_seven_days() -> None:
    (verdict,) = rising.judge(counts(3, 3, 3, 3, 3, 3, 3, usual=0))
    assert verdict.days in {3, 7}


def test_a_busy_weekday_is_expected() -> None:
    row = np.zeros(rising.needed(), dtype=np.int64)
    row[rising.needed() - 1 :: -7] = 12  # every such weekday
    assert rising.judge(row[None, :]) == []


def test_weeks_that_differ_wildly_make_the_test_careful() -> None:
    calm, wild = counts(8, usual=1), counts(8, usual=0)
    wild[0, : rising.needed() - 1 : 28] = 28
    assert rising.judge(calm)
    assert rising.judge(wild) == [] or rising.judge(wild)[0].chance > rising.judge(calm)[0].chance


@pytest.mark.parametrize(
    ("level", "before", "said"),
    [("warning", [], True), ("warning", ["notice"], True), ("notice", ["notice"], False), ("alarm", ["alarm"], False)],
)
def test_only_worse_is_news(level: str, before: list[str], said: bool) -> None:
    assert rising.worth_saying(level, before) is said


def test_days_drawn_by_lot_hardly_ever_warn() -> None:
    start = date(2025, 1, 1)
    real = np.random.default_rng(1).poisson(0.2, size=(100, 300))
    lot = by_lot(real, start, seed=2)
    assert lot.sum(axis=1).tolist() == real.sum(axis=1).tolist()
    assert replay(lot).rate(rising.RiseLevel.NOTICE) < 1
    assert replay(lot).rate(rising.RiseLevel.WARNING) < 0.1


def test_a_replay_warns_of_a_burst_on_its_day() -> None:
    days = [date(2025, 1, 1)] * 3 + [date(2025, 6, 1)] * 9
    found = replay(table([days], date(2025, 1, 1), date(2025, 7, 1)))
    assert found.first == {0: (date(2025, 6, 1) - date(2025, 1, 1)).days}
