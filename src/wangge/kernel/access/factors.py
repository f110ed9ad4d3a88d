"""Writes on the user's own second factor."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from wangge.kernel.access import totp
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import RecoveryCode, User
from wangge.kernel.audit.recording import record

WRONG = "动态口令不正确或已用过，请等下一个。"


@transaction.atomic
def enable_totp(*, user: User, secret: str, code: str) -> list[str]:
    """Confirm ``secret`` by its first code; the recovery codes, shown once. Raises AccessError."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    if totp.is_enabled(locked):
        raise AccessError("动态口令已启用。")
    step = totp.matching_step(secret, "".join(code.split()))
    if step is None:
        raise AccessError("动态口令不正确。请核对手机时间是否准确，再输入新的6位数字。")
    user.totp_secret, user.totp_confirmed_at, user.totp_last_step = secret, timezone.now(), step
    user.save(update_fields=["totp_secret", "totp_confirmed_at", "totp_last_step"])
    record("access.user.enable_totp", user)
    return totp.new_recovery_codes(user)


@transaction.atomic
def disable_totp(*, user: User, code: str) -> None:
    """Switch the second factor off against a code. Raises AccessError where a role demands it."""
    if totp.is_required(user):
        raise AccessError("您的角色须使用动态口令，不能停用。")
    if not totp.accept(user, code):
        raise AccessError(WRONG)
    user.totp_secret, user.totp_confirmed_at = None, None
    user.save(update_fields=["totp_secret", "totp_confirmed_at"])
    RecoveryCode.objects.filter(user=user, used_at__isnull=True).update(used_at=timezone.now())
    record("access.user.disable_totp", user)


@transaction.atomic
def renew_recovery_codes(*, user: User, code: str) -> list[str]:
    """Ten new codes against a code of the authenticator; the old ones are spent. Raises AccessError."""
    if not totp.accept(user, code):
        raise AccessError(WRONG)
    record("access.user.recovery_codes", user)
    return totp.new_recovery_codes(user)
