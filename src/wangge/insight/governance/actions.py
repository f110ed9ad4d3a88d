"""Proposing a task, its plan, the lines of its lists, its place in the year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from wangge.duties.models import Kind
from wangge.insight.governance import effect, policy
from wangge.insight.governance.enums import ListName, TaskState
from wangge.insight.governance.flow import TaskFlow
from wangge.insight.governance.models import GovernanceItem, GovernanceTask
from wangge.insight.topics import policy as topics
from wangge.insight.topics.models import Topic
from wangge.kernel.access.models import User
from wangge.kernel.audit.context import actor_for, bind
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import Conflict
from wangge.organization import queries as organization
from wangge.territory import queries as territory

MOST_ITEMS: Final = 60
LONGEST_YEARS: Final = 3


def propose(
    *,
    name: str,
    path: str,
    office_id: int,
    goal: str,
    deadline_on: date,
    by: User,
    topic: Topic | None = None,
    kind: Kind | None = None,
    seen_from_on: date | None = None,
    seen_to_on: date | None = None,
    fall_percent: int | None = None,
    month_on: date | None = None,
    plan: str = "",
) -> GovernanceTask:
    """A task about ``topic``, or about ``kind`` at ``path`` as seen in a period. Raises ``ValidationError``."""
    today = timezone.localdate()
    if topic is not None and not topics.may_see(by, topic):
        raise PermissionDenied("您看不到这个热点。")
    if not policy.may_manage_at(by, path):
        raise PermissionDenied("您不能在这个范围提出治理任务。")
    if topic is None and kind is None:
        raise ValidationError({"kind": ["请选择热点或类别。"]})
    if not path or territory.name_of(path) == path:
        raise ValidationError({"path": ["没有这个区划。"]})
    owner = organization.current_office(office_id)
    if owner is None or not (owner.path.startswith(path[:6]) or path.startswith(owner.path)):
        raise ValidationError({"office": ["牵头单位应是服务这个范围的现行机构。"]})
    _check_deadline(deadline_on, today)
    seen_to = min(seen_to_on or today, today)
    seen_from = seen_from_on or (topic.first_on if topic is not None else seen_to - timedelta(days=89))
    if seen_from > seen_to:
        raise ValidationError({"seen_from_on": ["观察期的起始日期晚于结束日期。"]})
    task = GovernanceTask(
        name=name.strip(),
        topic=topic,
        kind=kind or (topic.kind if topic is not None else None),
        path=path,
        office_id=owner.id,
        office_ids=[owner.id],
        goal=goal.strip(),
        fall_percent=fall_percent,
        plan=plan.strip(),
        deadline_on=deadline_on,
        month_on=month_on.replace(day=1) if month_on else None,
        seen_from_on=seen_from,
        seen_to_on=seen_to,
        created_by_id=by.pk,
        created_at=timezone.now(),
    )
    task.seen_count = sum(effect.counts(task, seen_from, seen_to).values())
    try:
        with transaction.atomic(), bind(actor=actor_for(by)):
            task.full_clean(exclude=["effect", "plan"], validate_constraints=False)
            task.save()
            TaskFlow(task, by).record_start()
            record("governance.task.create", task, changes={"office_id": [None, owner.id]})
    except IntegrityError as error:
        raise ValidationError({"topic": ["这个热点已有进行中的治理任务。"]}) from error
    return task


def _check_deadline(deadline_on: date, today: date) -> None:
    if not today < deadline_on <= today + timedelta(days=366 * LONGEST_YEARS):
        raise ValidationError({"deadline_on": [f"完成期限应在今天之后、{LONGEST_YEARS}年之内。"]})


@transaction.atomic
def write_plan(*, task: GovernanceTask, plan: str, goal: str, fall_percent: int | None, seen: int, by: User) -> None:
    """Plan and goal, while the task is open; ``seen`` is the version the writer looked at."""
    held = _lock(task, by)
    if held.version != seen:
        raise Conflict("方案刚被他人修改，请刷新后再写；您的修改没有保存。")
    held.plan, held.goal, held.fall_percent = plan.strip(), goal.strip(), fall_percent
    held.version += 1
    held.save(update_fields=["plan", "goal", "fall_percent", "version"])
    with bind(actor=actor_for(by)):
        record("governance.task.plan", held, changes={"goal": [task.goal, held.goal]})


@transaction.atomic
def add_item(
    *, task: GovernanceTask, list_name: str, text: str, office_id: int, due_on: date, by: User
) -> GovernanceItem:
    """A line of a list. Its office sees the task from now on. Raises ``ValidationError``."""
    held = _lock(task, by)
    if list_name not in ListName.values:
        raise ValidationError({"list_name": ["没有这张清单。"]})
    office = organization.current_office(office_id)
    if office is None:
        raise ValidationError({"office": ["请选择现行机构。"]})
    if due_on > held.deadline_on:
        raise ValidationError({"due_on": [f"不能晚于任务的完成期限{held.deadline_on}。"]})
    if held.items.filter(removed_at=None).count() >= MOST_ITEMS:
        raise ValidationError({"text": [f"三张清单合计最多{MOST_ITEMS}条，请先合并。"]})
    if not 4 <= len(text.strip()) <= 300:
        raise ValidationError({"text": ["请用4至300个字写清楚。"]})
    item = GovernanceItem.objects.create(
        task=held, list_name=list_name, text=text.strip(), office_id=office.id, due_on=due_on
    )
    _gather_offices(held)
    with bind(actor=actor_for(by)):
        record("governance.item.create", item, changes={"office_id": [None, office.id], "due_on": [None, due_on]})
    return item


@transaction.atomic
def remove_item(*, item: GovernanceItem, by: User) -> None:
    """Strike a line out; it stays in the record."""
    held = _lock(item.task, by)
    if GovernanceItem.objects.select_for_update().get(pk=item.pk).done_at is not None:
        raise ValidationError("已完成的不能删去。")
    GovernanceItem.objects.filter(pk=item.pk, removed_at=None).update(removed_at=timezone.now())
    _gather_offices(held)
    with bind(actor=actor_for(by)):
        record("governance.item.remove", item)


@transaction.atomic
def finish_item(*, item: GovernanceItem, note: str, by: User) -> None:
    """A line is done; ``note`` says how. Twice is once. Raises ``ValidationError``."""
    if not policy.may_finish(by, item):
        raise PermissionDenied("只有责任单位或牵头单位可以登记完成。")
    if item.task.state != TaskState.RUNNING:
        raise ValidationError("任务不在实施中，不能登记完成。")
    if not 2 <= len(note.strip()) <= 300:
        raise ValidationError("请用2至300个字写明完成情况。")
    found = GovernanceItem.objects.filter(pk=item.pk, done_at=None, removed_at=None)
    if found.update(done_at=timezone.now(), done_note=note.strip(), done_by_id=by.pk):
        with bind(actor=actor_for(by)):
            record("governance.item.finish", item, changes={"done": [False, True]})


@transaction.atomic
def place_in_year(*, task: GovernanceTask, month_on: date | None, by: User) -> None:
    """Make the task the topic of a month (每月一题), or of none."""
    if not policy.may_manage(by, task):
        raise PermissionDenied("您不能安排每月一题。")
    held = GovernanceTask.objects.select_for_update().get(pk=task.pk)
    before, held.month_on = held.month_on, month_on.replace(day=1) if month_on else None
    held.save(update_fields=["month_on"])
    with bind(actor=actor_for(by)):
        record("governance.task.month", held, changes={"month_on": [before, held.month_on]})


def _lock(task: GovernanceTask, by: User) -> GovernanceTask:
    """The task as it is now, for a change of its plan and lists."""
    held = GovernanceTask.objects.select_for_update().get(pk=task.pk)
    if not policy.may_edit(by, held):
        raise PermissionDenied("您不能修改这个任务的方案和清单。")
    if held.state not in {TaskState.DRAFT, TaskState.RUNNING}:
        raise ValidationError(f"任务{held.get_state_display()}，方案和清单不能再改。")
    return held


def _gather_offices(task: GovernanceTask) -> None:
    named: list[Any] = list(task.items.filter(removed_at=None).values_list("office_id", flat=True))
    task.office_ids = list(dict.fromkeys([task.office_id, *named]))
    task.save(update_fields=["office_ids"])
