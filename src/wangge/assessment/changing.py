"""Changing definitions, schemes and rules. A row is never edited: it ends, and the next begins on a day.

Nothing that was reckoned moves: a month is reckoned by what held on its first day, so a change from tomorrow counts
from the next month on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from wangge.assessment import policy
from wangge.assessment.defining import weight_sum
from wangge.assessment.enums import By, Shape
from wangge.assessment.latest import last_act
from wangge.assessment.models import AssessmentRules, Definition, Scheme, SchemeItem
from wangge.kernel.access.models import User
from wangge.kernel.audit.context import acting
from wangge.kernel.audit.recording import record
from wangge.kernel.facts import registry
from wangge.kernel.flow import Conflict, NotPermitted
from wangge.kernel.periods import not_over

FULL: Final = Decimal(100)
# Each parameter of the rules with the least and the most that makes sense.
BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "appeal_days": (1, 30),
    "street_share": (0, 100),
    "lists_size": (1, 20),
    "enter_volume": (1, 50),
    "enter_below": (0, 100),
    "enter_months": (1, 12),
    "leave_fall": (0, 90),
    "leave_score": (0, 100),
    "leave_months": (1, 12),
}


def _check(by: User, path: str, valid_from: date) -> None:
    if not policy.may_manage(by, path):
        raise NotPermitted("您没有维护该范围考核口径的权限。")
    if valid_from < timezone.localdate():
        raise ValidationError({"valid_from": "不能从过去的日子起生效，请填今天或以后的日期。"})


def latest(model: type[models.Model]) -> int:
    """The last row of definitions, schemes or rules as a form is opened: what the form says it has seen."""
    return model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0


def _succeed(row: Any, same: Mapping[str, Any], reason: str, action: str, seen: int) -> None:
    """Save ``row`` after ending what held on the same place before it.

    Raises ``ValidationError``, and ``Conflict`` where somebody made a version that the form did not begin with.
    """
    model: type[models.Model] = type(row)
    rows = model._base_manager.filter(**same)
    reached = list(rows.select_for_update().filter(not_over(row.valid_from)).order_by("valid_from"))
    newer: Any = rows.filter(pk__gt=seen).order_by("-pk").first()
    if newer is not None:
        raise Conflict(
            f"{last_act(newer)}登记了自{newer.valid_from}起的新版本，您的修改没有保存；请对照现行内容核对后再保存。"
        )
    for before in reached:
        held: Any = before
        if held.valid_from >= row.valid_from:
            raise ValidationError({"valid_from": f"此范围已有自{held.valid_from}起的版本，请选更晚的日期。"})
        held.valid_to = row.valid_from
        held.save(update_fields=["valid_to"])
        record(f"assessment.{action}.end", held, changes={"valid_to": [None, row.valid_from]}, reason=reason)
    row.save()


def define(*, by: User, seen: int, reason: str, whose: str = By.OFFICE, **given: Any) -> Definition:
    """A definition from a day on; the one before ends. ``whose``: see ``By``; ``seen``: see ``latest``.

    Raises ``ValidationError`` per field, ``NotPermitted``, ``Conflict``.
    """
    row = Definition(by=whose, **given)
    _check(by, row.path, row.valid_from)
    wrong: dict[str, str] = {}
    known = {fact.code: fact for fact in registry.facts()}
    for side in ("numerator", "denominator"):
        terms = getattr(row, side)
        unknown = [code for code, _ in terms if code not in known]
        if unknown:
            wrong[side] = f"没有登记的统计项：{'、'.join(unknown)}。"
        elif any(known[code].stock for code, _ in terms):
            wrong[side] = "存量（某一时刻的数）不能用于月度指标。"
    if not row.numerator:
        wrong["numerator"] = "请选择分子。"
    if row.by not in By.values:
        wrong["whose"] = "请选择归属。"
    if len(reason.strip()) < 4:
        wrong["reason"] = "请填写依据（至少4个字）。"
    if wrong:
        raise ValidationError(wrong)
    with _guarded(), acting(by):
        _succeed(row, {"path": row.path, "code": row.code}, reason, "definition", seen)
        record("assessment.definition.add", row, changes={"code": [None, row.code]}, reason=reason)
    return row


def set_scheme(
    *, by: User, seen: int, reason: str, items: Sequence[Mapping[str, Any]], full: Decimal = FULL, **given: Any
) -> Scheme:
    """Weights from a day on; those before end. The full marks must make ``full``. Raises as ``define`` does."""
    row = Scheme(**given)
    _check(by, row.path, row.valid_from)
    lines = [SchemeItem(sort=place * 10, **item) for place, item in enumerate(items)]
    total = weight_sum(lines)
    if not lines:
        raise ValidationError("请至少设一个考核项。")
    if total != full:
        raise ValidationError(f"各项满分合计应为{full}分，现在是{total}分。")
    if len({line.indicator for line in lines}) < len(lines):
        raise ValidationError("同一个指标只能设一项。")
    for line in lines:
        _check_line(line)
    if len(reason.strip()) < 4:
        raise ValidationError({"reason": "请填写依据（至少4个字）。"})
    with _guarded(), acting(by):
        _succeed(row, {"path": row.path, "group": row.group}, reason, "scheme", seen)
        for line in lines:
            line.scheme = row
        SchemeItem.objects.bulk_create(lines)
        changes = {line.indicator: [None, f"{line.shape} {line.weight}"] for line in lines}
        record("assessment.scheme.add", row, changes=changes, reason=reason)
    return row


def _check_line(line: SchemeItem) -> None:
    if line.shape in {Shape.LINE, Shape.BAND}:
        if line.low is None or line.high is None or line.low >= line.high:
            raise ValidationError(f"“{line.indicator}”按区间计分，须填写下限和上限，且下限小于上限。")
        if line.shape == Shape.BAND and line.low <= 0:
            raise ValidationError(f"“{line.indicator}”适度区间的下限应大于0。")
    if line.shape in {Shape.DEDUCT, Shape.BONUS} and (line.step is None or line.step <= 0):
        raise ValidationError(f"“{line.indicator}”按次计分，须填写每次分值。")
    if line.weight <= 0:
        raise ValidationError(f"“{line.indicator}”的满分应大于0。")
    if not 0 <= line.floor <= line.weight:
        raise ValidationError(f"“{line.indicator}”的最低得分应在0与满分之间。")


def set_rules(*, by: User, seen: int, reason: str, **given: Any) -> AssessmentRules:
    """Rules from a day on; those before end. Raises as ``define`` does."""
    row = AssessmentRules(**given)
    _check(by, row.path, row.valid_from)
    wrong = {
        name: f"应在{low}至{high}之间。"
        for name, (low, high) in BOUNDS.items()
        if not low <= getattr(row, name) <= high
    }
    if len(reason.strip()) < 4:
        wrong["reason"] = "请填写依据（至少4个字）。"
    if wrong:
        raise ValidationError(wrong)
    with _guarded(), acting(by):
        _succeed(row, {"path": row.path}, reason, "rules", seen)
        changes = {name: [None, getattr(row, name)] for name in (*BOUNDS, "lists_shown")}
        record("assessment.rules.add", row, changes=changes, reason=reason)
    return row


class _guarded:  # noqa: N801 - reads as a sentence
    """Somebody else's change of the same row at the same time becomes words for the user."""

    def __enter__(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.atomic.__exit__(kind, error, trace)
        if isinstance(error, IntegrityError):
            raise ValidationError({"valid_from": "此范围刚被他人修改，请刷新后重试。"}) from error
