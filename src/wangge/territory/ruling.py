"""Parameters that hold at a place from a day: rules of handling, limits of whistles, hours of the morning page.

Such a row is never edited: it ends, and the next begins on a day. Its table has ``path`` (``""``: everywhere),
``valid_from`` and ``valid_to``, the last day exclusive; the row of the smallest place holds. ``noun`` is what the row
is called in words (规则, 时限).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from wangge.kernel.access.scopes import NOTHING, area
from wangge.kernel.audit.recording import record
from wangge.kernel.periods import not_over, standing
from wangge.territory import queries as territory

MANAGE: Final = "config.manage"
R = TypeVar("R", bound=Model)


def may_manage(user: Any, path: str) -> bool:
    """Whether ``user`` sets parameters over ``path``; those for everywhere (``""``) belong to the home division."""
    return area(user, MANAGE).covers(path or str(settings.HOME_DIVISION))


def visible(user: Any, rows: QuerySet[R]) -> QuerySet[R]:
    """The rows an administrator sees beside ``may_manage``: of their places, and those that hold everywhere."""
    found = area(user, MANAGE)
    return rows.filter(found.q("path", "") | Q(path="") if found else NOTHING)


def shown(user: Any, rows: Iterable[R]) -> list[Any]:
    """The rows as a page lists them: those that are over last, each with ``place, standing, key, may_end``."""
    today = timezone.localdate()
    found: list[Any] = list(rows)
    for row in found:
        row.place = territory.full_name(row.path, from_level=3) if row.path else "全部"
        row.standing = standing(row, today)
        row.key = str(row.pk)
        row.may_end = row.standing != "over" and may_manage(user, row.path)
    return sorted(found, key=lambda row: (row.standing == "over", row.path, row.valid_from))


def check_start(*, path: str, valid_from: date, noun: str) -> None:
    """A known place, and today or later. Raises ``ValidationError``."""
    if valid_from < timezone.localdate():
        raise ValidationError({"valid_from": f"{noun}不能对过去的日子生效，请填今天或以后的日期。"})
    if path and territory.name_of(path) == path:
        raise ValidationError({"path": f"没有代码为{path}的区划。"})


def make_room(*, rows: QuerySet[Any], valid_from: date, noun: str, reason: str) -> None:
    """End what of ``rows`` (those the new row takes the place of) holds on that day, within the caller's transaction.

    Raises ``ValidationError`` when one begins on that day or later.
    """
    for before in rows.select_for_update().filter(not_over(valid_from)).order_by("valid_from"):
        if before.valid_from >= valid_from:
            raise ValidationError({"valid_from": f"此范围已有自{before.valid_from}起的{noun}，请先终止那一条。"})
        _end(before, valid_from, reason)


def changed_meanwhile(noun: str) -> ValidationError:
    """What a constraint of the table says when two people set parameters of one place at once."""
    return ValidationError({"valid_from": f"此范围的{noun}刚被他人修改，请刷新后重试。"})


def end(*, row: Any, on: date, noun: str, reason: str) -> None:
    """``row`` holds no more from ``on``, within the caller's transaction. Raises ``ValidationError``."""
    held = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if held.valid_to is not None and held.valid_to <= on:
        raise ValidationError({"on": f"这条{noun}已于{held.valid_to}失效。"})
    if on < max(timezone.localdate(), held.valid_from):
        raise ValidationError({"on": "终止日期不能早于今天，也不能早于生效日期。"})
    _end(held, on, reason)


def _end(row: Any, on: date, reason: str) -> None:
    before, row.valid_to = row.valid_to, on
    row.save(update_fields=["valid_to"])
    record(f"{row._meta.label_lower}.end", row, changes={"valid_to": [before, on]}, reason=reason)
