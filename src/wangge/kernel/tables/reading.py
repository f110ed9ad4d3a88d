"""Rows of a file, whatever it was saved by."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile

from wangge.kernel.tables.errors import UnreadableTable
from wangge.kernel.tables.limits import MEGABYTE, Limits, Source
from wangge.kernel.tables.sheets import SHEETS, is_workbook, sheet

JSON: Final = frozenset({".json", ".jsonl", ".ndjson"})
DEFAULT: Final = Limits()
CHUNK: Final = MEGABYTE
csv.field_size_limit(32 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` is the row as a spreadsheet shows it (the header is 1). ``fault``: why it cannot be taken as it is."""

    number: int
    values: dict[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def rows(source: Source, *, name: str = "", limits: Limits = DEFAULT) -> Iterator[Row]:
    """The rows of a file, one at a time; blank ones are left out, cells are text without blanks around it.

    ``name`` (of bytes) tells JSON by its ending; workbooks are known by their content. Raises
    ``UnreadableTable``, at once or on the way.
    """
    return _open(source, name, limits)[1]


def read(source: Source, *, name: str = "", limits: Limits = DEFAULT) -> Table:
    """The whole file in memory. Raises ``UnreadableTable``."""
    header, found = _open(source, name, limits)
    kept = tuple(found)
    columns = header or dict.fromkeys(column for row in kept for column in row.values)
    return Table(tuple(filter(None, columns)), kept)


def upload(file: UploadedFile[Any], limits: Limits = DEFAULT) -> bytes:
    """An uploaded file, no more of it than tells that it is too large."""
    data: bytes = file.read(-1 if limits.size is None else limits.size + 1)
    return data


def _open(source: Source, name: str, limits: Limits) -> tuple[list[str], Iterator[Row]]:
    """The header (none in JSON) and the rows below it."""
    suffix = Path(name or (source.name if isinstance(source, Path) else "")).suffix.lower()
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if limits.size is not None and size > limits.size:
        raise UnreadableTable(f"文件超过{limits.size // MEGABYTE} MB，请分批导入。", "size")
    if suffix in JSON:
        return [], _counted(_json(source), limits)
    if is_workbook(source):
        lines = sheet(source, limits)
    elif suffix in SHEETS:
        raise UnreadableTable(f"这不是{suffix}工作簿，请在Excel或WPS中打开后另存为.xlsx。", "workbook")
    else:
        lines = _csv(source)
    for number, cells in lines:
        if any(cells):
            header = _header(cells)
            return header, _counted(_under(header, lines), limits)
        if number > CHUNK:
            break
    raise UnreadableTable("文件是空的。", "empty")


def _header(cells: list[str]) -> list[str]:
    while not cells[-1]:
        cells = cells[:-1]
    doubled = sorted({cell for cell in cells if cell and cells.count(cell) > 1})
    if doubled:
        raise UnreadableTable(f"表头重复：{'、'.join(doubled)}。", "header")
    return cells


def _under(header: list[str], lines: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
    width = len(header)
    for number, cells in lines:
        if not any(cells):
            continue
        over = any(cells[width:])
        fault = f"该行有{len(cells)}列，表头只有{width}列" if over else ""
        yield Row(number, dict(zip(header, cells, strict=False)), fault)


def _counted(found: Iterator[Row], limits: Limits) -> Iterator[Row]:
    if limits.rows is None:
        return found
    return _at_most(limits.rows, found)


def _at_most(most: int, found: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(found, start=1):
        if count > most:
            raise UnreadableTable(f"一次最多导入{most}行，请分批导入。", "rows")
        yield row


# -- text ----------------------------------------------------------------------------------------


def text_of(source: Source) -> io.TextIOWrapper:
    """The file as text: UTF-8 (with or without a mark) when all of it is, else GB 18030. Raises ``UnreadableTable``."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with _text(source, encoding) as handle:
                while part := handle.read(CHUNK):
                    if "\x00" in part:
                        raise UnreadableTable("这不是文本文件，请另存为CSV或Excel工作簿。", "text")
        except UnicodeDecodeError:
            continue
        return _text(source, encoding)
    raise UnreadableTable("文件编码既不是UTF-8也不是GBK，请另存为CSV UTF-8或Excel工作簿。", "encoding")


def _text(source: Source, encoding: str) -> io.TextIOWrapper:
    raw = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


def _csv(source: Source) -> Iterator[tuple[int, list[str]]]:
    with text_of(source) as handle:
        first = next((line for line in handle if line.strip()), "")
        handle.seek(0)
        reader = csv.reader(handle, delimiter=max(",\t;", key=first.count))
        try:
            for number, cells in enumerate(reader, start=1):
                yield number, [cell.strip() for cell in cells]
        except csv.Error as error:
            raise UnreadableTable(f"第{reader.line_num}行不是规范的CSV:{error}。", "csv") from error


# -- JSON ----------------------------------------------------------------------------------------


def _json(source: Source) -> Iterator[Row]:
    """An array of objects, or one object a line."""
    with text_of(source) as handle:
        start = handle.read(CHUNK).lstrip()[:1]
        handle.seek(0)
        if start == "[":
            try:
                items = json.load(handle)
            except json.JSONDecodeError as error:
                raise UnreadableTable(f"不是有效的JSON：第{error.lineno}行，{error.msg}。", "json") from error
            except RecursionError as error:
                raise UnreadableTable("不是有效的JSON：嵌套过深。", "json") from error
            for number, item in enumerate(items, start=1):
                yield object_row(number, item)
            return
        for number, line in enumerate(handle, start=1):
            if line.strip():
                yield _line(number, line)


def _line(number: int, line: str) -> Row:
    try:
        return object_row(number, json.loads(line))
    except json.JSONDecodeError as error:
        return Row(number, fault=f"不是有效的JSON:{error.msg}")
    except RecursionError:
        return Row(number, fault="不是有效的JSON：嵌套过深")


def object_row(number: int, item: Any) -> Row:
    """An object of JSON as a row: its members as text."""
    if not isinstance(item, dict):
        return Row(number, fault="不是对象")
    return Row(number, {str(name).strip(): _plain(value) for name, value in item.items()})


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)
