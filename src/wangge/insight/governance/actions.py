"""Proposing a task, taking its steps, the lines of its lists."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from wangge.duties.models import Kind
from wangge.insight.governance import clocks, effect, policy
from wangge.insight.governance.enums import ListName, TaskState
from wangge.insight.governance.flow import TaskFlow, deadline_wrong
from wangge.insight.governance.models import GovernanceItem, GovernanceTask
from wangge.insight.topics import policy as topics
from wangge.insight.topics.enums import TopicState
from wangge.insight.topics.models import Topic
from wangge.kernel.access.models import User
from wangge.kernel.audit.context import actor_for, bind
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import Conflict, already
from wangge.organization import queries as organization
from wangge.territory import queries as territory

MOST_ITEMS: Final = 60
# What the list of cases behind a figure spans at most.
LONGEST_SEEN: Final = timedelta(days=3650)
# Steps that set what they are given and nothing more.
SETTING: Final = frozenset({"write_plan", "place"})


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
    if topic is not None and topic.state not in {TopicState.ACTIVE, TopicState.QUIET}:
        raise ValidationError({"topic": [f"这个热点为“{topic.get_state_display()}”，不能立为治理任务。"]})
    if topic is not None and not (topic.path.startswith(path) or path.startswith(topic.path)):
        raise ValidationError({"path": ["治理范围应与热点的范围相交。"]})
    if not path or territory.name_of(path) == path:
        raise ValidationError({"path": ["没有这个区划。"]})
    owner = _owner(office_id, path)
    if owner is None:
        raise ValidationError({"office": ["牵头单位应是服务这个范围的现行机构。"]})
    if wrong := deadline_wrong(deadline_on, today):
        raise ValidationError({"deadline_on": [wrong]})
    seen_to = min(seen_to_on or today, today)
    seen_from = seen_from_on or (topic.first_on if topic is not None else seen_to - timedelta(days=89))
    if seen_from > seen_to:
        raise ValidationError({"seen_from_on": ["观察期的起始日期晚于结束日期。"]})
    if seen_to - seen_from > LONGEST_SEEN:
        raise ValidationError({"seen_from_on": ["观察期最长十年。"]})
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
            clocks.start(task)
            record("governance.task.create", task, changes={"office_id": [None, owner.id]})
    except IntegrityError as error:
        raise ValidationError({"topic": ["这个热点已有进行中的治理任务。"]}) from error
    return task


def _owner(office_id: int, path: str) -> Any:
    """The office, if it is a current one of the district that ``path`` lies in, or above it; else none."""
    office = organization.current_office(office_id)
    near = office is not None and (office.path.startswith(path[:6]) or path.startswith(office.path))
    return office if near else None


@transaction.atomic
def take_step(*, task: GovernanceTask, step: str, by: User, seen: int, reason: str = "", **given: Any) -> None:
    """Take a step of ``TaskFlow`` on the version ``seen``. Raises ``FlowError``.

    A plan or a month that is already so is nothing new: whoever sent it, and on whatever version.
    """
    held = GovernanceTask.objects.select_for_update().get(pk=task.pk)
    declared = TaskFlow.steps()[step]
    given = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    unchanged = step in SETTING and all(getattr(held, name) == value for name, value in given.items())
    if not (unchanged and declared.may(by, held)):
        with bind(actor=actor_for(by)):
            getattr(TaskFlow(held, by), step)(reason=reason, seen=seen, **given)


@transaction.atomic
def add_item(
    *,
    task: GovernanceTask,
    list_name: str,
    text: str,
    office_id: int,
    due_on: date,
    by: User,
    seen: int | None = None,
) -> GovernanceItem:
    """A line of a list on the version ``seen`` (None: that of ``task``), the same one once. Its office sees the task.

    Raises ``ValidationError``, ``Conflict`` (the task is no longer what the form was filled on).
    """
    held = _lock(task, by)
    text = text.strip()
    if list_name not in ListName.values:
        raise ValidationError({"list_name": ["没有这张清单。"]})
    office = _owner(office_id, held.path)
    if office is None:
        raise ValidationError({"office": ["责任单位应是服务这个范围的现行机构。"]})
    open_ones = held.items.filter(removed_at=None)
    same = open_ones.filter(list_name=list_name, text=text, office_id=office.id, due_on=due_on, done_at=None).first()
    if same is not None:
        return same
    if due_on < timezone.localdate():
        raise ValidationError({"due_on": ["期限不能早于今天；任务已经超期的，请先延长期限。"]})
    if due_on > held.deadline_on:
        raise ValidationError({"due_on": [f"不能晚于任务的完成期限{held.deadline_on}。"]})
    if open_ones.count() >= MOST_ITEMS:
        raise ValidationError({"text": [f"三张清单合计最多{MOST_ITEMS}条，请先合并。"]})
    if not 4 <= len(text) <= 300:
        raise ValidationError({"text": ["请用4至300个字写清楚。"]})
    item = GovernanceItem(task=held, list_name=list_name, text=text, office_id=office.id, due_on=due_on)
    with bind(actor=actor_for(by)):
        TaskFlow(held, by).add_line(item=item, seen=task.version if seen is None else seen)
        record("governance.item.create", item, changes={"office_id": [None, office.id], "due_on": [None, due_on]})
    task.version = held.version
    return item


@transaction.atomic
def remove_item(*, item: GovernanceItem, by: User, seen: int | None = None) -> None:
    """Strike an open line out on the version ``seen`` of its task; it stays in the record.

    Raises ``ValidationError``, ``Conflict`` (it is done, or the task is no longer what was seen).
    """
    held = _lock(item.task, by)
    now = GovernanceItem.objects.get(pk=item.pk)
    if now.removed_at is not None:
        return
    if now.done_at is not None:
        raise Conflict(f"{_finished(now)}，已完成的不能删去。")
    others = held.items.filter(list_name=now.list_name, removed_at=None).exclude(pk=now.pk)
    if held.state == TaskState.RUNNING and not others.exists():
        raise ValidationError(f"任务已在实施，{now.get_list_name_display()}至少留一条。")
    with bind(actor=actor_for(by)):
        TaskFlow(held, by).strike_line(item=now, seen=item.task.version if seen is None else seen)
        record("governance.item.remove", item)
    item.task.version = held.version


@transaction.atomic
def finish_item(*, item: GovernanceItem, note: str, by: User) -> None:
    """An open line is done; ``note`` says how. Sent twice is once.

    Raises ``ValidationError``, and ``Conflict`` when somebody else finished it or struck it out: who, when, and the
    note that was not kept.
    """
    note = note.strip()
    held = GovernanceTask.objects.select_for_update().get(pk=item.task_id)
    now = GovernanceItem.objects.select_related("task").get(pk=item.pk)
    if not policy.may_finish(by, now):
        raise PermissionDenied("只有责任单位或牵头单位可以登记完成。")
    if not 2 <= len(note) <= 300:
        raise ValidationError("请用2至300个字写明完成情况。")
    if now.done_at is not None:
        if (now.done_by_id, now.done_note) == (by.pk, note):
            return
        raise Conflict(f"{_finished(now)}。您填写的“{note}”没有保存。")
    if now.removed_at is not None:
        raise Conflict(f"{_already(now.removed_by_id, now.removed_at)}删去这一条。您填写的“{note}”没有保存。")
    if held.state != TaskState.RUNNING:
        raise ValidationError(f"任务{held.get_state_display()}，不能登记完成。")
    GovernanceItem.objects.filter(pk=now.pk).update(done_at=timezone.now(), done_note=note, done_by_id=by.pk)
    clocks.stop(held, timezone.now(), item=now)
    with bind(actor=actor_for(by)):
        record("governance.item.finish", item, changes={"done": [False, True]})


def _already(user_id: int | None, at: datetime) -> str:
    return already(User.objects.filter(pk=user_id or 0).values_list("display_name", flat=True).first(), at)


def _finished(item: GovernanceItem) -> str:
    assert item.done_at is not None
    return f"{_already(item.done_by_id, item.done_at)}登记完成：{item.done_note}"


def _lock(task: GovernanceTask, by: User) -> GovernanceTask:
    """The task as it is now, for a change of its lists."""
    held = GovernanceTask.objects.select_for_update().get(pk=task.pk)
    if not policy.may_edit(by, held):
        raise PermissionDenied("您不能修改这个任务的清单。")
    if held.state not in {TaskState.DRAFT, TaskState.RUNNING}:
        raise ValidationError(f"任务{held.get_state_display()}，清单不能再改。")
    return held
