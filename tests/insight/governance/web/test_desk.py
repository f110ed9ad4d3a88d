"""The pages of governance tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import STREET, World
from tests.cases.web.signing import signed_in
from tests.insight.governance.conftest import listed, proposed, running, town, world  # noqa: F401 - fixtures

from wangge.insight.governance.enums import TaskState
from wangge.insight.governance.models import GovernanceItem, GovernanceTask
from wangge.insight.topics.models import Topic

READING = ("governance_task", "governance_print", "governance_chart")


def form(town: World, **changes: Any) -> dict[str, Any]:  # noqa: F811
    values = {
        "name": "垃圾清运专项治理",
        "kind": str(town.kinds["rubbish"].pk),
        "path": STREET,
        "office": str(town.offices["urban"].pk),
        "goal": "各小区垃圾日产日清",
        "deadline_on": timezone.localdate() + timedelta(days=60),
    }
    return values | changes


def test_a_leader_proposes_and_lists_and_approves(town: World) -> None:  # noqa: F811
    client = signed_in(town, "区领导")
    assert client.get(reverse("governance_propose")).status_code == 200
    response = client.post(reverse("governance_propose"), form(town))
    task = GovernanceTask.objects.get()
    assert response.url == reverse("governance_task", args=[task.pk])
    plan = {"seen": task.version, "goal": "日产日清日产日清", "plan": "增加车次"}
    assert client.post(reverse("governance_plan", args=[task.pk]), plan).status_code == 302
    for name in ("problem", "duty", "measure"):
        line = {
            "list_name": name,
            "text": "写清楚的一条",
            "office": str(town.offices["urban"].pk),
            "due_on": task.deadline_on,
        }
        assert client.post(reverse("governance_item", args=[task.pk]), line).status_code == 302
    task.refresh_from_db()
    client.post(reverse("governance_step", args=[task.pk, "approve"]), {"seen": task.version})
    task.refresh_from_db()
    assert task.state == TaskState.RUNNING
    item = task.items.filter(list_name="measure").get()
    client.post(reverse("governance_item_done", args=[item.pk]), {"reason": "已办完"})
    item.refresh_from_db()
    assert item.done_note == "已办完"


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"kind": "没有这一类"},
        {"path": "火星"},
        {"office": ""},
        {"deadline_on": "2020-01-01"},
        {"deadline_on": "明天"},
        {"month_on": "2026-13"},
        {"fall_percent": "200"},
        {"goal": "x" * 300},
    ],
)
def test_bad_input_is_told_beside_its_field(town: World, change: dict[str, Any]) -> None:  # noqa: F811
    response = signed_in(town, "区领导").post(reverse("governance_propose"), form(town, **change))
    assert response.status_code == 422
    assert next(iter(change)) in response.context["form"].errors
    assert not GovernanceTask.objects.exists()


def test_from_a_topic(town: World) -> None:  # noqa: F811
    today = timezone.localdate()
    topic = Topic.objects.create(
        name="东门垃圾", path=STREET, kind=town.kinds["rubbish"], first_on=today, last_on=today,
        created_at=timezone.now(), updated_at=timezone.now(),
    )  # fmt: skip
    client = signed_in(town, "区领导")
    address = f"{reverse('governance_propose')}?topic={topic.pk}"
    assert "东门垃圾" in client.get(address).content.decode()
    assert client.post(address, form(town)).status_code == 302
    assert GovernanceTask.objects.get().topic == topic
    assert client.get(f"{reverse('governance_propose')}?topic=999999").status_code == 404
    assert client.get(f"{reverse('governance_propose')}?topic=x").status_code == 200


@pytest.mark.parametrize(("who", "status"), [("区领导", 200), ("街道老王", 200), ("外街小孙", 404), ("外人", 403)])
def test_who_reads_a_task(town: World, who: str, status: int) -> None:  # noqa: F811
    task = running(town)
    client = signed_in(town, who)
    for name in READING:
        assert client.get(reverse(name, args=[task.pk])).status_code == status, name


@pytest.mark.parametrize("who", ["外街小孙", "外人", "社区小陈"])
def test_others_change_nothing(town: World, who: str) -> None:  # noqa: F811
    task = running(town)
    item = task.items.get(list_name="measure")
    client = signed_in(town, who)
    before = (GovernanceTask.objects.values().get(), list(GovernanceItem.objects.values()))
    for address, data in (
        (reverse("governance_step", args=[task.pk, "drop"]), {"reason": "x", "seen": task.version}),
        (reverse("governance_plan", args=[task.pk]), {"goal": "别的目标别的", "plan": "x", "seen": task.version}),
        (reverse("governance_item_done", args=[item.pk]), {"reason": "办完了"}),
        (reverse("governance_item_remove", args=[item.pk]), {}),
        (reverse("governance_month", args=[task.pk]), {"month_on": "2026-01"}),
    ):
        assert client.post(address, data).status_code in {403, 404}, address
    assert (GovernanceTask.objects.values().get(), list(GovernanceItem.objects.values())) == before


def test_who_comes_second_is_told(town: World) -> None:  # noqa: F811
    task = proposed(town)
    client, address = signed_in(town, "区领导"), reverse("governance_plan", args=[task.pk])
    client.post(address, {"seen": task.version, "goal": "第一个目标", "plan": "甲"})
    assert client.post(address, {"seen": task.version, "goal": "第二个目标", "plan": "乙"}).status_code == 409


@pytest.mark.parametrize("seen", ["old", None, "", "x", "-1", "9" * 30, "１"])
def test_a_stale_form_is_refused_with_words(town: World, seen: str | None) -> None:  # noqa: F811
    """A form that says no version, or none that can be, is as stale as an old one."""
    task = proposed(town)
    listed(town, task)
    task.refresh_from_db()
    GovernanceTask.objects.filter(pk=task.pk).update(version=40)
    client = signed_in(town, "区领导")
    sent = {} if seen is None else {"seen": task.version if seen == "old" else seen}
    before = GovernanceTask.objects.values().get(pk=task.pk)
    page = client.post(reverse("governance_step", args=[task.pk, "approve"]), sent, follow=True)
    assert "请刷新后查看；您的“批准实施”没有生效" in page.content.decode()
    plan = client.post(reverse("governance_plan", args=[task.pk]), sent | {"goal": "别的目标别的", "plan": "乙"})
    assert plan.status_code == 409
    assert "方案刚被他人修改" in plan.content.decode()
    assert GovernanceTask.objects.values().get(pk=task.pk) == before


def test_a_step_that_is_none(town: World) -> None:  # noqa: F811
    task = proposed(town)
    client = signed_in(town, "区领导")
    assert client.post(reverse("governance_step", args=[task.pk, "explode"])).status_code == 404
    assert client.get(reverse("governance_step", args=[task.pk, "approve"])).status_code == 405
    client.post(reverse("governance_step", args=[task.pk, "extend"]), {"deadline_on": "x", "reason": "雨季"})
    task.refresh_from_db()
    assert task.state == TaskState.DRAFT


def test_the_list_costs_the_same_for_one_row_and_for_three(town: World) -> None:  # noqa: F811
    client, costs = signed_in(town, "区领导"), []
    for many in (1, 2):
        for _ in range(many):
            listed(town, proposed(town))
        client.get(reverse("governance_list"))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("governance_list"))
        costs.append(len(queries))
    assert response.context["total"] == 3
    assert costs[0] == costs[1]
    assert client.get(f"{reverse('governance_list')}?q=没有&state=draft").context["total"] == 0
    assert client.get(f"{reverse('governance_list')}?export=xlsx").status_code == 200


def test_the_page_costs_the_same_for_three_lines_and_for_nine(town: World) -> None:  # noqa: F811
    task = proposed(town)
    client, costs = signed_in(town, "区领导"), []
    for _ in range(3):
        listed(town, task)
        task.refresh_from_db()
        client.get(reverse("governance_task", args=[task.pk]))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("governance_task", args=[task.pk])).status_code == 200
        costs.append(len(queries))
    assert len(set(costs)) == 1


def test_the_year_has_twelve_months(town: World) -> None:  # noqa: F811
    task = proposed(town)
    client = signed_in(town, "区领导")
    client.post(reverse("governance_month", args=[task.pk]), {"month_on": f"{timezone.localdate():%Y-%m}"})
    page = client.get(reverse("governance_year"))
    assert len(page.context["months"]) == 12
    assert page.context["empty"] == 11
    assert task.name in page.content.decode()
    assert client.get(f"{reverse('governance_year')}?print=1").status_code == 200
    assert client.get(f"{reverse('governance_year')}?year=1").status_code == 200
    assert client.get(f"{reverse('governance_year')}?year=9999").status_code == 404


def test_the_cases_that_were_counted(town: World) -> None:  # noqa: F811
    case = town.dispatched()
    task = proposed(town)
    client, today = signed_in(town, "区领导"), timezone.localdate()
    address = reverse("governance_cases", args=[task.pk])
    response = client.get(f"{address}?from={today}&to={today}")
    assert [row["pk"] for row in response.context["rows"]] == [case.pk]
    assert client.get(f"{address}?from=x&to={today}").status_code == 404
    assert client.get(f"{address}?from={today}&to=2000-01-01").status_code == 404
