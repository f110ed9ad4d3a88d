"""Who may do what with a whistle, and which whistles a user sees: always as a pair.

*Over a place*: the street, the command centre and the district leader act on whistles below their path. *For an
office*: a department acts on its own summons, and sees the whistles it was summoned to and no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from wangge.kernel.access.roles import Reach
from wangge.kernel.access.scopes import holdings, may, offices_of, scope
from wangge.whistle.enums import WhistleState
from wangge.whistle.models import Summons, Whistle, WhistleNotice
from wangge.whistle.models.whistles import WhistleQuerySet

Predicate = Callable[[Any, Any], bool]
READ = "whistle.read"
# What was not blown, or was withdrawn, may be written again.
ANEW = (WhistleState.DRAFT, WhistleState.WITHDRAWN)


def visible(user: Any, permission: str = READ) -> Q:
    """Row filter: whistles below the user's paths, or to which the user's office was summoned."""
    return scope(user, permission).q("path", "office_ids")


def rows(user: Any, permission: str = READ) -> WhistleQuerySet:
    """The whistles ``user`` sees; lists, counts, exports and boards all begin here."""
    return Whistle.objects.filter(visible(user, permission))


def may_see(user: Any, whistle: Whistle) -> bool:
    """The predicate beside ``visible``."""
    return may(user, READ, path=whistle.path, offices=whistle.office_ids)


def summonses(user: Any, permission: str = READ) -> QuerySet[Summons]:
    """The summonses of the whistles ``user`` sees."""
    return Summons.objects.filter(scope(user, permission).q("whistle__path", "whistle__office_ids"))


def notices(user: Any) -> QuerySet[WhistleNotice]:
    """What the user's offices were told, of whistles the user sees."""
    seen = scope(user, READ).q("whistle__path", "whistle__office_ids")
    return WhistleNotice.objects.filter(seen, office_id__in=offices_of(user))


def over_path(user: Any, permission: str, path: str) -> bool:
    """Whether ``permission`` was granted over ``path`` (not for an office)."""
    return any(
        permission in h.role.permissions and h.role.reach is Reach.PATH and h.path and path.startswith(h.path)
        for h in holdings(user)
    )


def acts_for(user: Any, permission: str, office_id: int | None) -> bool:
    """Whether a grant with ``permission`` was given for this very office."""
    return office_id is not None and any(
        h.office_id == office_id and permission in h.role.permissions for h in holdings(user)
    )


def over(permission: str) -> Predicate:
    """The user holds ``permission`` over the place of the whistle."""
    return lambda user, whistle: over_path(user, permission, whistle.path)


def street_of(permission: str) -> Predicate:
    """The same of a summons."""
    return lambda user, summons: over_path(user, permission, summons.whistle.path)


def summoned(permission: str) -> Predicate:
    """The user acts for the summoned office."""
    return lambda user, summons: acts_for(user, permission, summons.office_id)


def may_blow(user: Any, whistle: Whistle) -> bool:
    """A work whistle: a member of the street's leadership (G07). An emergency: whoever is on duty there."""
    verb = "whistle.emergency" if whistle.kind == "emergency" else "whistle.blow"
    return whistle.kind != "hard" and over_path(user, verb, whistle.path)


def may_withdraw(user: Any, whistle: Whistle) -> bool:
    """Before it is blown also by the one who wrote it."""
    own = whistle.state == WhistleState.DRAFT and whistle.created_by_id == getattr(user, "pk", None)
    return own or over_path(user, "whistle.blow", whistle.path)


def may_draft_anew(user: Any, whistle: Whistle) -> bool:
    """Write one again that was not blown, or was withdrawn: where the user may write one at all."""
    return whistle.state in ANEW and may_draft(user, whistle.path)


def drafted_anew(user: Any) -> Q:
    """The row filter beside ``may_draft_anew``."""
    return scope(user, "whistle.draft").q("path", "") & Q(state__in=ANEW)


def may_redraft(user: Any, whistle: Whistle) -> bool:
    """Edit a draft: where the user may write one."""
    return may_draft(user, whistle.path)


def drafting_paths(user: Any) -> tuple[str, ...]:
    """The places for which the user may write a whistle."""
    return scope(user, "whistle.draft").paths


def may_draft(user: Any, path: str) -> bool:
    """The predicate beside ``drafting_paths``."""
    return scope(user, "whistle.draft").covers(path)


def system_only(_user: Any, _obj: Any) -> bool:
    """Nobody: the step is the system's own."""
    return False
