"""Telling a unit, or a grid worker, how the appeal was decided."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from wangge.assessment import policy
from wangge.assessment.enums import AppealState
from wangge.assessment.models import Appeal, AppealNotice, WorkerSheet
from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import holdings
from wangge.organization import notices
from wangge.organization import queries as organization
from wangge.territory.enums import STREET_LENGTH


def tell_decision(appeal: Appeal, state: AppealState, now: datetime) -> int:
    """One notice for each office of the unit; how many. A grid worker is told on the phone (``policy.told``)."""
    unit = appeal.unit
    if unit is None:
        return 0
    centre = organization.street_centre(unit.path) if len(unit.path) == STREET_LENGTH else None
    offices = [*appeal.office_ids, *_filed_for(appeal), centre.id if centre is not None else None]
    text = f"{appeal.period.label}的申诉“{appeal.get_kind_display()}”{state.label}：{appeal.decision}"
    return notices.tell(AppealNotice, offices, appeal=appeal, kind=state, text=text, at=now)


def see_decisions(*, sheet: WorkerSheet, by: User) -> int:
    """The worker has read how the appeals of the sheet were decided; how many."""
    return policy.told(by).filter(sheet=sheet).update(seen_at=timezone.now())


def _filed_for(appeal: Appeal) -> list[int | None]:
    """The offices for which whoever filed the appeal may file one."""
    filed_by = User.objects.filter(pk=appeal.by_id).first()
    return [held.office_id for held in holdings(filed_by) if policy.APPEAL in held.role.permissions]
