"""What makes an outline or a grid doubtful: overlaps (refused) and warnings (shown, not refused)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from django.core.exceptions import ValidationError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from wangge.territory.enums import GridKind
from wangge.territory.models import Grid, Outline

# Hand-drawn neighbours never share an edge exactly: less than this share of the smaller grid is no overlap.
OVERLAP_SHARE: Final = 0.01
OUTSIDE_SHARE: Final = 0.05
# 300–500 households (D03, GB/T 34300-2017); Kundulun works with 450 (D02).
HOUSEHOLDS: Final = (300, 500)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A grid as drawn: what is compared for overlaps."""

    code: str
    name: str
    kind: str
    polygon: BaseGeometry


def drawn_in(district: str, *, without: Sequence[str] = ()) -> list[Drawn]:
    """The current grids with an outline below ``district``, those of ``without`` left out."""
    rows = Grid.objects.current().below(district).filter(polygon__isnull=False).exclude(code__in=without)
    return [Drawn(g.code, g.name, g.kind, shape(g.polygon)) for g in rows.only("code", "name", "kind", "polygon")]


def overlaps(new: Sequence[Drawn], standing: Sequence[Drawn]) -> list[tuple[Drawn, Drawn, float]]:
    """Pairs (new, other, share of the smaller one) of the same kind that overlap, new ones among themselves too.

    An exclusive grid may lie inside a comprehensive one (D05): kinds are compared apart.
    """
    every = [*standing, *new]
    if not new or len(every) < 2:
        return []
    shapes = np.array([d.polygon for d in every], dtype=object)
    found = []
    pairs = shapely.STRtree(shapes).query([d.polygon for d in new], predicate="intersects").T
    for i, j in pairs.tolist():
        one, other = new[i], every[j]
        # A pair of new ones is met twice: keep the first.
        if j >= len(standing) and j - len(standing) <= i:
            continue
        if one.kind != other.kind:
            continue
        share = one.polygon.intersection(other.polygon).area / min(one.polygon.area, other.polygon.area)
        if share > OVERLAP_SHARE:
            found.append((one, other, share))
    return found


def refuse_overlaps(new: Sequence[Drawn], standing: Sequence[Drawn]) -> None:
    """Raise ``ValidationError`` naming each overlapping grid and by how much."""
    found = overlaps(new, standing)
    if found:
        raise ValidationError(
            [
                ValidationError(f"“{one.name}”与{other.code}“{other.name}”重叠（{share:.0%}）。", code="overlap")
                for one, other, share in found
            ]
        )


def warnings_for(grid: Grid) -> list[str]:
    """What somebody should look at: outside its community, too many or too few households, no outline, no chief."""
    found = []
    if grid.polygon is None:
        found.append("还没有画边界，定位时找不到这个网格。")
    else:
        row = Outline.objects.filter(code=grid.community_code, valid_to__isnull=True).first()
        if row is not None:
            polygon = shape(grid.polygon)
            outside = polygon.difference(shape(row.polygon)).area / polygon.area
            if outside > OUTSIDE_SHARE:
                found.append(f"有{outside:.0%}在所属社区边界之外。")
    if grid.kind == GridKind.COMPREHENSIVE:
        low, high = HOUSEHOLDS
        if grid.households is None:
            found.append("没有填户数。")
        elif not low <= grid.households <= high:
            found.append(f"户数{grid.households}，标准为{low}—{high}户。")
    if not grid.staff.filter(valid_to__isnull=True, position="chief").exists():
        found.append("没有网格长。")
    return found
