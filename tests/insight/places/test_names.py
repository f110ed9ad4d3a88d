"""Names in addresses."""

from __future__ import annotations

import pytest

from wangge.insight.places.gazetteer import weight
from wangge.insight.places.names import learn, names_in

HERE, THERE = "150203001001", "150203001002"


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("阳光花园3号楼2单元", ["阳光花园"]),
        ("昆都仑区少先路街道友谊社区惠民小区12栋", ["惠民小区"]),
        ("老张烧烤店门口", []),
        ("钢铁大街与民族路交叉口", ["钢铁大街", "民族路"]),
        ("青山路37号院", ["青山路", "青山路37号院"]),
        ("惠民小区3号院", ["惠民小区", "惠民小区3号院"]),
        ("东门", []),
        ("", []),
        ("小区", []),
    ],
)
def test_names_stand_between_the_division_and_the_door(address: str, names: list[str]) -> None:
    assert sorted(names_in(address)) == sorted(names)


def test_a_name_that_always_means_one_community_is_learned() -> None:
    (found,) = learn([("阳光花园1号楼", HERE), ("阳光花园2号楼", HERE + "001"), ("阳光花园", HERE + "002")])
    assert (found.name, found.path, found.cases, found.share) == ("阳光花园", HERE, 3, 1.0)


def test_a_name_that_always_means_one_grid_is_that_grids() -> None:
    (found,) = learn([(f"阳光花园{at}号楼", HERE + "001") for at in range(4)])
    assert found.path == HERE + "001"


def test_a_road_through_several_communities_is_not_learned() -> None:
    assert learn([("钢铁大街5号", HERE)] * 3 + [("钢铁大街80号", THERE)] * 3) == []


def test_two_cases_are_too_few_and_a_street_is_no_place() -> None:
    assert learn([("阳光花园", HERE)] * 2) == []
    assert learn([("阳光花园", "150203001")] * 9) == []


def test_more_cases_make_a_name_surer() -> None:
    assert weight(3, 1.0) < weight(30, 1.0) <= 0.8
    assert weight(30, 0.8) < weight(30, 1.0)
