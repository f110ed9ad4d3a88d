"""From a division, a point or an address to the place of a case."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from tests.cases.conftest import COMMUNITY, DISTRICT, GRID, NEIGHBOUR, OTHER_STREET, STREET, World

from wangge.cases.placing import place_of, standing
from wangge.territory.models import DivisionChange, Grid


@pytest.mark.parametrize("path", ["", DISTRICT, COMMUNITY, GRID])
def test_a_place_that_is_there_is_taken(world: World, path: str) -> None:
    assert place_of(path=path, home=DISTRICT).path == (path or DISTRICT)


@pytest.mark.parametrize(
    "path", ["150203001001999", "1502030010010", "15020300100100", f"{GRID}9", "150203099", "15020"]
)
def test_a_place_that_is_none_is_refused(world: World, path: str) -> None:
    with pytest.raises(ValidationError, match="区划代码"):
        place_of(path=path, home=DISTRICT)


def test_a_code_of_yesterday_is_the_one_of_today(world: World) -> None:
    DivisionChange.objects.create(
        kind="merge",
        on=date(2026, 1, 1),
        from_code="150203009001",
        to_code=COMMUNITY,
        from_name="旧社区",
        to_name="友谊社区",
    )
    assert place_of(path="150203009001", home=DISTRICT).path == COMMUNITY


def test_a_place_of_another_district_is_refused(world: World) -> None:
    with pytest.raises(ValidationError, match="不在本系统的范围"):
        place_of(path="150202001001", home=DISTRICT)


def test_a_code_on_a_wall_outlives_its_grid(world: World) -> None:
    assert standing(GRID, DISTRICT) == GRID
    Grid.objects.filter(code=GRID).update(valid_to=date(2026, 1, 1))
    assert standing(GRID, DISTRICT) == COMMUNITY
    assert standing("150203099001", DISTRICT) == DISTRICT


@pytest.mark.parametrize(
    ("address", "about", "path"),
    [
        ("友谊社区3号楼", "", COMMUNITY),
        ("友谊社区第1网格东门", "", GRID),
        ("少先路街道", "", STREET),
        ("3号楼下", "友谊社区的垃圾没人清", COMMUNITY),
        ("友谊社区3号楼", "我从团结社区过来时看到的", COMMUNITY),
        ("", "我从团结社区走到友谊社区", DISTRICT),
        ("某处", "没人清垃圾", DISTRICT),
        ("", "", DISTRICT),
    ],
)
def test_words_name_the_place_where_nothing_else_does(world: World, address: str, about: str, path: str) -> None:
    place = place_of(address=address, about=about, home=DISTRICT)
    assert (place.path, place.address) == (path, address)


def test_a_division_given_is_not_talked_over(world: World) -> None:
    assert place_of(path=STREET, address="团结社区", home=DISTRICT).path == STREET


def test_a_point_beside_every_grid_leaves_it_to_the_words(world: World) -> None:
    place = place_of(address="团结社区", lng=109.8, lat=40.6, home=DISTRICT)
    assert (place.path, place.lng, place.lat) == (NEIGHBOUR, 109.8, 40.6)


def test_words_never_lead_out_of_home(world: World) -> None:
    assert place_of(address="沼潭社区", home=STREET).path == STREET
    assert place_of(address="沼潭街道友谊社区旁", home=OTHER_STREET).path == OTHER_STREET
    assert place_of(address="友谊社区", home="-").path == "-"
