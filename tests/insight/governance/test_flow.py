"""A task's way: what each step asks for, and that who comes second overwrites nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cases.conftest import World
from tests.insight.governance.conftest import again, built, complaints, listed, planned, proposed, running

from wangge.insight.governance import actions, effect
from wangge.insight.governance.enums import TaskState
from wangge.insight.governance.flow import TaskFlow
from wangge.insight.governance.models import GovernanceTask
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.flow import Conflict, NotPermitted, Refused

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def place(task: GovernanceTask, month_on: date | None, *, by: Any) -> None:
    """On the version that ``task`` has in memory."""
    actions.take_step(task=task, step="place", month_on=month_on, seen=task.version, by=by)


def state(task: GovernanceTask, value: str) -> GovernanceTask:
    closed = timezone.localdate() if value == TaskState.CLOSED else None
    GovernanceTask.objects.filter(pk=task.pk).update(state=value, closed_on=closed)
    return again(task)


# -- two at once ---------------------------------------------------------------------------------


def test_two_place_a_task_in_two_months(town: World) -> None:
    first, second = proposed(town), GovernanceTask.objects.get()
    place(first, MAY, by=town["区领导"])
    with pytest.raises(Conflict, match=r"区领导已于.*完成“安排每月一题”.*您的“安排每月一题”没有生效"):
        place(second, JUNE, by=town["指挥中心小钱"])
    assert again(first).month_on == MAY
    assert first.transitions.filter(step="place").count() == 1


def test_two_place_a_task_in_the_same_month(town: World) -> None:
    first, second = proposed(town), GovernanceTask.objects.get()
    place(first, MAY, by=town["区领导"])
    place(second, MAY, by=town["指挥中心小钱"])
    place(second, MAY, by=town["区领导"])
    assert again(first).month_on == MAY
    assert first.transitions.filter(step="place").count() == 1
    assert AuditEntry.objects.filter(action="governance.governancetask.place").count() == 1


def test_two_write_a_plan(town: World) -> None:
    first, second = proposed(town), GovernanceTask.objects.get()
    planned(first, town["区领导"], plan="甲")
    with pytest.raises(Conflict, match=r"区领导已于.*完成“修改方案”"):
        planned(second, town["指挥中心小钱"], plan="乙")
    assert again(first).plan == "甲"


def test_the_same_plan_twice_is_written_once(town: World) -> None:
    first, second = proposed(town), GovernanceTask.objects.get()
    planned(first, town["区领导"], plan="甲\n")
    planned(second, town["区领导"], plan=" 甲")
    assert again(first).plan == "甲"
    assert again(first).version == 1


def test_a_plan_and_a_month_at_once_do_not_pass_each_other(town: World) -> None:
    """A plan written beside somebody's placing is told of it, and can be sent again on what is there now."""
    first, second = proposed(town), GovernanceTask.objects.get()
    place(first, MAY, by=town["区领导"])
    with pytest.raises(Conflict, match=r"完成“安排每月一题”.*您的“修改方案”没有生效"):
        planned(second, town["指挥中心小钱"], plan="乙")
    planned(again(first), town["指挥中心小钱"], plan="乙")
    done = again(first)
    assert (done.plan, done.month_on) == ("乙", MAY)


def test_nobody_approves_a_plan_that_changed_meanwhile(town: World) -> None:
    task = proposed(town)
    listed(town, task)
    seen = again(task)
    planned(again(task), town["指挥中心小钱"], plan="改过的方案")
    with pytest.raises(Conflict, match="指挥中心小钱"):
        actions.take_step(task=seen, step="approve", seen=seen.version, by=town["区领导"])
    assert again(task).state == TaskState.DRAFT


# -- the month -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["城管科小秦", "街道老王", "外街小孙", "外人"])
@pytest.mark.parametrize("month_on", [MAY, None])
def test_who_places_nothing(town: World, who: str, month_on: date | None) -> None:
    """Not even what is so already: no answer tells more than another."""
    task = proposed(town)
    with pytest.raises(NotPermitted):
        place(task, month_on, by=town[who])
    assert again(task).month_on is None
    assert not task.transitions.filter(step="place").exists()


def test_a_task_leaves_the_month(town: World) -> None:
    task = proposed(town, month_on=date(2026, 5, 20))
    assert task.month_on == MAY
    place(task, None, by=town["区领导"])
    assert again(task).month_on is None
    assert [row.data["month"] for row in task.transitions.filter(step="place")] == ["不再列入"]


def test_what_was_dropped_is_taken_out_of_a_month_but_put_into_none(town: World) -> None:
    task = state(proposed(town, month_on=MAY), TaskState.DROPPED)
    with pytest.raises(Refused, match="已终止"):
        place(task, JUNE, by=town["区领导"])
    assert again(task).month_on == MAY
    place(again(task), None, by=town["区领导"])
    assert again(task).month_on is None


# -- the plan ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["街道老王", "住建局长", "外街小孙", "外人"])
def test_who_writes_no_plan(town: World, who: str) -> None:
    task = proposed(town)
    with pytest.raises(NotPermitted):
        planned(task, town[who], plan="乱写")
    assert (again(task).plan, again(task).version) == ("", 0)


def test_the_owner_writes_the_plan(town: World) -> None:
    task = proposed(town)
    planned(task, town["城管科小秦"], plan="增加车次", goal="日产日清不过夜", fall_percent=None)
    done = again(task)
    assert (done.plan, done.goal, done.fall_percent) == ("增加车次", "日产日清不过夜", None)


def test_a_running_task_keeps_a_plan(town: World) -> None:
    task = running(town)
    with pytest.raises(Refused, match="方案不能清空"):
        planned(task, town["区领导"], plan=" \n")
    with pytest.raises(Refused, match="目标至少写4个字"):
        planned(again(task), town["区领导"], goal="清")
    assert (again(task).plan, again(task).goal) == ("增加清运车次", "各小区垃圾日产日清")


@pytest.mark.parametrize("value", [TaskState.EXAMINED, TaskState.CLOSED, TaskState.DROPPED])
def test_a_plan_stands_from_the_examination_on(town: World, value: str) -> None:
    task = state(running(town), value)
    with pytest.raises(Refused, match="不能修改方案"):
        planned(task, town["区领导"], plan="事后改写")
    assert again(task).plan == "增加清运车次"


# -- deadline, examination, end ------------------------------------------------------------------


def extend(task: GovernanceTask, day: date, *, by: Any) -> None:
    actions.take_step(task=task, step="extend", deadline_on=day, reason="雨季", seen=task.version, by=by)


def test_a_deadline_only_moves_on(town: World) -> None:
    task = running(town)
    first, later = task.deadline_on, task.deadline_on + timedelta(days=30)
    with pytest.raises(Refused, match=f"应在{first}之后"):
        extend(task, first, by=town["区领导"])
    extend(task, later, by=town["区领导"])
    assert again(task).deadline_on == later


def test_a_late_task_gets_a_day_to_come(town: World) -> None:
    task, today = running(town), timezone.localdate()
    GovernanceTask.objects.filter(pk=task.pk).update(deadline_on=today - timedelta(days=20))
    assert again(task).is_late(today)
    for day in (today - timedelta(days=1), today, today + timedelta(days=1200), date.max):
        with pytest.raises(Refused, match="今天之后、3年之内"):
            extend(again(task), day, by=town["区领导"])
    extend(again(task), today + timedelta(days=1), by=town["区领导"])
    assert not again(task).is_late(today)


@pytest.mark.parametrize("value", [TaskState.CLOSED, TaskState.DROPPED])
def test_what_is_over_is_not_late(town: World, value: str) -> None:
    task = proposed(town)
    GovernanceTask.objects.filter(pk=task.pk).update(deadline_on=timezone.localdate() - timedelta(days=1))
    assert again(task).is_late(timezone.localdate())
    assert not state(task, value).is_late(timezone.localdate())


@pytest.mark.parametrize("who", ["城管科小秦", "街道老王"])
@pytest.mark.parametrize("step", ["drop", "extend", "approve"])
def test_who_carries_out_does_not_decide(town: World, who: str, step: str) -> None:
    task = proposed(town)
    listed(town, task)
    given = {"deadline_on": task.deadline_on + timedelta(days=9)} if step == "extend" else {}
    before = GovernanceTask.objects.values().get()
    with pytest.raises(NotPermitted):
        actions.take_step(task=task, step=step, reason="想改", seen=before["version"], by=town[who], **given)
    assert GovernanceTask.objects.values().get() == before


def test_the_measures_of_the_list_are_done_before_the_examination(town: World) -> None:
    """Struck lines do not count; problems and duties need not be ticked off."""
    task, leader = running(town), town["区领导"]
    kept = task.items.get(list_name="measure")
    struck = actions.add_item(
        task=task, list_name="measure", text="多余的一条措施", office_id=town.offices["urban"].pk,
        due_on=task.deadline_on, by=leader,
    )  # fmt: skip
    with pytest.raises(Refused, match="还有2项措施"):
        TaskFlow(again(task), leader).hand_in()
    actions.remove_item(item=struck, by=leader)
    actions.finish_item(item=kept, note="已增加车次", by=leader)
    TaskFlow(again(task), town["城管科小秦"]).hand_in()
    assert (again(task).state, again(task).done_on) == (TaskState.EXAMINED, timezone.localdate())


def test_the_effect_is_kept_as_it_was_measured_at_the_end(town: World) -> None:
    task, today = running(town), timezone.localdate()
    start = today - timedelta(days=60)
    built(start - timedelta(days=56), 116)
    complaints(start - timedelta(days=56), 56, 4)
    GovernanceTask.objects.filter(pk=task.pk).update(state=TaskState.EXAMINED, done_on=start)
    measured = effect.measure(again(task), today=today).kept()
    TaskFlow(again(task), town["区领导"]).close()
    complaints(start, 60, 9, path="150203001002")
    done = again(task)
    assert done.effect == measured
    assert (done.effect["before"], done.effect["after"], done.effect["verdict"]) == (224, 0, "fell")
    assert done.closed_on == today
