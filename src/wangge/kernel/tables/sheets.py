"""The first sheet of a workbook, read in a process of its own.

The reader keeps a sheet as a dense rectangle: two cells in far corners, a file of five kilobytes, ask for hundreds of
gigabytes and abort the process. So it runs behind a memory limit, and its end is a message to the user.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from wangge.kernel.tables.errors import UnreadableTable
from wangge.kernel.tables.limits import MEGABYTE, Limits, Source

SHEETS: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
ZIP: Final = b"PK\x03\x04"  # xlsx, xlsb, ods
OLE: Final = b"\xd0\xcf\x11\xe0"  # xls
PROCESS: Final = str(Path(__file__).with_name("sheet_process.py"))
# Real sheets compress to 1/40; one megabyte of zeros to 1/1000.
RATIO: Final = 200


def is_workbook(source: Source) -> bool:
    return _start(source).startswith((ZIP, OLE))


def sheet(source: Source, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """(Row number, cells as text) of the first sheet. Raises ``UnreadableTable``."""
    if _start(source).startswith(ZIP):
        _check_archive(source, limits)
    command = [sys.executable, "-I", PROCESS, str(limits.memory)]
    if isinstance(source, Path):
        with source.open("rb") as handle:
            process = subprocess.Popen(command, stdin=handle, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    else:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdin is not None
        try:
            process.stdin.write(source)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it ended early; its code says so below
    assert process.stdout is not None
    try:
        for number, line in enumerate(process.stdout, start=1):
            cells = json.loads(line)
            if isinstance(cells, dict):
                raise UnreadableTable(f"不能读取工作簿：{cells['error']}。请另存为.xlsx后重试。", "workbook")
            yield number, cells
        if process.wait() != 0:
            raise UnreadableTable("工作簿解压后过大，已拒绝。请删去多余的行列后另存为.xlsx。", "bomb")
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _start(source: Source) -> bytes:
    if isinstance(source, bytes):
        return source[:4]
    with source.open("rb") as handle:
        return handle.read(4)


def _check_archive(source: Source, limits: Limits) -> None:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    try:
        with zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise UnreadableTable("工作簿已损坏，请重新另存后再试。", "damaged") from error
    if unpacked > limits.unpacked or unpacked > RATIO * max(size, MEGABYTE):
        raise UnreadableTable("工作簿解压后过大，疑似压缩炸弹，已拒绝。", "bomb")
