"""Divisions and grids: load the codes of China, import grids and place names, export."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.core.exceptions import ValidationError

from wangge.territory.loading import load
from wangge.territory.releases import from_folder, shipped

app = typer.Typer(no_args_is_help=True, help=__doc__)


@app.callback()
def root() -> None:
    """Divisions and grids."""


def _stop(error: ValidationError) -> typer.Exit:
    for message in error.messages:
        typer.secho(message, fg="red", err=True)
    return typer.Exit(1)


@app.command("load")
def load_command(
    within: Annotated[str, typer.Option(help="Only below this code, e.g. 150203")] = "",
    folder: Annotated[Path | None, typer.Option("--from", help="A folder with a newer release")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of that release")] = None,
) -> None:
    """Load all divisions of China (or those below one); differences become history. Safe to repeat."""
    if folder is not None and on is None:
        typer.secho("--from 须同时给出 --on(该数据的日期)。", fg="red", err=True)
        raise typer.Exit(2)
    try:
        day: date | None = on.date() if on else None
        release = from_folder(folder, day, within) if folder is not None and day is not None else shipped(within)
        result = load(release=release, within=within, say=typer.echo)
    except ValidationError as error:
        raise _stop(error) from error
    for code in result.kept:
        typer.secho(f"{code} 不在数据里,但下面仍有网格,没有撤销;请以改码、合并或撤销处理。", fg="yellow", err=True)
