"""Which days are workdays, as arrays: counting and finding the n-th are look-ups. No database here.

Sources: the yearly notices of the State Council's office (国务院办公厅关于部分节假日安排的通知) as collected by
``chinesecalendar``; 全国年节及纪念日放假办法.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from itertools import accumulate, compress
from typing import Final

from chinese_calendar.constants import holidays, workdays

# China had summer time until 1991: from 1992 on every day in Asia/Shanghai is 24 hours at +08:00.
FIRST: Final = date(1992, 1, 1)
LAST: Final = date(2100, 12, 31)
_ORIGIN: Final = FIRST.toordinal()
_LENGTH: Final = LAST.toordinal() - _ORIGIN + 1

LIBRARY_YEARS: Final = range(min(holidays).year, max(holidays).year + 1)


class OutOfCalendar(ValueError):
    """The day lies before 1992 or after 2100."""

    def __init__(self, day: date | None = None) -> None:
        super().__init__(f"日期{day or ''}超出可计算的范围({FIRST.year}年至{LAST.year}年)。")


@cache
def _library_flags() -> bytes:
    days = (date.fromordinal(_ORIGIN + i) for i in range(_LENGTH))
    return bytes(day in workdays or (day.weekday() < 5 and day not in holidays) for day in days)


class Workdays:
    """An immutable calendar: the library's days, changed by ``overrides``; ``complete`` names further known years."""

    __slots__ = ("_counts", "_flags", "_known", "_ordinals", "known_until")

    def __init__(self, overrides: Mapping[date, bool] | None = None, complete: Iterable[int] = ()) -> None:
        flags = bytearray(_library_flags())
        for day, is_workday in (overrides or {}).items():
            flags[self.index(day)] = is_workday
        self._flags = bytes(flags)
        self._counts = [0, *accumulate(self._flags)]
        self._ordinals = list(compress(range(_LENGTH), self._flags))
        self._known = frozenset(LIBRARY_YEARS) | frozenset(complete)
        last = LIBRARY_YEARS[-1]
        while last + 1 in self._known:
            last += 1
        # The last day up to which every year is known without a gap.
        self.known_until: date = date(last, 12, 31)

    @staticmethod
    def index(day: date) -> int:
        """The position of ``day``. Raises OutOfCalendar."""
        position = day.toordinal() - _ORIGIN
        if not 0 <= position < _LENGTH:
            raise OutOfCalendar(day)
        return position

    @staticmethod
    def day(position: int) -> date:
        return date.fromordinal(_ORIGIN + position)

    def is_workday(self, day: date) -> bool:
        return bool(self._flags[self.index(day)])

    def known(self, day: date) -> bool:
        """Whether the holidays of the day's year are known, or only its weekends."""
        return day.year in self._known

    def before(self, day: date) -> int:
        """How many workdays lie before ``day`` (since 1992-01-01)."""
        return self._counts[self.index(day)]

    def nth(self, number: int) -> date:
        """The workday with exactly ``number`` workdays before it. Raises OutOfCalendar past the year 2100."""
        if not 0 <= number < len(self._ordinals):
            raise OutOfCalendar
        return self.day(self._ordinals[number])

    def between(self, after: date, until: date) -> int:
        """Workdays in (``after``, ``until``]: the first day does not count, the last does (民法典第201条)."""
        return self._counts[self.index(until) + 1] - self._counts[self.index(after) + 1]

    def plus(self, day: date, number: int) -> date:
        """The ``number``-th workday after ``day`` (``day`` itself does not count)."""
        return self.nth(self._counts[self.index(day) + 1] + number - 1)

    def workdays_of(self, year: int) -> list[date]:
        first, after = self.index(date(year, 1, 1)), self.index(date(year, 12, 31)) + 1
        low, high = bisect_left(self._ordinals, first), bisect_left(self._ordinals, after)
        return [self.day(position) for position in self._ordinals[low:high]]
