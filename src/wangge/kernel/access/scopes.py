"""The predicate and the row filter, from the same grants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from wangge.kernel.access.roles import Reach, Role, role
from wangge.kernel.periods import holds

if TYPE_CHECKING:
    from wangge.kernel.access.models import Grant, User

NOTHING: Final = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Holding:
    """One grant in force, resolved to its role."""

    role: Role
    path: str
    office_id: int | None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows: those below any of ``paths`` or touching any of ``offices``. Empty means none."""

    paths: tuple[str, ...] = ()
    offices: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.paths or self.offices)

    def covers(self, path: str, offices: Iterable[int] = ()) -> bool:
        """Whether a row at ``path`` with ``offices`` is inside."""
        return any(path.startswith(prefix) for prefix in self.paths) or any(o in self.offices for o in offices)

    def q(self, path: str = "path", offices: str = "office_ids", *, array: bool = True) -> Q:
        """The same as a filter. ``offices`` names an array column (``array=False``: a foreign key's id).

        Pass ``offices=""`` for tables that only have a path, ``path=""`` for those that only have an office.
        """
        condition = NOTHING
        if path:
            for prefix in self.paths:
                condition |= Q(**{f"{path}__startswith": prefix})
        if offices and self.offices:
            condition |= Q(**{f"{offices}__overlap" if array else f"{offices}__in": list(self.offices)})
        return condition


def holdings(user: Any) -> tuple[Holding, ...]:
    """The user's grants in force today; read once per user object (one per request)."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return ()
    cached: tuple[Holding, ...] | None = getattr(user, "_holdings", None)
    if cached is None:
        cached = user._holdings = _resolved(user.grants.in_force(timezone.localdate()))
    return cached


def load(users: Sequence[User]) -> None:
    """Read the grants of several users in one statement, for a page that asks about each of them."""
    today = timezone.localdate()
    prefetch_related_objects(users, "grants")
    for user in users:
        in_force = [one for one in user.grants.all() if holds(one.valid_from, one.valid_to, today)]
        user._holdings = _resolved(in_force)  # type: ignore[attr-defined]


def _resolved(grants: Iterable[Grant]) -> tuple[Holding, ...]:
    named = ((role(grant.role), grant) for grant in grants)
    return tuple(Holding(held, grant.path, grant.office_id) for held, grant in named if held is not None)


def forget(user: User) -> None:
    """Drop the cached grants (after a grant changed, or in tests)."""
    if hasattr(user, "_holdings"):
        del user._holdings


def permissions(user: Any) -> frozenset[str]:
    """Every permission the user holds anywhere. For menus; never for a row."""
    return frozenset().union(*(h.role.permissions for h in holdings(user)))


def scope(user: Any, permission: str) -> Scope:
    """Where the user holds ``permission``."""
    paths: set[str] = set()
    offices: set[int] = set()
    for held in holdings(user):
        if permission not in held.role.permissions:
            continue
        if held.role.reach is Reach.PATH and held.path:
            paths.add(held.path)
        elif held.role.reach is Reach.OFFICE and held.office_id is not None:
            offices.add(held.office_id)
    return Scope(tuple(outermost(paths)), tuple(sorted(offices)))


def outermost(paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that lie below no other, each once, in order."""
    given = set(paths)
    return sorted(p for p in given if not any(p != q and p.startswith(q) for q in given))


def area(user: Any, *needed: str) -> Scope:
    """The places over which one of ``needed`` was granted, whatever the reach of the role.

    For administrators: their roles reach no domain row, yet nobody looks after more than they were given.
    """
    return Scope(tuple(sorted({h.path for h in holdings(user) if h.path and h.role.permissions.intersection(needed)})))


def may(user: Any, permission: str, *, path: str | None = None, offices: Iterable[int] = ()) -> bool:
    """Whether the user holds ``permission`` for a row; with no row given, whether anywhere."""
    if path is None:
        return permission in permissions(user)
    return scope(user, permission).covers(path, offices)


def offices_of(user: Any) -> tuple[int, ...]:
    """The offices the user acts for, those of path roles included, first granted first."""
    return tuple(dict.fromkeys(h.office_id for h in holdings(user) if h.office_id is not None))
