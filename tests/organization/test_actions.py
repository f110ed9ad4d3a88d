"""Single offices change, and keep their history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.organization.conftest import DISTRICT, LONG_AGO, OTHER_STREET, STREET

from wangge.kernel.access.scopes import forget, offices_of
from wangge.kernel.audit.models import AuditEntry
from wangge.organization import actions, queries
from wangge.organization.errors import OrganizationError
from wangge.organization.models import Office, OfficeChange, Staff


@pytest.fixture
def open_street(district):
    def make(name="城市管理部", kind="street.urban_management", path=STREET, **more) -> Office:
        return actions.open_office(name=name, kind=kind, path=path, by=None, on=LONG_AGO, **more)

    return make


def test_an_office_is_opened_with_its_plates_and_history(open_street, manager):
    office = open_street(second_names=["网格化服务管理中心", " ", "网格化服务管理中心"], phone="0472-0000000")
    assert office.second_names == ["网格化服务管理中心"]
    assert (office.level, office.nature) == ("street", "internal")
    assert [c.what for c in office.changes.all()] == ["opened"]
    assert AuditEntry.objects.get(action="organization.office.open").object_id == str(office.pk)


def test_the_same_office_twice_is_refused(open_street):
    open_street()
    with pytest.raises(OrganizationError, match="已有同名同类的机构“城市管理部”"):
        open_street()
    assert Office.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field"), [({"name": " "}, "name"), ({"kind": "nothing"}, "kind"), ({"path": "150299"}, "path")]
)
def test_a_bad_office_is_refused_naming_the_field(open_street, more, field):
    with pytest.raises(OrganizationError) as caught:
        open_street(**more)
    assert caught.value.field == field
    assert Office.objects.count() == 0


def test_a_rename_keeps_the_old_name(open_street, today, manager):
    office = open_street()
    actions.rename(office=office, name="城市运行部", by=manager, on=today, reason="三定方案", second_names=["市容办"])
    change = OfficeChange.objects.get(what="renamed")
    assert (change.before["name"], change.after["name"], change.by) == ("城市管理部", "城市运行部", manager)
    assert queries.office(office.pk).name == "城市运行部"
    assert queries.name_on(office.pk, today - timedelta(days=1)) == "城市管理部"
    assert queries.name_on(office.pk, today) == "城市运行部"


def test_a_rename_to_the_same_name_leaves_no_row(open_street, today):
    office = open_street()
    actions.rename(office=office, name="城市管理部", by=None, on=today)
    assert OfficeChange.objects.filter(what="renamed").count() == 0


def test_a_change_records_what_it_was(open_street, today):
    street, office = open_street("街道", "street"), open_street()
    actions.change(office=office, by=None, on=today, parent=street, phone="0472-1111111")
    change = OfficeChange.objects.get(what="changed")
    assert change.after == {"parent": street.pk, "phone": "0472-1111111"}
    with pytest.raises(OrganizationError, match="不能是本机构或其下级"):
        actions.change(office=street, by=None, on=today, parent=office)


def test_a_merged_office_hands_over_staff_roles_and_sub_offices(open_street, today):
    old, heir = open_street("旧部", "street.safety"), open_street()
    below = open_street("下设站", "street.justice_station", parent=old)
    staff = actions.hire(
        office=old, by=None, on=LONG_AGO, username="wang", display_name="街道老王", roles=["street_office"]
    ).staff
    actions.merge(sources=[old], into=heir, by=None, on=today, reason="机构改革")
    old.refresh_from_db()
    below.refresh_from_db()
    assert (old.valid_to, old.successor, below.parent) == (today, heir, heir)
    assert queries.current_office(old.pk).id == heir.pk
    assert Staff.objects.get(pk=staff.pk).office == heir
    forget(staff.user)
    assert offices_of(staff.user) == (heir.pk,)
    assert [c.what for c in heir.changes.all()] == ["opened", "absorbed"]


def test_an_office_is_not_merged_into_itself(open_street, today):
    office = open_street()
    with pytest.raises(OrganizationError, match="另外的机构"):
        actions.merge(sources=[office], into=office, by=None, on=today, reason="机构改革")
    office.refresh_from_db()
    assert office.valid_to is None


def test_an_office_with_staff_or_offices_below_is_not_closed(open_street, today):
    street = open_street("街道", "street")
    office = open_street(parent=street)
    actions.hire(office=office, by=None, on=today, username="wang", display_name="街道老王")
    with pytest.raises(OrganizationError, match="还有在岗人员"):
        actions.close(office=office, by=None, on=today, reason="撤销")
    with pytest.raises(OrganizationError, match="还有下级机构“城市管理部”"):
        actions.close(office=street, by=None, on=today, reason="撤销")
    assert Office.objects.filter(valid_to__isnull=False).count() == 0


def test_closing_asks_for_a_reason_and_happens_once(open_street, today):
    office = open_street()
    with pytest.raises(OrganizationError, match="请填写依据"):
        actions.close(office=office, by=None, on=today, reason=" ")
    actions.close(office=office, by=None, on=today, reason="机构改革")
    with pytest.raises(OrganizationError, match="撤销"):
        actions.close(office=office, by=None, on=today, reason="机构改革")
    assert queries.office_at("street.urban_management", STREET) is None
    assert queries.names([office.pk]) == {office.pk: "城市管理部"}
    assert open_street().pk != office.pk


def test_nothing_is_changed_outside_the_own_area(open_street, today, street_manager, outsider, person):
    other = open_street(path=OTHER_STREET)
    reader = person("街道老王", "street_leader", DISTRICT)
    for by in (street_manager, outsider, reader):
        for attempt in (
            lambda by=by: actions.rename(office=other, name="错", by=by, on=today),
            lambda by=by: actions.change(office=other, phone="1", by=by, on=today),
            lambda by=by: actions.close(office=other, by=by, on=today, reason="不该成功"),
            lambda by=by: actions.merge(sources=[other], into=other, by=by, on=today, reason="不该成功"),
            lambda by=by: actions.open_office(name="错", kind="street", path=OTHER_STREET, by=by, on=today),
            lambda by=by: actions.add_post(office=other, title="错", by=by),
            lambda by=by: actions.hire(office=other, by=by, on=today, username="cuo", display_name="错"),
        ):
            with pytest.raises(OrganizationError, match="没有管理"):
                attempt()
    other.refresh_from_db()
    assert (other.name, other.phone, other.valid_to) == ("城市管理部", "", None)
    assert (Office.objects.count(), Staff.objects.count(), OfficeChange.objects.count()) == (1, 0, 1)
