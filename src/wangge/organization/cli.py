"""Offices and staff: establish from templates, import tables."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from wangge.organization import actions, imports, kinds
from wangge.organization.errors import OrganizationError
from wangge.organization.templates import templates

app = typer.Typer(no_args_is_help=True, help=__doc__)

On = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of effect (default: today)")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="xlsx, xls, ods or CSV (UTF-8, GBK)")]
KeepGood = Annotated[bool, typer.Option(help="Keep the good rows when others are wrong")]
Result = Annotated[Path | None, typer.Option(help="Where to write the rejected rows and first passwords (xlsx)")]


def _day(on: datetime | None) -> date:
    return on.date() if on is not None else timezone.localdate()


def _refuse(error: OrganizationError) -> typer.Exit:
    typer.secho(str(error), err=True, fg=typer.colors.RED)
    return typer.Exit(1)


@app.command()
def establish(
    path: Annotated[str, typer.Option(help="Division code")],
    template: Annotated[str, typer.Option(help="Template (see `templates`)")],
    below: Annotated[bool, typer.Option(help="Every division below PATH at the template's level")] = False,
    on: On = None,
) -> None:
    """Open the offices of a template at a division; a second run opens nothing."""
    run = actions.establish_below if below else actions.establish
    try:
        opened = run(path=path, template=template, by=None, on=_day(on))
    except OrganizationError as error:
        raise _refuse(error) from error
    for office in opened:
        typer.echo(f"{office.pk}\t{office.path}\t{office.full_name}")
    typer.echo(f"{len(opened)} offices opened")


@app.command(name="templates")
def list_templates() -> None:
    """The shipped templates."""
    for one in templates().values():
        typer.echo(f"{one.key}\t{one.level}\t{len(one.items)}\t{one.label}\t{one.source}")


@app.command(name="load-kinds")
def load_kinds() -> None:
    """Bring the table of office kinds to the shipped data."""
    typer.echo(f"{kinds.load()} kinds")


@app.command(name="import-staff")
def import_staff(file: File, keep_good: KeepGood = False, result: Result = None, on: On = None) -> None:
    """Staff with accounts and roles. First passwords go into RESULT only."""
    _import(imports.import_staff, file, keep_good=keep_good, result=result, on=on)


@app.command(name="import-offices")
def import_offices(file: File, keep_good: KeepGood = False, result: Result = None, on: On = None) -> None:
    """Offices by name, kind and division."""
    _import(imports.import_offices, file, keep_good=keep_good, result=result, on=on)


def _import(run: imports.Run, file: Path, *, keep_good: bool, result: Path | None, on: datetime | None) -> None:
    try:
        outcome = run(content=file.read_bytes(), by=None, on=_day(on), keep_good=keep_good)
    except OrganizationError as error:
        raise _refuse(error) from error
    for problem in outcome.problems:
        typer.echo(str(problem))
    written = outcome.rejected or outcome.passwords
    target = result or file.with_name(f"{file.stem}.result.xlsx")
    if written:
        target.touch(mode=0o600)
        target.write_bytes(outcome.workbook())
        typer.echo(f"result: {target}")
    typer.echo(
        f"{outcome.rows} rows: {outcome.added} added, {outcome.unchanged} unchanged, {len(outcome.rejected)} rejected"
        + ("" if outcome.kept else "; nothing was stored")
    )
    if outcome.problems:
        raise typer.Exit(1)
