"""Reads of the organization. Those that return ``OfficeRef`` answer from memory: no query when warm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.scopes import offices_of
from wangge.organization import book
from wangge.organization.book import OfficeRef
from wangge.organization.models import Office, OfficeChange, Staff
from wangge.territory import queries as territory

COMMUNITY = "community"
STREET = "street"
STREET_CENTRE = "street.command_centre"
COMMAND_CENTRE = "command_centre"
HOTLINE = "hotline"
DISTRICT_LEADERS = "district.leader"
MOST_NEAREST = 100_000


def office(office_id: int | None) -> OfficeRef | None:
    """The office with this id, closed ones included; None when there is none."""
    return None if office_id is None else book.current().by_id.get(office_id)


def path_of(office_id: int) -> str | None:
    """The division an office serves."""
    found = office(office_id)
    return None if found is None else found.path


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """Names by id, closed offices included; unknown ids are left out."""
    known = book.current().by_id
    return {i: known[i].name for i in ids if i is not None and i in known}


def choices(roots: Iterable[str]) -> list[tuple[int, str]]:
    """The offices in force below ``roots``, by place; where several bear a name, with their place."""
    below = tuple(roots)
    held = [one for one in book.current().by_id.values() if one.open and one.path.startswith(below)]
    known = Counter(one.name for one in held)
    places = territory.names_of({one.path for one in held if known[one.name] > 1})
    return [
        (one.id, one.name if known[one.name] == 1 else f"{one.name}（{places.get(one.path, one.path)}）")
        for one in sorted(held, key=lambda one: (one.path, one.id))
    ]


def office_at(kind: str, path: str) -> OfficeRef | None:
    """The nearest office of ``kind`` that serves the place: the longest prefix of ``path`` that has one."""
    held = book.current()
    key = (kind, path)
    if key not in held.nearest:
        if len(held.nearest) > MOST_NEAREST:
            held.nearest.clear()
        found = (held.by_kind.get((kind, path[:end])) for end in range(len(path), 1, -1))
        held.nearest[key] = next((offices[0] for offices in found if offices), None)
    return held.nearest[key]


def offices_at(level: str, path: str) -> list[OfficeRef]:
    """The offices of ``level`` on the line of ``path``: those that serve it and those inside it.

    For a community's path and level ``street``: the bodies of its street. For a district's path and
    level ``street``: those of all its streets. Ordered by path, then by their own order.
    """
    return [o for o in book.current().by_level.get(level, ()) if path.startswith(o.path) or o.path.startswith(path)]


def current_office(office_id: int) -> OfficeRef | None:
    """The office in force that now answers for ``office_id``: itself, or the last of its successors."""
    by_id = book.current().by_id
    found = by_id.get(office_id)
    seen: set[int] = set()
    while found is not None and not found.open:
        if found.successor_id is None or found.id in seen:
            return None
        seen.add(found.id)
        found = by_id.get(found.successor_id)
    return found


def community_office(path: str) -> OfficeRef | None:
    """The residents' or villagers' committee that serves the place."""
    return office_at(COMMUNITY, path)


def street_office(path: str) -> OfficeRef | None:
    """The street or township itself (办事处, 人民政府)."""
    return office_at(STREET, path)


def street_centre(path: str) -> OfficeRef | None:
    """The street's receiving office (社会治理综合指挥中心); the street itself where it has no such centre."""
    centre = office_at(STREET_CENTRE, path)
    street = office_at(STREET, path)
    if centre is None or (street is not None and len(street.path) > len(centre.path)):
        return street
    return centre


def command_centre(path: str) -> OfficeRef | None:
    """The district's command centre."""
    return office_at(COMMAND_CENTRE, path)


def district_leaders(path: str) -> OfficeRef | None:
    """The office of the district's leaders."""
    return office_at(DISTRICT_LEADERS, path)


def hotline(path: str) -> OfficeRef | None:
    """The 12345 centre that serves the place."""
    return office_at(HOTLINE, path)


def children(office_id: int) -> list[OfficeRef]:
    """The offices in force directly under ``office_id``."""
    return [o for o in book.current().by_id.values() if o.parent_id == office_id and o.open]


def of_kind(kind: str, path: str) -> list[OfficeRef]:
    """Every office in force of ``kind`` inside ``path``."""
    return [
        o
        for (kind_of, place), found in book.current().by_kind.items()
        if kind_of == kind and place.startswith(path)
        for o in found
    ]


def office_of(user: Any) -> OfficeRef | None:
    """The office somebody works in: by the staff list, else the first they act for. Read once per user object."""
    if not getattr(user, "is_authenticated", False):
        return None
    if not hasattr(user, "_office_id"):
        found = Staff.objects.in_force(timezone.localdate()).filter(user=user).values_list("office_id", flat=True)
        acting = offices_of(user)
        user._office_id = found.first() or (acting[0] if acting else None)
    return office(user._office_id)


def staff_of_office(office_id: int, *, on: date | None = None) -> list[Staff]:
    """The staff of an office on a day (default today), heads first, with account and post."""
    return list(
        Staff.objects.in_force(on or timezone.localdate())
        .filter(office_id=office_id)
        .select_related("user", "post")
        .order_by("-post__is_head", "post__sort", "id")
    )


def members(office_id: int) -> list[int]:
    """Ids of the active users who work in an office or hold a role there today."""
    today = timezone.localdate()
    working = Staff.objects.in_force(today).filter(office_id=office_id).values("user_id")
    acting = Grant.objects.in_force(today).filter(office_id=office_id).values("user_id")
    return list(
        User.objects.filter(Q(pk__in=working) | Q(pk__in=acting), is_active=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def name_on(office_id: int, day: date) -> str:
    """The name an office carried on ``day``, from its history."""
    later = (
        OfficeChange.objects.filter(office_id=office_id, on__gt=day, before__has_key="name")
        .order_by("on", "id")
        .first()
    )
    if later is not None:
        return str(later.before["name"])
    return Office.objects.values_list("name", flat=True).get(pk=office_id)
