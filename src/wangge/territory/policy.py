"""Who reads and who maintains places: the predicate and the row filter, always as a pair.

Divisions are public knowledge: whoever holds ``territory.read`` anywhere may read them all. Grids, their
staff, aliases and place codes are read below the user's own paths (for roles of an office: below the
division that the office serves) and maintained below the paths of ``territory.manage``.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from wangge.kernel.access.models import User
from wangge.kernel.access.policy import office_path
from wangge.kernel.access.scopes import Scope, scope
from wangge.territory.models import Grid

READ: Final = "territory.read"
MANAGE: Final = "territory.manage"


def _reach(user: Any, permission: str) -> Scope:
    held = scope(user, permission)
    served = {office_path(o) or "" for o in held.offices} if permission == READ else set()
    return Scope(tuple(sorted({*held.paths, *filter(None, served)})))


def may_read(user: Any, path: str) -> bool:
    """Whether ``user`` reads the grids at or below ``path``."""
    return _reach(user, READ).covers(path)


def visible(user: Any, field: str = "path") -> Q:
    """The rows whose ``field`` (a path) ``user`` reads."""
    return _reach(user, READ).q(field, offices="")


def visible_grids(user: Any) -> QuerySet[Grid]:
    """The grids, closed ones too, that ``user`` reads."""
    return Grid.objects.filter(visible(user, "code"))


def may_manage(user: Any, path: str) -> bool:
    """Whether ``user`` maintains grids, places and divisions at or below ``path``."""
    return bool(path) and _reach(user, MANAGE).covers(path)


def manageable(user: Any, field: str = "path") -> Q:
    """The rows whose ``field`` (a path) ``user`` maintains."""
    return _reach(user, MANAGE).q(field, offices="")


def may_manage_any(user: Any) -> bool:
    """Whether ``user`` maintains places anywhere: for buttons, never for a row."""
    return bool(_reach(user, MANAGE))


def managed_paths(user: Any) -> tuple[str, ...]:
    """The paths below which ``user`` maintains places; none is no right at all."""
    return _reach(user, MANAGE).paths


def may_place(user: Any, person: User) -> bool:
    """Whether ``user`` puts ``person`` into a grid: somebody else, whose present rights all lie below ``user``'s
    paths. Of anybody further away not even the name is told."""
    reach = _reach(user, MANAGE)
    held = person.grants.in_force(timezone.localdate())
    places = [g.path or (office_path(g.office_id) if g.office_id else None) or "" for g in held]
    return person.pk != user.pk and all(reach.covers(place) for place in places)
