"""The clocks of a task: its own until the deadline, and one for every open line while it is carried out.

A day that is named is over with its last second. Warned of a week before, or when a quarter of the time is left where
the whole time is less than four weeks.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from wangge.insight.governance.models import GovernanceClock, GovernanceItem, GovernanceTask
from wangge.kernel.calendar import clocks as kernel
from wangge.kernel.calendar.units import Limit, Unit

WEEK: Final = Limit(7, Unit.DAY)
LONG: Final = 28  # days


def start(task: GovernanceTask, item: GovernanceItem | None = None) -> None:
    """The clock of the task or of a line, from the day that it was written down."""
    since, until = (task.created_at, task.deadline_on) if item is None else (item.created_at, item.due_on)
    days = (until - timezone.localdate(since)).days
    # What is due on its first day has that day.
    whole = Limit(max(days, 1), Unit.DAY)
    begun = kernel.begin(
        name="task" if item is None else "line",
        limit=whole,
        now=since if days > 0 else since - timedelta(days=1),
        warn=WEEK if days >= LONG else None,
    )
    GovernanceClock.objects.create(task=task, item=item, **begun)


def start_lines(task: GovernanceTask) -> None:
    """With the approval the time of every open line counts."""
    for item in task.items.filter(removed_at=None, done_at=None):
        start(task, item)


def extend(task: GovernanceTask, *, old: date, now: datetime) -> None:
    """The deadline lies later: the clock with it, and what was told of the old one comes again."""
    for clock in GovernanceClock.objects.open().filter(task=task, item=None).select_for_update():
        changed = kernel.extend(clock, Limit((task.deadline_on - old).days, Unit.DAY), now)
        clock.save(update_fields=changed)


def stop(task: GovernanceTask, now: datetime, *, item: GovernanceItem | None = None) -> None:
    """Stop a line's clock; without a line, every clock of the task."""
    only = {} if item is None else {"item_id": item.pk}
    kernel.stop_all(GovernanceClock, now, task_id=task.pk, **only)
