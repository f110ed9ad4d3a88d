"""Which accounts an administrator looks after, and which audit entries an auditor reads: predicate and filter.

The *area* of an administrator is where the permission was granted: administrators have no domain rows
(``Reach.NONE``), yet nobody hands out more than the area they were given. An empty path is no area.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.permissions import AUDIT, MANAGING
from wangge.kernel.access.scopes import NOTHING, holdings
from wangge.kernel.audit.models import AuditEntry

_office_path: list[Callable[[int], str | None]] = []


def register_office_path(path_of: Callable[[int], str | None]) -> None:
    """Tell this module where an office serves (``organization`` knows); grants in offices are bounded by it."""
    _office_path[:] = [path_of]


def office_path(office_id: int) -> str | None:
    """The path an office serves, or None when nobody knows."""
    return _office_path[0](office_id) if _office_path else None


def areas(user: Any, *permissions: str) -> tuple[str, ...]:
    """The path prefixes over which ``user`` holds one of ``permissions``, whatever the reach of the role."""
    return tuple(sorted({h.path for h in holdings(user) if h.path and h.role.permissions.intersection(permissions)}))


def covers(prefixes: tuple[str, ...], path: str) -> bool:
    return bool(path) and any(path.startswith(prefix) for prefix in prefixes)


def _within(prefixes: tuple[str, ...]) -> Q:
    condition = NOTHING
    for prefix in prefixes:
        condition |= Q(path__startswith=prefix)
    return condition


def _not_over() -> Q:
    return Q(valid_to__isnull=True) | Q(valid_to__gt=timezone.localdate())


def may_manage(by: Any, user: User) -> bool:
    """Whether ``by`` looks after the account: no grant of it (present or to come) lies outside ``by``'s area."""
    prefixes = areas(by, *MANAGING)
    if not prefixes:
        return False
    return not user.grants.filter(_not_over()).exclude(_within(prefixes)).exists()


def manageable(by: Any) -> QuerySet[User]:
    """The accounts ``by`` looks after."""
    prefixes = areas(by, *MANAGING)
    if not prefixes:
        return User.objects.none()
    outside = Grant.objects.filter(_not_over(), user=OuterRef("pk")).exclude(_within(prefixes))
    return User.objects.filter(~Exists(outside))


def may_audit(by: Any, entry: AuditEntry) -> bool:
    """Whether ``by`` reads the entry: it lies in the area, or concerns no place (logins, settings)."""
    prefixes = areas(by, AUDIT)
    return bool(prefixes) and (not entry.path or covers(prefixes, entry.path))


def auditable(by: Any) -> QuerySet[AuditEntry]:
    """The entries ``by`` reads."""
    prefixes = areas(by, AUDIT)
    if not prefixes:
        return AuditEntry.objects.none()
    return AuditEntry.objects.filter(Q(path="") | _within(prefixes))
