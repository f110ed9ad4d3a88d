"""People are hired, transferred and leave."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.organization.conftest import COMMUNITY, DISTRICT, LONG_AGO, STREET

from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.scopes import forget, permissions, scope
from wangge.kernel.access.unmask import unmask
from wangge.kernel.audit.models import AuditEntry
from wangge.organization import actions, policy, queries
from wangge.organization.errors import OrganizationError
from wangge.organization.models import Office, Staff, StaffChange


@pytest.fixture
def offices(district):
    actions.establish(path=STREET, template="gulou_street", by=None, on=LONG_AGO)
    actions.establish(path=COMMUNITY, template="community", by=None, on=LONG_AGO)
    return {office.kind: office for office in Office.objects.all()}


@pytest.fixture
def centre(offices):
    return offices["street.command_centre"]


def hire(office, today, **more):
    values = {"username": "wang", "display_name": "街道老王", "roles": ["street_dispatcher"], "by": None, "on": today}
    return actions.hire(office=office, **(values | more))


def test_hiring_makes_an_account_with_roles_for_the_office(centre, today):
    hired = hire(centre, today, phone="138 0000 0000", staff_no="G001", post=centre.posts.get(title="派单员"))
    user = User.objects.get(username="wang")
    assert user.check_password(hired.password)
    assert user.must_change_password
    grant = user.grants.get()
    assert (grant.role, grant.path, grant.office_id) == ("street_dispatcher", STREET, centre.pk)
    assert "cases.dispatch" in permissions(user)
    assert queries.office_of(user).id == centre.pk
    assert queries.members(centre.pk) == [user.pk]
    assert [s.pk for s in queries.staff_of_office(centre.pk)] == [hired.staff.pk]
    assert StaffChange.objects.get().what == "hired"


def test_a_role_may_reach_over_a_smaller_place(offices, today):
    hired = hire(offices["community"], today, roles=["grid_worker"], path=COMMUNITY + "001")
    assert scope(hired.staff.user, "cases.read").paths == (COMMUNITY + "001",)
    with pytest.raises(OrganizationError, match="不在机构的服务区划内"):
        hire(offices["community"], today, username="li", roles=["grid_worker"], path="150203003001")


def test_a_role_of_an_office_reaches_the_office(offices, today):
    office = offices["street.livelihood"]
    hired = hire(office, today, roles=["street_office"])
    assert scope(hired.staff.user, "cases.handle").offices == (office.pk,)
    assert scope(hired.staff.user, "cases.handle").paths == ()


def test_the_phone_is_encrypted_and_found_by_its_index(centre, today):
    hire(centre, today, phone="13800000000")
    staff = Staff.objects.get()
    assert staff.phone == "13800000000"
    assert bytes(Staff.objects.values_list("phone_index", flat=True).get()) != b"13800000000"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM organization_staff")
        assert b"13800000000" not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"phone": "12345"}, "phone"),
        ({"roles": ["nobody"]}, "roles"),
        ({"category": "robot"}, "category"),
        ({"username": "!"}, "username"),
        ({"display_name": ""}, "username"),
        ({"staff_no": "x" * 33}, "staff_no"),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_nothing(centre, today, more, field):
    with pytest.raises(OrganizationError) as caught:
        hire(centre, today, **more)
    assert caught.value.field == field
    assert (User.objects.count(), Staff.objects.count(), Grant.objects.count()) == (0, 0, 0)


def test_an_account_or_number_is_used_once(centre, today):
    hire(centre, today, staff_no="G001")
    with pytest.raises(OrganizationError, match="账号“wang”已存在"):
        hire(centre, today)
    with pytest.raises(OrganizationError, match="工号“G001”已被使用"):
        hire(centre, today, username="li", staff_no="G001")
    assert Staff.objects.count() == 1
    assert User.objects.count() == 1


def test_incompatible_administrators_are_refused(centre, today):
    with pytest.raises(OrganizationError, match="三员分立"):
        hire(centre, today, roles=["system_admin", "audit_admin"])
    assert User.objects.count() == 0


def test_a_transfer_takes_the_roles_along(offices, centre, today, manager):
    staff = hire(centre, LONG_AGO, roles=["street_office", "requester_contact"]).staff
    actions.transfer(staff=staff, to_office=offices["street.livelihood"], by=manager, on=today, reason="岗位调整")
    user = User.objects.get(username="wang")
    assert scope(user, "cases.unmask_requester").offices == (offices["street.livelihood"].pk,)
    assert scope(user, "cases.read").offices == (offices["street.livelihood"].pk,)
    change = StaffChange.objects.get(what="transferred")
    assert (change.from_office, change.to_office) == (centre, offices["street.livelihood"])
    assert queries.members(centre.pk) == []
    assert user.grants.count() == 4


def test_a_transfer_may_give_other_roles(offices, centre, today):
    staff = hire(centre, today).staff
    actions.transfer(
        staff=staff, to_office=offices["community"], by=None, on=today, reason="下沉社区", roles=["community_clerk"]
    )
    forget(staff.user)
    assert [g.role for g in Grant.objects.in_force(today)] == ["community_clerk"]


def test_a_reserved_role_does_not_grow_by_a_transfer(offices, today, manager):
    staff = hire(offices["community"], today, roles=["organization_manager", "community_clerk"]).staff
    actions.transfer(staff=staff, to_office=offices["street.livelihood"], by=manager, on=today, reason="岗位调整")
    assert [g.role for g in staff.user.grants.in_force(today)] == ["community_clerk"]


def test_leaving_ends_the_account_and_erases_the_phone(centre, today, manager):
    staff = hire(centre, LONG_AGO, phone="13800000000").staff
    actions.leave(staff=staff, by=manager, on=today, reason="退休离岗")
    user = User.objects.get(username="wang")
    staff = Staff.objects.get()
    assert (user.is_active, permissions(user), staff.valid_to) == (False, frozenset(), today)
    assert (staff.phone, staff.phone_index) == (None, None)
    assert queries.members(centre.pk) == []
    assert queries.staff_of_office(centre.pk) == []
    assert len(queries.staff_of_office(centre.pk, on=today - timedelta(days=1))) == 1
    with pytest.raises(OrganizationError, match="离职"):
        actions.leave(staff=staff, by=manager, on=today, reason="再次离岗")


def test_particulars_change_without_the_phone_in_the_record(centre, today):
    staff = hire(centre, today).staff
    actions.change_staff(staff=staff, by=None, phone="13900000000", category="contract", staff_no="G9")
    staff.refresh_from_db()
    assert (staff.phone, staff.category, staff.staff_no) == ("13900000000", "contract", "G9")
    entry = AuditEntry.objects.get(action="organization.staff.change")
    assert "13900000000" not in str(entry.changes)


def test_a_manager_gives_ordinary_roles_only(centre, today, manager, street_manager):
    assert hire(centre, today, by=street_manager).staff.user.grants.get().granted_by == street_manager
    for code in ("security_admin", "hotline_dispatcher", "requester_contact", "organization_manager", "duties_manager"):
        with pytest.raises(OrganizationError, match="须由安全管理员授予"):
            hire(centre, today, by=manager, username="li", roles=[code])
    assert Staff.objects.count() == 1


def test_managers_do_not_move_themselves(offices, centre, today, manager):
    staff = actions.hire(office=centre, by=None, on=today, user=manager).staff
    with pytest.raises(OrganizationError, match="本人"):
        actions.leave(staff=staff, by=manager, on=today, reason="自己离职")
    with pytest.raises(OrganizationError, match="本人"):
        actions.transfer(staff=staff, to_office=offices["community"], by=manager, on=today, reason="自己调动")
    staff.refresh_from_db()
    assert (staff.office, staff.valid_to) == (centre, None)


def test_predicate_and_filter_agree_on_staff(offices, centre, today, person):
    inside = hire(centre, today).staff
    elsewhere = hire(offices["community"], today, username="li").staff
    readers = {
        "区领导": (person("区领导", "district_leader", DISTRICT), {inside.pk, elsewhere.pk}),
        "社区小李": (person("社区小李", "community_clerk", COMMUNITY), {elsewhere.pk}),
        "科室小周": (person("科室小周", "street_office", office_id=centre.pk), {inside.pk}),
        "外人": (person("外人"), set()),
    }
    for user, expected in readers.values():
        assert set(policy.visible_staff(user).values_list("pk", flat=True)) == expected
        assert {s.pk for s in (inside, elsewhere) if policy.may_read_staff(user, s)} == expected


def test_predicate_and_filter_agree_on_managing(offices, street_manager, outsider, person):
    reader = person("街道老王", "street_leader", DISTRICT)
    for user in (street_manager, outsider, reader):
        managed = set(policy.manageable_offices(user).values_list("pk", flat=True))
        assert managed == {o.pk for o in offices.values() if policy.may_manage(user, o.path)}
    assert policy.manageable_offices(reader).count() == 0


def test_the_full_phone_is_shown_to_managers_with_a_reason(centre, today, manager, person):
    staff = hire(centre, today, phone="13800000000").staff
    assert unmask(manager, staff, "phone", "紧急联络派单员") == "13800000000"
    assert AuditEntry.objects.filter(action="organization.staff.read").count() == 1
    with pytest.raises(AccessError):
        unmask(person("街道老王", "street_leader", STREET), staff, "phone", "只是想看看")
    assert AuditEntry.objects.filter(action="organization.staff.read").count() == 1
