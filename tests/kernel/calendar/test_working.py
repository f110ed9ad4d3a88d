"""Arithmetic on working time, against counting minute by minute and day by day."""

from __future__ import annotations

import time
import warnings
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wangge.kernel.calendar import working
from wangge.kernel.calendar.models import CalendarDay
from wangge.kernel.calendar.units import Limit, Unit
from wangge.kernel.calendar.working import back, due, elapsed, is_workday, parse_hours, shift

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
WORKING = st.sampled_from([Unit.WORKING_HOUR, Unit.WORKING_DAY])
# Around 春节 2024 and 2026, 国庆 2025 and the year's end: holidays and make-up workdays close together.
MOMENTS = st.one_of(
    *(
        st.datetimes(datetime.fromisoformat(first), datetime.fromisoformat(last))
        for first, last in (
            ("2024-01-28", "2024-02-25"),
            ("2025-09-20", "2025-10-20"),
            ("2026-02-01", "2026-03-08"),
            ("2025-12-20", "2026-01-12"),
        )
    )
)
INSTANTS = MOMENTS.map(lambda moment: moment.replace(second=0, microsecond=0, tzinfo=SHANGHAI))
by_hand = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def open_at(instant: datetime) -> bool:
    """Whether the minute beginning at ``instant`` is working time."""
    local = instant.astimezone(SHANGHAI)
    return is_workday(local.date()) and (9 <= local.hour < 12 or 13 <= local.hour < 17)


def minutes_by_hand(start: datetime, end: datetime) -> int:
    count = 0
    while start < end:
        count += open_at(start)
        start += MINUTE
    return count


@by_hand
@given(INSTANTS, st.integers(1, 40))
def test_working_hours_are_counted_minute_by_minute(start: datetime, value: int) -> None:
    moment, left = start, value * 60
    while left:
        left -= open_at(moment)
        moment += MINUTE
    assert due(start, Limit(value, Unit.WORKING_HOUR)) == moment


@by_hand
@given(INSTANTS, st.integers(1, 25))
def test_working_days_are_counted_day_by_day(start: datetime, value: int) -> None:
    day, left = start.date(), value
    while left:
        day += timedelta(days=1)
        left -= is_workday(day)
    assert due(start, Limit(value, Unit.WORKING_DAY)) == datetime(day.year, day.month, day.day, 17, tzinfo=SHANGHAI)


@by_hand
@given(INSTANTS, st.integers(1, 60))
def test_calendar_days_end_with_the_day(start: datetime, value: int) -> None:
    day = start.date() + timedelta(days=value)
    expected = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHANGHAI)
    assert due(start, Limit(value, Unit.DAY)) == expected


@by_hand
@given(MOMENTS, st.integers(1, 5000))
def test_minutes_and_hours_run_through(moment: datetime, value: int) -> None:
    start = moment.replace(tzinfo=SHANGHAI)
    assert due(start, Limit(value, Unit.MINUTE)) == start + timedelta(minutes=value)
    assert due(start, Limit(value, Unit.HOUR)) == start + timedelta(hours=value)


@by_hand
@given(INSTANTS, st.integers(0, 20 * 24 * 60))
def test_elapsed_is_counting_by_hand(start: datetime, length: int) -> None:
    end = start + length * MINUTE
    minutes = minutes_by_hand(start, end)
    assert elapsed(start, end, Unit.WORKING_HOUR) == pytest.approx(minutes / 60)
    assert elapsed(start, end, Unit.WORKING_DAY) == pytest.approx(minutes / 420)
    assert elapsed(end, start, Unit.WORKING_HOUR) == pytest.approx(-minutes / 60)
    assert elapsed(start, end, Unit.DAY) == pytest.approx(length / 1440)


@by_hand
@given(MOMENTS, st.integers(1, 60), st.sampled_from(Unit), st.floats(0, 30), st.floats(0, 30))
def test_a_pause_leaves_what_was_left(moment: datetime, value: int, unit: Unit, before: float, length: float) -> None:
    start = moment.replace(tzinfo=SHANGHAI)
    end = due(start, Limit(value, unit))
    paused, resumed = start + timedelta(days=before), start + timedelta(days=before + length)
    moved = shift(end, paused, resumed, unit)
    if paused >= end:
        assert moved == end
    else:
        assert elapsed(resumed, moved, unit) == pytest.approx(elapsed(paused, end, unit), abs=1e-9)
        assert moved >= end


@by_hand
@given(MOMENTS, st.integers(2, 30), WORKING)
def test_two_pauses_are_the_pause_of_both(moment: datetime, value: int, unit: Unit) -> None:
    start = moment.replace(tzinfo=SHANGHAI)
    end = due(start, Limit(value, unit))
    first, middle, last = (start + timedelta(hours=h) for h in (1, 5, 53))
    assert shift(shift(end, first, middle, unit), middle, last, unit) == shift(end, first, last, unit)


@by_hand
@given(MOMENTS, st.integers(1, 60), WORKING)
def test_back_undoes_due(moment: datetime, value: int, unit: Unit) -> None:
    end = due(moment.replace(tzinfo=SHANGHAI), Limit(value, unit))
    assert elapsed(back(end, value, unit), end, unit) == pytest.approx(value)


def test_a_complaint_on_friday_evening_before_spring_festival() -> None:
    # 2024-02-02 is a Friday; Sunday 2024-02-04 is a make-up workday; 10–17 February is 春节, 18 February works.
    start = at("2024-02-02 20:00")
    assert due(start, Limit(1, Unit.WORKING_DAY)) == at("2024-02-04 17:00")
    assert due(start, Limit(2, Unit.WORKING_HOUR)) == at("2024-02-04 11:00")
    assert due(start, Limit(6, Unit.WORKING_DAY)) == at("2024-02-09 17:00")
    assert due(start, Limit(7, Unit.WORKING_DAY)) == at("2024-02-18 17:00")


def test_a_limit_ends_at_the_close_not_at_the_next_opening() -> None:
    assert due(at("2026-11-20 09:00"), Limit(7, Unit.WORKING_HOUR)) == at("2026-11-20 17:00")
    assert due(at("2026-11-20 09:00"), Limit(3, Unit.WORKING_HOUR)) == at("2026-11-20 12:00")


def test_instants_come_back_in_utc() -> None:
    for unit in Unit:
        assert due(at("2026-11-20 09:00"), Limit(2, unit)).tzinfo is UTC


def test_a_start_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="时区"):
        due(datetime.fromisoformat("2026-11-20"), Limit(1, Unit.WORKING_DAY))


@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_is_at_least_one(value: int) -> None:
    with pytest.raises(ValueError, match="正整数"):
        Limit(value, Unit.HOUR)


def test_a_limit_reads_as_people_write_it() -> None:
    assert [str(Limit(5, unit)) for unit in Unit] == ["5分钟", "5小时", "5天", "5个工作小时", "5个工作日"]


@pytest.mark.parametrize("text", ["", "09:00", "17:00-09:00", "09:00-12:00,11:00-17:00", "09:00-12:00,12:00-17:00"])
def test_impossible_working_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"工作时间|isoformat"):
        parse_hours(text)


def test_working_hours_come_from_the_settings(settings) -> None:  # type: ignore[no-untyped-def]
    settings.WORKING_HOURS = "08:30-12:00,14:30-18:00"
    assert due(at("2026-11-20 16:00"), Limit(3, Unit.WORKING_HOUR)) == at("2026-11-23 09:30")
    assert due(at("2026-11-20 16:00"), Limit(1, Unit.WORKING_DAY)) == at("2026-11-23 18:00")


def test_a_day_of_the_table_counts_at_once_after_forget() -> None:
    assert due(at("2026-11-20 10:00"), Limit(1, Unit.WORKING_DAY)) == at("2026-11-23 17:00")
    CalendarDay.objects.create(day=date(2026, 11, 23), is_workday=False, note="暴雪停工")
    working.forget()
    assert due(at("2026-11-20 10:00"), Limit(1, Unit.WORKING_DAY)) == at("2026-11-24 17:00")


def test_the_table_is_read_again_after_the_interval(settings) -> None:  # type: ignore[no-untyped-def]
    assert is_workday(date(2026, 11, 23)) is True
    CalendarDay.objects.create(day=date(2026, 11, 23), is_workday=False)
    assert is_workday(date(2026, 11, 23)) is True
    settings.CALENDAR_REFRESH_SECONDS = 0
    assert is_workday(date(2026, 11, 23)) is False


def test_an_unknown_year_warns_once(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "_warned_years", set())
    with pytest.warns(working.UnknownYearWarning, match="2027年"):
        due(at("2026-12-31 10:00"), Limit(3, Unit.WORKING_DAY))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        due(at("2026-12-31 10:00"), Limit(3, Unit.WORKING_DAY))
    assert [record.getMessage()[:5] for record in caplog.records] == ["2027年"]
    assert working.known_until() == date(2026, 12, 31)


def test_no_query_per_call() -> None:
    is_workday(date(2026, 11, 20))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for unit in Unit:
            due(at("2026-11-20 09:00"), Limit(2, unit))
    assert len(queries) == 0


def test_five_thousand_a_second() -> None:
    start = at("2026-02-10 10:11")
    due(start, Limit(1, Unit.WORKING_DAY))
    began = time.perf_counter()
    for i in range(5_000):
        due(start + timedelta(minutes=i), Limit(15, Unit.WORKING_HOUR))
        due(start + timedelta(minutes=i), Limit(15, Unit.WORKING_DAY))
    assert 10_000 / (time.perf_counter() - began) > 5_000
