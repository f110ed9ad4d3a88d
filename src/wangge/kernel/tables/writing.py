"""Workbooks. Text is always written as text: a cell can never become a formula (CWE-1236)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import xlsxwriter

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_CHARACTERS: Final = 32_767
# What stands before the row as it was; left out where the file already had it from an earlier answer.
REASONS: Final = ("原行号", "问题列", "未导入原因")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and lines below it; cells are text or whole numbers."""

    title: str
    header: Sequence[str]
    lines: Iterable[Sequence[str | int]] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken: its number in the file, the field, the rule it breaks, the row itself."""

    row: int
    field: str
    reason: str
    values: Mapping[str, str]


def fitting(text: str) -> str:
    """Text that fits a cell; what is cut off is said in the cell itself."""
    if len(text) <= CELL_CHARACTERS:
        return text
    note = f"…（超出单元格容量，原文共 {len(text)} 字）"
    return text[: CELL_CHARACTERS - len(note)] + note


def rejected_sheet(rejected: Sequence[Rejected]) -> Sheet:
    """Why each row was not taken, then the row as it was, ready to mend and send again."""
    names = [name for name in dict.fromkeys(name for one in rejected for name in one.values) if name not in REASONS]
    lines: Iterable[Sequence[str | int]] = (
        [one.row, one.field, one.reason, *(one.values.get(name, "") for name in names)] for one in rejected
    )
    return Sheet("未导入", [*REASONS, *names], lines)


def write(target: Path | io.BytesIO, *sheets: Sheet) -> None:
    """A workbook of ``sheets`` with bold headers that stay in view.

    To a path in flat memory; to memory without a trace on the disk (first passwords).
    """
    in_memory = isinstance(target, io.BytesIO)
    options = {"in_memory": in_memory, "constant_memory": not in_memory}
    with xlsxwriter.Workbook(target if in_memory else str(target), options) as book:
        bold = book.add_format({"bold": True})
        for one in sheets:
            page = book.add_worksheet(one.title)
            page.freeze_panes(1, 0)
            page.set_column(0, max(len(one.header) - 1, 0), 18)
            for column, name in enumerate(one.header):
                page.write_string(0, column, fitting(name), bold)
            for number, line in enumerate(one.lines, start=1):
                for column, cell in enumerate(line):
                    if isinstance(cell, str):
                        page.write_string(number, column, fitting(cell))
                    else:
                        page.write_number(number, column, cell)


def workbook(*sheets: Sheet) -> bytes:
    """The same in memory."""
    file = io.BytesIO()
    write(file, *sheets)
    return file.getvalue()
