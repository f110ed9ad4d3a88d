"""Changing catalogues, duties and lists: what is done, what is refused, what stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.duties.conftest import COMMUNITY, DISTRICT, SINCE, STREET

from wangge.duties import actions, policy
from wangge.duties.errors import DutiesError
from wangge.duties.models import Catalogue, Duty, Kind
from wangge.duties.queries import community_list, compare, history
from wangge.duties.resolution import resolve
from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry

DAY = date(2026, 1, 1)


def user_with(role: str, path: str) -> User:
    user = User.objects.create_user(f"{role}-{path}", display_name="清单管理员")
    Grant.objects.create(user=user, role=role, path=path, valid_from=SINCE)
    return user


@pytest.fixture
def outsider(db) -> User:
    return User.objects.create_user("外人", display_name="外人")


@pytest.fixture
def district_manager(db, settings) -> User:
    settings.HOME_DIVISION = DISTRICT
    return user_with("duties_manager", DISTRICT)


@pytest.fixture
def street_manager(db, settings) -> User:
    settings.HOME_DIVISION = DISTRICT
    return user_with("duties_manager", STREET)


# -- duties --


def test_a_duty_is_added_with_its_record(offices, tree, limits, lists) -> None:
    duty = actions.add_duty(
        kind=tree.litter, limit=limits.day, valid_from=DAY, by=None, lead_kind="street.urban_management",
        assist_offices=[offices.housing], item=lists.street, community_item=lists.lawful,
    )  # fmt: skip
    assert (duty.kind_code, duty.community_may_handle, list(duty.assist_offices.all())) == (
        "010101", True, [offices.housing],
    )  # fmt: skip
    assert AuditEntry.objects.get(action="duties.duty.add").object_id == str(duty.pk)


def test_a_duty_needs_somebody(tree, limits) -> None:
    with pytest.raises(DutiesError, match="请指定主办"):
        actions.add_duty(kind=tree.litter, limit=limits.day, valid_from=DAY, by=None)
    assert not Duty.objects.exists()


def test_one_duty_at_a_time_per_kind_and_place(tree, limits, duty) -> None:
    duty(tree.litter, "street.urban_management")
    with pytest.raises(DutiesError, match="已有自2020-01-01起的职责"):
        actions.add_duty(kind=tree.litter, limit=limits.day, valid_from=DAY, by=None, lead_kind="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        duty(tree.litter, "x")
    assert Duty.objects.count() == 1


def test_a_community_item_must_be_of_a_community_list(tree, limits, lists) -> None:
    with pytest.raises(DutiesError, match="社区清单"):
        actions.add_duty(
            kind=tree.litter, limit=limits.day, valid_from=DAY, by=None, lead_kind="x", community_item=lists.street
        )


def test_changing_a_duty_ends_one_row_and_adds_another(offices, tree, duty) -> None:
    old = duty(tree.cold, "enterprise.heating")
    new = actions.change_duty(duty=old, on=DAY, by=None, lead_kind="district.housing", reason="职责调整")
    old.refresh_from_db()
    assert (old.valid_to, old.lead_kind, new.valid_from, new.lead_kind) == (
        DAY, "enterprise.heating", DAY, "district.housing",
    )  # fmt: skip
    assert [d.pk for d in history(tree.cold)] == [new.pk, old.pk]
    assert resolve(tree.cold.pk, COMMUNITY, DAY - timedelta(days=1))[0].duty_id == old.pk
    assert resolve(tree.cold.pk, COMMUNITY, DAY)[0].duty_id == new.pk


def test_a_refused_change_leaves_the_old_duty_in_force(offices, tree, duty) -> None:
    old = duty(tree.cold, "enterprise.heating")
    with pytest.raises(DutiesError):
        actions.change_duty(duty=old, on=DAY, by=None, lead_kind="", lead_office=None)
    old.refresh_from_db()
    assert old.valid_to is None


def test_an_ended_duty_cannot_be_ended_again(tree, duty) -> None:
    old = duty(tree.cold, "enterprise.heating", valid_to=DAY)
    with pytest.raises(DutiesError, match="已于2026-01-01终止"):
        actions.end_duty(duty=old, on=DAY, by=None)


def test_a_street_manager_changes_only_the_street(street_manager, tree, limits, duty) -> None:
    everywhere = duty(tree.cold, "enterprise.heating")
    with pytest.raises(DutiesError, match="没有维护"):
        actions.end_duty(duty=everywhere, on=DAY, by=street_manager)
    everywhere.refresh_from_db()
    assert everywhere.valid_to is None
    own = actions.add_duty(
        kind=tree.cold, limit=limits.day, valid_from=DAY, by=street_manager, lead_kind="x", path=STREET
    )
    assert list(policy.manageable_duties(street_manager)) == [own]


def test_a_district_manager_changes_what_holds_everywhere(district_manager, tree, duty) -> None:
    everywhere = duty(tree.cold, "enterprise.heating")
    actions.end_duty(duty=everywhere, on=DAY, by=district_manager)
    assert list(policy.manageable_duties(district_manager)) == [everywhere]
    assert AuditEntry.objects.get(action="duties.duty.end").actor_id == district_manager.pk


def test_an_outsider_sees_and_changes_nothing(outsider, tree, duty) -> None:
    row = duty(tree.cold, "enterprise.heating")
    with pytest.raises(DutiesError):
        actions.end_duty(duty=row, on=DAY, by=outsider)
    assert (policy.visible_duties(outsider).count(), policy.visible_catalogues(outsider).count()) == (0, 0)
    row.refresh_from_db()
    assert row.valid_to is None


# -- catalogues --


def test_a_new_version_copies_the_tree_with_its_codes(tree) -> None:
    draft = actions.new_version(of=tree.catalogue, version="t2", by=None)
    assert draft.state == "draft"
    assert not compare(tree.catalogue, draft)
    assert {k.parent.catalogue_id for k in draft.kinds.filter(level__gt=1).select_related("parent")} == {draft.pk}


def test_publishing_puts_the_new_in_force_and_ends_the_old(offices, tree, duty) -> None:
    duty(tree.housing, "district.housing")
    duty(tree.litter, "street.urban_management")
    draft = actions.new_version(of=tree.catalogue, version="t2", by=None)
    published = actions.publish(catalogue=draft, by=None)
    tree.catalogue.refresh_from_db()
    assert (published.state, tree.catalogue.state, tree.catalogue.valid_to) == (
        "published", "ended", timezone.localdate(),
    )  # fmt: skip


def test_publishing_refuses_a_leaf_without_owner(tree, duty) -> None:
    duty(tree.housing, "district.housing")
    draft = actions.new_version(of=tree.catalogue, version="t2", by=None)
    with pytest.raises(DutiesError) as caught:
        actions.publish(catalogue=draft, by=None)
    assert caught.value.problems == ("010101 暴露垃圾：没有登记职责，派不出去。",)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_publishing_refuses_an_office_kind_nobody_knows(tree, duty) -> None:
    duty(tree.housing, "district.housing")
    duty(tree.litter, "street.nowhere")
    draft = actions.new_version(of=tree.catalogue, version="t2", by=None)
    with pytest.raises(DutiesError) as caught:
        actions.publish(catalogue=draft, by=None)
    assert len(caught.value.problems) == 2


def test_publishing_refuses_a_code_that_does_not_follow_its_parent(tree, duty) -> None:
    duty(tree.housing, "district.housing")
    duty(tree.litter, "street.urban_management")
    draft = actions.new_version(of=tree.catalogue, version="t2", by=None)
    wrong = draft.kinds.get(code="030102")
    wrong.parent = draft.kinds.get(code="0101")
    wrong.save()
    with pytest.raises(DutiesError, match="1处问题"):
        actions.publish(catalogue=draft, by=None)


def test_only_a_draft_is_published(tree) -> None:
    with pytest.raises(DutiesError, match="不是草稿"):
        actions.publish(catalogue=tree.catalogue, by=None)


def test_only_one_catalogue_is_published(tree) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Catalogue.objects.create(version="t9", name="目录", state="published", valid_from=DAY)


def test_a_kind_leaves_a_draft_and_its_parent_becomes_a_leaf(tree) -> None:
    draft = actions.new_version(of=tree.catalogue, version="t2", by=None)
    actions.remove_kind(kind=draft.kinds.get(code="010101"), by=None)
    assert draft.kinds.get(code="0101").is_leaf
    assert [k.code for k in compare(tree.catalogue, draft).removed] == ["010101"]


def test_a_kind_of_a_published_catalogue_stays(tree) -> None:
    with pytest.raises(DutiesError, match="草稿"):
        actions.remove_kind(kind=tree.litter, by=None)
    assert Kind.objects.filter(pk=tree.litter.pk).exists()


def test_compare_tells_added_renamed_and_changed(tree) -> None:
    draft = actions.new_version(of=tree.catalogue, version="t2", by=None)
    renamed = draft.kinds.get(code="030101")
    renamed.name = "室温不达标"
    renamed.save()
    changed = draft.kinds.get(code="030102")
    changed.keywords = ["跑水"]
    changed.save()
    found = compare(tree.catalogue, draft)
    assert [(a.name, b.name) for a, b in found.renamed] == [("暖气不热", "室温不达标")]
    assert [(k.code, fields) for k, fields in found.changed] == [("030102", ("常用说法",))]


# -- lists and limits --


def test_an_ended_list_leaves_the_community_list(lists) -> None:
    assert {i.pk for i in community_list(COMMUNITY, DAY)} == {lists.lawful.pk, lists.assist.pk}
    actions.end_list(duty_list=lists.assist.duty_list, on=DAY, by=None, reason="换新清单")
    assert [i.pk for i in community_list(COMMUNITY, DAY)] == [lists.lawful.pk]


def test_a_limit_class_changes_with_a_record_of_before_and_after(limits) -> None:
    actions.save_limit_class(code="day", by=None, finish_value=3)
    limits.day.refresh_from_db()
    assert limits.day.finish_value == 3
    assert AuditEntry.objects.get(action="duties.limit.save").changes == {"finish_value": [1, 3]}


def test_saving_a_limit_class_unchanged_records_nothing(limits) -> None:
    actions.save_limit_class(code="day", by=None, finish_value=1)
    assert not AuditEntry.objects.filter(action="duties.limit.save").exists()
