"""Changing the limits of whistles. A row is never edited: it ends, and the next begins on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from wangge.kernel.access.models import User
from wangge.kernel.audit.context import actor_for, bind
from wangge.kernel.audit.recording import record
from wangge.kernel.calendar.units import Limit
from wangge.kernel.flow import NotPermitted
from wangge.territory import ruling
from wangge.territory.ruling import may_manage
from wangge.whistle.enums import LimitName, WhistleKind
from wangge.whistle.models import WhistleLimit

NOUN: Final = "时限"


def visible(user: Any) -> QuerySet[WhistleLimit]:
    """The limits an administrator sees beside ``may_manage``."""
    return ruling.visible(user, WhistleLimit.objects.all())


def add_limit(
    *, kind: str, path: str, limits: Mapping[str, Limit], radius_m: int, valid_from: date, by: User, reason: str
) -> WhistleLimit:
    """New limits of a kind over ``path`` from a day (today or later); those before end that day."""
    if not may_manage(by, path):
        raise NotPermitted("您没有设定该范围吹哨时限的权限。")
    if kind not in WhistleKind.values:
        raise ValidationError({"kind": "请选择哨种。"})
    ruling.check_start(path=path, valid_from=valid_from, noun=NOUN)
    if not 20 <= radius_m <= 5000:
        raise ValidationError({"radius_m": "签到半径应在20至5000米之间。"})
    given: dict[str, Any] = {}
    for name in LimitName.values:
        given[f"{name}_value"], given[f"{name}_unit"] = limits[name].value, limits[name].unit.value
    try:
        with transaction.atomic(), bind(actor=actor_for(by)):
            rows = WhistleLimit.objects.filter(kind=kind, path=path)
            ruling.make_room(rows=rows, valid_from=valid_from, noun=NOUN, reason=reason)
            row = WhistleLimit.objects.create(
                kind=kind, path=path, radius_m=radius_m, valid_from=valid_from, source=reason.strip()[:200], **given
            )
            record("whistle.whistlelimit.add", row, changes={k: [None, v] for k, v in given.items()}, reason=reason)
    except IntegrityError as error:
        raise ruling.changed_meanwhile(NOUN) from error
    return row


def end_limit(*, limit: WhistleLimit, on: date, by: User, reason: str) -> None:
    """The limits hold no more from ``on``; then those of the wider place hold."""
    if not may_manage(by, limit.path):
        raise NotPermitted("您没有设定该范围吹哨时限的权限。")
    with transaction.atomic(), bind(actor=actor_for(by)):
        ruling.end(row=limit, on=on, noun=NOUN, reason=reason)
