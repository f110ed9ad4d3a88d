"""Points → grids, over every current grid with an outline, from an index kept in the process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape

from wangge.territory.enums import GRID_LENGTH, Crs, GridKind
from wangge.territory.geometry import Points, convert, validate_point
from wangge.territory.models import Grid
from wangge.territory.revision import Cached

Codes = npt.NDArray[np.str_]
# Bounds the memory of a call: candidate pairs of one slice, not of a million points.
_SLICE: Final = 200_000
_SORTED_FROM: Final = 1_000
_TILES: Final = 128


@dataclass(frozen=True, slots=True)
class GridIndex:
    """Polygons in order of precedence (exclusive grids first, then by code), and their codes."""

    tree: shapely.STRtree
    polygons: npt.NDArray[np.object_]
    codes: Codes
    bounds: tuple[float, float, float, float]

    def locate(self, points: Points) -> Codes:
        """The code for each point; ``""`` where no grid lies. A point on a border goes to the lower code."""
        if len(points) < _SORTED_FROM:
            return self.codes[self._find(points)]
        # Neighbours one after the other find their polygons in the processor's cache: twice as fast.
        order = np.argsort(self._tile(points), kind="stable")
        found = np.empty(len(points), dtype=np.intp)
        found[order] = self._find(points[order])
        return self.codes[found]

    def _tile(self, points: Points) -> npt.NDArray[np.int64]:
        west, south, east, north = self.bounds
        x = (points[:, 0] - west) / max(east - west, 1e-9) * _TILES
        y = (points[:, 1] - south) / max(north - south, 1e-9) * _TILES
        column, row = (np.clip(v, 0, _TILES).astype(np.int64) for v in (x, y))
        tile: npt.NDArray[np.int64] = column * (_TILES + 1) + row
        return tile

    def _find(self, points: Points) -> npt.NDArray[np.intp]:
        found = np.full(len(points), len(self.polygons), dtype=np.intp)
        for start in range(0, len(points), _SLICE):
            part = points[start : start + _SLICE]
            at, candidate = self.tree.query(shapely.points(part))
            hit = shapely.intersects_xy(self.polygons[candidate], part[at, 0], part[at, 1])
            np.minimum.at(found, at[hit] + start, candidate[hit])
        return found


def build(codes: list[str], polygons: list[shapely.Geometry]) -> GridIndex:
    """An index; earlier polygons take precedence."""
    array = np.empty(len(polygons), dtype=object)
    array[:] = polygons
    shapely.prepare(array)
    # The last code is the empty one: "no grid" is then an index like any other.
    named = np.array([*codes, ""], dtype=f"<U{GRID_LENGTH}")
    bounds = tuple(shapely.total_bounds(array).tolist()) if polygons else (0.0, 0.0, 0.0, 0.0)
    return GridIndex(shapely.STRtree(array), array, named, bounds)


def _load() -> GridIndex:
    rows = Grid.objects.current().filter(polygon__isnull=False).values_list("code", "polygon", "kind")
    ordered = sorted(rows, key=lambda row: (row[2] != GridKind.EXCLUSIVE, row[0]))
    return build([row[0] for row in ordered], [shape(row[1]) for row in ordered])


_index = Cached(_load)


def locate(points: npt.ArrayLike, crs: Crs | str = Crs.CGCS2000) -> Codes:
    """The grid code of each of ``points`` (shape (n, 2), longitude first, degrees in ``crs``); ``""`` where none.

    An exclusive grid inside a comprehensive one takes precedence (D05). Not-a-number and far-away points
    give ``""``. Raises ``ValueError`` for a wrong shape.
    """
    array = convert(points, crs)
    finite = np.isfinite(array).all(axis=1)
    if finite.all():
        return _index.get().locate(array)
    result: Codes = np.full(len(array), "", dtype=f"<U{GRID_LENGTH}")
    result[finite] = _index.get().locate(array[finite])
    return result


def locate_one(lng: float, lat: float, crs: Crs | str = Crs.CGCS2000) -> str:
    """The grid code of one point, ``""`` where none. Raises ``ValidationError`` for a point outside China."""
    validate_point(lng, lat)
    return str(locate([[lng, lat]], crs)[0])
