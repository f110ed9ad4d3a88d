"""When pages are made, per place. A rule is never edited: it ends, and the next begins on a day."""

from __future__ import annotations

from datetime import date, time
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from wangge.cockpit.models import BriefRules
from wangge.kernel.access.models import User
from wangge.kernel.audit.recording import record
from wangge.territory import ruling
from wangge.territory.ruling import may_manage

NOUN: Final = "规则"


def visible(user: Any) -> QuerySet[BriefRules]:
    """The rules an administrator sees beside ``may_manage``."""
    return ruling.visible(user, BriefRules.objects.all())


def add_rules(
    *, path: str, valid_from: date, make_at: time, rest_days: bool, enabled: bool, by: User, reason: str
) -> BriefRules:
    """New rules over ``path`` from a day (today or later); those before end that day. Raises ``ValidationError``."""
    _check(path, by)
    ruling.check_start(path=path, valid_from=valid_from, noun=NOUN)
    try:
        with transaction.atomic():
            ruling.make_room(rows=BriefRules.objects.filter(path=path), valid_from=valid_from, noun=NOUN, reason=reason)
            rules = BriefRules.objects.create(
                path=path, valid_from=valid_from, make_at=make_at, rest_days=rest_days, enabled=enabled
            )
            record("cockpit.briefrules.add", rules, changes={"make_at": [None, f"{make_at:%H:%M}"]}, reason=reason)
    except IntegrityError as error:
        raise ruling.changed_meanwhile(NOUN) from error
    return rules


def end_rules(*, rules: BriefRules, on: date, by: User, reason: str) -> None:
    """The rules hold no more from ``on``; then those of the wider place hold. Raises ``ValidationError``."""
    _check(rules.path, by)
    with transaction.atomic():
        ruling.end(row=rules, on=on, noun=NOUN, reason=reason)


def _check(path: str, by: User) -> None:
    if not may_manage(by, path):
        raise PermissionDenied("您没有设定该范围每日民情规则的权限。")
