"""Dividing an area into grids: for a first draft that people then correct, and for the demo."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry


def divide(polygon: BaseGeometry, n: int) -> list[BaseGeometry]:
    """``polygon`` in ``n`` parts of nearly equal area, without gaps or overlaps, in numbering order.

    Recursive bisection across the longer side. The parts are ordered west → east, then north → south
    (DB6101/T 3185-2024). Raises ``ValueError`` for ``n < 1`` or an empty polygon.
    """
    if n < 1 or polygon.is_empty:
        raise ValueError("divide needs an area and n >= 1")
    return numbered(_bisect(polygon, n))


def _bisect(area: BaseGeometry, n: int) -> list[BaseGeometry]:
    if n == 1:
        return [area]
    left = n // 2
    first, second = _cut(area, left / n)
    return [*_bisect(first, left), *_bisect(second, n - left)]


def _cut(area: BaseGeometry, share: float) -> tuple[BaseGeometry, BaseGeometry]:
    """Cut across the longer side so that the first piece has ``share`` of the area."""
    west, south, east, north = area.bounds
    across = (east - west) * float(np.cos(np.radians((south + north) / 2))) >= north - south
    low, high = (west, east) if across else (south, north)
    target, pad = area.area * share, max(east - west, north - south)

    def window(cut: float) -> BaseGeometry:
        if across:
            return box(west - pad, south - pad, cut, north + pad)
        return box(west - pad, south - pad, east + pad, cut)

    for _ in range(30):
        middle = (low + high) / 2
        piece = shapely.clip_by_rect(area, *window(middle).bounds)
        low, high = (middle, high) if piece.area < target else (low, middle)
    cut = window((low + high) / 2)
    return _polygons(shapely.intersection(area, cut)), _polygons(shapely.difference(area, cut))


def _polygons(geometry: BaseGeometry) -> BaseGeometry:
    """The areal part only: cutting may leave points and lines behind."""
    parts = [p for p in shapely.get_parts(geometry) if isinstance(p, Polygon) and p.area > 0]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def numbered(parts: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """``parts`` in numbering order: columns from west to east, north to south within a column.

    A column is a run of parts whose centres lie closer in longitude than half a typical part's width;
    the standard says west → east, north → south and no more.
    """
    if len(parts) < 2:
        return list(parts)
    centres = shapely.get_coordinates(shapely.centroid(np.asarray(parts, dtype=object)))
    bounds = shapely.bounds(np.asarray(parts, dtype=object))
    width = float(np.median(bounds[:, 2] - bounds[:, 0])) / 2
    order = sorted(range(len(parts)), key=lambda i: float(centres[i, 0]))
    column, columns = 0, {order[0]: 0}
    start = float(centres[order[0], 0])
    for i in order[1:]:
        if float(centres[i, 0]) - start > width:
            column, start = column + 1, float(centres[i, 0])
        columns[i] = column
    return [parts[i] for i in sorted(order, key=lambda i: (columns[i], -float(centres[i, 1])))]
