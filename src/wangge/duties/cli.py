"""Duties: load the default tree, import and export kinds and duties, ask whose a matter is."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from wangge.duties import actions, exporting, queries
from wangge.duties.errors import DutiesError
from wangge.duties.importing import defaults
from wangge.duties.importing.duties import import_duties
from wangge.duties.importing.kinds import import_tree
from wangge.duties.models import Catalogue
from wangge.kernel.tables.outcomes import Outcome

app = typer.Typer(no_args_is_help=True, help=__doc__)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="xlsx, xls, ods or CSV (UTF-8, GBK)")]
KeepGood = Annotated[bool, typer.Option(help="Keep the good rows when others are wrong")]
Rejects = Annotated[Path | None, typer.Option(help="Where to write the rejected rows (xlsx)")]
On = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of effect (default: today)")]
Version = Annotated[str, typer.Option(help="Version of the catalogue")]


def _day(on: datetime | None) -> date:
    return on.date() if on is not None else timezone.localdate()


def _refuse(error: DutiesError) -> typer.Exit:
    typer.secho(str(error), err=True, fg=typer.colors.RED)
    for problem in error.problems:
        typer.echo(f"  {problem}", err=True)
    return typer.Exit(1)


@app.command()
def load() -> None:
    """The shipped tree of kinds, lists, limits and duties; what is there already stays."""
    try:
        loaded = defaults.load()
    except DutiesError as error:
        raise _refuse(error) from error
    typer.echo(f"{loaded.kinds} kinds, {loaded.items} items and {loaded.duties} duties added")
    if not loaded.published:
        typer.echo("another catalogue is in force; the default one is left as a draft")


@app.command(name="import")
def import_file(
    file: File,
    version: Version,
    name: Annotated[str, typer.Option(help="Name of a new catalogue")] = "类别目录",
    duties: Annotated[bool, typer.Option(help="The file holds duties, not kinds")] = False,
    keep_good: KeepGood = False,
    rejects: Rejects = None,
    on: On = None,
) -> None:
    """Kinds into a draft catalogue (made when it is not there), or duties of its kinds."""
    try:
        catalogue = Catalogue.objects.filter(version=version).first()
        if duties:
            if catalogue is None:
                raise DutiesError(f"没有版本{version}。")
            outcome = import_duties(
                content=file.read_bytes(), catalogue=catalogue, on=_day(on), by=None, keep_good=keep_good
            )
        else:
            catalogue = catalogue or actions.new_catalogue(version=version, name=name, by=None, source=file.name)
            outcome = import_tree(content=file.read_bytes(), catalogue=catalogue, by=None, keep_good=keep_good)
    except DutiesError as error:
        raise _refuse(error) from error
    _report(outcome, rejects or file.with_name(f"{file.stem}.rejected.xlsx"))


def _report(outcome: Outcome, rejects: Path) -> None:
    for problem in outcome.problems:
        typer.echo(str(problem))
    if outcome.rejected:
        rejects.write_bytes(outcome.workbook())
        typer.echo(f"rejected rows: {rejects}")
    typer.echo(
        f"{outcome.rows} rows: {outcome.added} added, {outcome.changed} changed, {outcome.unchanged} unchanged, "
        f"{len(outcome.rejected)} rejected" + ("" if outcome.kept else "; nothing was stored")
    )
    if outcome.problems:
        raise typer.Exit(1)


@app.command()
def publish(version: Version, on: On = None) -> None:
    """Put a draft in force in place of the present catalogue."""
    try:
        catalogue = Catalogue.objects.filter(version=version).first()
        if catalogue is None:
            raise DutiesError(f"没有版本{version}。")
        actions.publish(catalogue=catalogue, by=None, on=_day(on))
    except DutiesError as error:
        raise _refuse(error) from error
    typer.echo(f"{version} in force from {_day(on)}")


@app.command()
def export(
    what: Annotated[str, typer.Argument(help="kinds, duties or items")],
    file: Annotated[Path, typer.Argument(help="xlsx to write")],
    version: Annotated[str, typer.Option(help="Catalogue (default: the one in force)")] = "",
) -> None:
    """Kinds, duties or list items as a workbook that ``import`` reads back."""
    catalogue = Catalogue.objects.filter(version=version).first() if version else queries.current_catalogue()
    if what == "duties":
        file.write_bytes(exporting.export_duties(timezone.localdate()))
    elif what == "items":
        file.write_bytes(exporting.export_items())
    elif what == "kinds" and catalogue is not None:
        file.write_bytes(exporting.export_tree(catalogue))
    else:
        raise typer.BadParameter("kinds, duties or items; kinds need a catalogue that exists")
    typer.echo(str(file))


@app.command()
def whose(
    text: Annotated[str, typer.Argument(help="What somebody says")],
    path: Annotated[str, typer.Option(help="Division code of the place")] = "",
) -> None:
    """Try it: the kinds a text suggests, and whose each of them is at a place."""
    for suggestion in queries.suggest_kinds(text, 3):
        typer.echo(f"{suggestion.code} {suggestion.name} {suggestion.score}（{'、'.join(suggestion.words)}）")
        for found in queries.resolve(suggestion.kind_id, path, timezone.localdate()):
            typer.echo(f"    {found.confidence:.2f} {found.lead.name}  {found.rule}  办结{found.limits.finish}")
