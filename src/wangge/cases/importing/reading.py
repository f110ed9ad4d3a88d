"""Rows of a file, whatever it was saved by. Encodings are tried in the order they occur: UTF-8, then GB 18030."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

Row = dict[str, Any]
SHEETS: Final = {".xlsx", ".xls", ".xlsb", ".ods"}
# A workbook that unpacks to more than this is refused (zip bomb).
MAX_UNPACKED: Final = 2 * 1024**3
csv.field_size_limit(32 * 1024 * 1024)


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; the message says what to do."""


def read(path: Path) -> Iterator[tuple[int, Row]]:
    """``(row number as the user sees it, {column: value})``. Raises ``UnreadableFile``."""
    suffix = path.suffix.lower()
    if suffix in SHEETS:
        return _sheet(path)
    if suffix in {".json", ".jsonl", ".ndjson"}:
        return _json(path)
    return _csv(path)


def _text(path: Path) -> io.TextIOBase:
    """The file as text: UTF-8 (with or without a mark) when all of it is, else GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding, newline="") as handle:
                while handle.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return path.open(encoding=encoding, newline="")
    raise UnreadableFile("文件编码既不是UTF-8也不是GBK,请另存为CSV UTF-8后重试。")


def _csv(path: Path) -> Iterator[tuple[int, Row]]:
    with _text(path) as handle:
        sample = handle.read(65536)
        if "\x00" in sample:
            raise UnreadableFile("这不是文本文件,请另存为CSV或Excel工作簿。")
        handle.seek(0)
        first = sample.splitlines()[0] if sample else ""
        delimiter = max(",\t;", key=first.count)
        reader = csv.reader(handle, delimiter=delimiter)
        try:
            header = [name.strip().lstrip("\ufeff") for name in next(reader)]
        except StopIteration:
            raise UnreadableFile("文件是空的。") from None
        try:
            for values in reader:
                if any(value.strip() for value in values):
                    row: Row = dict(zip(header, values, strict=False))
                    if len(values) > len(header):
                        row[""] = f"该行有{len(values)}列,表头只有{len(header)}列"
                    yield reader.line_num, row
        except csv.Error as error:
            raise UnreadableFile(f"第{reader.line_num}行不是规范的CSV:{error}。") from error


def _sheet(path: Path) -> Iterator[tuple[int, Row]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_UNPACKED or unpacked > 200 * max(path.stat().st_size, 1_000_000):
            raise UnreadableFile("工作簿解压后过大,疑似压缩炸弹,已拒绝。")
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        rows = sheet.iter_rows()
        header = [str(name).strip() for name in next(rows)]
    except (CalamineError, StopIteration) as error:
        raise UnreadableFile(f"不能读取工作簿:{error}。请另存为.xlsx后重试。") from error
    for number, values in enumerate(rows, start=2):
        if any(value not in ("", None) for value in values):
            yield number, dict(zip(header, values, strict=False))


def _json(path: Path) -> Iterator[tuple[int, Row]]:
    with _text(path) as handle:
        start = handle.read(1)
        handle.seek(0)
        if start == "[":
            try:
                items = json.load(handle)
            except json.JSONDecodeError as error:
                raise UnreadableFile(f"不是有效的JSON:第{error.lineno}行,{error.msg}。") from error
            for number, item in enumerate(items, start=1):
                yield number, item if isinstance(item, dict) else {"": "不是对象"}
            return
        for number, line in enumerate(handle, start=1):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
            except json.JSONDecodeError as error:
                item = {"": f"不是有效的JSON:{error.msg}"}
            yield number, item if isinstance(item, dict) else {"": "不是对象"}
