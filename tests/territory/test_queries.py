from __future__ import annotations

from typing import Any

import pytest
from tests.territory.conftest import COMMUNITY, NEIGHBOUR, square

from wangge.kernel.access.models import User
from wangge.territory import queries, revision
from wangge.territory.actions import NewGrid, assign_staff, change_grid, create_grid
from wangge.territory.models import Division, Grid
from wangge.territory.names import core_name, generic_level, level_word, short_name
from wangge.territory.reform import set_outline


@pytest.mark.parametrize(
    ("name", "level", "word", "core"),
    [
        ("锡林郭勒盟", 2, "盟", "锡林郭勒"),
        ("鄂温克族自治旗", 3, "自治旗", "鄂温克族"),
        ("阿拉善左旗", 3, "旗", "阿拉善"),
        ("巴润别立苏木", 4, "苏木", "巴润别立"),
        ("卜尔汉图嘎查", 5, "嘎查", "卜尔汉图"),
        ("少先路街道", 4, "街道", "少先路"),
        ("林南社区居委会", 5, "社区居委会", "林南"),
        ("沙县", 3, "县", "沙县"),
    ],
)
def test_the_level_word_and_the_rest(name: str, level: int, word: str, core: str) -> None:
    found = core_name(name, level)
    if name == "阿拉善左旗":  # 左旗 and 右旗 are told apart
        core = "阿拉善左"
    assert (level_word(name, level), found) == (word, core)


def test_generic_words_are_the_same_everywhere() -> None:
    assert [generic_level(n) for n in range(1, 6)] == ["省", "市", "区县", "街镇", "村居"]


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("林南社区居委会", "林南社区"),
        ("胜利村村委会", "胜利村"),
        ("甲尔坝村委会", "甲尔坝村"),
        ("卜尔汉图嘎查", "卜尔汉图嘎查"),
        ("番茄社区", "番茄社区"),
        ("某嘎查委员会", "某嘎查"),
    ],
)
def test_communities_as_they_are_spoken_of(name: str, spoken: str) -> None:
    assert short_name(name, 5) == spoken


@pytest.mark.django_db
def test_a_grid_is_named_with_everything_above(divisions: None) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    assert queries.full_name(grid.code) == "昆都仑区·少先路街道·少先二十一号街坊社区·第1网格"
    assert queries.full_name(grid.code, from_level=5) == "少先二十一号街坊社区·第1网格"
    assert queries.full_name("15") == "内蒙古自治区"
    assert queries.full_name("") == ""


@pytest.mark.django_db
def test_an_unknown_path_is_shown_as_it_is(divisions: None) -> None:
    assert (queries.name_of("999999"), queries.name_of("")) == ("999999", "")


@pytest.mark.django_db
def test_names_cost_no_query_once_they_are_known(divisions: None, django_assert_num_queries: Any) -> None:
    queries.full_name(COMMUNITY)
    with django_assert_num_queries(0):
        assert queries.names_of([COMMUNITY, NEIGHBOUR, "1502"])["1502"] == "包头市"


@pytest.mark.django_db
def test_many_foreign_names_cost_one_query(divisions: None, django_assert_num_queries: Any) -> None:
    queries.name_of(COMMUNITY)
    with django_assert_num_queries(1):
        names = queries.names_of(["1529", "152921", "152921201"])
    assert names == {"1529": "阿拉善盟", "152921": "阿拉善左旗", "152921201": "巴润别立苏木"}
    with django_assert_num_queries(0):
        queries.name_of("1529")


@pytest.mark.django_db
def test_another_process_change_is_noticed(divisions: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision, "CHECK_SECONDS", 0.0)
    grid = create_grid(new=NewGrid(COMMUNITY))
    assert queries.name_of(grid.code) == "第1网格"
    Grid.objects.update(name="他处改名")
    assert queries.name_of(grid.code) == "第1网格"
    revision.TerritoryRevision.objects.update(token="00000000-0000-0000-0000-000000000001")
    assert queries.name_of(grid.code) == "他处改名"


@pytest.mark.django_db
def test_the_tree(divisions: None) -> None:
    assert [d.code for d in queries.children("150203")] == ["150203001", "150203102"]
    assert [d.code for d in queries.children("")] == ["15"]
    assert [d.code for d in queries.ancestors(f"{COMMUNITY}001")] == ["15", "1502", "150203", "150203001", COMMUNITY]
    assert [d.code for d in queries.ancestors(COMMUNITY)] == ["15", "1502", "150203", "150203001"]
    assert [queries.level_of(p) for p in ("15", "150203", COMMUNITY, f"{COMMUNITY}001")] == [1, 3, 5, 6]


# A02: whoever writes the usual word finds the Inner Mongolian one.
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("锡林郭勒市", ["1525"]),
        ("锡林郭勒盟", ["1525"]),
        ("巴润别立乡", ["152921201"]),
        ("卜尔汉图村", ["150203102211"]),
        ("少先路", ["150203001"]),
        ("昆都仑 少先", ["150203001", COMMUNITY]),
        ("阿拉善 巴润", ["152921201"]),
        ("150203102", ["150203102", "150203102211"]),
        ("没有的地方", []),
        ("  ", []),
    ],
)
def test_search(divisions: None, text: str, found: list[str]) -> None:
    assert [row.code for row in queries.search(text)] == found


@pytest.mark.django_db
def test_search_puts_the_exact_name_first_and_stays_inside(divisions: None) -> None:
    Division.objects.create(code="150203103", name="卜尔汉图", level=4, parent_code="150203", valid_from="2024-01-01")
    found = [row.code for row in queries.search("卜尔汉图")]
    assert found == ["150203103", "150203102", "150203102211"]
    assert queries.search("锡林", within="1529") == []


@pytest.mark.django_db
def test_search_finds_grids_by_name(divisions: None) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY, name="保利花园网格"))
    assert queries.search("保利花园") == [grid]


@pytest.mark.django_db
def test_a_map_has_outlines_and_grids_with_their_chiefs(divisions: None, chief: User) -> None:
    set_outline(code=COMMUNITY, polygon=square(109.84, 40.65))
    grid = create_grid(new=NewGrid(COMMUNITY, polygon=square(109.84, 40.65)))
    create_grid(new=NewGrid(COMMUNITY))
    assign_staff(grid=grid, user=chief, position="chief")
    assert queries.geojson("150203") == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": square(109.84, 40.65),
                "properties": {
                    "path": COMMUNITY,
                    "name": "少先二十一号街坊社区居委会",
                    "kind": "division",
                    "level": 5,
                    "chief": "",
                },
            },
            {
                "type": "Feature",
                "geometry": square(109.84, 40.65),
                "properties": {
                    "path": grid.code,
                    "name": "第1网格",
                    "kind": "comprehensive",
                    "level": 6,
                    "chief": "网格长老赵",
                },
            },
        ],
    }


@pytest.mark.django_db
def test_a_renamed_grid_is_named_anew_at_once(divisions: None) -> None:
    grid = create_grid(new=NewGrid(COMMUNITY))
    assert queries.name_of(grid.code) == "第1网格"
    change_grid(grid=grid, values={"name": "东片网格"})
    assert queries.name_of(grid.code) == "东片网格"


def test_choices_are_the_streets_and_communities_below_with_full_names(divisions: None) -> None:
    assert queries.choices(["150203"]) == [
        ("150203001", "少先路街道"),
        (COMMUNITY, "少先路街道·少先二十一号街坊社区居委会"),
        (NEIGHBOUR, "少先路街道·钢二十三号街坊社区居委会"),
        ("150203102", "卜尔汉图镇"),
        ("150203102211", "卜尔汉图镇·卜尔汉图嘎查"),
    ]
    assert queries.choices(["150203102"]) == [("150203102", "卜尔汉图镇"), ("150203102211", "卜尔汉图镇·卜尔汉图嘎查")]
    assert queries.choices(["1529"]) == [("152921", "阿拉善左旗")]
    assert queries.choices([]) == []
