"""From a division, a point or an address to the place of a case."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from tests.cases.conftest import COMMUNITY, DISTRICT, GRID, World

from wangge.cases.placing import place_of, standing
from wangge.territory.models import Grid


@pytest.mark.parametrize("path", ["", DISTRICT, COMMUNITY, GRID])
def test_a_place_that_is_there_is_taken(world: World, path: str) -> None:
    assert place_of(path=path, home=DISTRICT).path == (path or DISTRICT)


@pytest.mark.parametrize(
    "path", ["150203001001999", "1502030010010", "15020300100100", f"{GRID}9", "150203099", "15020"]
)
def test_a_place_that_is_none_is_refused(world: World, path: str) -> None:
    with pytest.raises(ValidationError, match="区划代码"):
        place_of(path=path, home=DISTRICT)


def test_a_place_of_another_district_is_refused(world: World) -> None:
    with pytest.raises(ValidationError, match="不在本系统的范围"):
        place_of(path="150202001001", home=DISTRICT)


def test_a_code_on_a_wall_outlives_its_grid(world: World) -> None:
    assert standing(GRID, DISTRICT) == GRID
    Grid.objects.filter(code=GRID).update(valid_to=date(2026, 1, 1))
    assert standing(GRID, DISTRICT) == COMMUNITY
    assert standing("150203099001", DISTRICT) == DISTRICT
