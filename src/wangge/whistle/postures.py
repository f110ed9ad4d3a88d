"""The switch between routine and emergency (平急转化, G16): over, its rosters, limits and lists, and back.

``posture_at`` answers for others too: which emergency, if any, holds at a place now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
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
from wangge.organization.models import Office
from wangge.organization.queries import office as office_ref
from wangge.organization.queries import path_of
from wangge.territory import queries as territory
from wangge.whistle.enums import ClockName, WhistleKind
from wangge.whistle.events import PostureSwitched
from wangge.whistle.models import Posture, PostureDuty, PostureLimit

SWITCH = "whistle.switch"


def posture_at(path: str, now: datetime) -> Posture | None:
    """The emergency in force at ``path``: the nearest division that is switched over."""
    rows = Posture.objects.filter(began_at__lte=now, ended_at__isnull=True)
    rows = rows.filter(path__in=prefixes(path))
    return max(rows, key=lambda row: len(row.path), default=None)


def visible(user: Any) -> QuerySet[Posture]:
    """Emergencies that concern the user's places or the places their office serves: those above, and those below."""
    seen = scope(user, "whistle.read")
    condition = NOTHING
    for path in (*seen.paths, *filter(None, (path_of(office) for office in seen.offices))):
        condition |= Q(path__startswith=path) | Q(path__in=prefixes(path))
    return Posture.objects.filter(condition)


def may_see(user: Any, posture: Posture) -> bool:
    """The predicate beside ``visible``."""
    return visible(user).filter(pk=posture.pk).exists()


def prefixes(path: str) -> list[str]:
    """The divisions from the widest to ``path`` itself."""
    return [path[:n] for n in (2, 4, 6, 9, 12) if n <= len(path)]


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
    limits: Mapping[tuple[str, str], Limit] | None = None,
    now: datetime | None = None,
) -> Posture:
    """Switch ``path`` over to emergency. ``limits``: (kind, clock) → the limit that replaces the routine one."""
    now = now or timezone.now()
    if not may_switch(by, path):
        raise NotPermitted("您不能切换该区域的平急状态。")
    if len(reason.strip()) < 4:
        raise ValidationError({"reason": ["请写明启动理由（至少4个字）。"]})
    if not title.strip():
        raise ValidationError({"title": ["请填写应急名称，如“7·20强降雨”。"]})
    if until_at is not None and until_at <= now:
        raise ValidationError({"until_at": ["预计结束时间须在现在以后。"]})
    if not 10 <= percent <= 100:
        raise ValidationError({"percent": ["时限比例应在10%到100%之间。"]})
    try:
        with transaction.atomic():
            posture = Posture.objects.create(
                path=path,
                title=title.strip()[:80],
                reason=reason.strip(),
                percent=percent,
                began_at=now,
                began_by_id=by.pk,
                until_at=until_at,
            )
    except IntegrityError:
        raise Refused(f"{territory.name_of(path)}已处于应急状态，请先转回常态。") from None
    posture.lists.set(lists)
    for (kind, clock), limit in (limits or {}).items():
        PostureLimit.objects.create(
            posture=posture,
            kind=WhistleKind(kind).value,
            clock=ClockName(clock).value,
            value=limit.value,
            unit=limit.unit.value,
        )
    record("whistle.posture.switch", posture, changes={"path": [None, path], "percent": [100, percent]}, reason=reason)
    publish(PostureSwitched(posture.pk, path, True))
    return posture


@transaction.atomic
def switch_back(*, posture: Posture, reason: str, by: User | None, now: datetime | None = None) -> Posture:
    """Back to routine: limits and lists are those of before. ``by`` None: the time was over. Compare-and-set."""
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
    PostureDuty.objects.filter(posture=posture, from_at__lt=now, to_at__gt=now).update(to_at=now)
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
    if ref is None or not (ref.path.startswith(posture.path) or posture.path.startswith(ref.path)):
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


def end_over(*, now: datetime) -> QuerySet[Posture]:
    """Emergencies whose time is over."""
    return Posture.objects.filter(ended_at__isnull=True, until_at__lte=now)
