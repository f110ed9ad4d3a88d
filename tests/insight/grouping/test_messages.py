"""Files of messages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from wangge.insight.grouping.messages import day, read
from wangge.insight.reading import BadFile


def test_columns_are_known_by_their_headings(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "留言编号,留言用户,留言主题,留言时间,留言详情,点赞数\n7,甲,路 灯,2019/2/8 11:25:05,不亮,3\n", encoding="gb18030"
    )
    found = read(file)
    assert [(m.id, m.person, m.title, m.body, m.on, m.likes) for m in found] == [
        ("7", "甲", "路灯", "不亮", date(2019, 2, 8), 3)
    ]


def test_without_a_number_rows_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title\n甲\n乙\n", encoding="utf-8")
    assert [m.id for m in read(tmp_path / "a.csv")] == ["1", "2"]


def test_a_file_without_words_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(BadFile, match="标题或正文"):
        read(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("text", "found"),
    [("2020-01-06", date(2020, 1, 6)), ("2019/2/30", None), ("昨天", None), ("2019年2月8日", date(2019, 2, 8))],
)
def test_a_day_is_read_or_unknown(text: str, found: date | None) -> None:
    assert day(text) == found
