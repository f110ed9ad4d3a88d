from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from tests.territory.conftest import COMMUNITY, square

from wangge.territory import queries
from wangge.territory.actions import NewGrid, create_grid
from wangge.territory.enums import Crs
from wangge.territory.geometry import convert
from wangge.territory.models import CODE_ALPHABET, Grid, PlaceAlias, PlaceCode
from wangge.territory.places import (
    Place,
    add_alias,
    code_of_grid,
    create_place_codes,
    end_alias,
    import_aliases,
    withdraw_place_code,
)
from wangge.territory.transfer import RowError

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid(divisions: None) -> Grid:
    return create_grid(new=NewGrid(COMMUNITY, polygon=square(109.84, 40.65)))


def test_a_point_finds_the_path_of_an_alias(grid: Grid) -> None:
    point = convert([[109.845, 40.655]], Crs.CGCS2000, Crs.GCJ02)[0]
    alias = add_alias(place=Place("保利香槟花园", lng=float(point[0]), lat=float(point[1]), crs=Crs.GCJ02))
    assert alias.path == grid.code
    assert (round(alias.lng or 0, 6), round(alias.lat or 0, 6)) == (109.845, 40.655)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (Place("花", path=COMMUNITY), "2至80个字"),
        (Place("花园"), "填写所在社区"),
        (Place("花园", path="150203001999"), "没有编码为"),
        (Place("花园", path="1502"), "街道、社区或网格"),
        (Place("花园", lng=109.9, lat=40.9), "不在任何网格内"),
        (Place("花园", lng=109.9), "同时填写"),
        (Place("花园", lng=40.65, lat=109.84), "写反"),
        (Place("花园", kind="planet", path=COMMUNITY), "planet"),
    ],
)
def test_a_place_that_cannot_be_settled_is_refused(grid: Grid, place: Place, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        add_alias(place=place)
    assert PlaceAlias.objects.count() == 0


def test_a_name_ends_and_may_begin_again(grid: Grid) -> None:
    alias = add_alias(place=Place("旧名花园", path=COMMUNITY))
    with pytest.raises(ValidationError, match="已有地名"):
        add_alias(place=Place("旧名花园", path=COMMUNITY))
    end_alias(alias=alias)
    add_alias(place=Place("旧名花园", path=COMMUNITY))
    assert PlaceAlias.objects.count() == 2


def test_names_are_imported_once(grid: Grid) -> None:
    data = f"名称,类别,所在,经度,纬度\n阳光花园,小区,{COMMUNITY},,\n公交总站,站点,,109.845,40.655\n".encode()
    first = import_aliases(name="p.csv", data=data, crs=Crs.CGCS2000)
    again = import_aliases(name="p.csv", data=data, crs=Crs.CGCS2000)
    assert (first.made, again.made) == (["阳光花园", "公交总站"], [])
    assert list(PlaceAlias.objects.order_by("id").values_list("path", flat=True)) == [COMMUNITY, grid.code]


def test_bad_rows_are_named(grid: Grid) -> None:
    data = (
        f"名称,类别,所在,经度,纬度\n阳光花园,小区,{COMMUNITY},,\n某店,饭馆,{COMMUNITY},,\n某站,站点,,东经,40\n".encode()
    )
    report = import_aliases(name="p.csv", data=data, crs=Crs.CGCS2000)
    assert report.errors == [RowError(3, "某店", "没有“饭馆”这个类别。"), RowError(4, "某站", "经度不是数字：东经")]
    assert PlaceAlias.objects.count() == 0


def test_a_place_code_opens_its_place_until_it_is_withdrawn(grid: Grid) -> None:
    (code,) = create_place_codes(places=[Place("王记面馆", "shop", grid.code)])
    assert (len(code.code), set(code.code) <= set(CODE_ALPHABET)) == (10, True)
    assert queries.place_by_code(f" {code.code.lower()} ") == code
    withdraw_place_code(place_code=code, reason="门店关闭")
    assert queries.place_by_code(code.code) is None
    assert queries.place_by_code("不存在") is None


def test_one_bad_place_stops_the_batch(grid: Grid) -> None:
    with pytest.raises(ValidationError):
        create_place_codes(places=[Place("王记面馆", "shop", grid.code), Place("别处", "shop", "9")])
    assert PlaceCode.objects.count() == 0


def test_a_grid_has_one_code_of_its_own(grid: Grid) -> None:
    assert code_of_grid(grid=grid) == code_of_grid(grid=grid)
    assert (PlaceCode.objects.get().path, PlaceCode.objects.get().lng) == (grid.code, 109.845)
