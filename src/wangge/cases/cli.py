"""``wangge cases …``"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="事项：导入、重建计数")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV、Excel 或 JSON 文件")],
    map_: Annotated[str, typer.Option("--map", help="字段=列名，… 例如 text=留言详情,title=留言主题")] = "",
    source: Annotated[str, typer.Option(help="来源系统（68条热线之一的名称）")] = "12345",
    within: Annotated[str, typer.Option(help="没有地点的行归入的区划代码")] = "",
    dispatch: Annotated[bool, typer.Option(help="按清单自动派单；--no-dispatch 只登记")] = True,
    all_or_nothing: Annotated[bool, typer.Option(help="有一行不合格就全部不导入")] = False,
    repeat: Annotated[bool, typer.Option(help="没有编号的行，内容与导入过的相同也再登记一次")] = False,
    rejected: Annotated[Path | None, typer.Option(help="未导入的行写入此 xlsx")] = None,
) -> None:
    """Import orders of a 12345 platform; idempotent by source number or content. The last line is JSON."""
    from wangge.cases.importing.mapping import BadMapping, parse
    from wangge.cases.importing.reading import UnreadableFile
    from wangge.cases.importing.run import as_json, import_file, write_rejected
    from wangge.kernel.access.database import see_everything

    see_everything()
    try:
        report = import_file(
            file,
            mapping=parse(map_),
            source_system=source,
            home=within,
            dispatch=dispatch,
            all_or_nothing=all_or_nothing,
            repeat=repeat,
            progress=lambda rows: typer.echo(f"已读 {rows} 行", err=True),
        )
    except (BadMapping, UnreadableFile) as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(2) from error
    for row in report.rejected[:20]:
        typer.echo(f"第{row.row}行 {row.field}：{row.reason}")
    if report.rejected:
        target = rejected or file.with_name(f"{file.stem}-未导入.xlsx")
        write_rejected(report.rejected, target)
        typer.echo(f"{len(report.rejected)} 行未导入，原因见 {target}")
    if report.by_content:
        typer.echo(f"{report.by_content} 行没有编号、内容与导入过的相同，视为已导入过；确要再登记请加 --repeat")
    if report.nowhere:
        typer.echo(f"{report.nowhere} 件的坐标、区划代码、地址和内容都没有说明在哪里，只记到区县")
    if not report.kept:
        typer.secho("按您的选择，全部未导入。", fg="red")
    typer.echo(as_json(report))
    if not report.kept:
        raise typer.Exit(1)


@app.command()
def hotlines(
    add: Annotated[str, typer.Option(help="号码：增加一条热线，或改它的名称")] = "",
    name: Annotated[str, typer.Option(help="与 --add 同用：名称")] = "",
    department: Annotated[str, typer.Option(help="与 --add 同用：主管部门")] = "",
    source: Annotated[str, typer.Option(help="与 --add 同用：依据")] = "",
) -> None:
    """The merged hotlines, sources of orders; with --add one more."""
    from django.core.exceptions import ValidationError

    from wangge.cases.hotlines import options, save_hotline

    if add:
        try:
            save_hotline(number=add, name=name, department=department, source=source)
        except ValidationError as error:
            typer.secho(" ".join(error.messages), fg="red", err=True)
            raise typer.Exit(2) from error
    for _, words in options():
        typer.echo(words)


@app.command("check-tallies")
def check_tallies() -> None:
    """Compare the maintained counts with a full count."""
    from wangge.cases import tallies

    wrong = tallies.check()
    if wrong:
        typer.secho(f"计数不一致：{wrong}", fg="red")
        raise typer.Exit(1)
    typer.echo("计数一致。")


@app.command("rebuild-tallies")
def rebuild_tallies() -> None:
    """Count every case anew, when check-tallies or the doctor says the counts are off."""
    from wangge.cases import tallies

    typer.echo(f"计数已重建，共 {tallies.rebuild()} 件。")
