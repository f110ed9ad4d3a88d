"""``wangge facts``: build days anew, list what is counted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from django.utils import timezone

from wangge.kernel.facts import registry
from wangge.kernel.facts.actions import outdated
from wangge.kernel.facts.actions import rebuild as rebuild_day

app = typer.Typer(no_args_is_help=True, help="指标事实：重算与查看。")


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar day
    except ValueError:
        raise typer.BadParameter("日期写作 2026-01-31。") from None


@app.command()
def rebuild(
    from_on: Annotated[str, typer.Option("--from", help="首日，如 2026-01-01；默认为今天。")] = "",
    to_on: Annotated[str, typer.Option("--to", help="末日（含）；默认为今天。")] = "",
    fact: Annotated[list[str] | None, typer.Option(help="只重算这些事实；默认为全部。")] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="只重算口径已变更（或未记录口径）的日期和事实；不给日期即为全部历史。")
    ] = False,
) -> None:
    """重算一段日期的事实；可反复执行，结果相同。"""
    today = timezone.localdate()
    last = _day(to_on) if to_on else today
    first = _day(from_on) if from_on else last
    if first > last or last > today:
        raise typer.BadParameter("首日须不晚于末日，末日须不晚于今天。")
    if unknown := set(fact or ()) - {known.code for known in registry.facts()}:
        raise typer.BadParameter(f"没有这些事实：{'、'.join(sorted(unknown))}")
    work: dict[date, list[str] | None]
    if changed:
        old = outdated(first=first if from_on or to_on else None, last=last)
        wanted = {day: [code for code in codes if not fact or code in fact] for day, codes in old.items()}
        work = {day: codes for day, codes in wanted.items() if codes}
    else:
        work = {first + timedelta(days=offset): fact or None for offset in range((last - first).days + 1)}
    rows = 0
    for day, codes in work.items():
        rows += rebuild_day(day=day, facts=codes)
    typer.echo(f"已重算 {len(work)} 天，共 {rows} 行。")


@app.command("list")
def list_definitions() -> None:
    """列出全部事实和指标。"""
    for known in registry.facts():
        typer.echo(f"事实 {known.code}\t{known.label}{'（存量）' if known.stock else ''}")
    for one in registry.indicators():
        below = f" / {' + '.join(one.denominator)}" if one.denominator else ""
        typer.echo(f"指标 {one.code}\t{one.label}\t= {' + '.join(one.numerator)}{below}")
