"""``wangge attachments``: do the stored files agree with their records?"""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from wangge.kernel.attachments.checking import problems
from wangge.kernel.attachments.checking import repair as put_right

app = typer.Typer(no_args_is_help=True, help="附件：核对文件。")


@app.callback()
def root() -> None:
    """附件：核对文件。"""


@app.command()
def check(
    repair: Annotated[bool, typer.Option("--repair", help="重做缺少的缩略图，清除一天以前的无主文件。")] = False,
) -> None:
    """找出丢失、损坏和无主的文件；有问题时退出码为 1。"""
    left: Counter[str] = Counter()
    for problem in problems():
        if repair and put_right(problem):
            typer.echo(f"✓ 已处理：{problem.text}")
            continue
        left[problem.kind] += 1
        typer.echo(f"✗ {problem.text}")
    if left:
        typer.echo(f"共 {left.total()} 处问题；丢失或损坏的文件请从备份恢复。")
        raise typer.Exit(1)
    typer.echo("✓ 附件与文件一致。")
