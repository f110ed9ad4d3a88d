from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box, shape

from wangge.territory.drawing import divide, numbered

BOUNDARIES = Path(__file__).parents[3] / "shared" / "data" / "boundaries"
# A crescent: cuts may leave more than one piece.
CRESCENT = box(0, 0, 4, 4).difference(box(1, 1, 4, 3))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.sampled_from([box(0, 0, 4, 1), CRESCENT, Polygon([(0, 0), (5, 0), (1, 3)])]))
def test_parts_cover_the_area_without_overlap(n: int, area: Polygon) -> None:
    parts = divide(area, n)
    assert len(parts) == n
    assert sum(p.area for p in parts) == pytest.approx(area.area)
    assert shapely.union_all(parts).area == pytest.approx(area.area)
    assert max(p.area for p in parts) / min(p.area for p in parts) == pytest.approx(1, abs=1e-3)


def test_numbering_runs_west_to_east_then_north_to_south() -> None:
    south_west, north_west, south_east, north_east = box(0, 0, 1, 1), box(0, 1, 1, 2), box(1, 0, 2, 1), box(1, 1, 2, 2)
    order = numbered([south_east, north_east, south_west, north_west])
    assert order == [north_west, south_west, north_east, south_east]


def test_an_impossible_number_is_refused() -> None:
    with pytest.raises(ValueError, match="n >= 1"):
        divide(box(0, 0, 1, 1), 0)


@pytest.mark.skipif(not BOUNDARIES.exists(), reason="../shared/data/boundaries is absent")
def test_kundulun_in_its_791_grids() -> None:
    area = shape(json.loads((BOUNDARIES / "150203.geojson").read_text(encoding="utf-8")))
    parts = divide(area, 791)
    assert len(parts) == 791
    assert np.isclose(sum(p.area for p in parts), area.area)
    assert all(p.is_valid for p in parts)
