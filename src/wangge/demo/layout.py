"""An invented map: a hand-drawn outline, streets and communities cut from it. No real boundary was used.

Real boundary files may not be shipped, so the shapes are plausible and nothing more: each street grows around a
seed roughly where it lies to its neighbours, its communities and grids are cut by area.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import shapely
from shapely.geometry import MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

from wangge.territory.drawing import divide

SOURCE: Final = "演示用示意边界，不是真实界线"
OUTLINE: Final = Polygon(
    [
        (109.752, 40.640), (109.768, 40.625), (109.805, 40.6205), (109.848, 40.622), (109.884, 40.628),
        (109.898, 40.648), (109.896, 40.676), (109.886, 40.698), (109.862, 40.715), (109.822, 40.7195),
        (109.783, 40.716), (109.757, 40.700), (109.750, 40.668),
    ]
)  # fmt: skip
# Street (last three digits) → the point it grows around.
SEEDS: Final[Mapping[str, tuple[float, float]]] = {
    "102": (109.775, 40.708), "014": (109.835, 40.708), "400": (109.768, 40.672), "100": (109.785, 40.632),
    "003": (109.812, 40.688), "009": (109.858, 40.692), "011": (109.838, 40.682), "007": (109.815, 40.668),
    "008": (109.822, 40.655), "006": (109.842, 40.662), "010": (109.866, 40.672), "004": (109.845, 40.648),
    "001": (109.862, 40.656), "005": (109.858, 40.640), "013": (109.828, 40.640), "012": (109.850, 40.627),
}  # fmt: skip
# D13: 791 grids; D02: about 450 households each. Some of the 791 are exclusive.
GRIDS: Final = 791
HOUSEHOLDS: Final = 450


@dataclass(frozen=True, slots=True)
class Plot:
    """A division with its invented outline (CGCS2000)."""

    code: str
    name: str
    shape: BaseGeometry


def streets(codes: Mapping[str, str]) -> list[Plot]:
    """Plots for code → name of the streets and towns; unknown ones grow around a point of their own."""
    wanted = {code: SEEDS.get(code[6:9]) or _fallback(code) for code in sorted(codes)}
    cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(list(wanted.values())), extend_to=OUTLINE))
    plots = []
    for code, seed in wanted.items():
        cell = next(c for c in cells if c.covers(Point(seed)))
        plots.append(Plot(code, codes[code], shapely.set_precision(cell.intersection(OUTLINE), 1e-7)))
    return plots


def communities(street: Plot, codes: Mapping[str, str]) -> list[Plot]:
    """The street's plot cut into one plot per community."""
    if not codes:
        return []
    parts = divide(street.shape, len(codes))
    return [Plot(code, codes[code], part) for code, part in zip(sorted(codes), parts, strict=True)]


def grid_counts(codes: Sequence[str], total: int) -> dict[str, int]:
    """Community → how many grids, together ``total``: towns' villages get fewer, a virtual community two."""
    weights = {code: _weight(code) for code in codes}
    unit = total / sum(weights.values())
    counts = {code: max(2, int(weight * unit)) for code, weight in weights.items()}
    by_rest = sorted(codes, key=lambda code: (-(weights[code] * unit % 1), code))
    left = total - sum(counts.values())
    for number in range(abs(left)):
        counts[by_rest[number % len(by_rest)]] += 1 if left > 0 else -1
    return counts


def households(random: Random) -> int:
    """Around 450, within the 300–500 of the standard."""
    return max(320, min(500, round(random.gauss(HOUSEHOLDS, 28))))


def spot_in(shape: BaseGeometry, random: Random) -> tuple[float, float]:
    """A point inside ``shape``, not always its middle."""
    west, south, east, north = shape.bounds
    for _ in range(30):
        point = Point(random.uniform(west, east), random.uniform(south, north))
        if shape.contains(point):
            return round(point.x, 6), round(point.y, 6)
    inside = shape.representative_point()
    return round(inside.x, 6), round(inside.y, 6)


def pocket(shape: BaseGeometry, share: float = 0.3) -> BaseGeometry:
    """A small area inside ``shape``: where a market, a park, a school or a hospital stands."""
    west, south, east, north = shape.bounds
    centre = shape.representative_point()
    dx, dy = (east - west) * share / 2, (north - south) * share / 2
    block = shapely.box(centre.x - dx, centre.y - dy, centre.x + dx, centre.y + dy)
    return shapely.set_precision(block.intersection(shape), 1e-7)


def _weight(code: str) -> float:
    if code.startswith("4", 6):
        return 2.0
    if code[9] in "24":  # villages, gachas and parks of industry
        return 4.0
    return 9.0


def _fallback(code: str) -> tuple[float, float]:
    return spot_in(OUTLINE, Random(code))  # noqa: S311 - a drawing, not a secret
