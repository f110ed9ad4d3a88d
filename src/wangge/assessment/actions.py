"""Writes beside the flows: opening months, running figures, appeals, streets' marks for departments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from wangge.assessment import policy, rounds, units, working
from wangge.assessment.enums import AppealKind, AppealState, Group, PeriodState
from wangge.assessment.flow import AppealFlow, PeriodFlow
from wangge.assessment.models import Appeal, Evaluation, Period, Unit, WorkerSheet
from wangge.cases import policy as cases
from wangge.cases.models import Case
from wangge.kernel.access.database import as_system
from wangge.kernel.access.models import User
from wangge.kernel.access.scopes import scope
from wangge.kernel.attachments.actions import store
from wangge.kernel.audit.context import acting
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import Conflict, NotPermitted, Refused, already
from wangge.kernel.jobs.sweeper import each

MARKS: Final = ("punctual", "cooperation", "result", "attitude")
MOST: Final = 25
PENDING: Final = "同一事项的申诉已经提交，正在等待裁定。"


def month_of(day: date) -> date:
    return day.replace(day=1)


def open_period(*, path: str, month: date, by: User | None = None) -> Period:
    """The period of a division and month; made, with its units, when it is not there. Raises ``ValidationError``."""
    month = month_of(month)
    if month > timezone.localdate():
        raise ValidationError("这个月还没有开始。")
    if by is not None and not any(path.startswith(p) for p in scope(by, policy.CLOSE).paths):
        raise NotPermitted("您没有开启该区划考核期的权限。")
    with acting(by):
        units.sync(path, on=month)
        period, made = Period.objects.get_or_create(path=path, month=month)
        if made:
            PeriodFlow(period, by).record_start()
            record("assessment.period.open", period)
    return period


def refresh(*, period: Period, now: datetime | None = None) -> None:
    """The running figures of an open month, written anew. Nothing for a month that is closing or later."""
    now = now or timezone.now()
    with transaction.atomic():
        held = Period.objects.select_for_update().get(pk=period.pk)
        if held.state != PeriodState.OPEN:
            return
        units.sync(held.path, on=min(timezone.localdate(now), held.last_on))
        rounds.run(held, now=now)
        working.reckon_sheets(held, now=now)


def refresh_open(*, now: datetime) -> int:
    """Open this month wherever the last one is known, and refresh every open month; how many."""
    month = month_of(timezone.localdate(now))
    for path in Period.objects.values_list("path", flat=True).distinct():
        if not Period.objects.filter(path=path, month=month).exists():
            open_period(path=path, month=month)
    return each(Period.objects.filter(state=PeriodState.OPEN), lambda period: refresh(period=period, now=now))


def freeze(*, period_id: int, progress: Callable[[str], None] | None = None) -> None:
    """Take the figures of a closing month. Nothing when it was cancelled or is done."""
    period = Period.objects.get(pk=period_id)
    if period.state != PeriodState.CLOSING:
        return
    PeriodFlow(period).freeze(progress=progress or (lambda _said: None))


def appeal(
    *,
    period: Period,
    by: User,
    kind: str,
    reason: str,
    unit: Unit,
    indicator: str = "",
    case: Case | None = None,
    exclusion_class: str = "",
    files: Sequence[File[bytes]] = (),
) -> Appeal:
    """A unit disputes a case or a figure. Raises ``NotPermitted``, ``Refused`` or ``ValidationError``."""
    if not policy.may_appeal(by, unit):
        raise NotPermitted("只能为本单位申诉。")
    _may_be_appealed(period)
    _check(kind, reason, indicator, case, exclusion_class)
    if case is not None and not cases.may_see(by, case):
        raise NotPermitted("您看不到这件事项。")
    return _create(
        by,
        files,
        period=period,
        unit=unit,
        kind=kind,
        indicator=indicator,
        case=case,
        exclusion_class=exclusion_class if kind == AppealKind.EXCLUDE else "",
        reason=reason.strip(),
        path=unit.path,
        office_ids=[unit.office_id] if unit.office_id else [],
    )


@transaction.atomic
def appeal_sheet(
    *, sheet: WorkerSheet, by: User, item: str, case: Case, reason: str, files: Sequence[File[bytes]] = ()
) -> Appeal:
    """A grid worker disputes a line of the own sheet."""
    if not policy.may_see_sheet(by, sheet):
        raise NotPermitted("只能对本人的考核单申诉。")
    _may_be_appealed(sheet.period)
    line = sheet.lines.select_related("item").filter(item__code=item).first()
    if line is None:
        raise ValidationError("考核单没有这一项。")
    if len(reason.strip()) < 4:
        raise ValidationError("请写明理由（至少4个字）。")
    # One pending appeal of a line and case; the database knows this of units alone.
    WorkerSheet.objects.select_for_update().get(pk=sheet.pk)
    if Appeal.objects.filter(sheet=sheet, indicator=item, case=case, state=AppealState.SUBMITTED).exists():
        raise Refused(PENDING)
    return _create(
        by,
        files,
        period=sheet.period,
        sheet=sheet,
        kind=AppealKind.SHEET,
        indicator=item,
        case=case,
        reason=reason.strip(),
        path=sheet.path,
        office_ids=sheet.office_ids,
    )


def _may_be_appealed(period: Period) -> None:
    if period.state != PeriodState.FROZEN:
        raise Refused(f"{period.label}的考核{period.get_state_display()}，申诉在冻结后、公布前受理。")
    if period.appeal_until_on is not None and timezone.localdate() > period.appeal_until_on:
        raise Refused(f"申诉已于{period.appeal_until_on:%m月%d日}截止。")


def _check(kind: str, reason: str, indicator: str, case: Case | None, exclusion_class: str) -> None:
    wrong: dict[str, str] = {}
    if kind not in {AppealKind.EXCLUDE, AppealKind.CREDIT, AppealKind.FIGURE}:
        wrong["kind"] = "请选择申诉种类。"
    if kind in {AppealKind.EXCLUDE, AppealKind.CREDIT} and case is None:
        wrong["number"] = "请填写事项编号。"
    if kind in {AppealKind.CREDIT, AppealKind.FIGURE} and not indicator:
        wrong["indicator"] = "请选择指标。"
    if kind == AppealKind.EXCLUDE and not exclusion_class:
        wrong["exclusion_class"] = "请选择剔除类别。"
    if len(reason.strip()) < 4:
        wrong["reason"] = "请写明理由（至少4个字）。"
    if wrong:
        raise ValidationError(wrong)


def _create(by: User, files: Sequence[File[bytes]], **given: Any) -> Appeal:
    try:
        with acting(by):
            row = Appeal.objects.create(by_id=by.pk, at=timezone.now(), **given)
            AppealFlow(row, by).record_start(reason=row.reason)
            for file in files:
                store(file, owner=row, purpose="evidence", by=by)
            record("assessment.appeal.create", row, changes={"kind": [None, row.kind], "case": [None, row.case_id]})
    except IntegrityError:
        raise Refused(PENDING) from None
    return row


def evaluate(
    *, year: int, street: Unit, department: Unit, marks: Mapping[str, int], by: User, seen: int, comment: str = ""
) -> Evaluation:
    """A street's marks for a department in a year; given again on the version ``seen`` (0: none), they are replaced.

    The same marks again change nothing. Raises ``ValidationError``, and ``Conflict`` when somebody else of the street
    gave marks meanwhile.
    """
    if not policy.may_evaluate(by, street):
        raise NotPermitted("只有本街道的负责人可以评议部门。")
    if department.group not in {Group.DEPARTMENT, Group.ENTERPRISE}:
        raise ValidationError("只能评议部门和公共服务企业。")
    if not street.path.startswith(department.path):
        raise ValidationError("只能评议本区的部门。")
    if abs(year - timezone.localdate().year) > 1:
        raise ValidationError("只能评议今年或上一年度。")
    given = {name: marks.get(name) for name in MARKS}
    if any(mark is None or not 0 <= mark <= MOST for mark in given.values()):
        raise ValidationError(f"每项评分应在0至{MOST}之间。")
    values = {**given, "comment": comment.strip()[:300]}
    pair = {"year": year, "street": street, "department": department}
    with acting(by):
        # The lock makes two first marks of one department follow each other.
        Unit.objects.select_for_update().get(pk=street.pk)
        row = Evaluation.objects.filter(**pair).first()
        if row is not None and all(getattr(row, name) == value for name, value in values.items()):
            return row
        if row is not None and row.version != seen:
            raise Conflict(f"{_given(row)}，您填写的{_in_words(values)}没有保存。")
        row = row or Evaluation(**pair)
        changes = {name: [getattr(row, name), values[name]] for name in MARKS}
        for name, value in values.items():
            setattr(row, name, value)
        row.version, row.at, row.by_id = row.version + 1, timezone.now(), by.pk
        row.save()
        record("assessment.evaluation.give", row, changes=changes, path=street.path)
    return row


def _in_words(values: Mapping[str, Any]) -> str:
    comment = f"（{values['comment']}）" if values["comment"] else ""
    return "、".join(str(values[name]) for name in MARKS) + comment


def _given(row: Evaluation) -> str:
    who = User.objects.filter(pk=row.by_id).values_list("display_name", flat=True).first()
    words = _in_words({name: getattr(row, name) for name in (*MARKS, "comment")})
    return f"{already(who, row.at)}评为{words}"


def with_cases_of(sheet: WorkerSheet) -> set[int]:
    """Every case on a worker's sheet."""
    with as_system():
        return {case for cases_ in sheet.lines.values_list("cases", flat=True) for case in cases_}
