"""Who may do what with a case, and which cases a user sees: always as a pair.

Three kinds of right meet here. *Over a place*: hotline, street, leaders act on every case below their
path. *For an office*: a case lies with an office, and whoever acts for that office handles it. *As a
requester*: residents never come this way; they follow by number and phone (``web/resident.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

from wangge.cases.enums import Channel
from wangge.cases.models import Case, CaseQuerySet
from wangge.cases.streets import at
from wangge.kernel.access.models import PathField
from wangge.kernel.access.roles import Reach
from wangge.kernel.access.scopes import Scope, holdings, may, scope

Predicate = Callable[[Any, "Case"], bool]

# Found on the street's own ground: its command centre dispatches them (GB/T 30428: staff report → centre).
STREET_CHANNELS: Final = frozenset(
    {Channel.GRID, Channel.RESIDENT, Channel.QR, Channel.VISIT, Channel.WINDOW, Channel.API, Channel.OPEN311}
)
DISTRICT_LENGTH: Final = 6


def visible(user: Any, permission: str = "cases.read") -> Q:
    """Row filter: cases below the user's paths, or in which the user's office has a part."""
    seen = scope(user, permission)
    condition = Scope(offices=seen.offices).q("path", "office_ids")
    for path in seen.paths:
        condition |= at(path)
    return condition


def rows(user: Any, permission: str = "cases.read") -> CaseQuerySet:
    """The cases ``user`` sees; lists, counts, exports and the API all begin here."""
    return Case.objects.filter(visible(user, permission))


def rows_by_other_means(user: Any) -> CaseQuerySet:
    """The same cases, said so that no index over places or offices is read: for counting where a filter has an index
    that holds place and offices too. Beside that the database would read all the user's cases, to narrow a few."""
    return Case.objects.alias(
        own_path=Func(F("path"), template="(%(expressions)s || '')", output_field=PathField()),
        own_offices=Func(
            F("office_ids"),
            template="(%(expressions)s || '{}'::bigint[])",
            output_field=ArrayField(models.BigIntegerField()),
        ),
    ).filter(scope(user, "cases.read").q("own_path", "own_offices"))


def may_see(user: Any, case: Case) -> bool:
    """The predicate beside ``visible``."""
    return may(user, "cases.read", path=case.path, offices=case.office_ids)


def may_read_requester(user: Any, case: Case) -> bool:
    """Who sees the (masked) requester: those who must contact them; of private matters only the holder."""
    if case.is_private and case.holder_office_id is not None:
        acts = acts_for(user, "cases.read_requester", case.holder_office_id)
        return acts or over("cases.callback")(user, case)
    return may(user, "cases.read_requester", path=case.path, offices=case.office_ids)


def requester_visible(user: Any) -> Q:
    """The row filter beside ``may_read_requester``."""
    offices = [h.office_id for h in holdings(user) if "cases.read_requester" in h.role.permissions and h.office_id]
    private = Q(holder_office_id__isnull=False, is_private=True)
    theirs = Q(holder_office_id__in=offices) | scope(user, "cases.callback").q("path", "")
    return (private & theirs) | (~private & visible(user, "cases.read_requester"))


def may_unmask_requester(user: Any, case: Case) -> bool:
    return may_read_requester(user, case) and may(
        user, "cases.unmask_requester", path=case.path, offices=case.office_ids
    )


def acts_for(user: Any, permission: str, office_id: int | None) -> bool:
    """Whether a grant with ``permission`` was given for this very office."""
    return office_id is not None and any(
        h.office_id == office_id and permission in h.role.permissions for h in holdings(user)
    )


def over(permission: str) -> Predicate:
    """The user holds ``permission`` over the place of the case."""

    def predicate(user: Any, case: Case) -> bool:
        return any(
            permission in h.role.permissions and h.role.reach is Reach.PATH and h.path and case.path.startswith(h.path)
            for h in holdings(user)
        )

    return predicate


def system_only(_user: Any, _case: Case) -> bool:
    """Nobody: the step is the system's own."""
    return False


def holding(permission: str) -> Predicate:
    """The user acts for the office the case lies with (or its lead)."""

    def predicate(user: Any, case: Case) -> bool:
        return acts_for(user, permission, case.holder_office_id) or acts_for(user, permission, case.lead_office_id)

    return predicate


def leading(permission: str) -> Predicate:
    """The user acts for the lead, which answers for the whole; whoever holds a part answers for that part."""

    def predicate(user: Any, case: Case) -> bool:
        return acts_for(user, permission, case.lead_office_id)

    return predicate


def taking_part(permission: str) -> Predicate:
    """The user acts for any office that has a part in the case."""

    def predicate(user: Any, case: Case) -> bool:
        return any(acts_for(user, permission, office) for office in case.office_ids)

    return predicate


def may_dispatch(user: Any, case: Case) -> bool:
    """The district dispatches everything; a street what was found on its own ground."""
    for held in holdings(user):
        if "cases.dispatch" not in held.role.permissions or not held.path or not case.path.startswith(held.path):
            continue
        if len(held.path) <= DISTRICT_LENGTH or case.channel in STREET_CHANNELS:
            return True
    return False


def dispatch_path(user: Any, case: Case) -> str:
    """The path within which ``user`` may choose offices for this case (the widest that applies)."""
    paths = [
        h.path
        for h in holdings(user)
        if "cases.dispatch" in h.role.permissions and h.path and case.path.startswith(h.path)
    ]
    return min(paths, key=len, default="")
