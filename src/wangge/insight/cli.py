"""``wangge insight …``: train and measure the kind model; topics, replies, warnings in files of messages."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wangge.insight.replies.cli import replies

if TYPE_CHECKING:
    from wangge.insight.reading import Message
    from wangge.insight.validation import Measured

app = typer.Typer(no_args_is_help=True, help="民情分析：分类模型、热点、答复质检、预警")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV 文件（第一行为列名）")]
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="CSV 文件，可多个（标题、正文分列）")]
TextColumns = Annotated[str, typer.Option("--text", help="文字所在的列，逗号分隔，例如 title,detail")]
LabelColumn = Annotated[str, typer.Option("--label", help="类别所在的列")]


@contextmanager
def _told() -> Iterator[None]:
    """What is wrong with a file or with the data is said in one line, exit code 2."""
    try:
        yield
    except ValueError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(2) from error


def _json(**fields: object) -> None:
    typer.echo(json.dumps(fields, ensure_ascii=False))


def _rows(files: list[Path], text: str, label: str) -> list[Message]:
    from wangge.insight.reading import messages

    return messages(files, [name.strip() for name in text.split(",") if name.strip()], label)


def _show(measured: Measured) -> None:
    typer.echo(f"{'行数':>6} {'精确率':>6} {'召回率':>6} {'F1':>7}  类别")
    for name, rows, precision, recall, f1 in measured.table:
        typer.echo(f"{rows:>8} {precision:>9.4f} {recall:>9.4f} {f1:>7.4f}  {name}")


@app.command()
def train(
    files: Files,
    output: Annotated[Path, typer.Option("--output", "-o", help="模型文件")],
    text: TextColumns = "title,detail",
    label: LabelColumn = "label",
    folds: Annotated[int, typer.Option(min=2, max=20, help="交叉验证的份数")] = 5,
) -> None:
    """Learn kinds from labelled messages; quality by grouped cross-validation. The last line is JSON."""
    from wangge.insight.modelfile import save
    from wangge.insight.reading import fingerprint
    from wangge.insight.validation import train_measured

    with _told():
        rows = _rows(files, text, label)
        model, measured = train_measured(rows, number=folds)
    figures = {
        "macro_f1": measured.macro_f1,
        "accuracy": measured.accuracy,
        "calibration_error": measured.calibration_error,
    }
    model.about = {
        "rows": len(rows),
        "data_sha256": fingerprint(rows),
        "columns": text,
        "cross_validation": figures,
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    save(model, output)
    _show(measured)
    _json(model=str(output), rows=len(rows), classes=len(model.classes), folds=folds, **figures)


@app.command()
def evaluate(
    model: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="模型文件")],
    files: Files,
    text: TextColumns = "title,detail",
    label: LabelColumn = "label",
) -> None:
    """Answer labelled messages the model has not learnt from and compare. The last line is JSON."""
    from wangge.insight.modelfile import load
    from wangge.insight.reading import fingerprint
    from wangge.insight.validation import measure

    with _told():
        rows, held = _rows(files, text, label), load(model)
    if fingerprint(rows) == held.about.get("data_sha256"):
        typer.secho("注意：这正是训练该模型的数据，以下数字不说明质量。", fg="yellow", err=True)
    texts = [row.texts for row in rows]
    held.predict(texts[:50])
    began = time.perf_counter()
    answers = held.predict(texts)
    seconds = time.perf_counter() - began
    measured = measure([r.label for r in rows], [a.label for a in answers], [a.confidence for a in answers])
    _show(measured)
    _json(
        macro_f1=measured.macro_f1,
        accuracy=measured.accuracy,
        messages_per_second=round(len(rows) / seconds),
        calibration_error=measured.calibration_error,
        rows=len(rows),
    )


@app.command()
def explain(
    model: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="模型文件")],
    text: Annotated[str, typer.Argument(help="一段诉求文字")],
) -> None:
    """The kind of one text, how sure, and the words that speak for it, as JSON."""
    from wangge.insight.modelfile import load

    with _told():
        held = load(model)
    answer = held.predict([(text,)])[0]
    _json(label=answer.label, confidence=answer.confidence, words=held.explain(text))


app.command()(replies)


@app.command()
def curve(files: Files, text: TextColumns = "title,detail", label: LabelColumn = "label") -> None:
    """Learning curve and doubtful labels: why the model stops where it stops. The last line is JSON."""
    from wangge.insight.curve import doubtful, learning_curve

    with _told():
        rows = _rows(files, text, label)
        points = learning_curve(rows)
        doubt = doubtful(rows)
    typer.echo("学习行数  未见过的行 F1  学过的行 F1")
    for point in points:
        typer.echo(f"{point.rows:>8}  {point.macro_f1:>13.4f}  {point.seen_macro_f1:>11.4f}")
    typer.echo(f"标签存疑：{len(doubt.rows)} 行（{doubt.share:.1%}）")
    for given, expected, count in doubt.pairs[:10]:
        typer.echo(f"{count:>8}  标为 {given}，更像 {expected}")
    _json(points=[asdict(point) for point in points], doubtful_share=doubt.share, doubtful_rows=list(doubt.rows[:200]))


@app.command()
def topics(
    file: File,
    at_least: Annotated[int, typer.Option("--at-least", min=3, help="至少多少条才算热点")] = 5,
    top: Annotated[int, typer.Option(min=0, help="只列最热的多少个（0：全部）")] = 0,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天计算热度")] = None,
) -> None:
    """Hot topics of a file of messages, hottest first, one JSON object a line."""
    from wangge.insight.grouping.messages import read
    from wangge.insight.grouping.topics import find

    with _told():
        rows = read(file)
        found = find(rows, at_least=at_least, today=today.date() if today else None)
    for topic in found[: top or None]:
        _json(
            name=topic.name,
            place=topic.place,
            heat=topic.heat,
            **{"from": str(topic.first or ""), "to": str(topic.last or "")},
            trend=topic.trend,
            size=len(topic.members),
            people=topic.people,
            likes=topic.likes,
            within=topic.within,
            scattered=topic.scattered,
            anchors=topic.anchors,
            member_ids=[rows[at].id for at in topic.members],
        )


@app.command()
def rising(file: File, at_least: Annotated[int, typer.Option("--at-least", min=3)] = 5) -> None:
    """Replay the warnings over a file's own days, and over days drawn by lot: the false alarms. Last line JSON."""
    from datetime import timedelta

    from wangge.insight.grouping.messages import read
    from wangge.insight.grouping.topics import find
    from wangge.insight.topics.enums import RiseLevel
    from wangge.insight.topics.replaying import by_lot, replay, table

    with _told():
        rows = read(file)
        found = [topic for topic in find(rows, at_least=at_least) if not topic.within]
    days = sorted(row.on for row in rows if row.on)
    if not days:
        _json(topics=len(found), days=0)
        return
    # A few stray early messages would make years of empty days: begin where the first percent is over.
    first, last = days[len(days) // 100], days[-1]
    counts = table([[day for at in topic.members if (day := rows[at].on)] for topic in found], first, last)
    real = replay(counts)
    lots = [replay(by_lot(counts, first, seed=seed)) for seed in range(5)]
    for row, column in sorted(real.first.items(), key=lambda pair: pair[1])[:40]:
        before = int(counts[row, : column + 1].sum())
        typer.echo(
            f"{first + timedelta(days=column)}  {found[row].name}  当时{before}件，后来共{len(found[row].members)}件"
        )
    _json(
        topics=len(found),
        days=real.days,
        said=real.said,
        false_per_1000_topic_days={
            level.value: round(sum(lot.rate(level) for lot in lots) / len(lots), 4) for level in RiseLevel
        },
        real_per_1000_topic_days={level.value: round(real.rate(level), 4) for level in RiseLevel},
    )


@app.command()
def places(
    file: File,
    within: Annotated[str, typer.Option(help="区划代码；默认本系统的区划")] = "",
    text: TextColumns = "",
) -> None:
    """Where each message of a file happened, as far as its words say, one JSON object a line; the last one counts."""
    from dataclasses import asdict as plain

    from wangge.insight.grouping.messages import read
    from wangge.insight.places.finding import find, place

    columns = dict(zip(("title", "body"), (name.strip() for name in text.split(",") if name.strip()), strict=False))
    with _told():
        rows = read(file, columns)
    placed = 0
    for row in rows:
        words = f"{row.title} {row.body[:500]}"
        best = place(words, within)
        placed += best is not None
        _json(id=row.id, path=best.path if best else "", mentions=[plain(found) for found in find(words, within)])
    _json(messages=len(rows), placed=placed)
