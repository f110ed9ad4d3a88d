"""Accounts and grants: who may give what to whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.kernel.access.conftest import DISTRICT, PASSWORD, MakeUser

from wangge.kernel.access import actions, policy
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.scopes import may, scope
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
WHY = "新到岗人员"


def refused(message: str, call: object, **arguments: object) -> None:
    """``call`` is refused with ``message`` and leaves no grant and no audit entry."""
    before = (Grant.objects.count(), AuditEntry.objects.count())
    with pytest.raises(AccessError, match=message):
        call(**arguments)  # type: ignore[operator]
    assert (Grant.objects.count(), AuditEntry.objects.count()) == before


def test_a_grant_gives_the_role_below_its_path_at_once(security_admin: User, make: MakeUser) -> None:
    user = make("街道老王")
    actions.grant_role(user=user, role="street_dispatcher", path="150203001", by=security_admin, reason=WHY)
    assert may(user, "cases.dispatch", path="150203001002") is True
    assert may(user, "cases.dispatch", path="150203002") is False


def test_a_grant_is_audited_with_who_whom_and_why(security_admin: User, make: MakeUser) -> None:
    user = make("街道老王")
    grant = actions.grant_role(user=user, role="street_leader", path="150203001", by=security_admin, reason=WHY)
    entry = AuditEntry.objects.get(action="access.grant.create")
    assert (entry.object_id, entry.reason, entry.path) == (str(grant.pk), WHY, "150203001")
    assert entry.changes["user"] == [None, user.pk]
    assert grant.granted_by == security_admin


def test_nobody_grants_to_themselves(security_admin: User) -> None:
    refused(
        "不能管理自己",
        actions.grant_role,
        user=security_admin,
        role="street_leader",
        path=DISTRICT,
        by=security_admin,
        reason=WHY,
    )


@pytest.mark.parametrize("path", ["150204", "1502", "15", "150602001"])
def test_nobody_grants_more_than_their_own_area(security_admin: User, make: MakeUser, path: str) -> None:
    refused(
        "管辖范围", actions.grant_role, user=make("甲"), role="street_leader", path=path, by=security_admin, reason=WHY
    )


def test_who_holds_no_right_to_grant_grants_nothing(worker_li: User, system_admin: User, make: MakeUser) -> None:
    user = make("甲")
    for by in (worker_li, system_admin):
        refused("权限", actions.grant_role, user=user, role="street_leader", path="150203001", by=by, reason=WHY)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("system_admin", "security_admin"),
        ("security_admin", "audit_admin"),
        ("audit_admin", "system_admin"),
    ],
)
def test_the_three_administrators_exclude_each_other(
    security_admin: User, make: MakeUser, held: str, wanted: str
) -> None:
    user = make("甲", held, DISTRICT)
    refused("三员分立", actions.grant_role, user=user, role=wanted, path=DISTRICT, by=security_admin, reason=WHY)
    refused("三员分立", actions.grant_role, user=user, role=wanted, path=DISTRICT, by=None, reason=WHY)


def test_separation_looks_at_periods_to_come(security_admin: User, make: MakeUser) -> None:
    user, today = make("甲"), timezone.localdate()
    later = today + timedelta(days=30)
    actions.grant_role(user=user, role="system_admin", path=DISTRICT, by=security_admin, reason=WHY, valid_from=later)
    refused("三员分立", actions.grant_role, user=user, role="audit_admin", path=DISTRICT, by=security_admin, reason=WHY)
    actions.grant_role(user=user, role="audit_admin", path=DISTRICT, by=security_admin, reason=WHY, valid_to=later)
    assert user.grants.count() == 2


def test_a_grant_cannot_be_backdated(security_admin: User, make: MakeUser) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    refused(
        "早于今天",
        actions.grant_role,
        user=make("甲"),
        role="street_leader",
        path="150203001",
        by=security_admin,
        reason=WHY,
        valid_from=yesterday,
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"role": "king"}, "没有“king”"),
        ({"path": ""}, "须指定管辖范围"),
        ({"path": "1502x"}, "区划代码"),
        ({"role": "street_office", "path": ""}, "须指定机构"),
        ({"reason": "好"}, "理由"),
        ({"valid_to": date(2024, 1, 1)}, "失效日期"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(
    security_admin: User, make: MakeUser, changes: dict[str, object], message: str
) -> None:
    arguments = {"user": make("甲"), "role": "street_leader", "path": "150203001", "by": security_admin, "reason": WHY}
    refused(message, actions.grant_role, **(arguments | changes))


def test_the_same_grant_is_not_given_twice(security_admin: User, worker_li: User) -> None:
    refused(
        "已有相同",
        actions.grant_role,
        user=worker_li,
        role="grid_worker",
        path="150203001001001",
        by=security_admin,
        reason=WHY,
    )


def test_a_grant_in_an_office_is_bounded_by_where_the_office_serves(
    security_admin: User, make: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "_office_path", [{7: "150203001", 8: "150602001"}.get])
    user = make("城管小孙")
    grant = actions.grant_role(user=user, role="street_office", office_id=7, by=security_admin, reason=WHY)
    assert (grant.path, scope(user, "cases.sign").offices, scope(user, "cases.sign").paths) == ("150203001", (7,), ())
    refused("管辖范围", actions.grant_role, user=user, role="street_office", office_id=8, by=security_admin, reason=WHY)


def test_an_ended_grant_holds_no_more_and_is_kept(security_admin: User, worker_li: User) -> None:
    grant = worker_li.grants.get()
    actions.end_grant(grant=grant, by=security_admin, reason="调离岗位")
    assert may(User.objects.get(pk=worker_li.pk), "cases.read") is False
    assert worker_li.grants.get().valid_to == timezone.localdate()


def test_an_account_of_another_area_is_not_touched(security_admin: User, make: MakeUser) -> None:
    user = make("外区老刘", "street_leader", "150204001")
    for call in (actions.reset_password, actions.unlock, actions.reset_totp):
        refused("超出您的管辖范围", call, user=user, by=security_admin, reason=WHY)
    refused("超出您的管辖范围", actions.end_grant, grant=user.grants.get(), by=security_admin, reason=WHY)


def test_who_may_be_managed_is_the_same_one_by_one_and_as_a_list(
    security_admin: User, worker_li: User, make: MakeUser
) -> None:
    make("外区老刘", "street_leader", "150204001")
    make("还没有授权的人")
    both = make("两处兼职", "street_leader", "150203002")
    Grant.objects.create(user=both, role="street_leader", path="150204001", valid_from=date(2024, 1, 1))
    listed = set(policy.manageable(security_admin).values_list("username", flat=True))
    assert listed == {"安全员老周", "网格员小李", "还没有授权的人"}
    assert {u.username for u in User.objects.all() if policy.may_manage(security_admin, u)} == listed


def test_a_new_account_must_change_its_password(system_admin: User) -> None:
    user, password = actions.create_user(username="xiaosun", display_name="小孙", by=system_admin)
    assert (user.must_change_password, user.check_password(password)) == (True, True)


def test_the_security_administrator_makes_no_accounts(security_admin: User) -> None:
    with pytest.raises(AccessError, match="系统管理员"):
        actions.create_user(username="xiaosun", display_name="小孙", by=security_admin)
    assert User.objects.filter(username="xiaosun").exists() is False


def test_a_name_is_taken_once(system_admin: User, worker_li: User) -> None:
    with pytest.raises(AccessError, match="已存在"):
        actions.create_user(username="网格员小李", display_name="另一个小李", by=system_admin)


def test_ending_an_account_ends_its_grants(system_admin: User, worker_li: User) -> None:
    actions.end_user(user=worker_li, by=system_admin, reason="离职离岗")
    assert (worker_li.is_active, worker_li.grants.get().is_over) == (False, True)


def test_resetting_gives_a_temporary_password_by_the_rules(security_admin: User, worker_li: User) -> None:
    password = actions.reset_password(user=worker_li, by=security_admin, reason="本人忘记密码")
    worker_li.refresh_from_db()
    assert (worker_li.check_password(password), worker_li.check_password(PASSWORD), worker_li.must_change_password) == (
        True,
        False,
        True,
    )


@pytest.mark.parametrize("role", ["system_admin", "audit_admin"])
def test_the_second_factor_of_an_administrator_is_reset_on_the_server_only(
    security_admin: User, make: MakeUser, role: str
) -> None:
    other = make("另一管理员", role, DISTRICT)
    refused("命令行", actions.reset_totp, user=other, by=security_admin, reason=WHY)
    actions.reset_totp(user=other, by=None, reason=WHY)
    assert AuditEntry.objects.filter(action="access.user.reset_totp").count() == 1


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Short-1a", "password_too_short"),
        ("onlylowercase", "password_not_mixed"),
        ("2024202420", "password_entirely_numeric"),
        ("Wangge-2024-zl", "password_used_before"),
    ],
)
def test_password_rules(worker_li: User, password: str, code: str) -> None:
    with pytest.raises(ValidationError) as error:
        actions.change_password(user=worker_li, password=password)
    assert code in {e.code for e in error.value.error_list}
    worker_li.refresh_from_db()
    assert worker_li.check_password(PASSWORD) is True


def test_the_last_five_passwords_are_not_used_again_but_the_sixth_is(worker_li: User) -> None:
    for n in range(4):
        actions.change_password(user=worker_li, password=f"Ningxia-{n}-hua")
    with pytest.raises(ValidationError):
        actions.change_password(user=worker_li, password=PASSWORD)
    actions.change_password(user=worker_li, password="Ningxia-4-hua")
    actions.change_password(user=worker_li, password=PASSWORD)
    assert worker_li.check_password(PASSWORD) is True
