from __future__ import annotations

import pytest
from tests.territory.conftest import COMMUNITY, NEIGHBOUR

from wangge.territory.actions import NewGrid, create_grid
from wangge.territory.gazetteer import address_to_path, normal, one_place
from wangge.territory.loading import load
from wangge.territory.places import Place, add_alias
from wangge.territory.releases import shipped

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("钢二十三号街坊", "钢23街坊"),
        ("钢23#街坊", "钢23街坊"),
        ("少先 21 号街坊", "少先21街坊"),
        ("第十网格", "第10网格"),
        ("二〇三室", "203室"),
        ("一百零五号", "105号"),
    ],
)
def test_texts_are_compared_in_one_form(text: str, same: str) -> None:
    assert normal(text) == same


@pytest.mark.parametrize(
    "text", ["钢二十三号街坊三号楼下面垃圾成堆", "昆区钢23号街坊", "钢23#街坊社区门口路灯不亮", "住在钢 23 街坊"]
)
def test_a_community_is_found_however_its_number_is_written(divisions: None, text: str) -> None:
    best = address_to_path(text)[0]
    assert (best.path, best.score >= 0.8) == (NEIGHBOUR, True)


def test_the_reason_is_in_words(divisions: None) -> None:
    best = address_to_path("少先路街道钢23街坊楼道堆物")[0]
    assert best.path == NEIGHBOUR
    assert best.why == "“钢23街坊”即钢二十三号街坊社区；且在少先路街道"


def test_a_street_alone_is_a_weaker_match(divisions: None) -> None:
    assert [(m.path, m.score) for m in address_to_path("少先路街道有人占道经营")] == [("150203001", 0.6)]


def test_a_compound_finds_its_grid(divisions: None) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    add_alias(place=Place("阳光花园小区", path=grid.code))
    best = address_to_path("阳光花园小区2号楼电梯坏了")[0]
    assert (best.path, best.score, best.why) == (grid.code, 0.9, "提到小区“阳光花园小区”")


def test_a_road_through_several_places_is_divided_among_them(divisions: None) -> None:
    for path in (COMMUNITY, NEIGHBOUR):
        add_alias(place=Place("钢铁大街", kind="road", path=path))
    found = address_to_path("钢铁大街井盖丢失")
    assert [(m.path, m.score) for m in found] == [(COMMUNITY, 0.318), (NEIGHBOUR, 0.318)]


def test_a_numbered_grid_after_its_community(divisions: None) -> None:
    grid = create_grid(new=NewGrid(NEIGHBOUR))
    best = address_to_path("钢二十三号街坊社区第一网格")[0]
    assert best.path == grid.code


def test_another_street_in_the_text_lowers_the_score(divisions: None) -> None:
    best = {m.path: m for m in address_to_path("卜尔汉图镇，靠近钢23街坊")}
    assert best[NEIGHBOUR].score < 0.5
    assert best[NEIGHBOUR].why.endswith("但文中另提到别的街道")


def test_within_keeps_to_its_street(divisions: None) -> None:
    assert address_to_path("钢23街坊", within="150203102") == []


def test_a_text_without_a_place_finds_nothing(divisions: None) -> None:
    assert address_to_path("我要咨询社保转移怎么办理") == []
    assert address_to_path("") == []


def test_one_place_is_none_where_two_are_as_good(divisions: None) -> None:
    for path in (COMMUNITY, NEIGHBOUR):
        add_alias(place=Place("阳光花园小区", path=path))
    assert one_place("阳光花园小区2号楼", sure=0.6) is None
    assert one_place("阳光花园小区2号楼", within=COMMUNITY, sure=0.6) == address_to_path("阳光花园小区", COMMUNITY)[0]


def test_a_grid_and_its_community_are_no_rivals(divisions: None) -> None:
    grid = create_grid(new=NewGrid(NEIGHBOUR))
    found = one_place("钢二十三号街坊社区第一网格", sure=0.6)
    assert found is not None
    assert found.path == grid.code


@pytest.mark.parametrize("text", ["", "我要咨询社保转移怎么办理", "昆都仑区"])
def test_one_place_is_none_where_none_is_sure(divisions: None, text: str) -> None:
    assert one_place(text, sure=0.6) is None


def test_a_long_text_is_no_trouble(divisions: None) -> None:
    assert address_to_path("垃圾" * 500 + "钢23街坊" + "噪音" * 500_000)[0].path == NEIGHBOUR


def test_a_new_alias_is_known_at_once(divisions: None) -> None:
    assert address_to_path("阳光花园小区") == []
    add_alias(place=Place("阳光花园小区", path=COMMUNITY))
    assert [m.path for m in address_to_path("阳光花园小区")] == [COMMUNITY]


def test_every_community_of_kundulun_finds_itself() -> None:
    release = shipped("150203")
    load(release=release, within="150203")
    communities = {c: n for c, n in release.names.items() if len(c) == 12}
    missed = [n for c, n in communities.items() if address_to_path(f"{n}附近有问题")[0].path != c]
    assert missed == []
