"""Who reads which morning pages: a leader's permission over the place, or for the office. Always as a pair."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet

from wangge.cockpit.models import Brief
from wangge.kernel.access.roles import Reach
from wangge.kernel.access.scopes import holdings, may, scope

READ: Final = "cockpit.read"
MANAGE: Final = "config.manage"


def rows(user: Any) -> QuerySet[Brief]:
    """The briefs the user may read: those of the places and offices they lead, and of everything below."""
    return Brief.objects.filter(scope(user, READ).q("path", "office_ids"))


def may_read(user: Any, brief: Brief) -> bool:
    """The predicate beside ``rows``."""
    return may(user, READ, path=brief.path, offices=brief.office_ids)


def own_units(user: Any) -> list[tuple[str, int | None]]:
    """(path, office) of the pages made for this user: the places and offices they lead themselves."""
    found: list[tuple[str, int | None]] = []
    for held in holdings(user):
        if READ not in held.role.permissions:
            continue
        if held.role.reach is Reach.PATH and 2 <= len(held.path) <= 12:
            found.append((held.path, None))
        elif held.role.reach is Reach.OFFICE and held.office_id is not None:
            found.append(("", held.office_id))
    return list(dict.fromkeys(found))
