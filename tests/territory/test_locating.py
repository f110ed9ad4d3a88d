from __future__ import annotations

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from tests.territory.conftest import COMMUNITY, square

from wangge.territory.actions import NewGrid, change_grid, create_grid, end_grid
from wangge.territory.enums import Crs, GridKind
from wangge.territory.geometry import convert
from wangge.territory.locating import build, locate, locate_one

POINT = (109.845, 40.655)


def new(**values: object) -> NewGrid:
    return NewGrid(**({"community_code": COMMUNITY, "polygon": square(109.84, 40.65)} | values))  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_point_finds_its_grid(divisions: None) -> None:
    grid = create_grid(new=new())
    assert locate_one(*POINT) == grid.code


@pytest.mark.django_db
@pytest.mark.parametrize("system", [Crs.GCJ02, Crs.BD09])
def test_vendor_coordinates_are_converted_first(divisions: None, system: Crs) -> None:
    grid = create_grid(new=new(polygon=square(109.84, 40.65, 0.001)))
    point = convert([[109.8405, 40.6505]], Crs.CGCS2000, system)
    assert locate(point, system).tolist() == [grid.code]
    assert locate(point, Crs.CGCS2000).tolist() == [""]


@pytest.mark.django_db
def test_points_outside_and_broken_ones_find_nothing(divisions: None) -> None:
    grid = create_grid(new=new())
    points = np.array([POINT, (110.5, 40.655), (np.nan, 40.655), (2.35, 48.85)])
    assert locate(points).tolist() == [grid.code, "", "", ""]


@pytest.mark.django_db
def test_without_grids_nothing_is_found(db: None) -> None:
    assert locate(np.array([POINT])).tolist() == [""]


@pytest.mark.django_db
def test_no_points_give_no_codes(divisions: None) -> None:
    create_grid(new=new())
    assert locate(np.empty((0, 2))).tolist() == []


@pytest.mark.django_db
def test_an_exclusive_grid_comes_before_the_one_around_it(divisions: None) -> None:
    create_grid(new=new())
    inner = create_grid(new=new(kind=GridKind.EXCLUSIVE, polygon=square(109.844, 40.654, 0.002)))
    assert locate_one(*POINT) == inner.code


@pytest.mark.django_db
def test_a_redrawn_and_a_closed_grid_are_noticed(divisions: None) -> None:
    grid = create_grid(new=new())
    assert locate_one(*POINT) == grid.code
    grid = change_grid(grid=grid, values={"polygon": square(109.9, 40.65)}, reason="社区调整")
    assert (locate_one(*POINT), locate_one(109.905, 40.655)) == ("", grid.code)
    end_grid(grid=grid, reason="撤销")
    assert locate_one(109.905, 40.655) == ""


@pytest.mark.django_db
def test_swapped_coordinates_are_an_error(divisions: None) -> None:
    with pytest.raises(ValidationError, match="写反"):
        locate_one(40.655, 109.845)


def test_a_point_on_a_border_goes_to_one_grid_always() -> None:
    from shapely.geometry import box

    index = build(["a", "b"], [box(0, 0, 1, 1), box(1, 0, 2, 1)])
    assert index.locate(np.array([[1.0, 0.5]])).tolist() == ["a"]


def test_many_points_find_what_one_by_one_they_find() -> None:
    from shapely.geometry import box

    index = build([f"{i:02}" for i in range(25)], [box(i % 5, i // 5, i % 5 + 1, i // 5 + 1) for i in range(25)])
    points = np.random.default_rng(1).uniform(-1, 6, (2_000, 2))
    assert index.locate(points).tolist() == [str(index.locate(p[None])[0]) for p in points]
