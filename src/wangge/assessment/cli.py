"""``wangge assessment …``"""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="考核：开启、关账、点评材料、核对")

Month = Annotated[str, typer.Option("--month", help="月份，如 2026-05")]
Division = Annotated[str, typer.Option(help="区划代码；默认为本地区划")]


def _period(month: str, division: str, *, make: bool = False):  # type: ignore[no-untyped-def]  # models load later
    from django.conf import settings
    from django.core.exceptions import ValidationError

    from wangge.assessment import actions
    from wangge.assessment.models import Period
    from wangge.assessment.web.forms import month_of

    first = month_of(month)
    path = division or str(settings.HOME_DIVISION)
    if first is None:
        raise typer.BadParameter("月份写作 2026-05。")
    if not make:
        period = Period.objects.filter(path=path, month=first).first()
        if period is None:
            typer.secho(
                f"{path} 没有开启 {month}。先运行：wangge assessment refresh --month {month}", fg="red", err=True
            )
            raise typer.Exit(2)
        return period
    try:
        return actions.open_period(path=path, month=first)
    except ValidationError as error:
        typer.secho(" ".join(error.messages), fg="red", err=True)
        raise typer.Exit(2) from error


@app.command()
def refresh(month: Month, division: Division = "") -> None:
    """Open a month if need be and reckon its running figures."""
    from wangge.assessment import actions

    period = _period(month, division, make=True)
    actions.refresh(period=period)
    typer.echo(f"{period.path} {period.label}：已计算。")


@app.command()
def close(month: Month, division: Division = "") -> None:
    """Freeze a month that is over; from then on units may appeal."""
    from wangge.assessment.flow import PeriodFlow
    from wangge.kernel.flow import FlowError

    period = _period(month, division, make=True)
    try:
        if period.state == "open":
            PeriodFlow(period).begin_close()
        PeriodFlow(period).freeze(progress=lambda said: typer.echo(said, err=True))
    except FlowError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{period.path} {period.label}：已冻结，申诉截止 {period.appeal_until_on}。")


@app.command()
def pack(month: Month, division: Division = "") -> None:
    """The meeting pack of a month: web page, Word file, charts."""
    from wangge.assessment import packing
    from wangge.kernel.attachments import queries as attachments

    made = packing.make_now(period=_period(month, division))
    for note in made.notes:
        typer.secho(note, fg="yellow", err=True)
    for file in attachments.of(made):
        typer.echo(f"{file.name}\t{file.size:,} 字节")
    typer.echo(f"点评材料第{made.pk}号已生成，网页 /desk/assessment/packs/{made.pk}/")


@app.command()
def verify(month: Month, division: Division = "") -> None:
    """Reckon every figure of a settled month again from its traces and adjustments, and compare."""
    from wangge.assessment.verifying import differences

    period = _period(month, division)
    wrong = differences(period)
    for line in wrong:
        typer.secho(line, fg="red")
    if wrong:
        raise typer.Exit(1)
    typer.echo(f"{period.path} {period.label}：全部指标与溯源一致。")
