"""Telling offices what they have to know about a whistle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from wangge.organization import queries as organization
from wangge.whistle.models import Whistle, WhistleNotice

DISTRICT_LEADER: Final = "district.leader"


def tell(whistle: Whistle, offices: Iterable[int | None], kind: str, text: str, now: datetime) -> int:
    """One notice an office; offices that are None or named twice are passed over. How many."""
    wanted = dict.fromkeys(office for office in offices if office is not None)
    WhistleNotice.objects.bulk_create(
        WhistleNotice(whistle=whistle, office_id=office, kind=kind, text=text[:200], at=now) for office in wanted
    )
    return len(wanted)


def street_offices(whistle: Whistle) -> list[int | None]:
    """The office that blew, and the street's command centre."""
    centre = organization.street_centre(whistle.street_path)
    return [whistle.office_id, centre.id if centre is not None else None]


def command(whistle: Whistle) -> int | None:
    """The district's command centre."""
    found = organization.command_centre(whistle.path)
    return found.id if found is not None else None


def leader(whistle: Whistle) -> int | None:
    """The office of the district's leaders."""
    found = organization.office_at(DISTRICT_LEADER, whistle.path)
    return found.id if found is not None else None
