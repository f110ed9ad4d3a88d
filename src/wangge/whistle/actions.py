"""Every write that is neither a step nor a draft: steps with their files, meetings, notices read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from wangge.kernel.access.models import User
from wangge.kernel.attachments.actions import prepare, store
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import NotPermitted, Refused
from wangge.organization import queries as organization
from wangge.whistle import policy
from wangge.whistle.enums import LIVE_STATES, LIVE_SUMMONS, NoticeKind, Role, SummonsState, WhistleState
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Meeting, Summons, Task, Whistle
from wangge.whistle.notices import command, street_offices, tell
from wangge.whistle.summons_flow import SummonsFlow, call


def take_step(
    *,
    subject: Whistle | Summons,
    step: str,
    by: Any,
    seen: int,
    reason: str = "",
    files: Sequence[File[bytes]] = (),
    **given: Any,
) -> None:
    """A step as a person presses it, with the files that prove it: both or neither. Raises a flow error."""
    prepared = [prepare(file) for file in files]
    flow = WhistleFlow(subject, by) if isinstance(subject, Whistle) else SummonsFlow(subject, by)
    with transaction.atomic():
        getattr(flow, step)(seen=seen, reason=reason, **given)
        for file in prepared:
            store(file, owner=subject, purpose=step, by=by)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a meeting resolved for one office."""

    office_id: int
    text: str
    due_on: date | None = None


@transaction.atomic
def hold_meeting(
    *,
    whistle: Whistle,
    held_at: datetime,
    chair: str,
    summary: str,
    resolutions: Sequence[Resolution],
    by: User,
    now: datetime | None = None,
) -> Meeting:
    """A coordination meeting: each resolution becomes a task of its office; an office not yet called is called."""
    now = now or timezone.now()
    if not policy.over("whistle.meet")(by, whistle):
        raise NotPermitted("协调会由区领导召开，您没有登记的权限。")
    whistle = Whistle.objects.select_for_update().get(pk=whistle.pk)
    if whistle.state not in LIVE_STATES:
        raise Refused(f"吹哨当前为“{whistle.get_state_display()}”，不能登记协调会。")
    errors: dict[str, list[str]] = {}
    if held_at > now:
        errors["held_at"] = ["召开时间不能晚于现在。"]
    if len(summary.strip()) < 4:
        errors["summary"] = ["请填写会议纪要（至少4个字）。"]
    if any(not one.text.strip() for one in resolutions):
        errors["resolutions"] = ["每条议定事项都须写明内容。"]
    if any(one.due_on is not None and one.due_on < timezone.localdate(now) for one in resolutions):
        errors["resolutions"] = ["完成日期不能早于今天。"]
    if errors:
        raise ValidationError(errors)
    if resolutions and whistle.state != WhistleState.RUNNING:
        raise Refused("吹哨已挂起，请先恢复，再登记有任务的协调会。")
    meeting = Meeting.objects.create(
        whistle=whistle,
        held_at=held_at,
        chair=(chair.strip() or by.display_name)[:60],
        summary=summary.strip(),
        at=now,
        by_id=by.pk,
    )
    by_office: dict[int, list[Task]] = {}
    for one in resolutions:
        task = Task(text=one.text.strip()[:300], due_on=one.due_on, meeting=meeting)
        by_office.setdefault(one.office_id, []).append(task)
    for office_id, tasks in by_office.items():
        _give(whistle, office_id, tasks, now)
    record("whistle.meeting.hold", whistle, changes={"meeting": meeting.pk, "tasks": len(resolutions)})
    text = f"协调会议定{len(resolutions)}项：{summary.strip()}"
    tell(whistle, [*whistle.office_ids, *street_offices(whistle)], NoticeKind.MEETING, text, now)
    return meeting


def _give(whistle: Whistle, office_id: int, tasks: list[Task], now: datetime) -> None:
    summons = whistle.summonses.exclude(state=SummonsState.RELEASED).filter(office_id=office_id).first()
    if summons is None:
        office = organization.office(office_id)
        if office is None or not office.open:
            raise ValidationError({"resolutions": ["所选单位不存在或已撤销。"]})
        call(whistle, office_id, Role.ASSIST, tasks, now=now, designated=True)
        return
    if summons.state not in (*LIVE_SUMMONS, SummonsState.DONE):
        raise Refused("该单位的报到通知还没有发出。")
    for task in tasks:
        task.summons = summons
    SummonsFlow(summons, now=now).take_on(tasks=tasks)


def escalation_offices(whistle: Whistle, office_id: int) -> list[int | None]:
    """Who hears that an office is late: itself, the street, the district's command centre."""
    return [office_id, *street_offices(whistle), command(whistle)]
