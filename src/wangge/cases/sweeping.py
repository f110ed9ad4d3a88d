"""What the clock does by itself: warn before, escalate after, end suspensions. A bad row never stops the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import timezone

from wangge.cases.dispatching import LOCAL
from wangge.cases.enums import CaseState, ClockName, NoticeKind
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseClock, Notice
from wangge.kernel.jobs.sweeper import each
from wangge.organization import queries as organization
from wangge.organization.notices import tell

BATCH: Final = 500


def warn(*, now: datetime) -> int:
    """A notice to the holding office for every clock whose warning instant has passed; returns how many."""
    return each(CaseClock.objects.due_to_warn(now).select_related("case")[:BATCH], lambda clock: _warn(clock, now))


def escalate(*, now: datetime) -> int:
    """A notice to the holding office and to the one above it for every clock that has run out: above a community and
    a body of a street is the street's centre; above that centre, a department or a company is the district's."""
    rows = CaseClock.objects.due_to_escalate(now).select_related("case")[:BATCH]
    return each(rows, lambda clock: _escalate(clock, now))


def end_suspensions(*, now: datetime) -> int:
    """Take up again what was suspended until today."""
    today = timezone.localdate(now)
    rows = Case.objects.filter(state=CaseState.SUSPENDED, suspended_until_on__lte=today)[:BATCH]
    return each(rows, lambda case: _resume(case, now))


def _warn(clock: CaseClock, now: datetime) -> None:
    if not CaseClock.objects.filter(pk=clock.pk, warned_at__isnull=True).update(warned_at=now):
        return
    due = timezone.localtime(clock.due_at)
    text = f"{ClockName(clock.name).label}时限将到：{due:%m月%d日 %H:%M}"
    Notice.objects.create(
        case=clock.case, office_id=clock.case.holder_office_id, kind=NoticeKind.WARNING, text=text, at=now
    )


def _escalate(clock: CaseClock, now: datetime) -> None:
    if not CaseClock.objects.filter(pk=clock.pk, escalated_at__isnull=True).update(escalated_at=now):
        return
    case = clock.case
    text = f"{ClockName(clock.name).label}已超过时限 {timezone.localtime(clock.due_at):%m月%d日 %H:%M}"
    tell(Notice, [case.holder_office_id, _above(case)], case=case, kind=NoticeKind.OVERDUE, text=text, at=now)


def _above(case: Case) -> int | None:
    holder = organization.office(case.holder_office_id)
    centre = organization.street_centre(case.path)
    if centre is None or (holder is not None and (holder.id == centre.id or holder.level not in LOCAL)):
        centre = organization.command_centre(case.path) or organization.hotline(case.path)
    return None if centre is None else centre.id


def _resume(case: Case, now: datetime) -> None:
    CaseFlow(case, now=now).resume(reason="挂账到期，自动恢复办理")
    Notice.objects.create(
        case=case, office_id=case.holder_office_id, kind=NoticeKind.RESUMED, text="挂账到期，已恢复办理", at=now
    )
