"""Orders are read as any table is, with the limits of a platform's whole year."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from wangge.kernel.tables.errors import UnreadableTable as UnreadableFile
from wangge.kernel.tables.limits import MEGABYTE, Limits
from wangge.kernel.tables.reading import rows
from wangge.kernel.tables.sheets import SHEETS

__all__ = ["SHEETS", "Row", "UnreadableFile", "read"]

Row = dict[str, str]
LIMITS: Final = Limits(size=None, rows=None, unpacked=2048 * MEGABYTE, memory=4096 * MEGABYTE)


def read(path: Path) -> Iterator[tuple[int, Row]]:
    """``(row number as the user sees it, {column: text})``; a row that is none says why under "".

    Raises ``UnreadableFile``.
    """
    found = rows(path, limits=LIMITS)
    return ((row.number, row.values | {"": row.fault} if row.fault else row.values) for row in found)
