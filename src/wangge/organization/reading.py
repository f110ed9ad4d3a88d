"""An uploaded table as rows of text: Excel (xlsx, xls, ods) or CSV in UTF-8 or GBK."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from wangge.organization.errors import OrganizationError

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_ROWS: Final = 20_000
SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # zip (xlsx, ods), OLE (xls)


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` is the row as a spreadsheet shows it (the header is 1)."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read(data: bytes) -> Table:
    """The first sheet, or the CSV. Raises ``OrganizationError`` saying what is wrong with the file."""
    if len(data) > MAX_BYTES:
        raise OrganizationError(f"文件超过{MAX_BYTES // 1024 // 1024} MB,请分批导入。")
    cells = _sheet(data) if data.startswith(SPREADSHEETS) else _csv(data)
    header = next((line for line in cells if any(line[1])), None)
    if header is None:
        raise OrganizationError("文件是空的。")
    start, columns = header
    rows = [
        Row(number, dict(zip(columns, values, strict=False)))
        for number, values in cells
        if number > start and any(values)
    ]
    named = [column for column in columns if column]
    doubled = sorted({column for column in named if named.count(column) > 1})
    if doubled:
        raise OrganizationError(f"表头重复:{'、'.join(doubled)}。")
    if len(rows) > MAX_ROWS:
        raise OrganizationError(f"一次最多导入{MAX_ROWS}行,文件有{len(rows)}行,请分批导入。")
    return Table(tuple(named), tuple(rows))


def _csv(data: bytes) -> list[tuple[int, list[str]]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise OrganizationError("文件编码既不是UTF-8也不是GBK,请另存为CSV UTF-8或Excel工作簿。")
    if "\x00" in text:
        raise OrganizationError("这不是文本文件,请另存为CSV或Excel工作簿。")
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=first.count))
    try:
        return [(reader.line_num, [cell.strip() for cell in line]) for line in reader]
    except csv.Error as error:
        raise OrganizationError(f"第{reader.line_num}行不是规范的CSV:{error}。") from error


def _sheet(data: bytes) -> list[tuple[int, list[str]]]:
    if data.startswith(SPREADSHEETS[0]):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
        except zipfile.BadZipFile as error:
            raise OrganizationError("工作簿已损坏,请重新另存后再试。") from error
        if unpacked > MAX_UNPACKED:
            raise OrganizationError("工作簿解压后过大,已拒绝。")
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        return [
            (number, [_text(cell) for cell in line])
            for number, line in enumerate(sheet.to_python(skip_empty_area=False), start=1)
        ]
    except CalamineError as error:
        raise OrganizationError(f"不能读取工作簿:{error}。请另存为.xlsx后重试。") from error


def _text(cell: Any) -> str:
    """A phone or staff number that a spreadsheet keeps as a number comes back without its ``.0``."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell).strip()
