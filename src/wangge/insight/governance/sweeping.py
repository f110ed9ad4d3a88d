"""What the clock does by itself: tell who carries a task out that a day comes near, and those above that it is past."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import timezone

from wangge.insight.governance.enums import NoticeKind
from wangge.insight.governance.models import GovernanceClock
from wangge.insight.governance.notices import command, superior, tell
from wangge.kernel.jobs.sweeper import each

BATCH: Final = 500


def warn(*, now: datetime) -> int:
    """A notice to who carries it out for every day that comes near; returns how many."""
    rows = GovernanceClock.objects.due_to_warn(now).select_related("task", "item")[:BATCH]
    return each(rows, lambda clock: _warn(clock, now))


def escalate(*, now: datetime) -> int:
    """A missed day: a line's is told to its office, to the one above it and to the owner of the task; a deadline to the
    owner, to the office above it and to the command centre.
    """
    rows = GovernanceClock.objects.due_to_escalate(now).select_related("task", "item")[:BATCH]
    return each(rows, lambda clock: _escalate(clock, now))


def _warn(clock: GovernanceClock, now: datetime) -> None:
    """Once a clock, however many workers sweep; one that stopped meanwhile stays as it is."""
    if not GovernanceClock.objects.running().filter(pk=clock.pk, warned_at__isnull=True).update(warned_at=now):
        return
    tell(clock.task, [_doer(clock)], NoticeKind.WARNING, f"{_what(clock)}将到：{_day(clock)}", now)


def _escalate(clock: GovernanceClock, now: datetime) -> None:
    if not GovernanceClock.objects.running().filter(pk=clock.pk, escalated_at__isnull=True).update(escalated_at=now):
        return
    task, doer = clock.task, _doer(clock)
    offices = [doer, superior(doer), command(task) if clock.item is None else task.office_id]
    tell(task, offices, NoticeKind.OVERDUE, f"{_what(clock)}已过：{_day(clock)}", now)


def _doer(clock: GovernanceClock) -> int:
    found: int = clock.task.office_id if clock.item is None else clock.item.office_id
    return found


def _what(clock: GovernanceClock) -> str:
    if clock.item is None:
        return f"任务的完成期限（{clock.task.get_state_display()}）"
    return f"{clock.item.get_list_name_display()}“{clock.item.text[:120]}”的期限"


def _day(clock: GovernanceClock) -> str:
    return f"{timezone.localtime(clock.due_at):%Y年%m月%d日}"
