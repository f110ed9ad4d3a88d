"""``wangge audit``: check the record, seal what waits."""

from __future__ import annotations

from typing import Annotated

import typer

from wangge.kernel.audit import anchors
from wangge.kernel.audit.queries import seal_state
from wangge.kernel.audit.sealing import Head, head, seal_all
from wangge.kernel.audit.verifying import find

app = typer.Typer(no_args_is_help=True, help="审计：核验与封存。")


@app.command()
def verify(
    anchor: Annotated[str, typer.Option(help="另处留存的链头（序号:哈希），一并核对。")] = "",  # marks: off
) -> None:
    """核验审计链，与每日留存的链头核对：指出被修改、删除、插入的记录；有问题时退出码为 1。"""
    found = 0
    for finding in find(anchor=_parse(anchor) if anchor else None, anchors=anchors.kept()):
        found += 1
        typer.echo(f"✗ {finding}")
    state = seal_state()
    if found:
        typer.echo(f"共发现 {found} 处问题。请保全数据库和备份，并报告审计管理员。")
        raise typer.Exit(1)
    typer.echo(f"✓ 审计链完整，共 {state.head.position} 条；待封存 {state.waiting} 条。")
    typer.echo(f"链头 {state.head}（请另处留存，下次用 --anchor 核对）")


@app.command()
def seal() -> None:
    """立即封存已提交的记录（平时由后台每几秒一次）。"""
    typer.echo(f"已封存 {seal_all()} 条；链头 {head()}")


def _parse(text: str) -> Head:
    try:
        return anchors.parse(text)
    except ValueError:
        raise typer.BadParameter("链头的格式是“序号:64位十六进制哈希”。") from None  # marks: off
