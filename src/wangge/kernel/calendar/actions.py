"""Entering days and years. Clocks already running keep the due instants they were given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction

from wangge.kernel.audit.recording import record
from wangge.kernel.calendar import working
from wangge.kernel.calendar.days import FIRST, LAST
from wangge.kernel.calendar.models import CalendarDay, CalendarYear
from wangge.kernel.tables.errors import UnreadableTable
from wangge.kernel.tables.limits import Limits
from wangge.kernel.tables.outcomes import headers
from wangge.kernel.tables.reading import read

_COLUMNS: Final = {
    "day": ("日期", "day"),
    "is_workday": ("上班", "是否上班", "is_workday"),
    "note": ("说明", "备注", "note"),
}
_ON: Final = frozenset({"1", "true", "yes", "y", "on", "是", "班", "上班", "工作日"})
_OFF: Final = frozenset({"0", "false", "no", "n", "off", "否", "休", "放假", "休息", "节假日"})
# Days off in every year since 1949: a "complete" year without them is a mistake.
_ALWAYS_OFF: Final = ((1, 1), (5, 1), (10, 1))
_LIMITS: Final = Limits(rows=5_000)


@dataclass(frozen=True, slots=True)
class DayRow:
    day: date
    is_workday: bool
    note: str = ""


class BadCalendar(ValueError):
    """The days cannot be taken; ``problems`` names each row. Nothing was changed."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def read_days(content: bytes) -> list[DayRow]:
    """Rows of a csv file or a workbook with day,is_workday,note or 日期,上班,说明. Raises BadCalendar."""
    try:
        table = read(content, limits=_LIMITS)
        found = headers(table, _COLUMNS, ("day", "is_workday"))
    except UnreadableTable as error:
        raise BadCalendar([str(error)]) from error
    rows: list[DayRow] = []
    problems: list[str] = []
    for raw in table.rows:
        row = raw.fault or _row({name: raw.values.get(header, "") for name, header in found.items()})
        if isinstance(row, DayRow):
            rows.append(row)
        else:
            problems.append(f"第{raw.number}行：{row}")
    if problems:
        raise BadCalendar(problems)
    return rows


def _row(values: dict[str, str]) -> DayRow | str:
    try:
        day = datetime.strptime(values["day"].replace("/", "-"), "%Y-%m-%d").date()  # noqa: DTZ007 - a day, no instant
    except ValueError:
        return f"日期“{values['day'][:40]}”无法识别，应为 2027-02-01 的形式。"
    flag = values["is_workday"].lower()
    if flag not in _ON | _OFF:
        return f"上班一栏“{flag[:40]}”无法识别，应为 1（班）或 0（休）。"
    return DayRow(day, flag in _ON, values.get("note", ""))


def _problems(rows: list[DayRow], year: int | None) -> list[str]:
    problems = [] if rows else ["没有可导入的日期。"]
    seen: dict[date, bool] = {}
    for row in rows:
        if not FIRST <= row.day <= LAST:
            problems.append(f"{row.day}：超出{FIRST.year}年至{LAST.year}年。")
        elif year is not None and row.day.year != year:
            problems.append(f"{row.day}：不属于{year}年。")
        if len(row.note) > 60:
            problems.append(f"{row.day}：说明超过60个字。")
        if row.day in seen:
            problems.append(f"{row.day}：重复出现{'' if seen[row.day] == row.is_workday else '，且前后不一致'}。")
        seen[row.day] = row.is_workday
    if year is not None:
        problems += [
            f"{year}年{month}月{day}日应为休息日；整年导入须列出国务院通知的全部放假和调休日期。"
            for month, day in _ALWAYS_OFF
            if seen.get(date(year, month, day)) is not False
        ]
    return problems


@transaction.atomic
def set_days(*, rows: Iterable[DayRow], year: int | None = None, source: str = "") -> int:
    """Enter all ``rows`` or none; how many days changed. ``year``: they complete that year, which is known from now on.

    Raises BadCalendar.
    """
    wanted = list(rows)
    if problems := _problems(wanted, year):
        raise BadCalendar(problems)
    held = {day.day: day for day in CalendarDay.objects.select_for_update().filter(day__in=[row.day for row in wanted])}
    changed = 0
    for row in wanted:
        before = held.get(row.day)
        if before is not None and (before.is_workday, before.note) == (row.is_workday, row.note):
            continue
        day, _ = CalendarDay.objects.update_or_create(
            day=row.day, defaults={"is_workday": row.is_workday, "note": row.note}
        )
        record(
            "calendar.calendarday.set",
            day,
            changes={
                "day": [before and before.day, day.day],
                "is_workday": [before and before.is_workday, day.is_workday],
                "note": [before and before.note, day.note],
            },
        )
        changed += 1
    if year is not None:
        known, _ = CalendarYear.objects.update_or_create(year=year, defaults={"source": source[:120]})
        record("calendar.calendaryear.set", known, changes={"source": [None, known.source]})
    working.forget()
    transaction.on_commit(working.forget)
    return changed
