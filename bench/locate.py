"""Points → grids: the whole way (stored grids, conversion, codes) beside a bare Shapely STRtree query."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from time import perf_counter
from typing import Any

import numpy as np
import shapely

from bench.harness import Result, fresh_database

GRIDS = 25_000
AREA = (106.0, 38.0, 112.0, 42.0)
GOAL = 200_000


def _cells() -> list[Any]:
    """Voronoi cells, clipped, with some 30 vertices each: as irregular as real grids, without gaps."""
    random = np.random.default_rng(150203)
    west, south, east, north = AREA
    seeds = np.column_stack([random.uniform(west, east, GRIDS), random.uniform(south, north, GRIDS)])
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=shapely.box(*AREA)))
    cells = shapely.intersection(cells, shapely.box(*AREA))
    return list(shapely.segmentize(cells, 0.005))


def _store(cells: list[Any]) -> None:
    from wangge.territory.geometry import to_geojson
    from wangge.territory.models import Grid
    from wangge.territory.revision import changed

    day = date(2024, 1, 1)
    rows = []
    for i, cell in enumerate(cells):
        community = f"150203{i // 900:06}"
        code = f"{community}{i % 900 + 1:03}"
        rows.append(
            Grid(
                code=code,
                community_code=community,
                name=code[-3:],
                polygon=to_geojson(cell),
                valid_from=day,
                changed_on=day,
            )
        )
    Grid.objects.bulk_create(rows, batch_size=1_000)
    changed()


def _best(call: Callable[[], Any], times: int = 5) -> float:
    seconds = []
    for _ in range(times):
        began = perf_counter()
        call()
        seconds.append(perf_counter() - began)
    return min(seconds)


def run(scale: str) -> Result:
    count = 1_000_000 if scale == "full" else 200_000
    fresh_database("locate")
    from wangge.territory.geometry import convert
    from wangge.territory.locating import locate

    cells = _cells()
    _store(cells)
    random = np.random.default_rng(7)
    west, south, east, north = AREA
    points = np.column_stack([random.uniform(west, east, count), random.uniform(south, north, count)])
    shifted = convert(points, "CGCS2000", "GCJ02")

    began = perf_counter()
    locate(points[:1])
    loading = perf_counter() - began
    ours = count / _best(lambda: locate(points))
    gcj = count / _best(lambda: locate(shifted, "GCJ02"))
    tree = shapely.STRtree(cells)
    bare = count / _best(lambda: tree.query(shapely.points(points), predicate="intersects"))

    found = int((locate(points) != "").sum())
    agree = float((locate(points) == locate(shifted, "GCJ02")).mean())
    if found < count * 0.999 or agree < 0.999:
        raise AssertionError(f"found {found} of {count}, systems agree on {agree:.4%}")
    return Result(
        name="locate",
        value=round(ours),
        unit="points/s",
        scale=scale,
        reference={"bare STRtree query": round(bare)},
        ratio=round(ours / bare, 2),
        rows=[
            ["way", "points/s"],
            ["locate, CGCS2000", f"{ours:,.0f}"],
            ["locate, GCJ-02 (converted)", f"{gcj:,.0f}"],
            ["bare STRtree query", f"{bare:,.0f}"],
            [f"first call: {len(cells):,} grids read and indexed", f"{loading:.2f} s"],
        ],
        goal=f"≥ {GOAL:,} points/s over {GRIDS:,} grids",
        met=ours >= GOAL,
    )
