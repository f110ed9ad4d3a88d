"""When pages are made, per place. A rule is never edited: it ends, and the next begins on a day."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from wangge.cockpit.models import BriefRules
from wangge.cockpit.policy import MANAGE
from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import NOTHING, area
from wangge.kernel.audit.recording import record
from wangge.kernel.periods import not_over
from wangge.territory import queries as territory


def may_manage(user: Any, path: str) -> bool:
    """Whether ``user`` sets rules over ``path``; those for everywhere (``""``) belong to the home division."""
    return area(user, MANAGE).covers(path or str(settings.HOME_DIVISION))


def visible(user: Any) -> QuerySet[BriefRules]:
    """The rules an administrator sees beside ``may_manage``: of their places, and those that hold everywhere."""
    found = area(user, MANAGE)
    return BriefRules.objects.filter(found.q("path", "") | Q(path="") if found else NOTHING)


def add_rules(
    *, path: str, valid_from: date, make_at: time, rest_days: bool, enabled: bool, by: User, reason: str
) -> BriefRules:
    """New rules over ``path`` from a day (today or later); those before end that day. Raises ``ValidationError``."""
    _check(path, by)
    if valid_from < timezone.localdate():
        raise ValidationError({"valid_from": "规则不能对过去的日子生效，请填今天或以后的日期。"})
    if path and territory.name_of(path) == path:
        raise ValidationError({"path": f"没有代码为{path}的区划。"})
    try:
        with transaction.atomic():
            reached = BriefRules.objects.select_for_update().filter(not_over(valid_from), path=path)
            for before in reached.order_by("valid_from"):
                if before.valid_from >= valid_from:
                    raise ValidationError({"valid_from": f"此范围已有自{before.valid_from}起的规则，请先终止那一条。"})
                _end(before, valid_from, reason)
            rules = BriefRules.objects.create(
                path=path, valid_from=valid_from, make_at=make_at, rest_days=rest_days, enabled=enabled
            )
            record("cockpit.briefrules.add", rules, changes={"make_at": [None, f"{make_at:%H:%M}"]}, reason=reason)
    except IntegrityError as error:
        raise ValidationError({"valid_from": "此范围的规则刚被他人修改，请刷新后重试。"}) from error
    return rules


def end_rules(*, rules: BriefRules, on: date, by: User, reason: str) -> None:
    """The rules hold no more from ``on``; then those of the wider place hold. Raises ``ValidationError``."""
    _check(rules.path, by)
    with transaction.atomic():
        held = BriefRules.objects.select_for_update().get(pk=rules.pk)
        if held.valid_to is not None and held.valid_to <= on:
            raise ValidationError({"on": f"这条规则已于{held.valid_to}失效。"})
        if on < max(timezone.localdate(), held.valid_from):
            raise ValidationError({"on": "终止日期不能早于今天，也不能早于生效日期。"})
        _end(held, on, reason)


def _end(rules: BriefRules, on: date, reason: str) -> None:
    before, rules.valid_to = rules.valid_to, on
    rules.save(update_fields=["valid_to"])
    record("cockpit.briefrules.end", rules, changes={"valid_to": [before, on]}, reason=reason)


def _check(path: str, by: User) -> None:
    if not may_manage(by, path):
        raise PermissionDenied("您没有设定该范围每日民情规则的权限。")
