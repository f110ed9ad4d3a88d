"""The second factor: time-based codes (RFC 6238) and recovery codes."""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
import time

import pyotp
import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wangge.kernel.access.models import RecoveryCode, User
from wangge.kernel.access.scopes import holdings

ISSUER = "网格 Wangge"
STEP_SECONDS = 30
RECOVERY_CODES = 10
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def is_enabled(user: User) -> bool:
    return user.totp_confirmed_at is not None and bool(user.totp_secret)


def is_required(user: User) -> bool:
    """Whether one of the user's roles demands a second factor and the installation enforces it."""
    return bool(settings.REQUIRE_TOTP) and any(held.role.totp_required for held in holdings(user))


def new_secret() -> str:
    return pyotp.random_base32()


def address_of(user: User, secret: str) -> str:
    """The ``otpauth://`` address an authenticator application reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


def qr_svg(text: str) -> bytes:
    """``text`` as a QR picture (SVG without script or style)."""
    target = io.BytesIO()
    segno.make(text, error="m").save(target, kind="svg", scale=5, border=4, xmldecl=True)
    return target.getvalue()


def matching_step(secret: str, code: str, *, now: float | None = None) -> int | None:
    """The time step (±1 for clocks that differ) that ``code`` belongs to, or None."""
    totp = pyotp.TOTP(secret)
    present = int((time.time() if now is None else now) // STEP_SECONDS)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None


def accept(user: User, code: str) -> bool:
    """Whether ``code`` is right for ``user`` now; an accepted code is spent (compare-and-set)."""
    digits = "".join(code.split())
    if not user.totp_secret or len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return False
    step = matching_step(user.totp_secret, digits)
    if step is None:
        return False
    unspent = User.objects.filter(pk=user.pk).exclude(totp_last_step__gte=step)
    return unspent.update(totp_last_step=step) == 1


def _digest(user: User, code: str) -> bytes:
    normal = "".join(c for c in code.upper() if c.isalnum())
    return hmac.new(settings.SECRET_KEY.encode(), f"recovery:{user.pk}:{normal}".encode(), hashlib.sha256).digest()


def accept_recovery(user: User, code: str) -> bool:
    """Whether ``code`` is an unused recovery code of ``user``; it is spent by asking."""
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at__isnull=True)
    return unused.update(used_at=timezone.now()) == 1


def _recovery_code() -> str:
    """Fifteen characters in groups of five; about 74 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3))


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Ten fresh codes, shown once; those before are spent."""
    RecoveryCode.objects.filter(user=user, used_at__isnull=True).update(used_at=timezone.now())
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    return codes
