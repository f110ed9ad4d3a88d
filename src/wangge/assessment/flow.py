"""The states of a month and of an appeal. The one place where they change.

A month is open while it runs, closing while its figures are taken, frozen while units may appeal, published for good.
Afterwards only an amendment changes a figure, visibly and with its reason.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from wangge.assessment import corrections, defining, policy, rectifying, rounds, working
from wangge.assessment.corrections import Correction
from wangge.assessment.enums import AppealKind, AppealState, PeriodState, RoundKind
from wangge.assessment.measuring import Progress, silent
from wangge.assessment.models import Appeal, AppealTransition, Period, PeriodTransition
from wangge.assessment.notices import tell_decision
from wangge.kernel.calendar.working import working_day_after
from wangge.kernel.flow import Flow, Refused, step
from wangge.kernel.jobs.queue import defer

S = PeriodState
A = AppealState


def system_only(_user: Any, _obj: Any) -> bool:
    """Nobody: the step is the system's own."""
    return False


def month_over(flow: PeriodFlow) -> str | None:
    if timezone.localdate(flow.now) <= flow.obj.last_on:
        return f"{flow.obj.label}还没有结束，{flow.obj.last_on:%m月%d日}之后才能关账。"
    return None


def nothing_pending(flow: PeriodFlow) -> str | None:
    waiting = Appeal.objects.filter(period=flow.obj, state=A.SUBMITTED).count()
    return f"还有{waiting}件申诉没有裁定，裁定后才能公布。" if waiting else None


def deadline_over(flow: PeriodFlow) -> str | None:
    until = flow.obj.appeal_until_on
    if until is not None and timezone.localdate(flow.now) <= until:
        return f"申诉截止到{until:%m月%d日}，之后才能公布。"
    return None


class PeriodFlow(Flow[Period]):
    """``PeriodFlow(period, user).begin_close()``."""

    model = Period
    transitions = PeriodTransition
    states = PeriodState
    noun = "考核期"
    initial = (S.OPEN,)

    @step("月度关账", source=S.OPEN, target=S.CLOSING, may=policy.may_close, guards=(month_over,), primary=True)
    def begin_close(self) -> None:
        """Ask for the freeze; it runs in the background and shows how far it is."""
        self.obj.progress = "排队中"
        defer("assessment.freeze", period_id=self.obj.pk)

    @step("取消关账", source=S.CLOSING, target=S.OPEN, may=policy.may_close, needs_reason=True)
    def cancel_close(self) -> None:
        """Back to open: the background work failed or was asked for by mistake."""
        self.obj.progress = ""

    @step("冻结", source=S.CLOSING, target=S.FROZEN, may=system_only, system=True)
    def freeze(self, *, progress: Progress = silent) -> None:
        """Figures and sheets as they are now; units may appeal from here to the deadline."""
        period = self.obj
        rounds.freeze(period, now=self.now, progress=progress)
        progress("网格员考核单")
        working.reckon_sheets(period, now=self.now)
        days = defining.rules(period.path, period.month).appeal_days
        period.round, period.frozen_at, period.reckoned_at, period.progress = 1, self.now, self.now, ""
        period.appeal_until_on = working_day_after(timezone.localdate(self.now), days)

    @step(
        "公布",
        source=S.FROZEN,
        target=S.PUBLISHED,
        may=policy.may_close,
        guards=(deadline_over, nothing_pending),
        primary=True,
    )
    def publish(self) -> None:
        """Exclusions approved since the freeze count; then everybody in the division sees the result."""
        period = self.obj
        if corrections.take_exclusions(period, now=self.now):
            period.round = rounds.again(
                period, now=self.now, kind=RoundKind.CORRECTION, reason="冻结后批准剔除的事项不计入"
            )
        period.published_at = self.now
        rectifying.judge(period)
        self.taken.data = {"round": period.round}

    @step("更正", source=S.PUBLISHED, target=None, may=policy.may_close, needs_reason=True)
    def amend(self, *, correction: Correction) -> None:
        """A correction after the publication: a new round beside the old one, with the reason."""
        period = self.obj
        corrections.apply(period, correction, reason=self.reason, now=self.now)
        period.round = rounds.again(period, now=self.now, kind=RoundKind.AMENDMENT, reason=self.reason)
        self.taken.data = {"round": period.round, **correction.as_json()}


def still_frozen(flow: AppealFlow) -> str | None:
    period = flow.obj.period
    if period.state != S.FROZEN:
        return f"{period.label}的考核{period.get_state_display()}，不能再裁定申诉；确有差错请用“更正”。"
    return None


class AppealFlow(Flow[Appeal]):
    """``AppealFlow(appeal, user).accept(reason=…)``. Accepting reckons the month again."""

    model = Appeal
    transitions = AppealTransition
    states = AppealState
    noun = "申诉"
    initial = (A.SUBMITTED,)

    @step(
        "采纳",
        source=A.SUBMITTED,
        target=A.ACCEPTED,
        may=policy.may_decide,
        guards=(still_frozen,),
        needs_reason=True,
        primary=True,
    )
    def accept(self, *, numerator: int = 0, denominator: int = 0) -> None:
        """The case or figure counts as the unit says; for a figure the changes are given."""
        appeal = self.obj
        if appeal.kind == AppealKind.SHEET:
            working.take_back(appeal)
        else:
            if appeal.kind == AppealKind.FIGURE and not numerator and not denominator:
                raise Refused("采纳对指标数据的异议，请填写分子或分母应增减多少。")
            period = Period.objects.select_for_update().get(pk=appeal.period_id)
            correction = corrections.of_appeal(appeal, numerator=numerator, denominator=denominator)
            corrections.apply(period, correction, reason=self.reason, now=self.now, appeal=appeal)
            number = rounds.again(period, now=self.now, kind=RoundKind.CORRECTION, reason=f"采纳申诉：{self.reason}")
            Period.objects.filter(pk=period.pk).update(round=number)
            self.taken.data = {"round": number}
        self._decided(A.ACCEPTED)

    @step(
        "不采纳",
        source=A.SUBMITTED,
        target=A.REFUSED,
        may=policy.may_decide,
        guards=(still_frozen,),
        needs_reason=True,
    )
    def refuse(self) -> None:
        self._decided(A.REFUSED)

    @step("撤回", source=A.SUBMITTED, target=A.WITHDRAWN, may=policy.may_withdraw)
    def withdraw(self) -> None:
        """The unit no longer disputes it."""

    def _decided(self, state: AppealState) -> None:
        self.obj.decided_by_id = self.user.pk if self.user is not None else None
        self.obj.decided_at = self.now
        self.obj.decision = self.reason
        tell_decision(self.obj, state, self.now)
