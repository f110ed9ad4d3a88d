"""Making, sending, subscribing: every write of the morning page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from wangge.cockpit import content, policy
from wangge.cockpit.enums import MailingState
from wangge.cockpit.models import Brief, BriefMailing, BriefSubscription
from wangge.cockpit.units import Unit, all_units, due_units
from wangge.kernel.access.database import as_system
from wangge.kernel.access.models import User
from wangge.kernel.api import webhooks
from wangge.kernel.audit.recording import record
from wangge.kernel.facts.actions import missing, rebuild
from wangge.kernel.jobs.queue import schedule

log = structlog.get_logger(__name__)

JOB: Final = "cockpit.send"
EVENT: Final = "brief.made"
AT_ONCE: Final = 500


def make_due(*, now: datetime) -> int:
    """Make the pages whose hour has come; how many. Made again, a page that is there stays as it is."""
    return make(units=due_units(now), for_on=timezone.localdate(now), now=now)


def make(*, units: Sequence[Unit] | None = None, for_on: date, now: datetime | None = None) -> int:
    """Make and freeze the pages of ``units`` (default: all) for the morning of ``for_on``; how many are new.

    Yesterday's facts are built first where they lack. Pages that exist are left alone, whoever asks how often.
    """
    now = now or timezone.now()
    if for_on > timezone.localdate(now):
        raise ValidationError("这一天还没有到。")
    wanted = all_units(for_on) if units is None else list(units)
    with as_system():
        there = set(Brief.objects.filter(for_on=for_on).values_list("path", "office_id"))
        wanted = [unit for unit in wanted if (unit.path, unit.office_id) not in there]
        if not wanted:
            return 0
        day = for_on - timedelta(days=1)
        for stale, codes in missing(first=day, last=day).items():
            rebuild(day=stale, facts=codes)
        found = content.pages(wanted, for_on=for_on, now=now)
        made = 0
        items = list(found.items())
        for start in range(0, len(items), AT_ONCE):
            made += _freeze(items[start : start + AT_ONCE], for_on, now)
    log.info("cockpit.briefs_made", for_on=str(for_on), made=made)
    return made


@transaction.atomic
def _freeze(items: Sequence[tuple[Unit, dict[str, Any]]], for_on: date, now: datetime) -> int:
    """Write pages, tell who listens, ask for the mails: in one transaction, so that none is told that is not there."""
    rows = [
        Brief(
            path=unit.path,
            level=unit.level,
            office_id=unit.office_id,
            office_ids=[unit.office_id] if unit.office_id else [],
            for_on=for_on,
            headline=told["headline"][:300],
            content=told,
            digest=content.digest(path=unit.path, office_id=unit.office_id, for_on=for_on, content=told),
            made_at=now,
        )
        for unit, told in items
    ]
    Brief.objects.bulk_create(rows, ignore_conflicts=True)
    # Whoever made the same page at the same moment won: only ours are told.
    digests = {row.digest for row in rows}
    mine = Brief.objects.filter(for_on=for_on, digest__in=digests, made_at=now)
    for brief in mine:
        webhooks.emit(EVENT, payload(brief), path=brief.path)
    _ask(list(mine), now)
    record("cockpit.brief.make", changes={"for_on": [None, for_on.isoformat()], "pages": [None, len(mine)]})
    return len(mine)


def payload(brief: Brief) -> dict[str, Any]:
    """What other systems are told: the page as it was frozen."""
    return {
        "for_on": brief.for_on.isoformat(),
        "path": brief.path,
        "office_id": brief.office_id,
        "headline": brief.headline,
        "digest": brief.digest,
        "content": brief.content,
    }


def _ask(briefs: Sequence[Brief], now: datetime) -> int:
    """A mailing for each subscription that has none yet, and a job for it; how many."""
    by_unit = {(brief.path, brief.office_id): brief for brief in briefs}
    open_ones = BriefSubscription.objects.filter(ended_at__isnull=True, path__in={p for p, _ in by_unit})
    wanted = [
        BriefMailing(brief=by_unit[one.path, one.office_id], subscription=one, next_at=now)
        for one in open_ones
        if (one.path, one.office_id) in by_unit
    ]
    BriefMailing.objects.bulk_create(wanted, ignore_conflicts=True)
    waiting = BriefMailing.objects.filter(brief__in=briefs, state=MailingState.WAITING).values_list("pk", flat=True)
    for pk in waiting:
        schedule(JOB, {"mailing_id": pk}, once=f"brief-{pk}")
    return len(waiting)


@transaction.atomic
def send_again(*, brief: Brief, by: User, now: datetime | None = None) -> int:
    """Send to whoever has not got it: new subscribers and failed tries; how many. Nobody gets it twice."""
    if not policy.may_read(by, brief):
        raise PermissionDenied("您不能投送这一页。")
    now = now or timezone.now()
    with as_system():
        brief.mailings.filter(state=MailingState.FAILED).update(
            state=MailingState.WAITING, attempts=0, next_at=now, ended_at=None, error=""
        )
        asked = _ask([brief], now)
    record("cockpit.brief.send", brief, changes={"asked": [None, asked]})
    return asked


def ask_lost(*, now: datetime, lease: timedelta) -> int:
    """Ask anew for mailings whose job was lost (a killed worker, an emptied queue); how many."""
    late = BriefMailing.objects.filter(state=MailingState.WAITING, next_at__lt=now - lease)
    asked = 0
    for pk in late.order_by("next_at").values_list("pk", flat=True)[:1000]:
        asked += schedule(JOB, {"mailing_id": pk}, once=f"brief-{pk}") is not None
    return asked


@transaction.atomic
def subscribe(*, unit: Unit, email: str, by: User) -> BriefSubscription:
    """``by`` wants the page of ``unit`` at ``email``; a subscription that stands is replaced."""
    office_ids = [unit.office_id] if unit.office_id else []
    if not policy.may_read(by, Brief(path=unit.path, office_ids=office_ids)):
        raise PermissionDenied("您不能订阅这个单位的每日民情。")
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise ValidationError({"email": ["邮箱地址不对，应为 name@example.cn 这样的格式。"]}) from None
    _end(BriefSubscription.objects.filter(unit.q, user=by))
    one = BriefSubscription.objects.create(
        user=by, path=unit.path, office_id=unit.office_id, office_ids=office_ids, email=email
    )
    record("cockpit.subscription.create", one)
    return one


@transaction.atomic
def unsubscribe(*, subscription: BriefSubscription, by: User) -> None:
    """No more mail; the address is cleared at once."""
    if subscription.user_id != by.pk:
        raise PermissionDenied("只能退订自己的订阅。")
    _end(BriefSubscription.objects.filter(pk=subscription.pk))
    record("cockpit.subscription.end", subscription)


def _end(rows: Any) -> None:
    ended = list(rows.filter(ended_at__isnull=True).values_list("pk", flat=True))
    BriefSubscription.objects.filter(pk__in=ended).update(ended_at=timezone.now(), email=None)
    BriefMailing.objects.filter(subscription__in=ended, state=MailingState.WAITING).update(
        state=MailingState.DROPPED, next_at=None, ended_at=timezone.now(), error="已退订"
    )
