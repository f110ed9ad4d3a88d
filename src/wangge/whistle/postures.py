"""The switch between routine and emergency (平急转化, G16): over, its rosters, limits and lists, and back.

``posture_at`` answers for others too: which emergency, if any, holds at a place now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from wangge.duties.models import DutyList
from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import NOTHING, may, scope
from wangge.kernel.audit.recording import record
from wangge.kernel.calendar.units import Limit
from wangge.kernel.events.bus import publish
from wangge.kernel.flow import NotPermitted, Refused
from wangge.kernel.periods import holds
from wangge.organization.models import Office
from wangge.organization.queries import office as office_ref
from wangge.organization.queries import path_of
from wangge.territory import queries as territory
from wangge.whistle import rosters as books
from wangge.whistle.enums import LimitName, WhistleKind
from wangge.whistle.events import PostureSwitched
from wangge.whistle.models import Posture, PostureDuty, PostureLimit, Roster

SWITCH = books.SWITCH
LARGEST_LIMIT = 9999


def posture_at(path: str, now: datetime) -> Posture | None:
    """The emergency in force at ``path``: the nearest division that is switched over."""
    rows = Posture.objects.filter(began_at__lte=now, ended_at__isnull=True)
    rows = rows.filter(path__in=territory.prefixes(path))
    return max(rows, key=lambda row: len(row.path), default=None)


def visible(user: Any) -> QuerySet[Posture]:
    """Emergencies that concern the user's places or the places their office serves: those above, and those below."""
    seen = scope(user, "whistle.read")
    condition = NOTHING
    for path in (*seen.paths, *filter(None, (path_of(office) for office in seen.offices))):
        condition |= territory.on_line(path)
    return Posture.objects.filter(condition)


def concerning(user: Any) -> QuerySet[Posture]:
    """Of the visible ones those a user is told of: of the own places, around the own office, or with it on duty."""
    seen = scope(user, "whistle.read")
    condition = Q(path__in={p for o in seen.offices for p in territory.prefixes(path_of(o) or "")})
    condition |= Q(pk__in=PostureDuty.objects.filter(office_id__in=seen.offices).values("posture_id"))
    for path in seen.paths:
        condition |= territory.on_line(path)
    return visible(user).filter(condition)


def may_see(user: Any, posture: Posture) -> bool:
    """The predicate beside ``visible``."""
    return visible(user).filter(pk=posture.pk).exists()


def may_switch(user: Any, path: str) -> bool:
    return may(user, SWITCH, path=path)


def in_force(now: datetime, paths: Iterable[str] = ()) -> list[Posture]:
    """Emergencies going on, those that touch ``paths`` only when given; the widest first."""
    rows = Posture.objects.filter(began_at__lte=now, ended_at__isnull=True).order_by("path")
    wanted = list(paths)
    return [r for r in rows if not wanted or any(r.path.startswith(p) or p.startswith(r.path) for p in wanted)]


@transaction.atomic
def switch(
    *,
    path: str,
    title: str,
    reason: str,
    by: User,
    until_at: datetime | None = None,
    percent: int = 100,
    lists: Iterable[DutyList] = (),
    rosters: Iterable[Roster] = (),
    limits: Mapping[tuple[str, str], Limit] | None = None,
    radius_m: int | None = None,
    now: datetime | None = None,
) -> Posture:
    """Switch ``path`` over to emergency. ``limits``: (kind, limit) → what replaces the routine one.

    The people of ``rosters`` stand on duty from now on. Raises ``ValidationError`` with messages per field.
    """
    now = now or timezone.now()
    if not may_switch(by, path):
        raise NotPermitted("您不能切换该区域的平急状态。")
    lists, rosters, limits = list(lists), list(rosters), limits or {}
    _check(title, reason, until_at=until_at, percent=percent, radius_m=radius_m, now=now)
    _check_limits(limits)
    _check_lists(lists, path, timezone.localdate(now))
    books.check_chosen(rosters, path)
    try:
        with transaction.atomic():
            posture = Posture.objects.create(
                path=path,
                title=title.strip()[:80],
                reason=reason.strip(),
                percent=percent,
                radius_m=radius_m,
                began_at=now,
                began_by_id=by.pk,
                until_at=until_at,
            )
    except IntegrityError:
        raise Refused(f"{territory.name_of(path)}已处于应急状态，请先转回常态。") from None
    posture.lists.set(lists)
    posture.rosters.set(rosters)
    for (kind, clock), limit in limits.items():
        PostureLimit.objects.create(
            posture=posture,
            kind=WhistleKind(kind).value,
            clock=LimitName(clock).value,
            value=limit.value,
            unit=limit.unit.value,
        )
    books.lay_out(posture, rosters, from_at=now)
    changes = {
        "path": [None, path],
        "percent": [100, percent],
        "limits": [{}, {f"{kind}.{name}": str(limit) for (kind, name), limit in limits.items()}],
        "lists": [[], [one.code for one in lists]],
        "rosters": [[], [one.name for one in rosters]],
    }
    record("whistle.posture.switch", posture, changes=changes, reason=reason)
    publish(PostureSwitched(posture.pk, path, True))
    return posture


def _check(
    title: str, reason: str, *, until_at: datetime | None, percent: int, radius_m: int | None, now: datetime
) -> None:
    if len(reason.strip()) < 4:
        raise ValidationError({"reason": ["请写明启动理由（至少4个字）。"]})
    if not title.strip():
        raise ValidationError({"title": ["请填写应急名称，如“7·20强降雨”。"]})
    if until_at is not None and until_at <= now:
        raise ValidationError({"until_at": ["预计结束时间须在现在以后。"]})
    if not 10 <= percent <= 100:
        raise ValidationError({"percent": ["时限比例应在10%到100%之间。"]})
    if radius_m is not None and not 20 <= radius_m <= 5000:
        raise ValidationError({"radius_m": ["签到半径应在20至5000米之间。"]})


def _check_limits(limits: Mapping[tuple[str, str], Limit]) -> None:
    for (kind, name), limit in limits.items():
        if kind not in WhistleKind.values or name not in LimitName.values:
            raise ValidationError({"limits": [f"没有“{kind}”的时限“{name}”。"]})
        if limit.value > LARGEST_LIMIT:
            label = f"{WhistleKind(kind).label}{LimitName(name).label}时限"
            raise ValidationError({"limits": [f"{label}应在1至{LARGEST_LIMIT}之间。"]})


def _check_lists(lists: Sequence[DutyList], path: str, on: date) -> None:
    for one in lists:
        if not holds(one.valid_from, one.valid_to, on):
            raise ValidationError({"lists": [f"应急清单“{one.name}”现在不生效。"]})
        if not books.beside(one.path, path):
            raise ValidationError({"lists": [f"应急清单“{one.name}”不适用于这个区域。"]})


@transaction.atomic
def switch_back(*, posture: Posture, reason: str, by: User | None, now: datetime | None = None) -> Posture:
    """Back to routine: limits and lists are those of before, nobody stands on duty any more.

    ``by`` None: the time was over. Compare-and-set. Every row stays as the history of the emergency.
    """
    now = now or timezone.now()
    if by is not None and not may_switch(by, posture.path):
        raise NotPermitted("您不能切换该区域的平急状态。")
    if len(reason.strip()) < 4:
        raise ValidationError({"reason": ["请写明转回常态的理由（至少4个字）。"]})
    changed = Posture.objects.filter(pk=posture.pk, ended_at__isnull=True).update(
        ended_at=now, ended_by_id=by.pk if by is not None else None, end_reason=reason.strip()[:500]
    )
    if not changed:
        raise Refused("该应急状态已经转回常态。")
    ahead = PostureDuty.objects.filter(posture=posture, called_off_at__isnull=True)
    ahead.filter(from_at__lt=now, to_at__gt=now).update(to_at=now)
    ahead.filter(from_at__gte=now).update(called_off_at=now)
    posture.refresh_from_db()
    record("whistle.posture.switch_back", posture, changes={"ended_at": [None, now]}, reason=reason)
    publish(PostureSwitched(posture.pk, posture.path, False))
    return posture


@transaction.atomic
def put_on_duty(
    *, posture: Posture, post: str, office: Office, user: User, from_at: datetime, to_at: datetime, by: User
) -> PostureDuty:
    """A turn of the joint roster. Refused when the person stands on another post meanwhile."""
    if not may_switch(by, posture.path):
        raise NotPermitted("您不能编排该区域的值守。")
    if posture.ended_at is not None:
        raise Refused("该应急状态已经转回常态，不能再编排值守。")
    if not post.strip():
        raise ValidationError({"post": ["请填写岗位。"]})
    if to_at <= from_at:
        raise ValidationError({"to_at": ["值守止须晚于值守起。"]})
    ref = office_ref(office.pk)
    if ref is None or not books.beside(ref.path, posture.path):
        raise ValidationError({"office": ["该单位不服务这个区域。"]})
    Posture.objects.select_for_update().get(pk=posture.pk)
    clash = posture.duties.filter(user=user, called_off_at__isnull=True, from_at__lt=to_at, to_at__gt=from_at).first()
    if clash is not None:
        at = f"{timezone.localtime(clash.from_at):%m-%d %H:%M}至{timezone.localtime(clash.to_at):%m-%d %H:%M}"
        raise ValidationError({"user": [f"{user.display_name}在{at}已排“{clash.post}”。"]})
    duty = PostureDuty.objects.create(
        posture=posture, post=post.strip()[:60], office=office, user=user, from_at=from_at, to_at=to_at
    )
    record("whistle.posture.put_on_duty", posture, changes={"post": [None, duty.post], "user": [None, user.pk]})
    return duty


@transaction.atomic
def take_off_duty(*, duty: PostureDuty, by: User, now: datetime | None = None) -> None:
    """A turn that has not begun is called off; one under way ends now."""
    now = now or timezone.now()
    if not may_switch(by, duty.posture.path):
        raise NotPermitted("您不能编排该区域的值守。")
    if duty.to_at <= now or duty.called_off_at is not None:
        raise Refused("该班次已经结束。")
    record("whistle.posture.take_off_duty", duty.posture, changes={"post": [duty.post, None]})
    ended = {"called_off_at": now} if duty.from_at >= now else {"to_at": now}
    PostureDuty.objects.filter(pk=duty.pk).update(**ended)


def on_duty(posture: Posture, now: datetime) -> QuerySet[PostureDuty]:
    """Who stands on duty at this moment."""
    return (
        posture.duties.filter(called_off_at__isnull=True, from_at__lte=now, to_at__gt=now)
        .select_related("office", "user")
        .order_by("post")
    )


def my_turns(user: Any, now: datetime) -> QuerySet[PostureDuty]:
    """The turns of the user in emergencies that go on: the one under way first, then those to come."""
    turns = PostureDuty.objects.filter(user_id=user.pk, called_off_at__isnull=True, to_at__gt=now)
    return turns.filter(posture__ended_at__isnull=True).select_related("posture", "office").order_by("from_at", "pk")


def end_over(*, now: datetime) -> QuerySet[Posture]:
    """Emergencies whose time is over."""
    return Posture.objects.filter(ended_at__isnull=True, until_at__lte=now)
