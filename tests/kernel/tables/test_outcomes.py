"""The account of an import."""

from __future__ import annotations

import pytest

from wangge.kernel.tables.errors import UnreadableTable
from wangge.kernel.tables.outcomes import BadRow, Problem, begin, cells, sample
from wangge.kernel.tables.reading import read

COLUMNS = {"name": ("名称", "名字"), "phone": ("电话",)}


def test_columns_are_found_under_their_usual_headers() -> None:
    table = read("名字,血型\n老王,A\n".encode())
    outcome = begin(table, COLUMNS, ("name",))
    assert (outcome.found, outcome.ignored, outcome.rows) == ({"name": "名字"}, ("血型",), 1)
    assert outcome.values(table.rows[0]) == {"name": "老王"}


def test_a_missing_column_is_named() -> None:
    with pytest.raises(UnreadableTable) as caught:
        begin(read("名字\n老王\n".encode()), COLUMNS, ("name", "phone"))
    assert str(caught.value) == "缺少列：电话；文件中的列：名字。"


def test_a_row_that_is_none_is_a_bad_row() -> None:
    table = read("名称\n老王,多\n".encode())
    with pytest.raises(BadRow, match="该行有2列"):
        begin(table, COLUMNS, ()).values(table.rows[0])


def test_refused_rows_come_back_once_with_all_their_reasons() -> None:
    table = read("名称,电话\n甲,1\n乙,2\n".encode())
    outcome = begin(table, COLUMNS, ())
    outcome.refuse(table.rows[1], "phone", "太短。")
    outcome.refuse(table.rows[1], "name", "没有此人。")
    outcome.refuse(table.rows[0], "", "重复。")
    assert outcome.finish(keep_good=False) is False
    assert outcome.problems[:2] == [Problem(2, "", "重复。"), Problem(3, "电话", "太短。")]
    assert [tuple(row.values.values()) for row in read(outcome.workbook()).rows] == [
        ("2", "", "重复。", "甲", "1"),
        ("3", "电话、名称", "太短。 没有此人。", "乙", "2"),
    ]


def test_good_rows_may_be_kept() -> None:
    table = read("名称\n甲\n".encode())
    outcome = begin(table, COLUMNS, ())
    outcome.refuse(table.rows[0], "name", "不行。")
    assert (outcome.finish(keep_good=True), outcome.kept) == (True, True)


def test_the_sample_has_the_headers() -> None:
    assert read(sample(COLUMNS)).columns == ("名称", "电话")


def test_words_of_a_cell_are_told_apart_once() -> None:
    assert cells(["a", "", "b", "a"]) == ["a", "b"]
