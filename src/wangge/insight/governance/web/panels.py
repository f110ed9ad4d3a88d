"""What my work shows of tasks: those with a line of the user's offices to carry out, and what the offices were told."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from wangge.cases.panels import WorkCard, WorkRow
from wangge.insight.governance import policy
from wangge.insight.governance.enums import NOTICE_TONES, TONES
from wangge.insight.governance.models import GovernanceItem, GovernanceTask
from wangge.insight.governance.web.tables import mine
from wangge.kernel.access.scopes import permissions
from wangge.territory import queries as territory

SHOWN: Final = 5


def my_tasks(user: Any, now: datetime) -> list[WorkCard]:
    held = permissions(user)
    if policy.READ not in held:
        return []
    return [*(_lines(user, now) if policy.HANDLE in held else []), _notices(user)]


def _lines(user: Any, now: datetime) -> list[WorkCard]:
    """Tasks by the day of the first open line of the user's offices."""
    offices = policy.my_offices(user)
    if not offices:
        return []
    tasks = {task.pk: task for task in mine(policy.rows(user), user)}
    lines = GovernanceItem.objects.filter(task__in=tasks, office_id__in=offices, removed_at=None, done_at=None)
    first: dict[int, GovernanceItem] = {}
    for line in lines.order_by("due_on", "pk"):
        first.setdefault(line.task_id, line)
    today = timezone.localdate(now)
    late = sum(1 for line in first.values() if line.due_on < today)
    names = territory.names_of({task.path for task in tasks.values()})
    rows = tuple(_row(tasks[pk], line, names) for pk, line in list(first.items())[:SHOWN])
    return [WorkCard("governance-mine", "治理任务待办", len(first), late, rows, reverse("governance_mine"))]


def _row(task: GovernanceTask, line: GovernanceItem, names: dict[str, str]) -> WorkRow:
    due_at = timezone.make_aware(datetime.combine(line.due_on, time.max))
    return WorkRow(
        line.text,
        reverse("governance_task", args=[task.pk]),
        f"{task.name} · {names[task.path]}",
        due_at,
        line.get_list_name_display(),
        TONES[task.state],
    )


def _notices(user: Any) -> WorkCard:
    """What the user's offices were told and nobody there has read."""
    unseen = policy.notices(user).filter(seen_at__isnull=True)
    rows: list[Any] = list(unseen.select_related("task").order_by("-at", "-pk")[: SHOWN + 1])
    total = len(rows) if len(rows) <= SHOWN else unseen.order_by().count()
    shown = tuple(
        WorkRow(
            row.text,
            reverse("governance_task", args=[row.task_id]),
            row.task.name,
            None,
            row.get_kind_display(),
            NOTICE_TONES.get(row.kind, "info"),
        )
        for row in rows[:SHOWN]
    )
    url = f"{reverse('governance_notices')}?unseen=1"
    return WorkCard("governance-notices", "治理提醒", total, 0, shown, url, counts=False)
