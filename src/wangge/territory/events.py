"""What others may want to know about places. Published after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PathsMoved:
    """Places bear new paths: pairs (old, new). Open matters follow; closed ones stay where they were."""

    moves: tuple[tuple[str, str], ...]
    on: date


@dataclass(frozen=True, slots=True)
class GridStaffed:
    """Somebody took up or left a grid (``began``)."""

    grid_code: str
    user_id: int
    position: str
    began: bool
