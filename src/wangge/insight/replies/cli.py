"""``wangge insight replies``: check a file of replies. Hung into ``wangge insight`` by ``insight/cli.py``."""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer


def replies(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV 文件（第一行为列名）")],
    question: Annotated[str, typer.Option(help="诉求所在的列，可用逗号分隔几列，例如 title,detail")],
    reply: Annotated[str, typer.Option(help="答复所在的列")],
    id_column: Annotated[str, typer.Option("--id", help="编号所在的列；默认为行号")] = "",
    office: Annotated[str, typer.Option(help="答复单位所在的列；有则比较同一单位的答复是否照抄")] = "",
    labels: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="人工标注（id,hints），用来测量")
    ] = None,
) -> None:
    """What each reply lacks, as JSON lines; the last line counts, or measures against labels."""
    from wangge.insight.reading import BadFile, table
    from wangge.insight.replies.measuring import interval, measure
    from wangge.insight.replies.running import run

    names = [name.strip() for name in question.split(",") if name.strip()]
    try:
        rows = table(file)
        lacking = [n for n in (*names, reply, id_column, office) if n and rows and n not in rows[0]]
        if not rows or lacking:
            raise BadFile(f"{file.name} 缺少所需的列：{'、'.join(lacking) or '没有数据行'}")
    except ValueError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(2) from error
    began = time.perf_counter()
    counts: Counter[str] = Counter()
    raised: dict[str, set[str]] = {}
    for number, (row, hints) in enumerate(run(rows, names, reply, office), start=1):
        key = row[id_column] if id_column else str(number)
        raised[key] = {hint.code for hint in hints}
        counts.update(raised[key])
        if labels is None:
            told = [{"code": h.code, "text": h.text} for h in hints]
            typer.echo(json.dumps({"id": key, "hints": told}, ensure_ascii=False))
    speed = round(len(rows) / max(time.perf_counter() - began, 1e-9))
    summary: dict[str, object] = {"rows": len(rows), "replies_per_second": speed, "hints": dict(counts)}
    if labels is not None:
        with labels.open(encoding="utf-8-sig", newline="") as stream:
            wanted = {line["id"]: set(line["hints"].split()) for line in csv.DictReader(stream)}
        pairs = [(raised[key], wanted[key]) for key in wanted if key in raised]
        summary["labelled"] = len(pairs)
        summary["measured"] = {
            m.code: {
                "precision": None if m.precision is None else round(m.precision, 3),
                "precision_95": [round(x, 2) for x in interval(m.right, m.raised)],
                "recall": None if m.recall is None else round(m.recall, 3),
                "recall_95": [round(x, 2) for x in interval(m.right, m.wanted)],
                "raised": m.raised,
                "wanted": m.wanted,
            }
            for m in measure(pairs)
        }
    typer.echo(json.dumps(summary, ensure_ascii=False))
