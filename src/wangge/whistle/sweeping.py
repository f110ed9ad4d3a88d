"""What the clock does by itself: warn, escalate, wake what was suspended, end emergencies whose time is over."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import timezone

from wangge.kernel.jobs.sweeper import each
from wangge.organization import queries as organization
from wangge.whistle import postures
from wangge.whistle.actions import escalation_offices
from wangge.whistle.enums import ClockName, NoticeKind, WhistleKind, WhistleState
from wangge.whistle.flow import wake
from wangge.whistle.models import Posture, SummonsClock, Whistle
from wangge.whistle.notices import leader, tell

BATCH: Final = 500


def warn(*, now: datetime) -> int:
    """A notice to the department for every limit that comes near; returns how many."""
    rows = SummonsClock.objects.due_to_warn(now).select_related("summons__whistle")[:BATCH]
    return each(rows, lambda clock: _warn(clock, now))


def escalate(*, now: datetime) -> int:
    """A missed limit is told to the department, the street and the command centre; of a hard whistle, the leader."""
    rows = SummonsClock.objects.due_to_escalate(now).select_related("summons__whistle")[:BATCH]
    return each(rows, lambda clock: _escalate(clock, now))


def end_suspensions(*, now: datetime) -> int:
    """Take up again what was suspended until today."""
    rows = Whistle.objects.filter(state=WhistleState.SUSPENDED, suspended_until_on__lte=timezone.localdate(now))
    return each(rows[:BATCH], lambda whistle: wake(whistle, now=now))


def end_postures(*, now: datetime) -> int:
    """Back to routine where the time of the emergency is over."""
    return each(postures.end_over(now=now)[:BATCH], lambda posture: _back(posture, now))


def _warn(clock: SummonsClock, now: datetime) -> None:
    if not SummonsClock.objects.filter(pk=clock.pk, warned_at__isnull=True).update(warned_at=now):
        return
    text = f"{ClockName(clock.name).label}时限将到：{timezone.localtime(clock.due_at):%m月%d日 %H:%M}"
    tell(clock.summons.whistle, [clock.summons.office_id], NoticeKind.WARNING, text, now)


def _escalate(clock: SummonsClock, now: datetime) -> None:
    if not SummonsClock.objects.filter(pk=clock.pk, escalated_at__isnull=True).update(escalated_at=now):
        return
    whistle = clock.summons.whistle
    office = organization.office(clock.summons.office_id)
    name = office.name if office is not None else ""
    due = timezone.localtime(clock.due_at)
    text = f"{name}{ClockName(clock.name).label}已超过时限 {due:%m月%d日 %H:%M}"
    offices = escalation_offices(whistle, clock.summons.office_id)
    if whistle.kind == WhistleKind.HARD:
        offices.append(leader(whistle))
    tell(whistle, offices, NoticeKind.OVERDUE, text, now)


def _back(posture: Posture, now: datetime) -> None:
    postures.switch_back(posture=posture, reason="应急期限已到，自动转回常态", by=None, now=now)
