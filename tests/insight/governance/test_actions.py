"""Proposing, listing, carrying out: who may, and that nothing happened where they may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from tests.cases.conftest import DISTRICT, OTHER_STREET, STREET, World
from tests.insight.governance.conftest import again, complaints, listed, proposed, running

from wangge.insight.governance import actions, policy
from wangge.insight.governance.enums import TaskState
from wangge.insight.governance.flow import TaskFlow
from wangge.insight.governance.models import GovernanceItem, GovernanceTask
from wangge.insight.topics.models import Topic
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.flow import Conflict, NotPermitted, ReasonMissing, Refused
from wangge.organization.models import Office


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


def hot(town: World, **given: Any) -> Topic:
    today = timezone.localdate()
    values: dict[str, Any] = {
        "name": "东门垃圾", "path": STREET, "kind": town.kinds["rubbish"], "first_on": today, "last_on": today,
        "created_at": timezone.now(), "updated_at": timezone.now(),
    }  # fmt: skip
    return Topic.objects.create(**(values | given))


def test_a_topic_has_one_open_task(town: World) -> None:
    topic = hot(town)
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
    lines = ["add_line"] * 3
    assert steps == ["create", "write_plan", *lines, "approve", "hand_in", "send_back", "hand_in", "close"]


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


def test_a_closed_list_is_closed(town: World) -> None:
    task = running(town)
    TaskFlow(task, town["区领导"]).drop(reason="不再需要")
    with pytest.raises(ValidationError, match="不能再改"):
        actions.remove_item(item=task.items.first(), by=town["区领导"])  # type: ignore[arg-type]


def line(town: World, task: GovernanceTask, **given: Any) -> GovernanceItem:
    values: dict[str, Any] = {
        "list_name": "measure",
        "text": "逐处摸排点位",
        "office_id": town.offices["urban"].pk,
        "due_on": task.deadline_on,
        "by": town["区领导"],
    }
    return actions.add_item(task=task, **(values | given))


def again_line(item: GovernanceItem) -> GovernanceItem:
    """The line as another request reads it."""
    return GovernanceItem.objects.select_related("task").get(pk=item.pk)


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"list_name": "wish"}, "list_name", "没有这张清单"),
        ({"office_id": 999_999}, "office", "现行机构"),
        ({"due_on": timezone.localdate() + timedelta(days=91)}, "due_on", "不能晚于任务的完成期限"),
        ({"due_on": timezone.localdate() - timedelta(days=1)}, "due_on", "不能早于今天"),
        ({"text": " 三个字 "}, "text", "4至300个字"),
        ({"text": "字" * 301}, "text", "4至300个字"),
    ],
)
def test_what_cannot_be_a_line(town: World, given: dict[str, Any], field: str, said: str) -> None:
    task = proposed(town)
    with pytest.raises(ValidationError) as refused:
        line(town, task, **given)
    assert said in refused.value.message_dict[field][0]
    assert not GovernanceItem.objects.exists()


def test_an_office_of_another_district_is_named_in_no_line(town: World) -> None:
    stranger = Office.objects.create(
        name="外区城管局", kind="district.urban", level="district", path="150204", valid_from=timezone.localdate()
    )
    with pytest.raises(ValidationError, match="服务这个范围"):
        line(town, proposed(town), office_id=stranger.pk)
    assert not GovernanceItem.objects.exists()


def test_the_three_lists_hold_sixty_lines(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_ITEMS", 2)
    task = proposed(town)
    line(town, task)
    struck = line(town, task, text="第二条措施")
    with pytest.raises(ValidationError, match="最多2条"):
        line(town, task, text="第三条措施")
    actions.remove_item(item=struck, by=town["区领导"])
    line(town, again(task), text="第三条措施")
    assert task.items.filter(removed_at=None).count() == 2


def test_the_same_line_sent_twice_is_one_line(town: World) -> None:
    task = proposed(town)
    first = line(town, task)
    assert line(town, task, text=" 逐处摸排点位 ") == first
    assert line(town, task, list_name="duty") != first
    actions.remove_item(item=again_line(first), by=town["区领导"])
    assert line(town, again(task)) != first


def test_a_line_is_listed_on_the_version_that_was_seen(town: World) -> None:
    """Who approves, or lists another line, decides on the lists as they were read."""
    task = proposed(town)
    listed(town, task)
    task.refresh_from_db()
    approver, lister, striker = again(task), again(task), again_line(task.items.get(list_name="duty"))
    assert line(town, task).task.version == approver.version + 1
    with pytest.raises(Conflict, match=r"区领导已于.*完成“列入清单”.*您的“批准实施”没有生效"):
        TaskFlow(approver, town["区领导"]).approve()
    with pytest.raises(Conflict, match="您的“列入清单”没有生效"):
        line(town, lister, text="另有一条措施")
    with pytest.raises(Conflict, match="您的“删去清单”没有生效"):
        actions.remove_item(item=striker, by=town["区领导"])
    assert task.items.filter(removed_at=None).count() == 4
    assert again(task).state == TaskState.DRAFT


def test_the_story_tells_of_lines(town: World) -> None:
    task = proposed(town)
    item = line(town, task)
    actions.remove_item(item=again_line(item), by=town["街道书记"])
    told = list(task.transitions.order_by("pk").values_list("step", "data__line", "actor_label"))
    said = "措施清单：逐处摸排点位"
    assert told[1:] == [("add_line", said, "区领导"), ("strike_line", said, "街道书记")]


def test_a_struck_line_stays_and_says_who_struck_it(town: World) -> None:
    task = proposed(town)
    struck = line(town, task)
    actions.remove_item(item=struck, by=town["街道书记"])
    actions.remove_item(item=struck, by=town["区领导"])
    struck.refresh_from_db()
    assert struck.removed_by_id == town["街道书记"].pk
    assert AuditEntry.objects.filter(action="governance.item.remove").count() == 1


def test_a_running_task_keeps_a_line_in_each_list(town: World) -> None:
    """Without its only measure a task would be examined with nothing done."""
    task = running(town)
    only = task.items.get(list_name="measure")
    with pytest.raises(ValidationError, match="措施清单至少留一条"):
        actions.remove_item(item=only, by=town["区领导"])
    line(town, task)
    actions.remove_item(item=only, by=town["区领导"])
    assert task.items.filter(list_name="measure", removed_at=None).count() == 1


def test_what_is_done_is_not_struck_out(town: World) -> None:
    task = running(town)
    done = task.items.get(list_name="measure")
    actions.finish_item(item=done, note="已鉴定", by=town["住建局长"])
    with pytest.raises(Conflict, match=r"住建局长已于.*登记完成：已鉴定"):
        actions.remove_item(item=done, by=town["区领导"])
    done.refresh_from_db()
    assert done.removed_at is None


def test_who_finishes_a_line_second_is_told_and_loses_nothing(town: World) -> None:
    item = running(town).items.get(list_name="measure")
    actions.finish_item(item=item, note="甲的说明", by=town["住建局长"])
    with pytest.raises(Conflict, match=r"住建局长已于.*甲的说明.*您填写的“乙的说明”没有保存"):
        actions.finish_item(item=item, note="乙的说明", by=town["城管科小秦"])
    item.refresh_from_db()
    assert (item.done_note, item.done_by_id) == ("甲的说明", town["住建局长"].pk)


def test_the_same_report_sent_twice_is_one_report(town: World) -> None:
    item = running(town).items.get(list_name="measure")
    actions.finish_item(item=item, note="已鉴定", by=town["住建局长"])
    first = GovernanceItem.objects.values().get(pk=item.pk)
    actions.finish_item(item=item, note=" 已鉴定", by=town["住建局长"])
    assert GovernanceItem.objects.values().get(pk=item.pk) == first
    assert AuditEntry.objects.filter(action="governance.item.finish").count() == 1
    with pytest.raises(Conflict):
        actions.finish_item(item=item, note="已鉴定", by=town["城管科小秦"])


def test_a_struck_line_is_not_finished(town: World) -> None:
    task = running(town)
    struck = line(town, task)
    actions.remove_item(item=struck, by=town["街道书记"])
    with pytest.raises(Conflict, match=r"街道书记已于.*删去这一条。您填写的“办完了”没有保存"):
        actions.finish_item(item=struck, note="办完了", by=town["城管科小秦"])
    struck.refresh_from_db()
    assert struck.done_at is None


@pytest.mark.parametrize("note", ["", " 完 ", "字" * 301])
def test_a_report_says_how(town: World, note: str) -> None:
    item = running(town).items.get(list_name="measure")
    with pytest.raises(ValidationError, match="2至300个字"):
        actions.finish_item(item=item, note=note, by=town["住建局长"])
    assert not GovernanceItem.objects.filter(done_at__isnull=False).exists()


def test_nothing_is_finished_before_the_approval(town: World) -> None:
    task = proposed(town)
    item = line(town, task)
    with pytest.raises(ValidationError, match="任务拟订中，不能登记完成"):
        actions.finish_item(item=item, note="办完了", by=town["城管科小秦"])
    item.refresh_from_db()
    assert item.done_at is None


def test_a_line_is_late_until_it_is_done(town: World) -> None:
    item = running(town).items.get(list_name="measure")
    assert not item.is_late(item.due_on)
    assert item.is_late(item.due_on + timedelta(days=1))
    actions.finish_item(item=item, note="已鉴定", by=town["住建局长"])
    item.refresh_from_db()
    assert not item.is_late(item.due_on + timedelta(days=1))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"path": OTHER_STREET}, "path"),
        ({"seen_from_on": timezone.localdate() - timedelta(days=4000)}, "seen_from_on"),
    ],
)
def test_a_task_about_a_topic_stays_where_the_topic_is(town: World, given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        proposed(town, topic=hot(town), kind=None, **given)
    assert list(refused.value.message_dict) == [field]
    assert not GovernanceTask.objects.exists()


@pytest.mark.parametrize("state", ["merged", "aside"])
def test_a_topic_that_is_none_becomes_no_task(town: World, state: str) -> None:
    heir = hot(town, name="小区垃圾") if state == "merged" else None
    with pytest.raises(ValidationError, match="不能立为治理任务"):
        proposed(town, topic=hot(town, state=state, merged_into=heir), kind=None)
    assert not GovernanceTask.objects.exists()


def test_a_topic_that_is_not_seen_becomes_no_task(town: World) -> None:
    with pytest.raises(PermissionDenied):
        proposed(town, topic=hot(town, path=OTHER_STREET), kind=None, by=town["街道书记"])
    assert not GovernanceTask.objects.exists()


def test_what_was_seen_is_counted_by_hand(town: World) -> None:
    """Of five complaints a day in the street, those of eleven days of its own kind; another street's are not."""
    today = timezone.localdate()
    complaints(today - timedelta(days=30), 31, 5)
    complaints(today - timedelta(days=30), 31, 7, path="150203002001")
    complaints(today - timedelta(days=30), 31, 9, kind="0102")
    task = proposed(town, seen_from_on=today - timedelta(days=20), seen_to_on=today - timedelta(days=10))
    assert task.seen_count == 55
    later = proposed(town, seen_from_on=today - timedelta(days=1), seen_to_on=today + timedelta(days=90))
    assert (later.seen_to_on, later.seen_count) == (today, 10)


def test_an_end_beside_an_open_window_reaches_ninety_days_back(town: World) -> None:
    task = proposed(town)
    assert (task.seen_to_on - task.seen_from_on).days == 89
    assert task.seen_to_on == timezone.localdate()
