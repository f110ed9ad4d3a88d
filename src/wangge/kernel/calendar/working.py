"""Arithmetic on working time. Every function takes aware instants and gives instants in UTC.

Counting rules (民法典第201、203条): hours and minutes run from the instant itself; with days the day of the start
does not count, and the last day ends at 24:00 (here: its last second, so that it is shown under its own date), or
for working days at the close of business. A calendar-day limit is not moved when it ends on a day off.

No call asks the database: the calendar is kept in the process and re-read every
``WANGGE_CALENDAR_REFRESH_SECONDS`` (or at once in the process that changed it: ``forget``).
"""

from __future__ import annotations

import logging
import time as clock_time
import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from typing import Final

from django.conf import settings

from wangge.kernel.calendar.days import OutOfCalendar, Workdays
from wangge.kernel.calendar.models import CalendarDay, CalendarYear
from wangge.kernel.calendar.units import Limit, Unit

__all__ = [
    "Limit",
    "OutOfCalendar",
    "Unit",
    "UnknownYearWarning",
    "back",
    "current",
    "due",
    "elapsed",
    "forget",
    "is_workday",
    "known",
    "known_until",
    "shift",
    "working_day_after",
    "working_days_between",
]

logger = logging.getLogger(__name__)

CHINA: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
DEFAULT_HOURS: Final = "09:00-12:00,13:00-17:00"
_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_LENGTHS: Final = {Unit.MINUTE: 60 * _SECOND, Unit.HOUR: 3600 * _SECOND, Unit.DAY: _DAY}


class UnknownYearWarning(UserWarning):
    """A reckoning touched a year whose holidays are not known; only weekends were taken as off."""


# -- the calendar in the process ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Held:
    workdays: Workdays
    key: tuple[frozenset[tuple[date, bool]], frozenset[int]]
    read_at: float


_held: _Held | None = None
_warned_years: set[int] = set()


def current() -> Workdays:
    """The calendar in force: library, ``CalendarDay``, ``CalendarYear``; at most the refresh interval old."""
    global _held  # noqa: PLW0603 - one calendar per process is the point
    held, now = _held, clock_time.monotonic()
    if held is not None and now - held.read_at < settings.CALENDAR_REFRESH_SECONDS:
        return held.workdays
    key = (
        frozenset(CalendarDay.objects.order_by().values_list("day", "is_workday")),
        frozenset(CalendarYear.objects.order_by().values_list("year", flat=True)),
    )
    if held is not None and held.key == key:
        held.read_at = now
        return held.workdays
    _held = _Held(Workdays(dict(key[0]), key[1]), key, now)
    return _held.workdays


def forget() -> None:
    """Read the tables again at the next call (after they were changed; in tests)."""
    global _held  # noqa: PLW0603
    _held = None


def _caution(calendar: Workdays, first: date, last: date) -> None:
    """Warn, once per process and year, about years nobody knows."""
    if last <= calendar.known_until and calendar.known(first):
        return
    for year in range(first.year, last.year + 1):
        if year not in _warned_years and not calendar.known(date(year, 1, 1)):
            _warned_years.add(year)
            text = f"{year}年的节假日安排尚未录入，时限暂按周末休息计算；请用“wangge calendar import”录入。"
            logger.warning(text)
            warnings.warn(text, UnknownYearWarning, stacklevel=3)


# -- hours of a day ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours of a workday: spans of microseconds since midnight, in order, not touching."""

    spans: tuple[tuple[int, int], ...]
    length: int

    @property
    def close(self) -> int:
        return self.spans[-1][1]

    def passed(self, moment: int) -> int:
        """Working microseconds of the day up to ``moment``."""
        return sum(min(moment, end) - begin for begin, end in self.spans if moment > begin)

    def reached(self, amount: int) -> int:
        """The earliest moment at which ``amount`` (1 … length) has passed."""
        for begin, end in self.spans:
            if amount <= end - begin:
                return begin + amount
            amount -= end - begin
        raise ValueError("more than a day's working time")  # pragma: no cover - callers stay within a day


@lru_cache(maxsize=8)
def parse_hours(text: str) -> Hours:
    """``09:00-12:00,13:00-17:00`` as Hours. Raises ValueError when empty, overlapping or out of order."""
    spans = []
    for part in text.split(","):
        begin, _, end = part.strip().partition("-")
        spans.append((_moment(time.fromisoformat(begin)), _moment(time.fromisoformat(end))))
    flat = [moment for span in spans for moment in span]
    if any(a >= b for a, b in pairwise(flat)):
        raise ValueError(f"工作时间“{text}”须按先后列出且互不重叠，例如“{DEFAULT_HOURS}”。")
    return Hours(tuple(spans), sum(end - begin for begin, end in spans))


def hours() -> Hours:
    """The working hours in force (``WANGGE_WORKING_HOURS``)."""
    return parse_hours(settings.WORKING_HOURS)


def _moment(local: time | datetime) -> int:
    return ((local.hour * 60 + local.minute) * 60 + local.second) * _SECOND + local.microsecond


def _local(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("时间缺少时区。")
    return instant.astimezone(CHINA)


def _at(day: date, moment: int) -> datetime:
    return (datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(microseconds=moment)).astimezone(UTC)


# -- the measure of working time: microseconds since 1992 ---------------------------------------------------


def _worked(calendar: Workdays, instant: datetime) -> int:
    local, schedule = _local(instant), hours()
    day = local.date()
    whole = calendar.before(day) * schedule.length
    return whole + schedule.passed(_moment(local)) if calendar.is_workday(day) else whole


def _earliest(calendar: Workdays, worked: int) -> datetime:
    """The first instant at which ``worked`` has passed: a close of business rather than the next opening."""
    schedule = hours()
    number = (worked - 1) // schedule.length
    return _at(calendar.nth(number), schedule.reached(worked - number * schedule.length))


def _amount(limit: Limit) -> int:
    if limit.unit is Unit.WORKING_DAY:
        return limit.value * hours().length
    return limit.value * _LENGTHS[Unit.HOUR if limit.unit is Unit.WORKING_HOUR else limit.unit]


# -- what others call ---------------------------------------------------------------------------------------


def is_workday(day: date) -> bool:
    """Whether offices work on ``day``. Raises OutOfCalendar before 1992 and after 2100."""
    calendar = current()
    _caution(calendar, day, day)
    return calendar.is_workday(day)


def known(day: date) -> bool:
    """Whether the holidays of the day's year are known."""
    return current().known(day)


def known_until() -> date:
    """The last day of the last year in a row whose holidays are known."""
    return current().known_until


def working_days_between(after: date, until: date) -> int:
    """Workdays in (``after``, ``until``]; negative when ``until`` lies before."""
    return current().between(after, until)


def working_day_after(day: date, number: int) -> date:
    """The ``number``-th (1, 2, …) workday after ``day``."""
    calendar = current()
    found = calendar.plus(day, number)
    _caution(calendar, day, found)
    return found


def due(start: datetime, limit: Limit) -> datetime:
    """When ``limit`` from ``start`` runs out.

    Minutes and hours: to the microsecond. Days: the last second of the n-th day after the start's day.
    Working hours: when that much working time has passed. Working days: the close of business of the n-th
    workday after the start's day, whatever the hour of the start.
    """
    if limit.unit in (Unit.MINUTE, Unit.HOUR):
        return start.astimezone(UTC) + timedelta(microseconds=_amount(limit))
    day = _local(start).date()
    if limit.unit is Unit.DAY:
        return _at(day + timedelta(days=limit.value), _DAY - _SECOND)
    calendar = current()
    if limit.unit is Unit.WORKING_DAY:
        last = calendar.plus(day, limit.value)
        found = _at(last, hours().close)
    else:
        found = _earliest(calendar, _worked(calendar, start) + _amount(limit))
        last = found.astimezone(CHINA).date()
    _caution(calendar, day, last)
    return found


def back(end: datetime, amount: float, unit: Unit) -> datetime:
    """The instant from which ``amount`` of ``unit`` is left until ``end``; of several the latest (an opening)."""
    microseconds = round(amount * _amount(Limit(1, unit)))
    if microseconds <= 0:
        return end.astimezone(UTC)
    if not unit.working:
        return end.astimezone(UTC) - timedelta(microseconds=microseconds)
    calendar = current()
    return _latest(calendar, _worked(calendar, end) - microseconds)


def _latest(calendar: Workdays, worked: int) -> datetime:
    """The last instant at which no more than ``worked`` has passed: an opening rather than the close before."""
    schedule = hours()
    number, rest = divmod(worked, schedule.length)
    day = calendar.nth(number)
    for begin, end in schedule.spans:
        if rest < end - begin:
            return _at(day, begin + rest)
        rest -= end - begin
    raise AssertionError("the rest is less than a day's working time")  # pragma: no cover


def elapsed(start: datetime, end: datetime, unit: Unit) -> float:
    """Time from ``start`` to ``end`` in ``unit``, with fractions; negative when ``end`` lies before.

    A day is 24 hours, a working day the working hours of one day: from Monday noon to Tuesday noon is one
    working day. To count days as the law does, use ``working_days_between``.
    """
    if not unit.working:
        return (end - start) / timedelta(microseconds=_LENGTHS[unit])
    calendar = current()
    passed = _worked(calendar, end) - _worked(calendar, start)
    return passed / _amount(Limit(1, unit))


def shift(moment: datetime, paused_at: datetime, resumed_at: datetime, unit: Unit) -> datetime:
    """``moment`` (due or warning) moved by a pause, so that what was left of ``unit`` time is left again.

    A moment that had passed when the pause began does not move: what was late stays late. A pause that begins at the
    very moment still moves it, for nothing was late yet.
    """
    if moment < paused_at or resumed_at <= paused_at:
        return moment.astimezone(UTC)
    if not unit.working:
        return moment.astimezone(UTC) + (resumed_at - paused_at)
    calendar = current()
    pause = _worked(calendar, resumed_at) - _worked(calendar, paused_at)
    if pause == 0:
        return moment.astimezone(UTC)
    found = _earliest(calendar, _worked(calendar, moment) + pause)
    _caution(calendar, found.astimezone(CHINA).date(), found.astimezone(CHINA).date())
    return found
