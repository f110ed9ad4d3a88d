"""Entering days: all or nothing, with the bad rows named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.calendar import working
from wangge.kernel.calendar.actions import BadCalendar, DayRow, read_days, set_days
from wangge.kernel.calendar.cli import app
from wangge.kernel.calendar.models import CalendarDay

GOOD = """day,is_workday,note
2027-01-01,0,元旦
2027-05-01,0,劳动节
2027-10-01,0,国庆节
2027-10-09,1,调休
"""


def test_a_file_is_read_in_utf8_and_gbk() -> None:
    expected = [
        DayRow(date(2027, 1, 1), False, "元旦"),
        DayRow(date(2027, 5, 1), False, "劳动节"),
        DayRow(date(2027, 10, 1), False, "国庆节"),
        DayRow(date(2027, 10, 9), True, "调休"),
    ]
    assert read_days(GOOD.encode("utf-8-sig")) == expected
    assert read_days(GOOD.encode("gbk")) == expected


def test_chinese_headings_and_words_are_understood() -> None:
    assert read_days("日期,上班,说明\n2027/1/1,休,元旦".encode()) == [DayRow(date(2027, 1, 1), False, "元旦")]


def test_every_bad_row_is_named() -> None:
    with pytest.raises(BadCalendar) as caught:
        read_days(b"day,is_workday,note\n2027-02-30,0,\n2027-02-01,0,\nx,maybe,\n2027-03-01,maybe,")
    assert [problem[:4] for problem in caught.value.problems] == ["第2行：", "第4行：", "第5行："]


def test_a_complete_year_is_known_from_then_on() -> None:
    changed = set_days(rows=read_days(GOOD.encode()), year=2027, source="国务院办公厅通知")
    assert changed == 4
    assert working.known_until() == date(2027, 12, 31)
    assert working.is_workday(date(2027, 10, 9)) is True
    assert working.is_workday(date(2027, 1, 1)) is False


def test_each_change_is_recorded_and_a_repetition_is_none() -> None:
    rows = [DayRow(date(2027, 2, 1), False, "春节")]
    assert (set_days(rows=rows), set_days(rows=rows)) == (1, 0)
    assert AuditEntry.objects.filter(action="calendar.calendarday.set").count() == 1


@pytest.mark.parametrize(
    ("rows", "year"),
    [
        ([], None),
        ([DayRow(date(2027, 2, 1), False), DayRow(date(2027, 2, 1), True)], None),
        ([DayRow(date(2027, 2, 1), False), DayRow(date(2101, 2, 1), True)], None),
        ([DayRow(date(2027, 2, 1), False)], 2027),
        ([DayRow(date(2027, 2, 1), False), DayRow(date(2026, 2, 1), False)], 2027),
        ([DayRow(date(2027, 2, 1), False, "长" * 61)], None),
    ],
)
def test_one_bad_day_and_nothing_is_taken(rows: list[DayRow], year: int | None) -> None:
    with pytest.raises(BadCalendar):
        set_days(rows=rows, year=year)
    assert CalendarDay.objects.count() == 0


def test_the_command_line_imports_adds_and_shows(tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text(GOOD, encoding="gbk")
    run = CliRunner().invoke
    assert run(app, ["import", str(file), "--year", "2027"]).exit_code == 0
    assert run(app, ["add", "2027-02-01", "--off", "--note", "春节"]).exit_code == 0
    shown = run(app, ["show", "2027"])
    assert shown.exit_code == 0
    assert "2027-10-09 周六 调休" in shown.output
    assert "2027-02-01 周一 春节" in shown.output


def test_the_command_line_refuses_and_says_where(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("day,is_workday\n2027-02-01,0\n31.12.2027,0\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["import", str(file)])
    assert result.exit_code == 1
    assert "第3行" in result.output
    assert CalendarDay.objects.count() == 0
