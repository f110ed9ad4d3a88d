"""A task's way: drawn up, approved, carried out, examined, closed; its plan and its month on the way.

Every step is taken on the version that its form was filled on: who comes second is told who came first and with what.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.utils import timezone

from wangge.insight.governance import clocks, effect, policy
from wangge.insight.governance.enums import ListName, NoticeKind, TaskState
from wangge.insight.governance.models import GovernanceItem, GovernanceTask, GovernanceTransition
from wangge.insight.governance.notices import command, superior, tell
from wangge.kernel.flow import Flow, Refused, step

S = TaskState
LONGEST_YEARS: Final = 3
# Taken with a line of a list (``actions.add_item``, ``remove_item``), not by a button.
OF_LINES: Final = frozenset({"add_line", "strike_line"})


def deadline_wrong(deadline_on: date, today: date) -> str:
    """Why a task cannot be due on that day; empty when it can."""
    if today < deadline_on <= today + timedelta(days=366 * LONGEST_YEARS):
        return ""
    return f"完成期限应在今天之后、{LONGEST_YEARS}年之内。"


def three_lists(flow: Any) -> str | None:
    """Why not: a list is empty, or there is no plan."""
    task: GovernanceTask = flow.obj
    there = set(task.items.filter(removed_at=None).values_list("list_name", flat=True))
    lacking = [str(label) for code, label in ListName.choices if code not in there]
    if lacking:
        return f"{'、'.join(lacking)}还没有内容。"
    return None if task.plan.strip() else "还没有写方案。"


def measures_done(flow: Any) -> str | None:
    open_ones = flow.obj.items.filter(list_name=ListName.MEASURE, removed_at=None, done_at=None).count()
    return f"还有{open_ones}项措施没有完成。" if open_ones else None


def somebody_else(flow: Any) -> str | None:
    """Who asked for the examination does not hold it."""
    last = flow.obj.transitions.filter(step="hand_in").order_by("-at", "-pk").first()
    if flow.user is not None and last is not None and last.actor_id == flow.user.pk:
        return "申请验收的人不能自己验收。"
    return None


class TaskFlow(Flow[GovernanceTask]):
    model, transitions, states, noun, initial = GovernanceTask, GovernanceTransition, TaskState, "任务", (S.DRAFT,)

    @step("批准实施", source=S.DRAFT, target=S.RUNNING, may=policy.may_manage, guards=(three_lists,), primary=True)
    def approve(self) -> None:
        """From this day on before and after are told apart, and the days of the lines count."""
        self.obj.started_on = timezone.localdate(self.now)
        clocks.start_lines(self.obj)
        for office_id in self.obj.office_ids:
            lines = self.obj.items.filter(removed_at=None, office_id=office_id).count()
            text = f"任务已批准实施，本单位承担清单{lines}条" if lines else "任务已批准实施，由本单位牵头"
            tell(self.obj, [office_id], NoticeKind.GIVEN, text, self.now)

    @step("申请验收", source=S.RUNNING, target=S.EXAMINED, may=policy.may_edit, guards=(measures_done,), primary=True)
    def hand_in(self) -> None:
        self.obj.done_on = timezone.localdate(self.now)
        offices = [superior(self.obj.office_id), command(self.obj)]
        tell(self.obj, offices, NoticeKind.EXAMINE, "措施已全部完成，申请验收销号", self.now)

    @step(
        "验收销号",
        source=S.EXAMINED,
        target=S.CLOSED,
        may=policy.may_manage,
        guards=(somebody_else,),
        primary=True,
    )
    def close(self) -> None:
        """Closed with the effect as it is measured today, in words and figures."""
        today = timezone.localdate(self.now)
        self.obj.closed_on = today
        self.obj.effect = effect.measure(self.obj, today=today).kept()
        clocks.stop(self.obj, self.now)

    @step("退回整改", source=S.EXAMINED, target=S.RUNNING, may=policy.may_manage, needs_reason=True)
    def send_back(self) -> None:
        self.obj.done_on = None
        tell(self.obj, [self.obj.office_id], NoticeKind.RETURNED, f"验收未通过，退回整改：{self.reason}", self.now)

    @step("延长期限", source=(S.DRAFT, S.RUNNING), target=None, may=policy.may_manage, needs_reason=True)
    def extend(self, *, deadline_on: date) -> None:
        if deadline_on <= self.obj.deadline_on:
            raise Refused(f"新的期限应在{self.obj.deadline_on}之后。")
        if wrong := deadline_wrong(deadline_on, timezone.localdate(self.now)):
            raise Refused(wrong)
        old, self.obj.deadline_on = self.obj.deadline_on, deadline_on
        clocks.extend(self.obj, old=old, now=self.now)

    @step("终止", source=(S.DRAFT, S.RUNNING, S.EXAMINED), target=S.DROPPED, may=policy.may_manage, needs_reason=True)
    def drop(self) -> None:
        """Not carried on; the reason stays."""
        clocks.stop(self.obj, self.now)

    @step("修改方案", source=(S.DRAFT, S.RUNNING), target=None, may=policy.may_edit)
    def write_plan(self, *, plan: str, goal: str, fall_percent: int | None) -> None:
        """Plan and goal; what was approved with a plan is not left without one."""
        if len(goal) < 4:
            raise Refused("目标至少写4个字。")
        if not plan and self.obj.state == S.RUNNING:
            raise Refused("任务已在实施，方案不能清空。")
        self.obj.plan, self.obj.goal, self.obj.fall_percent = plan, goal, fall_percent

    @step("安排每月一题", source=tuple(S), target=None, may=policy.may_manage)
    def place(self, *, month_on: date | None) -> None:
        """The topic of a month (每月一题), or of none."""
        if self.obj.state == S.DROPPED and month_on is not None:
            raise Refused("已终止的任务不能列入每月一题。")
        self.obj.month_on = month_on
        self.taken.data = {"month": f"{month_on:%Y年%m月}" if month_on else "不再列入"}

    @step("列入清单", source=(S.DRAFT, S.RUNNING), target=None, may=policy.may_edit)
    def add_line(self, *, item: GovernanceItem) -> None:
        """A line; under way its time counts from now, and its office is told."""
        item.save()
        self._gather(item)
        if self.obj.state == S.RUNNING:
            clocks.start(self.obj, item)
            tell(self.obj, [item.office_id], NoticeKind.GIVEN, f"列入{item}，期限{item.due_on}", self.now)

    @step("删去清单", source=(S.DRAFT, S.RUNNING), target=None, may=policy.may_edit)
    def strike_line(self, *, item: GovernanceItem) -> None:
        """Struck out; it stays in the record."""
        item.removed_at, item.removed_by_id = self.now, self.user.pk
        item.save(update_fields=["removed_at", "removed_by_id"])
        self._gather(item)
        clocks.stop(self.obj, self.now, item=item)

    def _gather(self, item: GovernanceItem) -> None:
        """The offices that see the task: its owner and those that its lines name."""
        named: list[Any] = list(
            self.obj.items.filter(removed_at=None).order_by("pk").values_list("office_id", flat=True)
        )
        self.obj.office_ids = list(dict.fromkeys([self.obj.office_id, *named]))
        self.taken.data = {"line": f"{item.get_list_name_display()}：{item.text}"}
