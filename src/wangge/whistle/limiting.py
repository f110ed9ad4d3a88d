"""Changing the limits of whistles. A row is never edited: it ends, and the next begins on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import NOTHING, area
from wangge.kernel.audit.context import actor_for, bind
from wangge.kernel.audit.recording import record
from wangge.kernel.calendar.units import Limit
from wangge.kernel.flow import NotPermitted
from wangge.kernel.periods import not_over
from wangge.territory import queries as territory
from wangge.whistle.enums import ClockName, WhistleKind
from wangge.whistle.models import WhistleLimit

MANAGE: Final = "config.manage"


def may_manage(user: Any, path: str) -> bool:
    """Whether ``user`` sets limits over ``path``; those for everywhere (``""``) belong to the home division."""
    return area(user, MANAGE).covers(path or str(settings.HOME_DIVISION))


def visible(user: Any) -> QuerySet[WhistleLimit]:
    """The limits an administrator sees beside ``may_manage``: of their places, and those that hold everywhere."""
    found = area(user, MANAGE)
    return WhistleLimit.objects.filter(found.q("path", "") | Q(path="") if found else NOTHING)


def add_limit(
    *, kind: str, path: str, limits: Mapping[str, Limit], radius_m: int, valid_from: date, by: User, reason: str
) -> WhistleLimit:
    """New limits of a kind over ``path`` from a day (today or later); those before end that day."""
    if not may_manage(by, path):
        raise NotPermitted("您没有设定该范围吹哨时限的权限。")
    if kind not in WhistleKind.values:
        raise ValidationError({"kind": "请选择哨种。"})
    if valid_from < timezone.localdate():
        raise ValidationError({"valid_from": "时限不能对过去的日子生效，请填今天或以后的日期。"})
    if path and territory.name_of(path) == path:
        raise ValidationError({"path": f"没有代码为{path}的区划。"})
    if not 20 <= radius_m <= 5000:
        raise ValidationError({"radius_m": "签到半径应在20至5000米之间。"})
    given: dict[str, Any] = {}
    for name in ClockName.values:
        given[f"{name}_value"], given[f"{name}_unit"] = limits[name].value, limits[name].unit.value
    try:
        with transaction.atomic(), bind(actor=actor_for(by)):
            reached = WhistleLimit.objects.select_for_update().filter(not_over(valid_from), kind=kind, path=path)
            for before in reached.order_by("valid_from"):
                if before.valid_from >= valid_from:
                    raise ValidationError({"valid_from": f"此范围已有自{before.valid_from}起的时限，请先终止那一条。"})
                _end(before, valid_from, reason)
            row = WhistleLimit.objects.create(
                kind=kind, path=path, radius_m=radius_m, valid_from=valid_from, source=reason.strip()[:200], **given
            )
            record("whistle.whistlelimit.add", row, changes={k: [None, v] for k, v in given.items()}, reason=reason)
    except IntegrityError as error:
        raise ValidationError({"valid_from": "此范围的时限刚被他人修改，请刷新后重试。"}) from error
    return row


def end_limit(*, limit: WhistleLimit, on: date, by: User, reason: str) -> None:
    """The limits hold no more from ``on``; then those of the wider place hold."""
    if not may_manage(by, limit.path):
        raise NotPermitted("您没有设定该范围吹哨时限的权限。")
    with transaction.atomic(), bind(actor=actor_for(by)):
        held = WhistleLimit.objects.select_for_update().get(pk=limit.pk)
        if held.valid_to is not None and held.valid_to <= on:
            raise ValidationError({"on": f"这条时限已于{held.valid_to}失效。"})
        if on < max(timezone.localdate(), held.valid_from):
            raise ValidationError({"on": "终止日期不能早于今天，也不能早于生效日期。"})
        _end(held, on, reason)


def _end(row: WhistleLimit, on: date, reason: str) -> None:
    before, row.valid_to = row.valid_to, on
    row.save(update_fields=["valid_to"])
    record("whistle.whistlelimit.end", row, changes={"valid_to": [before, on]}, reason=reason)
