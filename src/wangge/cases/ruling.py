"""Changing the parameters of the loop. A rule is never edited: it ends, and the next begins on a day.

Clocks that run and windows that were opened are reckoned by the rules in force when they are looked at; limits of
handling are no rules but limit classes (``duties``), copied into the case at dispatch.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from wangge.cases.models import CaseRules
from wangge.cases.rules import CACHE_KEY
from wangge.kernel.access.models import User
from wangge.kernel.audit.context import actor_for, bind
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import NotPermitted
from wangge.territory import ruling
from wangge.territory.ruling import may_manage

NOUN: Final = "规则"
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


def visible(user: Any) -> QuerySet[CaseRules]:
    """The rules an administrator sees beside ``may_manage``."""
    return ruling.visible(user, CaseRules.objects.all())


def add_rules(*, path: str, valid_from: date, by: User, reason: str, **values: int) -> CaseRules:
    """New rules over ``path`` from a day (today or later); those before end that day. Raises ``ValidationError``."""
    _check(path, by)
    ruling.check_start(path=path, valid_from=valid_from, noun=NOUN)
    wrong = {
        name: f"应在{low}至{high}之间。" for name, (low, high) in BOUNDS.items() if not low <= values[name] <= high
    }
    if wrong:
        raise ValidationError(wrong)
    try:
        with transaction.atomic(), bind(actor=actor_for(by)):
            ruling.make_room(rows=CaseRules.objects.filter(path=path), valid_from=valid_from, noun=NOUN, reason=reason)
            rules = CaseRules.objects.create(path=path, valid_from=valid_from, **values)
            record("cases.caserules.add", rules, changes={k: [None, v] for k, v in values.items()}, reason=reason)
    except IntegrityError as error:
        raise ruling.changed_meanwhile(NOUN) from error
    _forget()
    return rules


def end_rules(*, rules: CaseRules, on: date, by: User, reason: str) -> None:
    """The rules hold no more from ``on``; then those of the wider place hold. Raises ``ValidationError``."""
    _check(rules.path, by)
    with transaction.atomic(), bind(actor=actor_for(by)):
        ruling.end(row=rules, on=on, noun=NOUN, reason=reason)
    _forget()


def _check(path: str, by: User) -> None:
    if not may_manage(by, path):
        raise NotPermitted("您没有设定该范围办理规则的权限。")


def _forget() -> None:
    """This process at once, others within a minute (``rules.CACHE_SECONDS``)."""
    transaction.on_commit(lambda: cache.delete(CACHE_KEY))
