"""Files people send: encodings, formats, limits, and what is said of the broken ones."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from wangge.kernel.tables.errors import UnreadableTable
from wangge.kernel.tables.limits import MEGABYTE, Limits
from wangge.kernel.tables.reading import Row, Table, read, rows

TEXT = "姓名,电话\n张阿姨,13800000000\n\n 老王 ,\n"
TABLE = Table(
    ("姓名", "电话"),
    (Row(2, {"姓名": "张阿姨", "电话": "13800000000"}), Row(4, {"姓名": "老王", "电话": ""})),
)


def workbook(*lines: list[Any]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_whatever_it_was_saved_by(encoding: str, delimiter: str) -> None:
    assert read(TEXT.replace(",", delimiter).encode(encoding)) == TABLE


def test_a_path_is_read_as_bytes_are(tmp_path: Path) -> None:
    for name, data in (("a.csv", TEXT.encode("gbk")), ("a.xlsx", workbook(["姓名"], ["老王"]))):
        (tmp_path / name).write_bytes(data)
        assert read(tmp_path / name) == read(data)


def test_lines_within_a_cell_count_as_one_row() -> None:
    assert [row.number for row in rows(b'a\n"1\n2"\n3\n')] == [2, 3]


def test_empty_columns_at_the_end_are_no_fault() -> None:
    assert read(b"a,b,,\n1,2,,,,\n") == Table(("a", "b"), (Row(2, {"a": "1", "b": "2"}),))


def test_a_row_longer_than_the_header_says_so() -> None:
    (row,) = rows(b"a,b\n1,2,3\n")
    assert (row.values, row.fault) == ({"a": "1", "b": "2"}, "该行有3列，表头只有2列")


def test_a_header_may_stand_below_blank_lines() -> None:
    assert read(b",\n\na,b\n1,2\n").rows == (Row(4, {"a": "1", "b": "2"}),)
    assert read(workbook([], ["a"], [1])).rows == (Row(3, {"a": "1"}),)


def test_a_workbook_gives_codes_and_days_as_people_see_them() -> None:
    data = workbook(
        ["代码", "日期", "时间", "数", "是否", "空"],
        [150203001001, date(2026, 10, 1), datetime(2026, 10, 1, 9, 30), 0.5, True, None],  # noqa: DTZ001 - a cell has no zone
    )
    assert read(data).rows[0].values == {
        "代码": "150203001001",
        "日期": "2026-10-01",
        "时间": "2026-10-01 09:30:00",
        "数": "0.5",
        "是否": "True",
        "空": "",
    }


def test_json_is_an_array_or_one_object_a_line() -> None:
    items = [{"a": " 甲 ", "b": None, "c": 1.0}, {"a": True, "d": [1]}]
    expected = Table(("a", "b", "c", "d"), (Row(1, {"a": "甲", "b": "", "c": "1"}), Row(2, {"a": "true", "d": "[1]"})))
    assert read(json.dumps(items, indent=1).encode(), name="x.json") == expected
    assert read("\n".join(map(json.dumps, items)).encode(), name="x.jsonl") == expected


def test_a_bad_line_of_json_is_a_bad_row() -> None:
    found = list(rows(b'{"a": 1}\n3\n{"a"\n', name="x.jsonl"))
    assert [(row.number, row.fault) for row in found[:2]] == [(1, ""), (2, "不是对象")]
    assert found[2].fault.startswith("不是有效的JSON")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("", b"", "empty"),
        ("", b"\n,,\n", "empty"),
        ("", b"\xff\xff\xff\xff\xff", "encoding"),
        ("", b"a\x00b", "text"),
        ("", b"a,a\n1,2\n", "header"),
        ("", b"PK\x03\x04broken", "damaged"),
        ("", b"\xd0\xcf\x11\xe0broken", "workbook"),
        ("x.xlsx", b"not a workbook", "workbook"),
        ("x.json", b"[1", "json"),
        ("x.json", b"[" * 100_000, "json"),
        ("", b"x" * 1025, "size"),
        ("", b"a\n" + b"1\n" * 11, "rows"),
    ],
)
def test_what_is_no_table_is_refused_with_words(name: str, data: bytes, code: str) -> None:
    size = 1024 if code == "size" else None
    with pytest.raises(UnreadableTable) as caught:
        read(data, name=name, limits=Limits(size=size, rows=10))
    assert (caught.value.code, str(caught.value).endswith("。")) == (code, True)


def test_a_stream_gives_the_rows_before_it_refuses() -> None:
    found = rows(b"a\n1\n2\n3\n", limits=Limits(rows=2))
    assert [next(found).number, next(found).number] == [2, 3]
    with pytest.raises(UnreadableTable):
        next(found)


def test_a_zip_bomb_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (3 * MEGABYTE))
    with pytest.raises(UnreadableTable, match="解压后过大"):
        read(file.getvalue(), limits=Limits(unpacked=2 * MEGABYTE))


def test_two_cells_in_far_corners_do_not_take_the_server_down() -> None:
    """Five kilobytes that describe seventeen billion cells."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")
    with pytest.raises(UnreadableTable, match="解压后过大"):
        read(file.getvalue())
