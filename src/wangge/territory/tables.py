"""Rows of an uploaded CSV or Excel file, with the line numbers people see, whatever it was saved by."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any, Final

from django.core.exceptions import ValidationError
from python_calamine import CalamineError, CalamineWorkbook

Row = dict[str, str]
MAX_BYTES: Final = 30 * 1024 * 1024
# A workbook that unpacks to more is refused (zip bomb).
MAX_UNPACKED: Final = 500 * 1024 * 1024
MAX_ROWS: Final = 200_000


def decode(data: bytes) -> str:
    """UTF-8, else GB 18030. Raises ``ValidationError`` when it is neither or no text at all."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise ValidationError("文件不是文本，或编码既不是UTF-8也不是GBK。", code="encoding")


def read(name: str, data: bytes) -> list[tuple[int, Row]]:
    """``(line number, {column: text})`` of a ``.csv`` or ``.xlsx`` file; blank lines are left out.

    Raises ``ValidationError`` for anything that is no table.
    """
    if len(data) > MAX_BYTES:
        raise ValidationError("文件超过30 MB，请分批导入。", code="size")
    lower = name.lower()
    lines = _sheet(data) if lower.endswith((".xlsx", ".xls", ".ods")) else _csv(decode(data))
    lines = [[cell.strip() for cell in line] for line in lines]
    if not lines or not any(lines[0]):
        raise ValidationError("文件是空的，或第一行不是表头。", code="empty")
    if len(lines) > MAX_ROWS:
        raise ValidationError(f"文件有{len(lines)}行，最多{MAX_ROWS}行。", code="rows")
    header = lines[0]
    return [
        (number, dict(zip(header, line, strict=False))) for number, line in enumerate(lines[1:], start=2) if any(line)
    ]


def _csv(text: str) -> list[list[str]]:
    csv.field_size_limit(MAX_BYTES)
    first = text.split("\n", 1)[0]
    try:
        return list(csv.reader(io.StringIO(text), delimiter=max(",\t;", key=first.count)))
    except csv.Error as error:
        raise ValidationError(f"CSV读不懂：{error}", code="csv") from error


def _sheet(data: bytes) -> list[list[str]]:
    stream = io.BytesIO(data)
    if zipfile.is_zipfile(stream):
        with zipfile.ZipFile(stream) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED:
                raise ValidationError("工作簿解压后过大。", code="bomb")
    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise ValidationError("Excel文件打不开，请确认是.xlsx工作簿且没有密码。", code="workbook") from error
    return [[_cell(cell) for cell in row] for row in rows]


def _cell(value: Any) -> str:
    """Codes typed as numbers come back as floats: 150203001001.0 is a code."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
