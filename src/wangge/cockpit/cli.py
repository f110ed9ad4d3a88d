"""``wangge cockpit …``: make the morning pages of a day, by hand or again after a failure."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="每日民情：生成、导出。")


@app.callback()
def root() -> None:
    """Morning pages."""


@app.command()
def make(on: Annotated[str, typer.Option(help="哪一天早上的，如 2026-01-31；默认为今天。")] = "") -> None:
    """生成一天的每日民情；已有的不变，可反复执行。"""
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from wangge.cockpit import actions

    try:
        day = datetime.strptime(on, "%Y-%m-%d").date() if on else timezone.localdate()  # noqa: DTZ007 - a calendar day
        began = time.monotonic()
        made = actions.make(for_on=day)
    except ValueError:
        raise typer.BadParameter("日期写作 2026-01-31。") from None
    except ValidationError as error:
        raise typer.BadParameter(" ".join(error.messages)) from None
    typer.echo(f"已生成 {made} 页，用时 {time.monotonic() - began:.1f} 秒。")
