"""Rosters for emergencies: written in quiet times, laid out as turns of joint duty when a division is switched over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import NOTHING, may, scope
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import NotPermitted, Refused
from wangge.organization.models import Office
from wangge.organization.queries import office as office_ref
from wangge.territory import queries as territory
from wangge.whistle.models import Posture, PostureDuty, Roster, RosterMember
from wangge.whistle.models.rosters import LONGEST_TURN_HOURS, MOST_TURNS

SWITCH: Final = "whistle.switch"
# So far ahead turns are laid out at once; afterwards by the press of a button.
AHEAD: Final = timedelta(days=7)


def beside(path: str, other: str) -> bool:
    """Whether one of two places lies within the other."""
    return path.startswith(other) or other.startswith(path)


def visible(user: Any) -> QuerySet[Roster]:
    """The rosters of the places a user may switch, and of those above them."""
    condition = NOTHING
    for path in scope(user, SWITCH).paths:
        condition |= territory.on_line(path)
    return Roster.objects.filter(condition)


def may_manage(user: Any, roster: Roster) -> bool:
    """Writes a roster: who may switch its place. The rows of ``visible`` are wider: those above may be taken up."""
    return may(user, SWITCH, path=roster.path)


def _check(by: User, path: str) -> None:
    if not may(by, SWITCH, path=path):
        raise NotPermitted("您不能编排该区域的值守名册。")


@transaction.atomic
def add_roster(*, path: str, name: str, hours: int, by: User) -> Roster:
    """A roster without people yet. Raises ``ValidationError`` per field."""
    _check(by, path)
    if not name.strip():
        raise ValidationError({"name": ["请填写名册名称。"]})
    if not 1 <= hours <= LONGEST_TURN_HOURS:
        raise ValidationError({"hours": [f"每班小时数应在1至{LONGEST_TURN_HOURS}之间。"]})
    try:
        with transaction.atomic():
            roster = Roster.objects.create(
                path=path, name=name.strip()[:60], hours=hours, valid_from=timezone.localdate()
            )
    except IntegrityError:
        raise ValidationError({"name": [f"该区域已有名册“{name.strip()[:60]}”。"]}) from None
    record("whistle.roster.add", roster, changes={"path": [None, path], "hours": [None, hours]})
    return roster


@transaction.atomic
def end_roster(*, roster: Roster, by: User) -> None:
    """Nobody takes it up any more; emergencies under way keep their turns."""
    _check(by, roster.path)
    today = timezone.localdate()
    if not Roster.objects.filter(pk=roster.pk, valid_to__isnull=True).update(valid_to=today):
        raise Refused("该名册已停用。")
    record("whistle.roster.end", roster, changes={"valid_to": [None, today]})


@transaction.atomic
def put_in(*, roster: Roster, turn: int, post: str, office: Office, user: User, by: User) -> RosterMember:
    """Write somebody into a turn. Once a turn a person."""
    _check(by, roster.path)
    if roster.valid_to is not None:
        raise Refused("该名册已停用，不能再增加人员。")
    if not 1 <= turn <= MOST_TURNS:
        raise ValidationError({"turn": [f"班次应在1至{MOST_TURNS}之间。"]})
    if not post.strip():
        raise ValidationError({"post": ["请填写岗位。"]})
    ref = office_ref(office.pk)
    if ref is None or not beside(ref.path, roster.path):
        raise ValidationError({"office": ["该单位不服务这个区域。"]})
    if not user.is_active:
        raise ValidationError({"user": [f"{user.display_name}的账号已停用。"]})
    try:
        with transaction.atomic():
            member = RosterMember.objects.create(
                roster=roster, turn=turn, post=post.strip()[:60], office=office, user=user
            )
    except IntegrityError:
        raise ValidationError({"user": [f"{user.display_name}已在第{turn}班。"]}) from None
    record("whistle.roster.put_in", roster, changes={"turn": [None, turn], "user": [None, user.pk]})
    return member


@transaction.atomic
def take_out(*, member: RosterMember, by: User) -> None:
    _check(by, member.roster.path)
    if not RosterMember.objects.filter(pk=member.pk, left_at__isnull=True).update(left_at=timezone.now()):
        raise Refused("该人员已撤下。")
    record("whistle.roster.take_out", member.roster, changes={"user": [member.user_id, None]})


def check_chosen(rosters: Sequence[Roster], path: str) -> None:
    """Rosters to be taken up for ``path``: in force, serving it, with people who can come. Raises on ``rosters``."""
    for roster in rosters:
        if roster.valid_to is not None:
            raise ValidationError({"rosters": [f"值守名册“{roster.name}”已停用。"]})
        if not beside(roster.path, path):
            raise ValidationError({"rosters": [f"值守名册“{roster.name}”不是这个区域的。"]})
        members = list(roster.members.filter(left_at__isnull=True).select_related("user"))
        if not members:
            raise ValidationError({"rosters": [f"值守名册“{roster.name}”还没有人员。"]})
        gone = [one.user.display_name for one in members if not one.user.is_active]
        if gone:
            raise ValidationError({"rosters": [f"值守名册“{roster.name}”中{'、'.join(gone)}的账号已停用，请先调整。"]})


def lay_out(posture: Posture, rosters: Iterable[Roster], *, from_at: datetime) -> datetime | None:
    """Turn after turn from ``from_at`` for a week, or until the emergency is to end; until when somebody stands.

    In the caller's transaction. Raises ``ValidationError`` where one person would stand in two places at once.
    """
    until = from_at + AHEAD
    if posture.until_at is not None:
        until = min(until, posture.until_at)
    found: list[PostureDuty] = []
    for roster in rosters:
        found += _turns(posture, roster, from_at, until)
    _refuse_clashes(posture, found)
    PostureDuty.objects.bulk_create(found)
    return max((one.to_at for one in found), default=None)


def _turns(posture: Posture, roster: Roster, from_at: datetime, until: datetime) -> list[PostureDuty]:
    by_turn: defaultdict[int, list[RosterMember]] = defaultdict(list)
    for member in roster.members.filter(left_at__isnull=True).select_related("user"):
        by_turn[member.turn].append(member)
    order = sorted(by_turn)
    # A roster taken up again goes on with the turn after the last one.
    begun = posture.duties.filter(roster=roster).values("from_at").distinct().count()
    found, number, start = [], begun, from_at
    while order and start < until:
        end = min(start + timedelta(hours=roster.hours), until)
        found += [
            PostureDuty(
                posture=posture,
                roster=roster,
                post=one.post,
                office_id=one.office_id,
                user=one.user,
                from_at=start,
                to_at=end,
            )
            for one in by_turn[order[number % len(order)]]
        ]
        number, start = number + 1, end
    return found


def _refuse_clashes(posture: Posture, new: Sequence[PostureDuty]) -> None:
    held: defaultdict[int, list[PostureDuty]] = defaultdict(list)
    for one in posture.duties.filter(called_off_at__isnull=True, user_id__in={row.user_id for row in new}):
        held[one.user_id].append(one)
    for one in new:
        for other in held[one.user_id]:
            if one.from_at < other.to_at and other.from_at < one.to_at:
                at = f"{timezone.localtime(other.from_at):%m-%d %H:%M}"
                raise ValidationError(
                    {"rosters": [f"值守名册：{one.user.display_name}{at}已排“{other.post}”，不能同时排“{one.post}”。"]}
                )
        held[one.user_id].append(one)


@transaction.atomic
def go_on(*, posture: Posture, by: User, now: datetime | None = None) -> datetime:
    """Lay out the next week of each roster of the emergency, after its last turn; until when somebody stands."""
    now = now or timezone.now()
    _check(by, posture.path)
    posture = Posture.objects.select_for_update().get(pk=posture.pk)
    if posture.ended_at is not None:
        raise Refused("该应急状态已经转回常态，不能再编排值守。")
    rosters = list(posture.rosters.filter(valid_to__isnull=True))
    if not rosters:
        raise Refused("本次应急没有采用值守名册，请逐班编排。")
    check_chosen(rosters, posture.path)
    reached: datetime | None = None
    for roster in rosters:
        rows = posture.duties.filter(roster=roster, called_off_at__isnull=True)
        last: datetime | None = rows.aggregate(last=Max("to_at"))["last"]
        to = lay_out(posture, [roster], from_at=max(now, last) if last is not None else now)
        if to is not None:
            reached = max(reached, to) if reached is not None else to
    if reached is None:
        raise Refused("值守已排到预计结束时间，不需要续排。")
    record("whistle.posture.go_on", posture, changes={"until": [None, reached]})
    return reached
