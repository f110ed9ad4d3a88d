"""The shipped kinds and templates against the requirements they come from."""

from __future__ import annotations

from collections import Counter

import pytest

from wangge.organization.enums import Level, Nature
from wangge.organization.errors import OrganizationError
from wangge.organization.kinds import shipped
from wangge.organization.templates import fits, is_county, template, templates, words

KINDS = {kind.code: kind for kind in shipped()}


def own(key: str, nature: str | None = None) -> list[tuple[str, tuple[str, ...]]]:
    """Names and plates of a template's own bodies (without the street itself)."""
    return [
        (item.name.replace("{place}", ""), item.plates)
        for item in template(key).own
        if item.kind != "street" and (nature is None or KINDS[item.kind].nature == nature)
    ]


def test_gulou_has_five_departments_one_bureau_two_centres():  # A09, A10
    assert own("gulou_street") == [
        ("党政综合部", ("党建工作办公室",)),
        ("民生保障部", ()),
        ("城市管理部", ()),
        ("发展服务部", ("安全生产监督管理办公室",)),
        ("平安建设部", ()),
        ("综合行政执法局", ("综合行政检查执法大队",)),
        ("社会治理综合指挥中心", ("网格化服务管理中心",)),
        ("便民服务中心", ("退役军人服务站",)),
    ]


def test_beijing_streets_have_six_internal_bodies():  # A13
    assert [name for name, _ in own("beijing_street", Nature.INTERNAL)] == [
        "综合办公室",
        "党群工作部",
        "平安建设部",
        "城市管理部",
        "社区建设部",
        "民生保障部",
    ]


def test_dongsheng_has_two_centres_and_a_platform():  # A11
    assert [name for name, _ in own("dongsheng_street")] == ["政务服务中心", "社会服务中心", "监督调度信息平台"]


def test_dongsheng_communities_have_a_committee_and_a_residents_committee():  # A12
    items = template("dongsheng_community").own
    assert [i.name for i in items if not i.parent] == ["{place}联合党委", "{committee}"]
    assert {i.parent for i in items if i.parent} == {"community"}


def test_the_party_mass_centre_of_kundulun_has_three_plates():  # A21
    assert dict(own("kundulun_street"))["党群服务中心"] == ("便民服务中心", "退役军人服务站", "新时代文明实践所")


@pytest.mark.parametrize("key", templates())
def test_a_template_keeps_its_limits(key):  # A14, A15, N07
    chosen = template(key)
    counts = Counter(KINDS[item.kind].nature for item in chosen.own)
    counts["bodies"] = len(chosen.own) - 1
    for nature, (low, high) in chosen.limits.items():
        assert low <= counts[nature] <= high


def test_the_limits_of_beijing_are_those_of_the_source():  # A13, A14, A15
    assert template("beijing_street").limits == {"internal": (6, 6), "institution": (0, 3)}
    assert template("beijing_township").limits == {"internal": (6, 8), "institution": (0, 5)}


@pytest.mark.parametrize("key", templates())
def test_a_template_uses_known_kinds_once_and_parents_of_its_own(key):
    kinds = [item.kind for item in template(key).items]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) - KINDS.keys() == set()
    if key != "dispatched_bodies":  # its parent is the street of the template it comes with
        assert {item.parent for item in template(key).items} - {"", *kinds} == set()


@pytest.mark.parametrize(
    "key", [k for k, t in templates().items() if t.level == Level.STREET and k != "dispatched_bodies"]
)
def test_every_street_has_a_receiving_office_and_dispatched_bodies(key):  # A17
    kinds = [item.kind for item in template(key).items]
    assert kinds.count("street.command_centre") == 1
    dispatched = [k for k in kinds if KINDS[k].nature == Nature.DISPATCHED]
    assert dispatched == ["street.police_station", "street.fire_station", "street.market_station"]
    assert KINDS["street.justice_station"].nature == Nature.TERRITORIAL


def test_the_district_has_its_departments():
    kinds = [item.kind for item in template("district").items]
    assert len([k for k in kinds if KINDS[k].level == Level.DISTRICT]) >= 28
    assert {"hotline", "command_centre", "district.leader", "district.housing", "enterprise.heat"} - set(kinds) == set()


def test_supervising_kinds_exist():
    assert {k.department_kind for k in KINDS.values()} - {"", *KINDS} == set()


def test_a_template_fits_its_level_only():
    assert fits(template("gulou_street"), "150203001")
    assert not fits(template("gulou_street"), "150203")
    assert fits(template("community"), "150203001001")
    with pytest.raises(OrganizationError, match="没有“nowhere”这个机构模板"):
        template("nowhere")


@pytest.mark.parametrize(
    ("place", "stem", "government", "party"),
    [
        ("少先路街道", "少先路", "少先路街道办事处", "中共少先路街道工作委员会"),
        ("昆河镇", "昆河", "昆河镇人民政府", "中共昆河镇委员会"),
        ("巴彦苏木", "巴彦", "巴彦苏木人民政府", "中共巴彦苏木委员会"),
        ("包钢厂区办事处", "包钢厂区", "包钢厂区办事处", "中共包钢厂区工作委员会"),
        ("稀土开发区", "稀土开发区", "稀土开发区管理委员会", "中共稀土开发区工作委员会"),
    ],
)
def test_the_names_of_a_street(place, stem, government, party):
    found = words(place=place, level=Level.STREET)
    assert (found["stem"], found["government"], found["party"]) == (stem, government, party)


@pytest.mark.parametrize(
    ("name", "place", "committee"),
    [
        ("少先十二号街坊社区居委会", "少先十二号街坊社区", "少先十二号街坊社区居民委员会"),
        ("林南居委会", "林南", "林南居民委员会"),
        ("新光一村委会", "新光一村", "新光一村村民委员会"),
        ("胜利村村委会", "胜利村", "胜利村村民委员会"),
        ("卜尔汉图嘎查委员会", "卜尔汉图嘎查", "卜尔汉图嘎查委员会"),
        ("幸福里", "幸福里", "幸福里居民委员会"),
    ],
)
def test_the_names_of_a_community(name, place, committee):
    found = words(place=name, level=Level.COMMUNITY)
    assert (found["place"], found["committee"]) == (place, committee)


def test_counties_have_their_own_police_bureau():
    assert is_county("土默特右旗")
    assert not is_county("昆都仑区")
