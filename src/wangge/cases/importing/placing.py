"""Where the orders of a chunk are: a platform knows addresses and points, seldom our codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from wangge.cases.importing.rows import Order
from wangge.cases.placing import named
from wangge.territory.enums import GRID_LENGTH
from wangge.territory.locating import locate

# As much of the words as says where; more says what.
WORDS: Final = 300


def place(orders: Sequence[Order], home: str) -> int:
    """Give each order the deepest place known, as every other way in does: the grid of its point, else the division it
    came with, else what its address and words speak of, else ``home``. How many are left with ``home``."""
    pointed = [order for order in orders if order.lng is not None and len(order.path) < GRID_LENGTH]
    if pointed:
        points = np.array([(order.lng, order.lat) for order in pointed], dtype=float)
        for order, grid in zip(pointed, locate(points).tolist(), strict=True):
            if grid and grid.startswith(order.path or home):
                order.path = grid
    nowhere = 0
    for order in orders:
        if not order.path:
            order.path = named(order.address, f"{order.title} {order.text[:WORDS]}", within=home) or home
            nowhere += order.path == home
    return nowhere
