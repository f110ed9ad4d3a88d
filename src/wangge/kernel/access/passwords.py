"""Password rules (GB/T 22239-2019 身份鉴别: complexity, expiry, no reuse)."""

from __future__ import annotations

import secrets
import string
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from wangge.kernel.access.models import PasswordRecord, User

CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
# Without characters that are mistaken for one another when read aloud or from paper.
READABLE = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789", "-+=#%")


class MixedCharactersValidator:
    """At least ``classes`` of: lower case, upper case, digits, anything else."""

    def __init__(self, classes: int = 3) -> None:
        self.classes = classes

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 (django passes it)
        found = sum(any(c in group for c in password) for group in CLASSES)
        found += any(all(c not in group for group in CLASSES) for c in password)
        if found < self.classes:
            raise ValidationError(self.get_help_text(), code="password_not_mixed")

    def get_help_text(self) -> str:
        return f"密码须包含大写字母、小写字母、数字、其他字符中的至少{self.classes}类。"


class NotRecentValidator:
    """Not one of the last ``remembered`` passwords, the present one included."""

    def __init__(self, remembered: int = 5) -> None:
        self.remembered = remembered

    def validate(self, password: str, user: Any = None) -> None:
        if not isinstance(user, User) or user.pk is None:
            return
        older = PasswordRecord.objects.filter(user=user).order_by("-replaced_at", "-pk")
        used = [user.password, *older.values_list("encoded", flat=True)[: self.remembered - 1]]
        if any(check_password(password, encoded) for encoded in used):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return f"密码不能与最近{self.remembered}次使用过的相同。"


def is_expired(user: User) -> bool:
    """Whether the password is older than ``PASSWORD_EXPIRES_AFTER_DAYS`` (0: never)."""
    days: int = settings.PASSWORD_EXPIRES_AFTER_DAYS
    if not days or user.password_changed_at is None:
        return False
    return timezone.now() >= user.password_changed_at + timedelta(days=days)


def must_change(user: User) -> bool:
    """Whether the user has to set a new password before anything else."""
    return user.must_change_password or is_expired(user)


def temporary_password(length: int = 14) -> str:
    """A random password that satisfies the rules and can be read aloud; about 80 bits."""
    chosen = [secrets.choice(group) for group in READABLE]
    everything = "".join(READABLE)
    chosen += [secrets.choice(everything) for _ in range(length - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)
