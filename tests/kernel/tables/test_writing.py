"""Workbooks: text stays text, rejected rows come back ready to mend."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from wangge.kernel.tables.reading import read
from wangge.kernel.tables.writing import Rejected, Sheet, fitting, rejected_sheet, workbook, write


@pytest.mark.parametrize("evil", ["=1+1", '=HYPERLINK("http://x")', "http://example.org", "{=1}", "+1", "13800000000"])
def test_text_stays_text(evil: str) -> None:
    cell = openpyxl.load_workbook(io.BytesIO(workbook(Sheet("表", ["a"], [[evil]]))))["表"]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (evil, "s", None)


def test_an_overlong_text_says_that_it_was_cut() -> None:
    cut = fitting("长" * 40_000)
    assert (len(cut), cut[-20:]) == (32_767, "长…（超出单元格容量，原文共 40000 字）"[-20:])


def test_rejected_rows_come_back_with_reasons_and_may_be_sent_again(tmp_path: Path) -> None:
    target = tmp_path / "r.xlsx"
    write(target, rejected_sheet([Rejected(3, "电话", "不是号码。", {"姓名": "老王", "电话": "x"})]))
    table = read(target)
    assert table.columns == ("原行号", "问题列", "未导入原因", "姓名", "电话")
    assert list(table.rows[0].values.values()) == ["3", "电话", "不是号码。", "老王", "x"]
    again = read(workbook(rejected_sheet([Rejected(2, "", "还是不对。", table.rows[0].values)])))
    assert again.columns == table.columns
