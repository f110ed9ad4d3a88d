"""Streets under rectification (治理类街乡镇): proposed by rule when a month is published, entered and left by decision.

A street is proposed when for some months running it was among those with the most appeals and below a score; its exit
is proposed when for some months running appeals fell against the year before and the score held. The numbers are rows
(``AssessmentRules``); somebody decides, with measures and a reason.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from wangge.assessment import defining, policy
from wangge.assessment.enums import Group, PeriodState, RectificationState
from wangge.assessment.latest import is_repeat, last_act
from wangge.assessment.models import AssessmentRules, Period, Rectification, Score
from wangge.kernel.audit.context import acting
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import Conflict, NotPermitted, Refused

STREETS: Final = (Group.STREET, Group.TOWNSHIP)
R = RectificationState
# verb → (from, to)
STEPS: Final = {
    "enter": ("列入治理", R.PROPOSED, R.ACTIVE),
    "decline": ("不列入", R.PROPOSED, R.DECLINED),
    "leave": ("同意退出", R.LEAVING, R.LEFT),
    "stay": ("继续治理", R.LEAVING, R.ACTIVE),
}


def months_back(month: date, number: int) -> date:
    """The first of the month ``number`` months before."""
    count = month.year * 12 + month.month - 1 - number
    return date(count // 12, count % 12 + 1, 1)


def results(path: str, month: date) -> dict[int, Score]:
    """The scores that count of streets and townships in a month, by unit; none for a month that was not frozen."""
    settled = [PeriodState.FROZEN, PeriodState.PUBLISHED]
    period = Period.objects.filter(path=path, month=month, state__in=settled).first()
    if period is None:
        return {}
    rows = Score.objects.filter(period=period, round=period.round, group__in=STREETS).select_related("unit")
    return {row.unit_id: row for row in rows}


def judge(period: Period) -> None:
    """Propose entries and exits after ``period``. In the transaction of its publication."""
    rules = defining.rules(period.path, period.month)
    longest = max(rules.enter_months, rules.leave_months)
    past = [results(period.path, months_back(period.month, n)) for n in range(longest)]
    if not past or not past[0]:
        return
    open_rows = {row.unit_id: row for row in Rectification.objects.exclude(state__in=[R.LEFT, R.DECLINED])}
    for unit_id, score in past[0].items():
        row = open_rows.get(unit_id)
        if row is None:
            _propose(period, score, past[: rules.enter_months], rules)
        elif row.state == R.ACTIVE:
            _propose_exit(period, row, past[: rules.leave_months], rules)


def _propose(period: Period, score: Score, past: list[dict[int, Score]], rules: AssessmentRules) -> None:
    if len(past) < rules.enter_months:
        return
    said = []
    for number, month in enumerate(past):
        own = month.get(score.unit_id)
        if own is None or own.total is None:
            return
        place = 1 + sum(1 for other in month.values() if other.volume > own.volume)
        if place > rules.enter_volume or own.total >= rules.enter_below:
            return
        when = months_back(period.month, number)
        said.append(f"{when.year}年{when.month}月诉求{own.volume}件（第{place}位）、得分{own.total}")
    rule = f"连续{rules.enter_months}个月诉求量居前{rules.enter_volume}位且得分低于{rules.enter_below}分"
    grounds = f"{rule}：{'；'.join(said)}。"
    row = Rectification.objects.create(unit=score.unit, proposed_by=period, grounds=grounds)
    record("assessment.rectification.propose", row, reason=grounds, path=score.unit.path)


def _propose_exit(period: Period, row: Rectification, past: list[dict[int, Score]], rules: AssessmentRules) -> None:
    said = []
    for number, month in enumerate(past):
        own = month.get(row.unit_id)
        when = months_back(period.month, number)
        before = results(period.path, when.replace(year=when.year - 1)).get(row.unit_id)
        if own is None or own.total is None or before is None or not before.volume:
            return
        fall = 100 * (before.volume - own.volume) / before.volume
        if fall < rules.leave_fall or own.total < rules.leave_score:
            return
        said.append(f"{when.year}年{when.month}月诉求同比下降{fall:.1f}%、得分{own.total}")
    if len(said) < rules.leave_months:
        return
    grounds = f"连续{rules.leave_months}个月达到退出条件：{'；'.join(said)}。"
    moved = Rectification.objects.filter(pk=row.pk, state=R.ACTIVE, version=row.version).update(
        state=R.LEAVING, leave_grounds=grounds, version=row.version + 1
    )
    if moved:
        record("assessment.rectification.propose_exit", row, reason=grounds, path=row.unit.path)


def verbs(user: Any, row: Rectification) -> list[tuple[str, str]]:
    """The decisions this user may take now."""
    if not policy.may_rectify(user, row):
        return []
    return [(verb, label) for verb, (label, source, _) in STEPS.items() if source == row.state]


@transaction.atomic
def decide(*, row: Rectification, verb: str, by: Any, seen: int, reason: str, plan: str = "") -> None:
    """Take one of ``STEPS``; sent twice is once. Raises ``NotPermitted``, ``Refused``, ``Conflict`` (who was first)."""
    if not policy.may_rectify(by, row):
        raise NotPermitted("您没有决定治理类街乡镇的权限。")
    label, source, target = STEPS[verb]
    if len(reason.strip()) < 2:
        raise Refused(f"{label}须填写依据。")
    if verb == "enter" and len(plan.strip()) < 4:
        raise Refused("列入治理须填写治理措施。")
    today = timezone.localdate()
    changes: dict[str, Any] = {"state": target, "version": seen + 1}
    if verb == "enter":
        changes |= {"plan": plan.strip(), "entered_on": today}
    if verb == "leave":
        changes["left_on"] = today
    action = f"assessment.rectification.{verb}"
    with acting(by):
        if not Rectification.objects.filter(pk=row.pk, state=source, version=seen).update(**changes):
            now = Rectification.objects.get(pk=row.pk)
            if (now.state, now.version) == (target, seen + 1) and is_repeat(row, by, action, reason):
                return
            raise Conflict(
                f"{last_act(row)}处理，现在是“{now.get_state_display()}”；您的“{label}”没有生效，请看过最新情况再定。"
            )
        record(
            action,
            row,
            changes={"state": [source, target]},
            reason=reason,
            path=row.unit.path,
        )
