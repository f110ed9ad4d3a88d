"""Files of messages: CSV in, rows out; columns by name."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FIELD_LIMIT: Final = 4_000_000
ENCODINGS: Final = ("utf-8-sig", "gb18030")  # spreadsheets in China still write the second


class BadFile(ValueError):
    """The file cannot be read as asked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Message:
    """One row: its ``texts`` in the order of the columns asked for ('' where there is none), its ``label``."""

    texts: tuple[str, ...]
    label: str


def table(file: Path) -> list[dict[str, str]]:
    """Every row of a CSV file as column → text.

    Raises:
        BadFile: no CSV, no heading, or an encoding that is neither UTF-8 nor GB 18030.
    """
    csv.field_size_limit(FIELD_LIMIT)
    for encoding in ENCODINGS:
        try:
            with file.open(encoding=encoding, newline="") as stream:
                return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(stream)]
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise BadFile(f"{file.name} 不是有效的 CSV 文件：{error}") from error
    raise BadFile(f"{file.name} 的编码无法识别，请另存为 UTF-8")


def messages(files: Iterable[Path], text: Sequence[str], label: str) -> list[Message]:
    """The labelled rows of all ``files`` together.

    A file may lack some of the ``text`` columns (titles in one file, bodies in another), not all of them.
    Rows without a label or without any text are left out.

    Raises:
        BadFile: a file without the label's column or without any text column, or no row at all.
    """
    found: list[Message] = []
    for file in files:
        rows = table(file)
        columns = rows[0].keys() if rows else ()
        if label not in columns or not set(text) & set(columns):
            wanted = "、".join([*text, label])
            raise BadFile(f"{file.name} 缺少所需的列（{wanted}）；现有：{'、'.join(columns) or '无'}")
        for row in rows:
            texts = tuple(row.get(name, "").strip() for name in text)
            if row[label].strip() and any(texts):
                found.append(Message(texts, row[label].strip()))
    if not found:
        raise BadFile("没有既有文字又有标签的行")
    return found


def fingerprint(rows: Iterable[Message]) -> str:
    """SHA-256 over the rows, whatever their order: which data a model was trained on."""
    lines = sorted("\x1f".join((*row.texts, row.label)) for row in rows)
    return hashlib.sha256("\x1e".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
