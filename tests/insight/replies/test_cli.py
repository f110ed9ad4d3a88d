"""``wangge insight replies``."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from wangge.insight.cli import app

FILE = """id,title,body,reply
1,rubbish,"东门垃圾没有清运","您好，已收悉，感谢支持！"
2,lamp,"西街路灯不亮","经查西街路灯线路故障，11月3日已修好，电话0472-2111111。"
"""


def lines(*arguments: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, ["replies", *arguments])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_each_reply_is_a_line_and_the_last_counts(tmp_path: Path) -> None:
    file = tmp_path / "replies.csv"
    file.write_text(FILE, encoding="utf-8")
    first, second, summary = lines(str(file), "--question", "title,body", "--reply", "reply", "--id", "id")
    assert first["id"] == "1"
    assert second == {"id": "2", "hints": []}
    assert summary["rows"] == 2


def test_labels_are_measured(tmp_path: Path) -> None:
    file, labels = tmp_path / "replies.csv", tmp_path / "labels.csv"
    file.write_text(FILE, encoding="utf-8")
    labels.write_text("id,hints\n1,no_answer too_short\n2,tone\n", encoding="utf-8")
    (summary,) = lines(str(file), "--question", "body", "--reply", "reply", "--id", "id", "--labels", str(labels))
    assert summary["labelled"] == 2
    measured = summary["measured"]
    assert isinstance(measured, dict)
    assert measured["no_answer"]["precision"] == 1.0
    assert measured["tone"]["recall"] == 0.0


def test_a_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "replies.csv"
    file.write_text(FILE, encoding="utf-8")
    result = CliRunner().invoke(app, ["replies", str(file), "--question", "title", "--reply", "answer"])
    assert result.exit_code == 2
    assert "answer" in result.output
