from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box, shape
from tests.territory.conftest import square

from wangge.territory.enums import Crs
from wangge.territory.geometry import (
    area_m2,
    convert,
    convert_geometry,
    distance_m,
    read_polygon,
    to_geojson,
    to_wgs84,
    validate_point,
)

BOUNDARIES = Path(__file__).parents[3] / "shared" / "data" / "boundaries"
lngs = st.floats(73.1, 135.9)
lats = st.floats(3.1, 53.9)
systems = st.sampled_from(list(Crs))


@given(st.lists(st.tuples(lngs, lats), min_size=1, max_size=20), systems, systems)
def test_there_and_back_is_the_same_point(points: list[tuple[float, float]], one: Crs, other: Crs) -> None:
    array = np.array(points)
    back = convert(convert(array, one, other), other, one)
    assert np.abs(back - array).max() < 1e-7


@given(lngs, lats)
def test_the_shift_is_metres_not_kilometres(lng: float, lat: float) -> None:
    moved = convert([[lng, lat]], Crs.WGS84, Crs.GCJ02)
    assert 0 < distance_m(lng, lat, moved)[0] < 1500


# Tian'anmen, as published with the formula.
@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (Crs.WGS84, Crs.GCJ02, (116.41024449916938, 39.91640428150164)),
        (Crs.GCJ02, Crs.BD09, (116.41036949371029, 39.92133699351021)),
        (Crs.WGS84, Crs.CGCS2000, (116.404, 39.915)),
    ],
)
def test_known_points(source: Crs, target: Crs, expected: tuple[float, float]) -> None:
    assert np.abs(convert([[116.404, 39.915]], source, target)[0] - expected).max() < 1e-9


@pytest.mark.parametrize("system", [Crs.GCJ02, Crs.BD09])
def test_points_outside_china_are_unchanged(system: Crs) -> None:
    points = np.array([[2.35, 48.85], [139.7, 35.6], [-122.4, 37.8]])
    assert convert(points, Crs.WGS84, system).tolist() == points.tolist()
    assert convert(points, system, Crs.WGS84).tolist() == points.tolist()


def test_one_point_in_baidu_coordinates() -> None:
    bd = convert([[109.84, 40.65]], Crs.WGS84, Crs.BD09)[0]
    lng, lat = to_wgs84(float(bd[0]), float(bd[1]), "bd09")
    assert (round(lng, 7), round(lat, 7)) == (109.84, 40.65)


def test_the_shape_of_points_is_checked() -> None:
    with pytest.raises(ValueError, match="shape"):
        convert([109.84, 40.65], Crs.GCJ02)


@pytest.mark.parametrize(
    ("lng", "lat", "code"),
    [
        (40.65, 109.84, "swapped"),
        (0, 0, "zero"),
        (2.35, 48.85, "outside"),
        (float("nan"), 40.0, "coordinate"),
        (109.84, float("inf"), "coordinate"),
    ],
)
def test_a_point_that_cannot_be_is_refused_with_the_reason(lng: float, lat: float, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_point(lng, lat)
    assert caught.value.code == code


def test_a_point_in_china_is_taken() -> None:
    validate_point(109.84, 40.65)


RING = [[109.8, 40.6], [109.9, 40.6], [109.9, 40.7], [109.8, 40.6]]
BOW_TIE = [[109.8, 40.6], [109.9, 40.7], [109.9, 40.6], [109.8, 40.7], [109.8, 40.6]]


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "geometry_type"),
        ({"type": "Point", "coordinates": [109.8, 40.6]}, "geometry_type"),
        ({"type": "Polygon", "coordinates": [[[109.8, 40.6], [109.9, 40.6]]]}, "coordinates"),
        ({"type": "Polygon", "coordinates": "x"}, "coordinates"),
        ({"type": "Polygon"}, "coordinates"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Polygon", "coordinates": [[[y, x] for x, y in RING]]}, "swapped"),
        (
            {
                "type": "Polygon",
                "coordinates": [[[109.8, 40.6], [109.9, 40.7], [109.9, 40.6], [109.8, 40.7], [109.8, 40.6]]],
            },
            "invalid",
        ),
    ],
)
def test_a_bad_outline_is_refused_with_the_reason(geometry: object, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read_polygon(geometry)
    assert caught.value.code == code


def test_an_outline_in_gcj02_is_converted() -> None:
    wanted = shape(square(109.84, 40.65))
    moved = to_geojson(convert_geometry(wanted, Crs.WGS84, Crs.GCJ02), digits=9)
    assert shapely.get_coordinates(read_polygon(moved, Crs.GCJ02)) == pytest.approx(
        shapely.get_coordinates(wanted), abs=1e-7
    )


def test_area_of_a_degree_at_the_equator_and_at_sixty() -> None:
    assert area_m2(box(100, 0, 101, 1)) / 1e6 == pytest.approx(12_363, rel=0.001)
    assert area_m2(box(100, 59.5, 101, 60.5)) / 1e6 == pytest.approx(6_182, rel=0.005)


@pytest.mark.skipif(not BOUNDARIES.exists(), reason="../shared/data/boundaries is absent")
@pytest.mark.parametrize(("code", "low", "high"), [("150203", 290, 320), ("320106", 50, 60), ("150602", 2_000, 2_600)])
def test_real_outlines_are_valid_after_conversion(code: str, low: int, high: int) -> None:
    geometry = json.loads((BOUNDARIES / f"{code}.geojson").read_text(encoding="utf-8"))
    assert low < area_m2(read_polygon(geometry, Crs.GCJ02)) / 1e6 < high
