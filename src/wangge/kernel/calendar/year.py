"""A year as it is looked at: months, weeks, days, each with its sort and its name."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from chinese_calendar.constants import Holiday, holidays

from wangge.kernel.calendar import working
from wangge.kernel.calendar.models import CalendarDay

_NAMES = {holiday.value: holiday.chinese for holiday in Holiday}


@dataclass(frozen=True, slots=True)
class Day:
    """``sort``: work, weekend, holiday (a weekday off) or makeup (a weekend at work). ``entered``: by hand."""

    day: date
    sort: str
    note: str
    entered: bool


@dataclass(frozen=True, slots=True)
class Month:
    """``weeks`` begin on Monday; None where the week reaches into another month."""

    number: int
    workdays: int
    weeks: list[list[Day | None]]


def months(year: int) -> list[Month]:
    """The twelve months of ``year`` (1992 to 2100)."""
    calendar = working.current()
    entered = {day.day: day for day in CalendarDay.objects.filter(day__year=year)}

    def look(day: date) -> Day:
        works, weekend = calendar.is_workday(day), day.weekday() > 4
        sort = "makeup" if works and weekend else "work" if works else "weekend" if weekend else "holiday"
        own = entered.get(day)
        name = own.note if own is not None else _NAMES.get(str(holidays.get(day, "")), "")
        return Day(day, sort, name, own is not None)

    found = []
    for number in range(1, 13):
        weeks = [
            [look(day) if day.month == number else None for day in week]
            for week in Calendar().monthdatescalendar(year, number)
        ]
        count = sum(calendar.is_workday(one.day) for week in weeks for one in week if one)
        found.append(Month(number, count, weeks))
    return found
