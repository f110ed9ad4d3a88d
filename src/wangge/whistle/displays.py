"""Wall screens: a key opens the board of one place, for as long as who made it may see that board.

A screen on a wall has nobody who signs in, and the desk's own board signs its user out (``access.routes.polled``). The
key is a random word in the address, kept as a digest, at most thirty days old, ended by anybody who commands the place.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import load, scope
from wangge.kernel.api.models import new_token, token_digest
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import NotPermitted, Refused
from wangge.whistle.enums import DisplayState
from wangge.whistle.models import Display

COMMAND: Final = "whistle.command"
DAYS: Final = (1, 7, 30)
NOTED_EVERY: Final = timedelta(minutes=1)


def visible(user: Any) -> QuerySet[Display]:
    """The screens of the places the user commands."""
    return Display.objects.filter(scope(user, COMMAND).q("path", ""))


def may_manage(user: Any, path: str) -> bool:
    """The predicate beside ``visible``: who commands a place makes and ends its screens."""
    return scope(user, COMMAND).covers(path)


@transaction.atomic
def add_display(*, name: str, path: str, days: int, by: User, now: datetime | None = None) -> tuple[Display, str]:
    """A screen and its key, which is shown once."""
    if not may_manage(by, path):
        raise NotPermitted("您不能为该区域建立大屏。")
    if not name.strip():
        raise ValidationError({"name": ["请填写大屏名称，如“指挥大厅东墙”。"]})
    if days not in DAYS:
        raise ValidationError({"days": ["请选择有效期，最长30天。"]})
    now, key = now or timezone.now(), new_token()
    display = Display.objects.create(
        name=name.strip()[:60],
        path=path,
        digest=token_digest(key),
        hint=key[-4:],
        made_by=by,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    record("whistle.display.add", display, changes={"path": [None, path], "days": [None, days]})
    return display, key


@transaction.atomic
def end_display(*, display: Display, by: User, reason: str, now: datetime | None = None) -> None:
    """The key is worth nothing from now on. Compare-and-set."""
    if not may_manage(by, display.path):
        raise NotPermitted("您不能停用该区域的大屏。")
    if len(reason.strip()) < 4:
        raise ValidationError({"reason": ["请写明停用理由（至少4个字）。"]})
    ended = Display.objects.filter(pk=display.pk, ended_at__isnull=True).update(
        ended_at=now or timezone.now(), ended_by_id=by.pk, end_reason=reason.strip()[:200]
    )
    if not ended:
        raise Refused("该大屏已经停用。")
    record("whistle.display.end", display, reason=reason)


def find(key: str) -> Display | None:
    """The screen of a key, whatever became of it."""
    return Display.objects.select_related("made_by").filter(digest=token_digest(key)).first()


def state_of(display: Display, now: datetime) -> DisplayState:
    """Whether it may be shown now: not ended, not over, and who made it still commands the place."""
    if display.ended_at is not None:
        return DisplayState.ENDED
    if display.expires_at <= now:
        return DisplayState.EXPIRED
    return DisplayState.OPEN if may_manage(display.made_by, display.path) else DisplayState.ORPHANED


def states(displays: Iterable[Display], now: datetime) -> dict[int, DisplayState]:
    """The same of many (each with ``made_by``), the grants of their makers read in one statement."""
    rows = list(displays)
    load([row.made_by for row in rows])
    return {row.pk: state_of(row, now) for row in rows}


def note_shown(display: Display, now: datetime) -> None:
    """When it was last asked for: one write a minute at most."""
    if display.shown_at is None or display.shown_at <= now - NOTED_EVERY:
        long_ago = Q(shown_at__isnull=True) | Q(shown_at__lte=now - NOTED_EVERY)
        Display.objects.filter(long_ago, pk=display.pk).update(shown_at=now)
