"""Run as a script: a workbook from standard input, its first sheet as JSON to standard output, a list of cells a line.

``python -I sheet_process.py <memory in bytes>``. What cannot be read is told as ``{"error": …}``.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Final

from wangge.kernel.limited import limit

CPU_SECONDS: Final = 600


def text(cell: Any) -> str:
    """A code that a spreadsheet keeps as a number comes back without its ``.0``; a date as 2026-10-01."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def main() -> None:
    memory = int(sys.argv[1])
    limit(memory=memory, cpu_seconds=CPU_SECONDS)
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - inside the limits

    out = sys.stdout
    try:
        sheet = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
    except CalamineError as error:
        out.write(json.dumps({"error": str(error)}) + "\n")
        return
    for line in sheet.iter_rows():
        out.write(json.dumps([text(cell) for cell in line]) + "\n")


if __name__ == "__main__":
    main()
