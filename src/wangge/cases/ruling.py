"""Changing the parameters of the loop. A rule is never edited: it ends, and the next begins on a day.

Clocks that run and windows that were opened are reckoned by the rules in force when they are looked at; limits of
handling are no rules but limit classes (``duties``), copied into the case at dispatch.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from wangge.cases.models import CaseRules
from wangge.cases.rules import CACHE_KEY
from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import NOTHING, area
from wangge.kernel.audit.context import actor_for, bind
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import NotPermitted
from wangge.territory import queries as territory

MANAGE: Final = "config.manage"
# Each parameter with the least and the most that makes sense.
BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "return_hours": (1, 240),
    "call_back_tries": (1, 10),
    "problem_after": (1, 20),
    "reopen_days": (0, 365),
    "archive_days": (1, 3650),
    "repeat_radius_m": (0, 5000),
    "repeat_days": (0, 365),
    "retention_days": (30, 10950),
}


def may_manage(user: Any, path: str) -> bool:
    """Whether ``user`` sets rules over ``path``; those for everywhere (``""``) belong to the home division."""
    return area(user, MANAGE).covers(path or str(settings.HOME_DIVISION))


def visible(user: Any) -> QuerySet[CaseRules]:
    """The rules an administrator sees beside ``may_manage``: of their places, and those that hold everywhere."""
    found = area(user, MANAGE)
    return CaseRules.objects.filter(found.q("path", "") | Q(path="") if found else NOTHING)


def add_rules(*, path: str, valid_from: date, by: User, reason: str, **values: int) -> CaseRules:
    """New rules over ``path`` from a day (today or later); those before end that day. Raises ``ValidationError``."""
    _check(path, by)
    if valid_from < timezone.localdate():
        raise ValidationError({"valid_from": "规则不能对过去的日子生效，请填今天或以后的日期。"})
    if path and territory.name_of(path) == path:
        raise ValidationError({"path": f"没有代码为{path}的区划。"})
    wrong = {
        name: f"应在{low}至{high}之间。" for name, (low, high) in BOUNDS.items() if not low <= values[name] <= high
    }
    if wrong:
        raise ValidationError(wrong)
    try:
        with transaction.atomic(), bind(actor=actor_for(by)):
            reached = CaseRules.objects.select_for_update().filter(path=path).filter(_holds_after(valid_from))
            for before in reached.order_by("valid_from"):
                if before.valid_from >= valid_from:
                    raise ValidationError({"valid_from": f"此范围已有自{before.valid_from}起的规则，请先终止那一条。"})
                _end(before, valid_from, reason)
            rules = CaseRules.objects.create(path=path, valid_from=valid_from, **values)
            record("cases.caserules.add", rules, changes={k: [None, v] for k, v in values.items()}, reason=reason)
    except IntegrityError as error:
        raise ValidationError({"valid_from": "此范围的规则刚被他人修改，请刷新后重试。"}) from error
    _forget()
    return rules


def end_rules(*, rules: CaseRules, on: date, by: User, reason: str) -> None:
    """The rules hold no more from ``on``; then those of the wider place hold. Raises ``ValidationError``."""
    _check(rules.path, by)
    with transaction.atomic(), bind(actor=actor_for(by)):
        held = CaseRules.objects.select_for_update().get(pk=rules.pk)
        if held.valid_to is not None and held.valid_to <= on:
            raise ValidationError({"on": f"这条规则已于{held.valid_to}失效。"})
        if on < max(timezone.localdate(), held.valid_from):
            raise ValidationError({"on": "终止日期不能早于今天，也不能早于生效日期。"})
        _end(held, on, reason)
    _forget()


def _holds_after(day: date) -> Q:
    return Q(valid_to__isnull=True) | Q(valid_to__gt=day)


def _end(rules: CaseRules, on: date, reason: str) -> None:
    before, rules.valid_to = rules.valid_to, on
    rules.save(update_fields=["valid_to"])
    record("cases.caserules.end", rules, changes={"valid_to": [before, on]}, reason=reason)


def _check(path: str, by: User) -> None:
    if not may_manage(by, path):
        raise NotPermitted("您没有设定该范围办理规则的权限。")


def _forget() -> None:
    """This process at once, others within a minute (``rules.CACHE_SECONDS``)."""
    transaction.on_commit(lambda: cache.delete(CACHE_KEY))
