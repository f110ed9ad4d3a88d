"""What the clock does by itself: warn, escalate, raise, wake what was suspended, end emergencies whose time is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from wangge.kernel.api import webhooks
from wangge.kernel.calendar.working import due
from wangge.kernel.events.bus import publish
from wangge.kernel.jobs.sweeper import each
from wangge.organization import queries as organization
from wangge.whistle import postures
from wangge.whistle.actions import escalation_offices
from wangge.whistle.clocks import limit_of
from wangge.whistle.enums import (
    LIVE_SUMMONS,
    UNANSWERED,
    ClockName,
    LimitName,
    NoticeKind,
    WhistleKind,
    WhistleState,
)
from wangge.whistle.events import SummonsRaised
from wangge.whistle.flow import wake
from wangge.whistle.models import Posture, Summons, SummonsClock, Task, Whistle
from wangge.whistle.notices import command, leader, street_offices, tell

BATCH: Final = 500


def warn(*, now: datetime) -> int:
    """A notice to whose limit it is, for every one that comes near; returns how many."""
    rows = SummonsClock.objects.due_to_warn(now).select_related("summons__whistle")[:BATCH]
    return each(rows, lambda clock: _warn(clock, now))


def escalate(*, now: datetime) -> int:
    """A missed limit is told to department, street and command centre; an undecided objection, or what is late of a
    hard whistle, to the district leader too. A report that was not checked is told to the street alone.
    """
    rows = SummonsClock.objects.due_to_escalate(now).select_related("summons__whistle")[:BATCH]
    return each(rows, lambda clock: _escalate(clock, now))


def raise_late(*, now: datetime) -> int:
    """What is still late a further limit after its escalation is told to the district leader, a report still not
    checked to the command centre; returns how many.
    """
    rows = SummonsClock.objects.running().filter(raised_at__isnull=True, raise_at__lte=now)
    rows = rows.order_by("raise_at", "pk").select_related("summons__whistle")[:BATCH]
    return each(rows, lambda clock: _raise(clock, now))


def warn_tasks(*, now: datetime) -> int:
    """What a meeting resolved for tomorrow (or for earlier) and nobody has answered for: a notice to its office."""
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    rows = _unanswered().filter(warned_at__isnull=True, due_on__lte=tomorrow)
    return each(rows.order_by("due_on", "pk")[:BATCH], lambda task: _warn_of_task(task, now))


def escalate_tasks(*, now: datetime) -> int:
    """A resolution whose day is past: told to its office, the street, the command centre and the district leader."""
    rows = _unanswered().filter(due_on__lt=timezone.localdate(now))
    return each(rows.order_by("due_on", "pk")[:BATCH], lambda task: _escalate_task(task, now))


def _unanswered() -> QuerySet[Task]:
    """Tasks with a day, of whistles that run; what is suspended waits."""
    return Task.objects.filter(
        due_on__isnull=False,
        escalated_at__isnull=True,
        state__in=UNANSWERED,
        summons__state__in=LIVE_SUMMONS,
        summons__whistle__state=WhistleState.RUNNING,
    ).select_related("summons__whistle")


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
    whistle = clock.summons.whistle
    if clock.name == ClockName.DECIDE:
        tell(whistle, [command(whistle)], NoticeKind.WARNING, f"{_office(clock)}的异议{text}", now)
    elif clock.name == ClockName.CHECK:
        tell(whistle, street_offices(whistle), NoticeKind.WARNING, f"{_office(clock)}反馈的{text}", now)
    else:
        tell(whistle, [clock.summons.office_id], NoticeKind.WARNING, text, now)


def _escalate(clock: SummonsClock, now: datetime) -> None:
    whistle = clock.summons.whistle
    raise_at = due(now, limit_of(whistle, LimitName.RAISE))
    unheard = SummonsClock.objects.filter(pk=clock.pk, escalated_at__isnull=True)
    if not unheard.update(escalated_at=now, raise_at=raise_at):
        return
    text = f"{_missed(clock)}已超过时限 {timezone.localtime(clock.due_at):%m月%d日 %H:%M}"
    if clock.name == ClockName.CHECK:
        offices = street_offices(whistle)
    else:
        offices = escalation_offices(whistle, clock.summons.office_id)
        if whistle.kind == WhistleKind.HARD or clock.name == ClockName.DECIDE:
            offices.append(leader(whistle))
    tell(whistle, offices, NoticeKind.OVERDUE, text, now)


def _raise(clock: SummonsClock, now: datetime) -> None:
    """Once a clock, however many workers sweep; a clock that stopped meanwhile stays as it is."""
    late = SummonsClock.objects.running().filter(pk=clock.pk, raised_at__isnull=True)
    if not late.update(raised_at=now):
        return
    whistle = clock.summons.whistle
    since = timezone.localtime(clock.due_at)
    text = f"{_missed(clock)}自{since:%m月%d日 %H:%M}超时，督促后仍未办理"
    if clock.name == ClockName.CHECK:
        offices = [command(whistle), *street_offices(whistle)]
        tell(whistle, offices, NoticeKind.RAISED, f"{text}，报区指挥中心", now)
        return
    Summons.objects.filter(pk=clock.summons_id, raised_at__isnull=True).update(raised_at=now)
    offices = [leader(whistle), *escalation_offices(whistle, clock.summons.office_id)]
    tell(whistle, offices, NoticeKind.RAISED, f"{text}，报区领导", now)
    publish(SummonsRaised(clock.summons_id, whistle.pk, clock.summons.office_id, clock.name))
    webhooks.emit("whistle.raised", {"number": whistle.number, "kind": whistle.kind, "clock": clock.name}, whistle.path)


def _warn_of_task(task: Task, now: datetime) -> None:
    if _unanswered().filter(pk=task.pk, warned_at__isnull=True).update(warned_at=now):
        text = f"议定事项将到期（{task.due_on:%m月%d日}）：{task.text}"
        tell(task.summons.whistle, [task.summons.office_id], NoticeKind.WARNING, text, now)


def _escalate_task(task: Task, now: datetime) -> None:
    if not _unanswered().filter(pk=task.pk).update(escalated_at=now):
        return
    whistle, office = task.summons.whistle, organization.office(task.summons.office_id)
    text = f"{office.name if office is not None else ''}议定事项已过期（{task.due_on:%m月%d日}）：{task.text}"
    offices = [*escalation_offices(whistle, task.summons.office_id), leader(whistle)]
    tell(whistle, offices, NoticeKind.OVERDUE, text, now)


def _missed(clock: SummonsClock) -> str:
    if clock.name == ClockName.DECIDE:
        return f"{_office(clock)}的异议{ClockName.DECIDE.label}"
    if clock.name == ClockName.CHECK:
        return f"{_office(clock)}反馈的{ClockName.CHECK.label}"
    return f"{_office(clock)}{ClockName(clock.name).label}"


def _office(clock: SummonsClock) -> str:
    office = organization.office(clock.summons.office_id)
    return office.name if office is not None else ""


def _back(posture: Posture, now: datetime) -> None:
    postures.switch_back(posture=posture, reason="应急期限已到，自动转回常态", by=None, now=now)
