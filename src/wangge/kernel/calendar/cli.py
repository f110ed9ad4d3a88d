"""``wangge calendar``: look at a year, enter days off and make-up workdays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from wangge.kernel.calendar import working
from wangge.kernel.calendar.actions import BadCalendar, DayRow, read_days, set_days
from wangge.kernel.calendar.days import FIRST, LAST
from wangge.kernel.calendar.models import CalendarDay

app = typer.Typer(no_args_is_help=True, help="工作日历：查看、录入节假日和调休。")

Source = Annotated[str, typer.Option(help="依据，例如通知的文号。")]


@app.command()
def show(year: Annotated[int, typer.Argument(min=FIRST.year, max=LAST.year)]) -> None:
    """某年的放假、调休和每月工作日数。"""
    calendar = working.current()
    notes = dict(CalendarDay.objects.filter(day__year=year).values_list("day", "note"))
    days = [date(year, 1, 1) + timedelta(days=i) for i in range(366)]
    days = [day for day in days if day.year == year]
    state = "已知" if calendar.known(days[0]) else "尚未录入节假日安排，仅按周末休息计算"
    typer.echo(f"{year}年（{state}），工作日 {len(calendar.workdays_of(year))} 天；日历已知至 {calendar.known_until}。")
    for month in range(1, 13):
        count = sum(calendar.is_workday(day) for day in days if day.month == month)
        typer.echo(f"  {month:>2}月 {count} 个工作日")
    for title, special in (
        ("放假（周一至周五）", [d for d in days if d.weekday() < 5 and not calendar.is_workday(d)]),
        ("调休上班（周六、周日）", [d for d in days if d.weekday() >= 5 and calendar.is_workday(d)]),
    ):
        typer.echo(f"{title}：")
        for day in special:
            typer.echo(f"  {day} 周{'一二三四五六日'[day.weekday()]} {notes.get(day, '')}".rstrip())


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    year: Annotated[int | None, typer.Option(help="文件列出了这一年的全部放假和调休，此后视为已知。")] = None,
    source: Source = "",
) -> None:
    """导入 CSV（day,is_workday,note）；任何一行有误则全部不导入。"""
    try:
        changed = set_days(rows=read_days(file.read_bytes()), year=year, source=source)
    except BadCalendar as error:
        _refuse(error)
    typer.echo(f"✓ 已更新 {changed} 天；日历已知至 {working.known_until()}。已在计时的时限不变。")


@app.command()
def add(
    day: Annotated[str, typer.Argument(help="2027-02-01")],
    off: Annotated[bool, typer.Option("--off/--on", help="休息或上班。")],
    note: Annotated[str, typer.Option(help="说明，例如春节。")] = "",
) -> None:
    """录入一天。"""
    try:
        parsed = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, no instant
    except ValueError:
        raise typer.BadParameter("日期应为 2027-02-01 的形式。") from None
    try:
        set_days(rows=[DayRow(parsed, not off, note)])
    except BadCalendar as error:
        _refuse(error)
    typer.echo(f"✓ {parsed} {'休' if off else '班'} {note}".rstrip())


def _refuse(error: BadCalendar) -> None:
    for problem in error.problems:
        typer.echo(f"✗ {problem}", err=True)
    typer.echo(f"共 {len(error.problems)} 处问题，没有导入任何日期。", err=True)
    raise typer.Exit(1)
