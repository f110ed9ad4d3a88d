"""Which accounts an administrator looks after: predicate and filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.permissions import MANAGING
from wangge.kernel.access.scopes import area
from wangge.kernel.periods import not_over

_office_path: list[Callable[[int], str | None]] = []


def register_office_path(path_of: Callable[[int], str | None]) -> None:
    """Tell this module where an office serves (``organization`` knows); grants in offices are bounded by it."""
    _office_path[:] = [path_of]


def office_path(office_id: int) -> str | None:
    """The path an office serves, or None when nobody knows."""
    return _office_path[0](office_id) if _office_path else None


def areas(user: Any, *permissions: str) -> tuple[str, ...]:
    """The path prefixes of ``scopes.area``."""
    return area(user, *permissions).paths


def covers(prefixes: tuple[str, ...], path: str) -> bool:
    """Whether ``path`` lies below one of ``prefixes``."""
    return bool(path) and any(path.startswith(prefix) for prefix in prefixes)


def may_manage(by: Any, user: User) -> bool:
    """Whether ``by`` looks after the account: no grant of it (present or to come) lies outside ``by``'s area."""
    within = area(by, *MANAGING)
    if not within:
        return False
    return not user.grants.filter(not_over(timezone.localdate())).exclude(within.q(offices="")).exists()


def manageable(by: Any) -> QuerySet[User]:
    """The accounts ``by`` looks after."""
    within = area(by, *MANAGING)
    if not within:
        return User.objects.none()
    outside = Grant.objects.filter(not_over(timezone.localdate()), user=OuterRef("pk")).exclude(within.q(offices=""))
    return User.objects.filter(~Exists(outside))
