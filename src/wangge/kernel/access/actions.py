"""Writes on accounts and grants. ``by`` is the administrator; ``None`` is the system (command line, imports).

Three-role separation (GB/T 22239-2019, level 3): the system, security and audit administrator exclude
each other; nobody grants to themselves, and nobody grants more than their own area. The system
administrator makes and ends accounts, the security administrator gives and ends roles; both reset and unlock.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from wangge.kernel.access import lockout
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import AddressLock, Grant, PasswordRecord, RecoveryCode, User
from wangge.kernel.access.passwords import temporary_password
from wangge.kernel.access.permissions import ACCOUNTS, GRANTS, MANAGING
from wangge.kernel.access.policy import may_manage, office_path
from wangge.kernel.access.roles import Reach, Role, role
from wangge.kernel.access.scopes import area, forget
from wangge.kernel.access.sessions import end_all
from wangge.kernel.audit.recording import record
from wangge.kernel.periods import not_over

SEPARATED = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}
LOGIN_NAME_KEPT = timedelta(days=1096)
FORGOTTEN = "已停用#"  # no name that somebody could choose
USERNAME = re.compile(r"[A-Za-z0-9._@-]{2,64}|[\w.@-]{2,64}")


def _reason(reason: str) -> str:
    if len(reason.strip()) < 4:
        raise AccessError("请写明理由（至少4个字）。")
    return reason.strip()


def _manager(by: User | None, user: User, *permissions: str) -> None:
    if by is None:
        return
    if not area(by, *permissions):
        raise AccessError("您没有管理账号与授权的权限。")
    if by.pk == user.pk:
        raise AccessError("不能管理自己的账号或授权，请由另一名管理员办理。")
    if not may_manage(by, user):
        raise AccessError("该账号的授权超出您的管辖范围，请由上级管理员办理。")


@transaction.atomic
def create_user(
    *, username: str, display_name: str, by: User | None, password: str | None = None, must_change: bool = True
) -> tuple[User, str]:
    """A new account without any grant; the user and the password to hand over (generated unless given).

    Raises AccessError; django's ValidationError when a given ``password`` breaks the rules.
    """
    if by is not None and not area(by, ACCOUNTS):
        raise AccessError("只有系统管理员可以建立账号。")
    username, display_name = username.strip(), display_name.strip()
    if USERNAME.fullmatch(username) is None:
        raise AccessError("账号须为2至64个字母、数字、汉字或 . _ @ -。")
    if not display_name or len(display_name) > 64:
        raise AccessError("请填写姓名（不超过64个字）。")
    user = User(username=username, display_name=display_name, must_change_password=must_change)
    if password is not None:
        validate_password(password, user)
    chosen = password or temporary_password()
    user.set_password(chosen)
    user.password_changed_at = timezone.now()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise AccessError(f"账号“{username}”已存在。") from error
    record("access.user.create", user)
    return user, chosen


@transaction.atomic
def end_user(*, user: User, by: User | None, reason: str) -> None:
    """The account is ended: no login, no session, no grant from today. Its history stays."""
    _manager(by, user, ACCOUNTS)
    reason = _reason(reason)
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.ended_at is not None:
        raise AccessError("该账号已停用。")
    now = timezone.now()
    for grant in locked.grants.filter(not_over(timezone.localdate())):
        _end(grant, reason=reason)
    RecoveryCode.objects.filter(user=locked, used_at__isnull=True).update(used_at=now)
    locked.is_active, locked.ended_at = False, now
    locked.totp_secret, locked.totp_confirmed_at = None, None
    locked.save(update_fields=["is_active", "ended_at", "totp_secret", "totp_confirmed_at"])
    end_all(locked, reason="账号停用")
    record("access.user.end", locked, changes={"is_active": [True, False]}, reason=reason)
    user.refresh_from_db()
    forget(user)


@transaction.atomic
def forget_ended(*, now: datetime) -> int:
    """Login names go three years after the account ended (``User.personal_data``); how many. Names in history stay."""
    over = User.objects.select_for_update().filter(ended_at__lt=now - LOGIN_NAME_KEPT)
    done = 0
    for user in over.exclude(username__startswith=FORGOTTEN).order_by("pk"):
        user.username = f"{FORGOTTEN}{user.pk}"
        user.save(update_fields=["username"])
        record("access.user.forget", user, reason="停用满3年，保存期限届满")
        done += 1
    return done


@transaction.atomic
def reset_password(*, user: User, by: User | None, reason: str) -> str:
    """A temporary password, to be changed at the next login; returned once, stored nowhere in clear."""
    _manager(by, user, *MANAGING)
    reason = _reason(reason)
    _alive(user)
    password = temporary_password()
    _set_password(user, password, must_change=True)
    end_all(user, reason="密码重置")
    lockout.unlock(user.username)
    record("access.user.reset_password", user, reason=reason)
    return password


@transaction.atomic
def change_password(*, user: User, password: str, keep_session: str | None = None) -> None:
    """The user's own new password; other sessions end. Raises django's ValidationError by the rules."""
    validate_password(password, user)
    _set_password(user, password, must_change=False)
    end_all(user, reason="密码已修改", keep=keep_session)
    record("access.user.change_password", user)


def _set_password(user: User, password: str, *, must_change: bool) -> None:
    if user.has_usable_password():
        PasswordRecord.objects.create(user=user, encoded=user.password)
    user.set_password(password)
    user.password_changed_at = timezone.now()
    user.must_change_password = must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])


@transaction.atomic
def unlock(*, user: User, by: User | None, reason: str) -> None:
    """Lift the lock that failed logins put on the account."""
    _manager(by, user, *MANAGING)
    reason = _reason(reason)
    removed = lockout.unlock(user.username)
    record("access.user.unlock", user, changes={"failures_removed": removed}, reason=reason)


@transaction.atomic
def lift_address_lock(*, lock: AddressLock, by: User | None, reason: str) -> None:
    """People may sign in from the address again; its failures were forgotten when it was locked. Raises AccessError."""
    if by is not None and not area(by, *MANAGING):
        raise AccessError("您没有管理账号与授权的权限。")
    reason = _reason(reason)
    now = timezone.now()
    if not AddressLock.objects.in_force(now).filter(pk=lock.pk).update(lifted_at=now):
        raise AccessError("该地址的锁定已经结束。")
    lock.refresh_from_db()
    record("access.addresslock.lift", lock, changes={"lifted_at": [None, now]}, reason=reason)


@transaction.atomic
def reset_totp(*, user: User, by: User | None, reason: str) -> None:
    """Take the second factor off, to be set up anew (phone and recovery codes lost).

    Refused for the three administrators unless by the system: who could reset both factors of another
    administrator would be that administrator.
    """
    _manager(by, user, *MANAGING)
    reason = _reason(reason)
    if by is not None and _separations(user, timezone.localdate(), None):
        raise AccessError("三类管理员的双因素只能由运维人员在服务器命令行上重置。")
    RecoveryCode.objects.filter(user=user, used_at__isnull=True).update(used_at=timezone.now())
    user.totp_secret, user.totp_confirmed_at, user.totp_last_step = None, None, None
    user.save(update_fields=["totp_secret", "totp_confirmed_at", "totp_last_step"])
    end_all(user, reason="双因素重置")
    record("access.user.reset_totp", user, reason=reason)


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    path: str = "",
    office_id: int | None = None,
    by: User | None,
    reason: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Grant:
    """``user`` holds ``role`` over ``path`` or in ``office_id`` from ``valid_from`` (today) until ``valid_to`` (excl.).

    A grant in an office carries the office's path, when it is known, so that administrators of a wider or
    another area are told apart. Raises AccessError.
    """
    User.objects.select_for_update().get(pk=user.pk)  # two grants to one user are judged one after the other
    _manager(by, user, GRANTS)
    reason = _reason(reason)
    _alive(user)
    today = timezone.localdate()
    start = valid_from or today
    definition = _definition(role)
    path = _place(definition, path.strip(), office_id)
    if by is not None and start < today:
        raise AccessError("生效日期不能早于今天。")
    if valid_to is not None and valid_to <= start:
        raise AccessError("失效日期须晚于生效日期。")
    if by is not None and not area(by, GRANTS).covers(path):
        raise AccessError("授权范围超出您自己的管辖范围。")
    _keep_apart(user, definition, start, valid_to)
    same = user.grants.filter(_overlaps(start, valid_to), role=role, path=path, office_id=office_id)
    if same.exists():
        raise AccessError(f"该账号在此期间已有相同的授权“{definition.label}”。")
    grant = Grant.objects.create(
        user=user, role=role, path=path, office_id=office_id, valid_from=start, valid_to=valid_to, granted_by=by
    )
    record(
        "access.grant.create",
        grant,
        changes={"user": [None, user.pk], "role": [None, role], "office_id": [None, office_id]},
        reason=reason,
    )
    forget(user)
    return grant


@transaction.atomic
def end_grant(*, grant: Grant, by: User | None, reason: str) -> None:
    """The grant holds no more, from today; one that has not begun never will."""
    grant = Grant.objects.select_for_update().select_related("user").get(pk=grant.pk)
    _manager(by, grant.user, GRANTS)
    reason = _reason(reason)
    if grant.is_over:
        raise AccessError("该授权已失效。")
    _end(grant, reason=reason)
    forget(grant.user)


def _end(grant: Grant, *, reason: str) -> None:
    before, grant.valid_to = grant.valid_to, max(timezone.localdate(), grant.valid_from)
    grant.save(update_fields=["valid_to"])
    record("access.grant.end", grant, changes={"valid_to": [before, grant.valid_to]}, reason=reason)


def _alive(user: User) -> None:
    if user.ended_at is not None or not user.is_active:
        raise AccessError("该账号已停用。")


def _definition(code: str) -> Role:
    definition = role(code)
    if definition is None:
        raise AccessError(f"没有“{code}”这个角色。")
    return definition


def _place(definition: Role, path: str, office_id: int | None) -> str:
    if path and re.fullmatch(r"[0-9]{2,17}", path) is None:
        raise AccessError("管辖范围须为2至17位区划代码。")
    if definition.reach is Reach.OFFICE and office_id is None:
        raise AccessError(f"角色“{definition.label}”须指定机构。")
    if office_id is not None:
        known = office_path(office_id)
        if known and path and not path.startswith(known) and not known.startswith(path):
            raise AccessError("机构不在所填的管辖范围内。")
        if definition.reach is Reach.OFFICE or not path:
            path = known or path
    if not path and definition.reach is not Reach.OFFICE:
        raise AccessError(f"角色“{definition.label}”须指定管辖范围。")
    return path


def _overlaps(start: date, end: date | None) -> Q:
    """Grants whose period shares a day with [start, end)."""
    condition = Q(valid_to__isnull=True) | (Q(valid_to__gt=start) & Q(valid_to__gt=F("valid_from")))
    return condition if end is None else condition & Q(valid_from__lt=end)


def _separations(user: User, start: date, end: date | None) -> set[str]:
    held = [role(code) for code in user.grants.filter(_overlaps(start, end)).values_list("role", flat=True)]
    return {definition.separation for definition in held if definition is not None and definition.separation}


def _keep_apart(user: User, definition: Role, start: date, end: date | None) -> None:
    if not definition.separation:
        return
    others = _separations(user, start, end) - {definition.separation}
    if others:
        held = "、".join(SEPARATED.get(other, other) for other in sorted(others))
        raise AccessError(f"三员分立：该账号在此期间是{held}，不能兼任{definition.label}。")
