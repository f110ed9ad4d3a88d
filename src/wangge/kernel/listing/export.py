"""Lists into files, in flat memory and without a row limit.

Rows come from a server-side cursor in chunks, cells go to disk row by row. Text is always written as text:
a cell can never become a formula (CWE-1236).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import IO, Any, Final

import xlsxwriter
from django.db.models import QuerySet
from django.http import HttpRequest

from wangge.kernel.listing.columns import Column, Value
from wangge.kernel.listing.listing import Listing
from wangge.kernel.tables.writing import XLSX, fitting

Progress = Callable[[int], None]

CHUNK: Final = 2_000
SHEET_ROWS: Final = 1_048_575  # Excel's 1,048,576 without the header
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def _no_progress(_rows: int) -> None:
    """Nobody watches."""


def chunks(listing: Listing, request: HttpRequest, rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """The rows in chunks, each prepared as a page is."""
    chunk: list[Any] = []
    for row in rows.iterator(chunk_size=CHUNK):
        chunk.append(row)
        if len(chunk) == CHUNK:
            listing.prepare(request, chunk)
            yield chunk
            chunk = []
    if chunk:
        listing.prepare(request, chunk)
        yield chunk


def guarded(value: Value) -> Value:
    """A csv cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


class _Workbook:
    """A workbook that begins another sheet when one is full."""

    def __init__(self, file: IO[bytes], title: str, columns: list[Column], sheet_rows: int) -> None:
        self.book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.head = self.book.add_format({"bold": True, "bg_color": "#E4ECF6", "border": 1, "valign": "vcenter"})
        self.title = "".join("_" if c in r"[]:*?/\'" else c for c in title)[:25] or "数据"
        self.columns = columns
        self.sheet_rows = sheet_rows
        self.sheets = 0
        self.line = 0
        self._next_sheet()

    def _next_sheet(self) -> None:
        self.sheets += 1
        self.sheet = self.book.add_worksheet(self.title if self.sheets == 1 else f"{self.title} {self.sheets}")
        self.sheet.freeze_panes(1, 0)
        for position, column in enumerate(self.columns):
            self.sheet.set_column(position, position, column.width or max(10, 2 * len(column.label) + 4))
        for position, column in enumerate(self.columns):
            self.sheet.write_string(0, position, column.label, self.head)
        self.line = 0

    def add(self, cells: list[Value]) -> None:
        if self.line == self.sheet_rows:
            self._next_sheet()
        self.line += 1
        for position, cell in enumerate(cells):
            if isinstance(cell, str):
                if cell:
                    self.sheet.write_string(self.line, position, fitting(cell))
            elif _exact(cell):
                self.sheet.write_number(self.line, position, cell)
            else:
                self.sheet.write_string(self.line, position, str(cell))


def _exact(number: float | Decimal) -> bool:
    """Whether a spreadsheet's double holds the number without loss."""
    if isinstance(number, int):
        return abs(number) < 10**15
    if isinstance(number, float):
        return math.isfinite(number)
    return number.is_finite() and len(number.as_tuple().digits) <= 15


def write_xlsx(
    listing: Listing,
    request: HttpRequest,
    rows: QuerySet[Any],
    file: IO[bytes],
    progress: Progress = _no_progress,
    *,
    sheet_rows: int = SHEET_ROWS,
) -> int:
    """Write ``rows`` (ordered) as a workbook into ``file``; returns how many. ``progress(rows so far)`` per chunk."""
    columns = listing.exported
    workbook = _Workbook(file, listing.title, columns, sheet_rows)
    done = 0
    try:
        for chunk in chunks(listing, request, rows):
            for row in chunk:
                workbook.add([column.text(row) for column in columns])
            done += len(chunk)
            progress(done)
    finally:
        workbook.book.close()
    return done


def write_csv(
    listing: Listing,
    request: HttpRequest,
    rows: QuerySet[Any],
    file: IO[bytes],
    progress: Progress = _no_progress,
) -> int:
    """The same as CSV: UTF-8 with a byte order mark (Excel needs it), CRLF."""
    columns = listing.exported
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow([guarded(column.label) for column in columns])
    done = 0
    for chunk in chunks(listing, request, rows):
        writer.writerows([guarded(column.text(row)) for column in columns] for row in chunk)
        done += len(chunk)
        progress(done)
    text.flush()
    text.detach()
    return done


WRITERS: Final = {"xlsx": write_xlsx, "csv": write_csv}
MIME: Final = {
    "xlsx": XLSX,
    "csv": "text/csv; charset=utf-8",
}
