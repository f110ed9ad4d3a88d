"""Divisions and grids: load the codes of China, import grids and place names, export."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.core.exceptions import ValidationError

from wangge.territory.enums import Crs
from wangge.territory.loading import load
from wangge.territory.locating import locate_one
from wangge.territory.places import import_aliases
from wangge.territory.queries import full_name
from wangge.territory.releases import from_folder, shipped
from wangge.territory.transfer import ImportReport, export_geojson, import_grids

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
        typer.secho("--from 须同时给出 --on（该数据的日期）。", fg="red", err=True)
        raise typer.Exit(2)
    try:
        day: date | None = on.date() if on else None
        release = from_folder(folder, day, within) if folder is not None and day is not None else shipped(within)
        result = load(release=release, within=within, say=typer.echo)
    except ValidationError as error:
        raise _stop(error) from error
    for code in result.kept:
        typer.secho(f"{code} 不在数据里，但下面仍有网格，没有撤销；请以改码、合并或撤销处理。", fg="yellow", err=True)


def _report(report: ImportReport) -> None:
    for error in report.errors:
        typer.secho(f"第{error.row}行 {error.name}：{error.reason}", fg="red", err=True)
    typer.echo(f"共{report.rows}行，导入{len(report.made)}，有误{len(report.errors)}")
    if report.errors:
        raise typer.Exit(1)


File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
System = Annotated[Crs, typer.Option(help="Coordinate system of the file")]
KeepGood = Annotated[bool, typer.Option("--keep-good", help="Store the good rows although others are bad")]


@app.command("import-grids")
def import_grids_command(file: File, crs: System = Crs.CGCS2000, within: str = "", keep_good: KeepGood = False) -> None:
    """Import grids from GeoJSON, CSV or Excel."""
    try:
        report = import_grids(name=file.name, data=file.read_bytes(), crs=crs, within=within, keep_good=keep_good)
    except ValidationError as error:
        raise _stop(error) from error
    _report(report)


@app.command("import-places")
def import_places_command(
    file: File, crs: System = Crs.CGCS2000, within: str = "", keep_good: KeepGood = False
) -> None:
    """Import place names (compounds, roads, shops, stops, landmarks) from CSV or Excel."""
    try:
        report = import_aliases(name=file.name, data=file.read_bytes(), crs=crs, within=within, keep_good=keep_good)
    except ValidationError as error:
        raise _stop(error) from error
    _report(report)


@app.command("export-grids")
def export_grids_command(path: str, file: Path) -> None:
    """Export the grids below a division as GeoJSON (CGCS2000)."""
    document = export_geojson(path)
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    typer.echo(f"{len(document['features'])} → {file}")


@app.command("locate")
def locate_command(lng: float, lat: float, crs: System = Crs.CGCS2000) -> None:
    """The grid at a point."""
    try:
        code = locate_one(lng, lat, crs)
    except ValidationError as error:
        raise _stop(error) from error
    typer.echo(f"{code} {full_name(code)}" if code else "不在任何网格内")
