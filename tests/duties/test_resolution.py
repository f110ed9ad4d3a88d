"""Whose is it: candidates, their order, their confidence and their words."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from tests.duties.conftest import COMMUNITY, DISTRICT, STREET, office

from wangge.duties import resolution, snapshot
from wangge.duties.models import Duty
from wangge.duties.resolution import candidates, may_assign_to_community, resolve

TODAY = date(2026, 11, 20)


def leads(found: list[resolution.Assignment]) -> list[str]:
    return [a.lead.name for a in found]


def test_the_duty_of_the_kind_names_the_lead_and_its_item(offices, tree, lists, duty) -> None:
    row = duty(tree.litter, "street.urban_management", item=lists.street)
    best = resolve(tree.litter.pk, COMMUNITY, TODAY)[0]
    assert (best.duty_id, best.lead.id, best.list_name, best.item_number) == (
        row.pk, offices.urban.pk, "街道职责清单", "3.01",
    )  # fmt: skip
    assert best.rule == "依据《街道职责清单》第3.01项“环境卫生”，此地“暴露垃圾”由示例街道城市管理部主办。"
    assert best.confidence == resolution.CERTAIN


def test_alternatives_follow_the_best_street_before_district(offices, tree, duty) -> None:
    duty(tree.cold, "enterprise.heating")
    duty(tree.heating, "district.housing")
    found = resolve(tree.cold.pk, COMMUNITY, TODAY)
    assert leads(found) == ["热力公司", "昆区住建局", "示例街道指挥中心", "昆区指挥中心"]
    assert [a.confidence for a in found] == sorted((a.confidence for a in found), reverse=True)


def test_the_longest_path_wins(offices, tree, duty) -> None:
    duty(tree.cold, "enterprise.heating")
    duty(tree.cold, "district.housing", STREET)
    assert leads(resolve(tree.cold.pk, COMMUNITY, TODAY))[:2] == ["昆区住建局", "热力公司"]
    assert leads(resolve(tree.cold.pk, "150203002001", TODAY))[0] == "热力公司"


def test_a_kind_without_duty_inherits_from_the_kind_above_with_less_confidence(offices, tree, duty) -> None:
    duty(tree.heating, "enterprise.heating")
    best = resolve(tree.leak.pk, COMMUNITY, TODAY)[0]
    assert (best.lead.id, best.confidence) == (offices.heating.pk, resolution.INHERITED)


def test_without_any_duty_the_street_centre_gets_it_and_it_is_said(offices, tree, limits) -> None:
    best = resolve(tree.leak.pk, COMMUNITY, TODAY)[0]
    assert (best.lead.id, best.duty_id, best.confidence) == (offices.centre.pk, None, resolution.STREET_FALLBACK)
    assert "属地管理" in best.rule


def test_a_missing_office_kind_is_told_in_the_fallback(offices, tree, duty) -> None:
    duty(tree.cold, "enterprise.none")
    best = resolve(tree.cold.pk, COMMUNITY, TODAY)[0]
    assert (best.lead.id, best.reasons[0]) == (offices.centre.pk, "此地没有“enterprise.none”。")


def test_a_place_known_only_to_the_district_goes_to_the_district(offices, tree, duty) -> None:
    duty(tree.litter, "street.urban_management")
    assert leads(resolve(tree.litter.pk, DISTRICT, TODAY)) == ["昆区指挥中心"]


def test_no_place_is_the_home_district(offices, tree, duty, settings) -> None:
    settings.HOME_DIVISION = DISTRICT
    duty(tree.cold, "enterprise.heating")
    assert leads(resolve(tree.cold.pk, "", TODAY)) == ["热力公司", "昆区指挥中心"]


def test_nothing_is_resolved_below_the_street(offices, tree, duty) -> None:
    duty(tree.litter, "community")
    assert "示例社区" not in leads(resolve(tree.litter.pk, COMMUNITY, TODAY))


def test_the_first_office_kind_that_the_place_has_is_taken(offices, tree, duty) -> None:
    duty(tree.litter, "street.planning|street.urban_management")
    assert leads(resolve(tree.litter.pk, COMMUNITY, TODAY))[0] == "示例街道城市管理部"


def test_a_duty_counts_only_within_its_period(offices, tree, duty) -> None:
    duty(tree.cold, "enterprise.heating", valid_to=date(2025, 1, 1))
    duty(tree.cold, "district.housing", valid_from=date(2025, 1, 1))
    assert leads(resolve(tree.cold.pk, COMMUNITY, date(2024, 12, 31)))[0] == "热力公司"
    assert leads(resolve(tree.cold.pk, COMMUNITY, date(2025, 1, 1)))[0] == "昆区住建局"


def test_a_merged_lead_office_is_replaced_by_its_successor(offices, tree, duty) -> None:
    duty(tree.cold, lead_office=offices.heating)
    offices.heating.valid_to = date(2026, 1, 1)
    offices.heating.successor = offices.housing
    offices.heating.save()
    best = resolve(tree.cold.pk, COMMUNITY, TODAY)[0]
    assert (best.lead.id, best.confidence) == (offices.housing.pk, resolution.SUCCEEDED)


def test_assists_are_resolved_without_the_lead(offices, tree, duty) -> None:
    row = duty(tree.cold, "enterprise.heating", assist_kinds=["enterprise.heating", "street.urban_management", "x"])
    row.assist_offices.add(offices.housing)
    best = resolve(tree.cold.pk, COMMUNITY, TODAY)[0]
    assert [a.name for a in best.assists] == ["示例街道城市管理部", "昆区住建局"]
    assert "协办的“x”在此地没有设立。" in best.reasons


def test_limits_follow_duty_demand_type_and_urgency(offices, tree, limits, duty) -> None:
    duty(tree.cold, "enterprise.heating", limit=limits.day)

    def code(**fields: object) -> str:
        return resolve(tree.cold.pk, COMMUNITY, TODAY, **fields)[0].limits.code

    assert (code(), code(demand_type="help"), code(demand_type="consult"), code(urgent=True)) == (
        "day", "day", "consult", "urgent",
    )  # fmt: skip


def test_a_new_catalogue_version_inherits_duties_by_code(offices, tree, duty) -> None:
    duty(tree.cold, "enterprise.heating")
    again = type(tree.catalogue).objects.create(version="t2", name="目录", state="draft")
    top = type(tree.cold).objects.create(catalogue=again, code="03", name="住房", level=1, is_leaf=False)
    mid = type(tree.cold).objects.create(catalogue=again, code="0301", name="供暖", level=2, is_leaf=False, parent=top)
    leaf = type(tree.cold).objects.create(catalogue=again, code="030101", name="暖气不热", level=3, parent=mid)
    assert leads(resolve(leaf.pk, COMMUNITY, TODAY))[0] == "热力公司"


def test_an_unknown_kind_is_an_error(db) -> None:
    with pytest.raises(resolution.UnknownKindError):
        resolve(0, COMMUNITY, TODAY)


def test_a_change_is_seen_at_once_and_a_rollback_too(offices, tree, duty) -> None:
    row = duty(tree.cold, "enterprise.heating")
    assert leads(resolve(tree.cold.pk, COMMUNITY, TODAY))[0] == "热力公司"
    with transaction.atomic():
        Duty.objects.filter(pk=row.pk).update(lead_kind="district.housing")
        assert leads(resolve(tree.cold.pk, COMMUNITY, TODAY))[0] == "昆区住建局"
        transaction.set_rollback(True)
    assert leads(resolve(tree.cold.pk, COMMUNITY, TODAY))[0] == "热力公司"


@pytest.mark.parametrize("ask", [resolve, lambda *asked: list(candidates(*asked))])
def test_a_new_office_is_seen_at_once(offices, tree, duty, ask) -> None:
    duty(tree.cold, "enterprise.gas")
    assert leads(ask(tree.cold.pk, COMMUNITY, TODAY))[0] == "示例街道指挥中心"
    office("燃气公司", "enterprise.gas", "enterprise", DISTRICT)
    assert leads(ask(tree.cold.pk, COMMUNITY, TODAY))[0] == "燃气公司"


def test_a_warm_resolve_costs_one_query_and_none_when_pinned(offices, tree, duty, django_assert_num_queries) -> None:
    duty(tree.cold, "enterprise.heating")
    resolve(tree.cold.pk, COMMUNITY, TODAY)
    with django_assert_num_queries(1):
        resolve(tree.cold.pk, COMMUNITY, TODAY)
    with snapshot.pinned(), django_assert_num_queries(0):
        resolve(tree.leak.pk, COMMUNITY, TODAY)


def test_a_community_may_lead_what_its_lawful_list_holds(offices, tree, lists, duty) -> None:
    duty(tree.litter, "street.urban_management", community_may_handle=True, community_item=lists.lawful)
    rule = may_assign_to_community(tree.litter.pk, COMMUNITY, TODAY)
    assert (rule.allowed, rule.may_lead, rule.item_number) == (True, True, "12")


def test_a_community_may_not_lead_an_assistance_item(offices, tree, lists, duty) -> None:
    duty(tree.cold, "enterprise.heating", community_may_handle=True, community_item=lists.assist)
    rule = may_assign_to_community(tree.cold.pk, COMMUNITY, TODAY)
    assert (rule.allowed, rule.may_lead) == (True, False)


def test_a_community_may_not_get_what_no_list_holds(offices, tree, duty) -> None:
    duty(tree.cold, "enterprise.heating")
    rule = may_assign_to_community(tree.cold.pk, COMMUNITY, TODAY)
    assert (bool(rule), rule.reason) == (
        False, "“暖气不热”不在社区依法履责、依法协助事项清单内，不得交社区承担。",
    )  # fmt: skip


def test_a_community_list_counts_only_where_it_applies(offices, tree, lists, duty) -> None:
    lists.lawful.duty_list.path = "150202"
    lists.lawful.duty_list.save()
    duty(tree.litter, "street.urban_management", community_may_handle=True, community_item=lists.lawful)
    assert not may_assign_to_community(tree.litter.pk, COMMUNITY, TODAY)
