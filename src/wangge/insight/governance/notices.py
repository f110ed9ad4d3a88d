"""Telling offices what they have to know about a task."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from wangge.insight.governance.models import GovernanceNotice, GovernanceTask
from wangge.organization import notices
from wangge.organization import queries as organization


def tell(task: GovernanceTask, offices: Iterable[int | None], kind: str, text: str, now: datetime) -> int:
    """One notice an office (``organization.notices.tell``)."""
    return notices.tell(GovernanceNotice, offices, task=task, kind=kind, text=text, at=now)


def superior(office_id: int) -> int | None:
    """The office above: the one it belongs to, its street, or the district leaders (for them: the command centre)."""
    office = organization.office(office_id)
    if office is None:
        return None
    above = (
        organization.office(office.parent_id),
        organization.street_office(office.path),
        organization.district_leaders(office.path),
        organization.command_centre(office.path),
    )
    return next((one.id for one in above if one is not None and one.open and one.id != office_id), None)


def command(task: GovernanceTask) -> int | None:
    """The district's command centre."""
    found = organization.command_centre(task.path)
    return found.id if found is not None else None
