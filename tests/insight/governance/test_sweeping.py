"""What the clock does by itself with tasks: warns who carries out, tells those above."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cases.conftest import DISTRICT, World
from tests.insight.governance.conftest import again, listed, proposed, running

from wangge.insight.governance import actions, notices, policy, sweeping
from wangge.insight.governance.flow import TaskFlow
from wangge.insight.governance.models import GovernanceClock, GovernanceNotice, GovernanceTask
from wangge.kernel.calendar import clocks
from wangge.organization.models import Office
from wangge.organization.notices import see


def days(number: float) -> datetime:
    return timezone.now() + timedelta(days=number)


def told(town: World, kind: str) -> set[str]:
    """The names, in the town, of the offices that were told."""
    names = {office.pk: name for name, office in town.offices.items()}
    return {names[pk] for pk in GovernanceNotice.objects.filter(kind=kind).values_list("office_id", flat=True)}


def test_the_owner_is_warned_a_week_before_the_deadline_once(town: World) -> None:
    task = proposed(town)
    assert sweeping.warn(now=days(82)) == 0
    assert sweeping.warn(now=days(84)) == 1
    assert sweeping.warn(now=days(84)) == 0
    assert told(town, "warning") == {"urban"}
    notice = task.notices.get()
    assert notice.text == f"任务的完成期限（拟订中）将到：{task.deadline_on:%Y年%m月%d日}"


def test_of_a_short_time_a_quarter_is_left(town: World) -> None:
    proposed(town, deadline_on=timezone.localdate() + timedelta(days=8))
    assert sweeping.warn(now=days(5)) == 0
    assert sweeping.warn(now=days(7)) == 1


def test_a_missed_deadline_is_told_to_the_owner_the_office_above_and_the_command_centre(town: World) -> None:
    proposed(town)
    assert sweeping.escalate(now=days(89)) == 0
    assert sweeping.escalate(now=days(91.1)) == 1
    assert sweeping.escalate(now=days(92)) == 0
    assert told(town, "overdue") == {"urban", "street", "command"}


def test_a_departments_late_task_goes_to_the_districts_leaders(town: World) -> None:
    proposed(town, office_id=town.offices["housing"].pk)
    sweeping.escalate(now=days(91.1))
    assert told(town, "overdue") == {"housing", "leader", "command"}


def test_a_late_line_is_told_to_its_office_the_one_above_and_the_owner(town: World) -> None:
    task = running(town)
    actions.finish_item(item=task.items.get(list_name="problem"), note="已摸清", by=town["城管科小秦"])
    actions.finish_item(item=task.items.get(list_name="duty"), note="已分工", by=town["城管科小秦"])
    clocks.stop_all(GovernanceClock, timezone.now(), item_id=None)
    assert sweeping.escalate(now=days(91.1)) == 1
    assert told(town, "overdue") == {"housing", "leader", "urban"}
    assert "措施清单“measure一条写清楚”的期限已过" in task.notices.filter(kind="overdue").first().text


def test_lines_count_from_the_approval(town: World) -> None:
    """Before it nobody can report a line as done."""
    task = proposed(town)
    listed(town, task)
    assert GovernanceClock.objects.exclude(item=None).count() == 0
    TaskFlow(again(task), town["区领导"]).approve()
    assert GovernanceClock.objects.exclude(item=None).count() == 3
    assert told(town, "given") == {"urban", "housing"}


def test_a_line_that_comes_later_has_its_clock_and_tells_its_office(town: World) -> None:
    task = running(town)
    GovernanceNotice.objects.all().delete()
    item = actions.add_item(
        task=task, list_name="measure", text="加装监控探头", office_id=town.offices["housing"].pk,
        due_on=timezone.localdate(), by=town["区领导"],
    )  # fmt: skip
    clock = GovernanceClock.objects.get(item=item)
    assert timezone.localtime(clock.due_at).strftime("%Y-%m-%d %H:%M:%S") == f"{item.due_on} 23:59:59"
    assert told(town, "given") == {"housing"}
    assert sweeping.escalate(now=days(1)) == 1


def test_what_is_done_or_struck_out_or_given_up_is_late_no_more(town: World) -> None:
    task = running(town)
    actions.finish_item(item=task.items.get(list_name="measure"), note="已办完", by=town["住建局长"])
    extra = actions.add_item(
        task=task, list_name="duty", text="多余的一条责任", office_id=town.offices["urban"].pk,
        due_on=task.deadline_on, by=town["区领导"],
    )  # fmt: skip
    actions.remove_item(item=extra, by=town["区领导"])
    assert GovernanceClock.objects.open().count() == 3
    TaskFlow(again(task), town["区领导"]).drop(reason="并入别的任务")
    assert GovernanceClock.objects.open().count() == 0
    assert (sweeping.warn(now=days(200)), sweeping.escalate(now=days(200))) == (0, 0)


def test_a_closed_task_has_no_clock(town: World) -> None:
    task = running(town)
    actions.finish_item(item=task.items.get(list_name="measure"), note="已办完", by=town["住建局长"])
    TaskFlow(task, town["指挥中心小钱"]).hand_in()
    assert told(town, "examine") == {"street", "command"}
    TaskFlow(task, town["区领导"]).send_back(reason="东门仍有堆积")
    assert told(town, "returned") == {"urban"}
    TaskFlow(task, town["指挥中心小钱"]).hand_in()
    TaskFlow(task, town["区领导"]).close()
    assert GovernanceClock.objects.open().count() == 0


def test_a_later_deadline_is_told_of_anew(town: World) -> None:
    task = proposed(town)
    sweeping.warn(now=days(84))
    TaskFlow(task, town["区领导"]).extend(deadline_on=task.deadline_on + timedelta(days=30), reason="雨季停工")
    clock = GovernanceClock.objects.get()
    assert timezone.localtime(clock.due_at).date() == again(task).deadline_on
    assert sweeping.escalate(now=days(91.1)) == 0
    assert sweeping.warn(now=days(114)) == 1
    assert sweeping.escalate(now=days(121.1)) == 1


def test_one_bad_row_does_not_stop_the_rest(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = proposed(town), proposed(town, name="另一项治理任务")

    def tell(task: GovernanceTask, *given: Any) -> int:
        if task.pk == bad.pk:
            raise ValueError("broken")
        return notices.tell(task, *given)

    monkeypatch.setattr(sweeping, "tell", tell)
    assert sweeping.escalate(now=days(91.1)) == 1
    assert GovernanceClock.objects.get(task=bad).escalated_at is None
    assert good.notices.count() == 3


def test_an_office_that_belongs_to_another_answers_to_it(town: World) -> None:
    housing = town.offices["housing"]
    centre = Office.objects.create(
        name="市政设施服务中心", kind="district.municipal", level="district", path=DISTRICT, parent=housing,
        valid_from=timezone.localdate(),
    )  # fmt: skip
    assert notices.superior(centre.pk) == housing.pk
    assert notices.superior(town.offices["community"].pk) == town.offices["street"].pk
    assert notices.superior(town.offices["street"].pk) == town.offices["leader"].pk
    assert notices.superior(town.offices["leader"].pk) == town.offices["command"].pk
    assert notices.superior(0) is None


def test_who_reads_a_notice(town: World) -> None:
    proposed(town)
    sweeping.escalate(now=days(91.1))
    assert policy.notices(town["城管科小秦"]).count() == 1
    assert policy.notices(town["街道书记"]).count() == 1
    assert policy.notices(town["住建局长"]).count() == 0
    assert policy.notices(town["外人"]).count() == 0
    mine = policy.notices(town["城管科小秦"]).get()
    assert see(GovernanceNotice, pks=[mine.pk], by=town["街道书记"]) == 0
    assert see(GovernanceNotice, pks=[mine.pk], by=town["城管科小秦"]) == 1
    assert policy.notices(town["街道书记"]).filter(seen_at=None).count() == 1
