"""Which days are workdays."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge.kernel.calendar.days import OutOfCalendar, Workdays

CALENDAR = Workdays()
KNOWN = st.dates(date(2004, 1, 1), date(2026, 12, 31))


@given(KNOWN)
def test_known_years_agree_with_the_library(day: date) -> None:
    assert CALENDAR.is_workday(day) is chinese_calendar.is_workday(day)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 2, 4), True),  # Sunday, make-up workday for 春节
        (date(2024, 2, 12), False),  # Monday within 春节
        (date(2025, 1, 26), True),  # Sunday, make-up workday
        (date(2026, 1, 2), False),  # Friday, 元旦
        (date(2026, 2, 28), True),  # Saturday, make-up workday for 春节
        (date(2026, 11, 21), False),  # an ordinary Saturday
        (date(2026, 11, 23), True),  # an ordinary Monday
    ],
)
def test_holidays_and_make_up_days(day: date, expected: bool) -> None:
    assert CALENDAR.is_workday(day) is expected


def test_unknown_years_have_weekends_off() -> None:
    assert CALENDAR.known(date(2027, 1, 1)) is False
    assert CALENDAR.is_workday(date(2027, 1, 1)) is True
    assert CALENDAR.is_workday(date(2027, 1, 2)) is False
    assert CALENDAR.known_until == date(2026, 12, 31)


def test_overrides_have_the_last_word() -> None:
    changed = Workdays({date(2027, 1, 1): False, date(2026, 11, 21): True})
    assert changed.is_workday(date(2027, 1, 1)) is False
    assert changed.is_workday(date(2026, 11, 21)) is True


def test_known_until_stops_at_the_first_gap() -> None:
    assert Workdays({}, [2027]).known_until == date(2027, 12, 31)
    assert Workdays({}, [2028]).known_until == date(2026, 12, 31)


@given(KNOWN, st.integers(0, 400))
def test_between_is_counting_by_hand(start: date, length: int) -> None:
    by_hand = sum(CALENDAR.is_workday(start + timedelta(days=i)) for i in range(1, length + 1))
    assert CALENDAR.between(start, start + timedelta(days=length)) == by_hand


@given(KNOWN, st.integers(1, 120))
def test_plus_is_counting_by_hand(start: date, number: int) -> None:
    day, left = start, number
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.is_workday(day)
    assert CALENDAR.plus(start, number) == day


def test_2026_has_248_workdays() -> None:
    by_hand = [d for i in range(365) if CALENDAR.is_workday(d := date(2026, 1, 1) + timedelta(days=i))]
    assert CALENDAR.workdays_of(2026) == by_hand
    assert len(by_hand) == 248


@pytest.mark.parametrize("day", [date(1991, 12, 31), date(2101, 1, 1)])
def test_outside_the_calendar_is_an_error(day: date) -> None:
    with pytest.raises(OutOfCalendar):
        CALENDAR.is_workday(day)
