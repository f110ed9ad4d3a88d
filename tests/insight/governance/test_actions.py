"""Proposing, listing, carrying out: who may, and that nothing happened where they may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from tests.cases.conftest import DISTRICT, OTHER_STREET, STREET, World
from tests.insight.governance.conftest import listed, proposed, running

from wangge.insight.governance import actions, policy
from wangge.insight.governance.enums import TaskState
from wangge.insight.governance.flow import TaskFlow
from wangge.insight.governance.models import GovernanceItem, GovernanceTask
from wangge.insight.topics.models import Topic
from wangge.kernel.flow import Conflict, NotPermitted, ReasonMissing, Refused


@pytest.mark.parametrize("who", ["街道老王", "外街小孙", "住建局长", "社区小陈", "外人"])
def test_who_may_not_propose(town: World, who: str) -> None:
    with pytest.raises(PermissionDenied):
        proposed(town, by=town[who])
    assert not GovernanceTask.objects.exists()


def test_a_street_leader_proposes_in_his_street_alone(town: World) -> None:
    assert proposed(town, by=town["街道书记"]).path == STREET
    with pytest.raises(PermissionDenied):
        proposed(town, by=town["街道书记"], path=DISTRICT)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": None}, "kind"),
        ({"path": "150203999"}, "path"),
        ({"office_id": 999_999}, "office"),
        ({"deadline_on": timezone.localdate()}, "deadline_on"),
        ({"deadline_on": timezone.localdate() + timedelta(days=4000)}, "deadline_on"),
        ({"seen_from_on": timezone.localdate() + timedelta(days=1)}, "seen_from_on"),
        ({"name": ""}, "name"),
        ({"goal": "x" * 201}, "goal"),
    ],
)
def test_what_cannot_be_a_task(town: World, given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        proposed(town, **given)
    assert field in refused.value.message_dict
    assert not GovernanceTask.objects.exists()


def test_a_topic_has_one_open_task(town: World) -> None:
    today = timezone.localdate()
    topic = Topic.objects.create(
        name="东门垃圾", path=STREET, kind=town.kinds["rubbish"], first_on=today, last_on=today,
        created_at=timezone.now(), updated_at=timezone.now(),
    )  # fmt: skip
    task = proposed(town, topic=topic, kind=None)
    assert task.kind == town.kinds["rubbish"]
    with pytest.raises(ValidationError, match="已有进行中"):
        proposed(town, topic=topic, kind=None)
    TaskFlow(task, town["区领导"]).drop(reason="并入别的任务")
    assert proposed(town, topic=topic, kind=None).pk != task.pk


def test_an_office_named_in_a_list_sees_the_task(town: World) -> None:
    task = proposed(town)
    head = town["住建局长"]
    assert not policy.rows(head).exists()
    problem, _, measure = listed(town, task)
    assert policy.rows(head).get() == task
    actions.remove_item(item=measure, by=town["区领导"])
    assert not policy.rows(head).exists()
    assert problem.task_id == task.pk


def test_it_begins_only_with_plan_and_three_lists(town: World) -> None:
    task = proposed(town)
    with pytest.raises(Refused, match="问题清单、责任清单、措施清单还没有内容"):
        TaskFlow(task, town["区领导"]).approve()
    listed(town, task)
    task.refresh_from_db()
    TaskFlow(task, town["区领导"]).approve()
    assert (task.state, task.started_on) == (TaskState.RUNNING, timezone.localdate())


def test_the_whole_way(town: World) -> None:
    task = running(town)
    clerk, leader = town["指挥中心小钱"], town["区领导"]
    with pytest.raises(Refused, match="还有1项措施没有完成"):
        TaskFlow(task, clerk).hand_in()
    measure = task.items.get(list_name="measure")
    actions.finish_item(item=measure, note="已增加2个车次", by=town["住建局长"])
    actions.finish_item(item=measure, note="再说一遍", by=town["住建局长"])
    measure.refresh_from_db()
    assert measure.done_note == "已增加2个车次"
    TaskFlow(task, clerk).hand_in()
    with pytest.raises(Refused, match="不能自己验收"):
        TaskFlow(task, clerk).close()
    with pytest.raises(ReasonMissing):
        TaskFlow(task, leader).send_back()
    TaskFlow(task, leader).send_back(reason="东门仍有堆积")
    TaskFlow(task, clerk).hand_in()
    TaskFlow(task, leader).close()
    task.refresh_from_db()
    assert (task.state, task.closed_on) == (TaskState.CLOSED, timezone.localdate())
    assert task.effect["words"]
    steps = list(task.transitions.order_by("pk").values_list("step", flat=True))
    assert steps == ["create", "approve", "hand_in", "send_back", "hand_in", "close"]


@pytest.mark.parametrize("who", ["街道老王", "外街小孙", "社区小陈", "外人"])
def test_who_may_not_decide(town: World, who: str) -> None:
    task = running(town)
    with pytest.raises(NotPermitted):
        TaskFlow(task, town[who]).drop(reason="不办了")
    with pytest.raises(PermissionDenied):
        actions.finish_item(item=task.items.get(list_name="measure"), note="办完", by=town[who])
    with pytest.raises(PermissionDenied):
        actions.add_item(
            task=task, list_name="measure", text="再加一条措施", office_id=town.offices["urban"].pk,
            due_on=task.deadline_on, by=town[who],
        )  # fmt: skip
    assert GovernanceItem.objects.filter(done_at__isnull=False).count() == 0
    assert task.items.count() == 3


def test_two_writers_of_a_plan(town: World) -> None:
    task = proposed(town)
    leader = town["区领导"]
    actions.write_plan(task=task, plan="甲", goal="目标甲目标甲", fall_percent=None, seen=task.version, by=leader)
    with pytest.raises(Conflict):
        actions.write_plan(task=task, plan="乙", goal="目标乙目标乙", fall_percent=None, seen=task.version, by=leader)
    task.refresh_from_db()
    assert task.plan == "甲"


def test_a_closed_list_is_closed(town: World) -> None:
    task = running(town)
    TaskFlow(task, town["区领导"]).drop(reason="不再需要")
    with pytest.raises(ValidationError, match="不能再改"):
        actions.remove_item(item=task.items.first(), by=town["区领导"])  # type: ignore[arg-type]


def test_a_deadline_only_moves_on(town: World) -> None:
    task = running(town)
    with pytest.raises(Refused):
        TaskFlow(task, town["区领导"]).extend(reason="雨季", deadline_on=task.deadline_on)
    later = task.deadline_on + timedelta(days=30)
    TaskFlow(task, town["区领导"]).extend(reason="雨季", deadline_on=later)
    task.refresh_from_db()
    assert task.deadline_on == later


def test_a_month_of_the_year(town: World) -> None:
    task = proposed(town)
    day = timezone.localdate()
    with pytest.raises(PermissionDenied):
        actions.place_in_year(task=task, month_on=day, by=town["街道老王"])
    actions.place_in_year(task=task, month_on=day, by=town["区领导"])
    task.refresh_from_db()
    assert task.month_on == day.replace(day=1)


SEES = {"区领导": True, "指挥中心小钱": True, "街道书记": True, "街道老王": True, "外街小孙": False, "外人": False}


@pytest.mark.parametrize(("who", "sees"), SEES.items())
def test_the_filter_and_the_predicate_agree(town: World, who: str, sees: bool) -> None:
    task = proposed(town)
    assert policy.may_see(town[who], task) is sees
    assert policy.rows(town[who]).exists() is sees


def test_the_other_street_is_another_place(town: World) -> None:
    assert not policy.may_manage_at(town["街道书记"], OTHER_STREET)
