"""Changing a task through its pages: what is typed comes back, who comes second is told, others change nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import World
from tests.cases.web.signing import signed_in
from tests.insight.governance.conftest import again, listed, planned, proposed, running, town, world  # noqa: F401

from wangge.insight.governance import actions
from wangge.insight.governance.enums import TaskState
from wangge.insight.governance.models import GovernanceItem, GovernanceTask


def step(task: GovernanceTask, name: str) -> str:
    return reverse("governance_step", args=[task.pk, name])


def said(response: Any) -> str:
    return str(response.content.decode())


def test_who_writes_a_plan_second_is_told_and_keeps_the_text(town: World) -> None:  # noqa: F811
    task = proposed(town)
    planned(again(task), town["指挥中心小钱"], plan="先到的方案")
    client = signed_in(town, "区领导")
    mine = {"seen": task.version, "goal": "后到的目标", "plan": "后到的方案很长"}
    page = client.post(step(task, "write_plan"), mine)
    assert page.status_code == 409
    assert "指挥中心小钱已于" in said(page)
    assert "先到的方案" in said(page)
    assert page.context["plan_form"]["plan"].value() == "后到的方案很长"
    assert again(task).plan == "先到的方案"
    # Told, one goes on from what is there now.
    assert client.post(step(task, "write_plan"), mine | page.context["seen"]).status_code == 302
    assert again(task).plan == "后到的方案很长"


def test_correcting_a_form_does_not_pass_by_what_happened_meanwhile(town: World) -> None:  # noqa: F811
    """The page that comes back with a mistake marked stands on the version that the form was opened on."""
    task = proposed(town)
    planned(again(task), town["指挥中心小钱"], plan="先到的方案")
    client = signed_in(town, "区领导")
    page = client.post(step(task, "write_plan"), {"seen": task.version, "goal": "短", "plan": "后到的方案"})
    assert page.status_code == 422
    assert "goal" in page.context["plan_form"].errors
    assert page.context["seen"] == {"seen": task.version}
    mine = page.context["seen"] | {"goal": "够长的目标", "plan": "后到的方案"}
    assert client.post(step(task, "write_plan"), mine).status_code == 409
    assert again(task).plan == "先到的方案"


def test_who_places_a_task_second_is_told(town: World) -> None:  # noqa: F811
    task = proposed(town)
    first, second = signed_in(town, "指挥中心小钱"), signed_in(town, "区领导")
    sent = {"seen": task.version}
    assert first.post(step(task, "place"), sent | {"month_on": "2026-05"}).status_code == 302
    assert second.post(step(task, "place"), sent | {"month_on": "2026-05"}).status_code == 302
    page = second.post(step(task, "place"), sent | {"month_on": "2026-06"})
    assert page.status_code == 409
    assert "指挥中心小钱已于" in said(page)
    assert page.context["month_form"]["month_on"].value() == "2026-06"
    assert f"{again(task).month_on:%Y-%m}" == "2026-05"


@pytest.mark.parametrize("typed", ["2026-13", "明年", "1999-01", "2101-01", "5月"])
def test_what_is_no_month(town: World, typed: str) -> None:  # noqa: F811
    task = proposed(town)
    page = signed_in(town, "区领导").post(step(task, "place"), {"seen": task.version, "month_on": typed})
    assert page.status_code == 422
    assert page.context["month_form"].errors["month_on"]
    assert again(task).month_on is None


@pytest.mark.parametrize("seen", ["old", None, "", "x", "-1", "9" * 30, "１"])
def test_a_stale_form_is_refused_with_words(town: World, seen: str | None) -> None:  # noqa: F811
    """A form that says no version, or none that can be, is as stale as an old one."""
    task = proposed(town)
    listed(town, task)
    task.refresh_from_db()
    GovernanceTask.objects.filter(pk=task.pk).update(version=40)
    client = signed_in(town, "区领导")
    sent: dict[str, Any] = {} if seen is None else {"seen": task.version if seen == "old" else seen}
    before = GovernanceTask.objects.values().get(pk=task.pk)
    typed: dict[str, dict[str, Any]] = {
        "approve": {},
        "write_plan": {"goal": "别的目标别的", "plan": "乙"},
        "place": {"month_on": "2026-05"},
        "extend": {"deadline_on": task.deadline_on + timedelta(days=9), "reason": "雨季"},
        "drop": {"reason": "并入别的任务"},
    }
    for name, values in typed.items():
        page = client.post(step(task, name), sent | values)
        assert page.status_code == 409, name
        assert "没有生效" in said(page), name
        assert all(str(value) in said(page) for value in values.values()), name
    assert GovernanceTask.objects.values().get(pk=task.pk) == before


def test_a_step_that_is_none(town: World) -> None:  # noqa: F811
    task = proposed(town)
    client = signed_in(town, "区领导")
    assert client.post(step(task, "explode")).status_code == 404
    assert client.get(step(task, "approve")).status_code == 405


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("extend", {"deadline_on": "x", "reason": "雨季停工，理由写得很长"}),
        ("extend", {"deadline_on": "2020-01-01", "reason": "雨季停工，理由写得很长"}),
        ("extend", {"deadline_on": str(timezone.localdate() + timedelta(days=120)), "reason": " "}),
        ("drop", {"reason": ""}),
        ("drop", {"reason": "理" * 2001}),
    ],
)
def test_what_was_typed_for_a_step_comes_back(town: World, name: str, typed: dict[str, str]) -> None:  # noqa: F811
    task = proposed(town)
    page = signed_in(town, "区领导").post(step(task, name), typed | {"seen": task.version})
    assert page.status_code == 422
    assert {field: page.context["failed"]["form"][field].value() for field in typed} == typed
    assert (again(task).state, again(task).version) == (TaskState.DRAFT, 0)


def test_a_guard_says_why_not(town: World) -> None:  # noqa: F811
    task = proposed(town)
    page = signed_in(town, "区领导").post(step(task, "approve"), {"seen": task.version})
    assert page.status_code == 422
    assert "问题清单、责任清单、措施清单还没有内容" in said(page)


@pytest.mark.parametrize("name", ["place", "drop", "approve", "extend", "close", "send_back"])
def test_who_carries_out_gets_no_page_for_deciding(town: World, name: str) -> None:  # noqa: F811
    task = proposed(town)
    listed(town, task)
    before = GovernanceTask.objects.values().get()
    sent = {"seen": before["version"], "reason": "想改", "month_on": "2026-05", "deadline_on": "2027-01-01"}
    for who in ("城管科小秦", "街道老王"):
        assert signed_in(town, who).post(step(task, name), sent).status_code == 403
    assert GovernanceTask.objects.values().get() == before


# -- lines ---------------------------------------------------------------------------------------


def measure(task: GovernanceTask) -> GovernanceItem:
    return task.items.get(list_name="measure")


def test_who_finishes_a_line_second_reads_who_and_the_own_note(town: World) -> None:  # noqa: F811
    item = measure(running(town))
    actions.finish_item(item=item, note="先到的说明", by=town["住建局长"])
    page = signed_in(town, "区领导").post(reverse("governance_item_done", args=[item.pk]), {"note": "后到的说明"})
    assert page.status_code == 409
    assert "住建局长已于" in said(page)
    assert "您填写的“后到的说明”没有保存" in said(page)
    item.refresh_from_db()
    assert item.done_note == "先到的说明"


def test_who_finishes_a_struck_line_reads_who_struck_it(town: World) -> None:  # noqa: F811
    task = running(town)
    extra = actions.add_item(
        task=task, list_name="measure", text="多余的一条", office_id=town.offices["urban"].pk,
        due_on=task.deadline_on, by=town["区领导"],
    )  # fmt: skip
    actions.remove_item(item=extra, by=town["街道书记"])
    client = signed_in(town, "城管科小秦")
    page = client.post(reverse("governance_item_done", args=[extra.pk]), {"note": "已经办好"})
    assert page.status_code == 409
    assert "街道书记已于" in said(page)
    # Struck out already: the same wish once more is no mistake.
    assert client.post(reverse("governance_item_remove", args=[extra.pk])).status_code == 302


@pytest.mark.parametrize("note", ["", "完", "字" * 301])
def test_a_note_that_cannot_be_comes_back(town: World, note: str) -> None:  # noqa: F811
    item = measure(running(town))
    page = signed_in(town, "住建局长").post(reverse("governance_item_done", args=[item.pk]), {"note": note})
    assert page.status_code == 422
    assert page.context["failed"]["form"]["note"].value() == note
    assert page.context["failed"]["form"].errors["note"]
    item.refresh_from_db()
    assert item.done_at is None


def test_a_done_line_is_struck_out_by_nobody(town: World) -> None:  # noqa: F811
    item = measure(running(town))
    actions.finish_item(item=item, note="已鉴定", by=town["住建局长"])
    page = signed_in(town, "区领导").post(reverse("governance_item_remove", args=[item.pk]))
    assert page.status_code == 409
    assert "登记完成：已鉴定" in said(page)
    item.refresh_from_db()
    assert item.removed_at is None


def test_the_last_line_of_a_running_list_stays(town: World) -> None:  # noqa: F811
    item = measure(running(town))
    page = signed_in(town, "区领导").post(reverse("governance_item_remove", args=[item.pk]))
    assert page.status_code == 422
    assert "措施清单至少留一条" in said(page)


@pytest.mark.parametrize(
    "change", [{"list_name": "wish"}, {"text": "短"}, {"office": ""}, {"due_on": "2020-01-01"}, {"due_on": "明天"}]
)
def test_a_wrong_line_comes_back_with_its_mistake(town: World, change: dict[str, str]) -> None:  # noqa: F811
    task = proposed(town)
    line = {
        "list_name": "duty",
        "text": "每周通报进展",
        "office": str(town.offices["urban"].pk),
        "due_on": str(task.deadline_on),
    }
    page = signed_in(town, "区领导").post(reverse("governance_item", args=[task.pk]), line | change)
    assert page.status_code == 422
    assert next(iter(change)) in page.context["item_form"].errors
    assert not GovernanceItem.objects.exists()


def test_a_line_for_a_task_that_is_being_examined_comes_back_with_the_reason(town: World) -> None:  # noqa: F811
    task = running(town)
    GovernanceTask.objects.filter(pk=task.pk).update(state=TaskState.EXAMINED, done_on=timezone.localdate())
    line = {
        "list_name": "duty",
        "text": "每周通报进展情况",
        "office": str(town.offices["urban"].pk),
        "due_on": str(task.deadline_on),
    }
    page = signed_in(town, "区领导").post(reverse("governance_item", args=[task.pk]), line)
    assert page.status_code == 422
    assert "任务待验收，清单不能再改" in said(page)
    assert "每周通报进展情况" in said(page)
    assert task.items.count() == 3


def test_who_lists_a_line_second_is_told_and_goes_on(town: World) -> None:  # noqa: F811
    task = proposed(town)
    url = reverse("governance_item", args=[task.pk])
    line = {"list_name": "duty", "office": str(town.offices["urban"].pk), "due_on": str(task.deadline_on)}
    first, second = signed_in(town, "指挥中心小钱"), signed_in(town, "区领导")
    sent = {"seen": task.version}
    assert first.post(url, line | sent | {"text": "先到的一条"}).status_code == 302
    page = second.post(url, line | sent | {"text": "后到的一条"})
    assert page.status_code == 409
    assert "指挥中心小钱已于" in said(page)
    assert "先到的一条" in said(page)
    assert page.context["item_form"]["text"].value() == "后到的一条"
    assert second.post(url, line | page.context["seen"] | {"text": "后到的一条"}).status_code == 302
    assert list(task.items.order_by("pk").values_list("text", flat=True)) == ["先到的一条", "后到的一条"]


@pytest.mark.parametrize("seen", ["0", "", "x", None])
def test_a_line_is_struck_only_on_what_was_seen(town: World, seen: str | None) -> None:  # noqa: F811
    task = proposed(town)
    listed(town, task)
    line = task.items.get(list_name="duty")
    page = signed_in(town, "区领导").post(
        reverse("governance_item_remove", args=[line.pk]), {} if seen is None else {"seen": seen}
    )
    assert page.status_code == 409
    assert "删去清单”没有生效" in said(page)
    line.refresh_from_db()
    assert line.removed_at is None
    sent = {"seen": again(task).version}
    client = signed_in(town, "区领导")
    assert client.post(reverse("governance_item_remove", args=[line.pk]), sent).status_code == 302


@pytest.mark.parametrize("name", ["add_line", "strike_line"])
def test_lines_are_changed_by_their_own_forms_alone(town: World, name: str) -> None:  # noqa: F811
    task = proposed(town)
    assert signed_in(town, "区领导").post(step(task, name), {"seen": task.version}).status_code == 404
    assert again(task).version == task.version
