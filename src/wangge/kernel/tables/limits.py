"""How much of a file is taken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

Source = Path | bytes
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is taken; None: any. In bytes: ``size``, ``unpacked`` and ``memory`` (both of workbooks)."""

    size: int | None = 10 * MEGABYTE
    rows: int | None = 20_000
    unpacked: int = 200 * MEGABYTE
    memory: int = 1024 * MEGABYTE
