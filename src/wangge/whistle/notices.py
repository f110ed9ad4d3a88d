"""Telling offices what they have to know about a whistle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from wangge.organization import notices
from wangge.organization import queries as organization
from wangge.whistle.models import Whistle, WhistleNotice


def tell(whistle: Whistle, offices: Iterable[int | None], kind: str, text: str, now: datetime) -> int:
    """One notice an office (``organization.notices.tell``)."""
    return notices.tell(WhistleNotice, offices, whistle=whistle, kind=kind, text=text, at=now)


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
    found = organization.district_leaders(whistle.path)
    return found.id if found is not None else None
