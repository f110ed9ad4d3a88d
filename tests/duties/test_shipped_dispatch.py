"""The shipped duties over the shipped office templates: every leaf finds its owner by list, whatever the street."""

from __future__ import annotations

import pytest
from tests.duties.conftest import SINCE

from wangge.duties import snapshot
from wangge.duties.importing import defaults
from wangge.duties.resolution import CERTAIN, may_assign_to_community, resolve
from wangge.organization import actions as organization
from wangge.territory.models import Division

NAMES = {"15": "内蒙古自治区", "1502": "包头市", "150203": "昆都仑区", "150203001": "少先路街道", "150203100": "昆河镇"}
LEVELS = {2: 1, 4: 2, 6: 3, 9: 4}
STREETS = {
    "gulou_street": "150203001",
    "beijing_street": "150203001",
    "kundulun_street": "150203001",
    "dongsheng_street": "150203001",
    "beijing_township": "150203100",
}


@pytest.fixture
def district(db) -> None:
    for code, name in NAMES.items():
        above = next((code[:n] for n in (6, 4, 2) if n < len(code) and code[:n] in NAMES), "")
        Division.objects.create(code=code, name=name, level=LEVELS[len(code)], parent_code=above, valid_from=SINCE)
    organization.establish(path="150203", template="district", by=None, on=SINCE)
    defaults.load()


@pytest.mark.parametrize(("template", "path"), STREETS.items())
def test_every_leaf_has_an_owner_by_list_under_every_template(district, template, path) -> None:
    organization.establish(path=path, template=template, by=None, on=SINCE)
    leaves = snapshot.current().current_leaves()
    best = [resolve(leaf.id, f"{path}001", SINCE)[0] for leaf in leaves]
    assert [a.rule for a in best if a.confidence < CERTAIN or not a.item_number] == []
    assert {a.lead.level for a in best} <= {"district", "street", "enterprise"}


def test_the_main_kinds_go_where_a_resident_would_expect(district) -> None:
    organization.establish(path="150203001", template="gulou_street", by=None, on=SINCE)
    organization.establish(path="150203001", template="dispatched_bodies", by=None, on=SINCE)
    expected = {
        "暖气不热": "enterprise.heat",
        "暴露垃圾": "street.urban_management",
        "占道经营": "street.enforcement",
        "路灯不亮": "district.municipal",
        "拖欠工资": "district.human_resources",
        "城乡低保": "street.livelihood",
        "占用消防通道": "street.fire_station",
        "餐饮卫生": "street.market_station",
        "不文明养犬": "street.police_station",
        "邻里纠纷": "street.safety",
        "医保报销": "district.medical_insurance",
        "信号灯故障": "district.traffic_police",
    }
    by_name = {leaf.name: leaf.id for leaf in snapshot.current().current_leaves()}
    found = {name: resolve(by_name[name], "150203001001", SINCE)[0].lead.kind for name in expected}
    assert found == expected


def test_communities_get_only_what_their_list_holds(district) -> None:
    by_name = {leaf.name: leaf.id for leaf in snapshot.current().current_leaves()}

    def rule(name: str) -> tuple[bool, bool]:
        answer = may_assign_to_community(by_name[name], "150203001001", SINCE)
        return answer.allowed, answer.may_lead

    assert [rule(name) for name in ("楼道杂物", "暖气不热", "井盖丢失")] == [
        (True, True),
        (True, False),
        (False, False),
    ]
