"""The pages of governance tasks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import STREET, World
from tests.cases.web.signing import signed_in
from tests.insight.governance.conftest import (  # noqa: F401 - fixtures
    complaints,
    listed,
    planned,
    proposed,
    running,
    town,
    world,
)

from wangge.insight.governance import actions
from wangge.insight.governance.enums import TaskState
from wangge.insight.governance.models import GovernanceItem, GovernanceTask
from wangge.insight.topics.models import Topic, TopicMember
from wangge.kernel.audit.models import AuditEntry

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
    assert client.post(reverse("governance_step", args=[task.pk, "write_plan"]), plan).status_code == 302
    for name in ("problem", "duty", "measure"):
        task.refresh_from_db()
        line = {
            "seen": task.version,
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
    client.post(reverse("governance_item_done", args=[item.pk]), {"note": "已办完"})
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
        (
            reverse("governance_step", args=[task.pk, "write_plan"]),
            {"goal": "别的目标别的", "plan": "x", "seen": task.version},
        ),
        (reverse("governance_item_done", args=[item.pk]), {"note": "办完了"}),
        (reverse("governance_item_remove", args=[item.pk]), {}),
        (reverse("governance_step", args=[task.pk, "place"]), {"month_on": "2026-01", "seen": task.version}),
    ):
        assert client.post(address, data).status_code in {403, 404}, address
    assert (GovernanceTask.objects.values().get(), list(GovernanceItem.objects.values())) == before


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
    client.post(
        reverse("governance_step", args=[task.pk, "place"]),
        {"month_on": f"{timezone.localdate():%Y-%m}", "seen": task.version},
    )
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


def test_the_chart_sums_by_week_and_marks_the_beginning(town: World) -> None:  # noqa: F811
    """Begun 14 days ago: eight weeks before, two since, and today. Three complaints a day on the last 14 days."""
    today = timezone.localdate()
    task = running(town, days_ago=14)
    complaints(today - timedelta(days=13), 14, 3)
    complaints(today - timedelta(days=13), 14, 8, path="150203002001")
    chart = signed_in(town, "街道老王").get(reverse("governance_chart", args=[task.pk])).json()
    labels, series = chart["xAxis"]["data"], chart["series"][0]
    assert [point["value"] for point in series["data"]] == [0] * 8 + [18, 21, 3]
    assert series["markLine"]["data"] == [{"name": "开始实施", "xAxis": labels[8]}]
    week = today - timedelta(days=7)
    assert series["data"][9]["url"] == (
        f"{reverse('governance_cases', args=[task.pk])}?from={week}&to={week + timedelta(days=6)}"
    )


def test_paper_holds_the_lists_and_the_effect_and_leaves_a_trace(town: World) -> None:  # noqa: F811
    task = running(town)
    actions.finish_item(item=task.items.get(list_name="measure"), note="鉴定了三栋楼", by=town["住建局长"])
    page = signed_in(town, "街道老王").get(reverse("governance_print", args=[task.pk]))
    text = page.content.decode()
    for said in ("增加清运车次", "problem一条写清楚", "鉴定了三栋楼", "区住建局", page.context["effect"].words):
        assert said in text, said
    entry = AuditEntry.objects.get(action="governance.task.print")
    assert (entry.actor_id, entry.object_id) == (town["街道老王"].pk, str(task.pk))


@pytest.mark.parametrize(
    ("who", "finish", "remove"),
    [
        ("区领导", {"problem", "duty", "measure"}, {"problem", "duty", "measure"}),
        ("城管科小秦", {"problem", "duty", "measure"}, {"problem", "duty", "measure"}),
        ("住建局长", {"measure"}, set()),
        ("街道老王", set(), set()),
    ],
)
def test_each_gets_the_buttons_of_the_own_lines(
    town: World,  # noqa: F811
    who: str,
    finish: set[str],
    remove: set[str],
) -> None:
    task = running(town)
    page = signed_in(town, who).get(reverse("governance_task", args=[task.pk]))
    lists = page.context["lists"]
    assert {one["code"] for one in lists if any(line["may_finish"] for line in one["lines"])} == finish
    assert {one["code"] for one in lists if any(line["may_remove"] for line in one["lines"])} == remove


def test_done_lines_are_counted_and_say_by_whom(town: World) -> None:  # noqa: F811
    task = running(town)
    actions.finish_item(item=task.items.get(list_name="measure"), note="鉴定了三栋楼", by=town["住建局长"])
    page = signed_in(town, "区领导").get(reverse("governance_task", args=[task.pk]))
    assert [(one["code"], one["done"], len(one["lines"])) for one in page.context["lists"]] == [
        ("problem", 0, 1),
        ("duty", 0, 1),
        ("measure", 1, 1),
    ]
    (line,) = page.context["lists"][2]["lines"]
    assert (line["by"], line["may_finish"], line["may_remove"]) == ("住建局长", False, False)


def test_the_story_tells_who_planned_and_placed(town: World) -> None:  # noqa: F811
    task = proposed(town)
    planned(task, town["区领导"])
    task.refresh_from_db()
    actions.take_step(task=task, step="place", month_on=date(2026, 5, 1), seen=task.version, by=town["指挥中心小钱"])
    story = signed_in(town, "街道老王").get(reverse("governance_task", args=[task.pk])).context["story"]
    assert [(one["title"], one["who"], one["note"]) for one in story] == [
        ("安排每月一题", "指挥中心小钱", "2026年05月"),
        ("修改方案", "区领导", ""),
        ("提出", "区领导", ""),
    ]


def test_the_cases_of_a_topic_are_its_members_of_those_days(town: World) -> None:  # noqa: F811
    today = timezone.localdate()
    topic = Topic.objects.create(
        name="东门垃圾", path=STREET, kind=town.kinds["rubbish"], first_on=today, last_on=today,
        created_at=timezone.now(), updated_at=timezone.now(),
    )  # fmt: skip
    inside, before, _none = town.dispatched(), town.dispatched(), town.dispatched()
    for case, ago in ((inside, 0), (before, 9)):
        TopicMember.objects.create(topic=topic, case=case, path=case.path, on=today - timedelta(days=ago))
    task = proposed(town, topic=topic, kind=None)
    address = f"{reverse('governance_cases', args=[task.pk])}?from={today - timedelta(days=3)}&to={today}"
    found = signed_in(town, "区领导").get(address)
    assert ([row["pk"] for row in found.context["rows"]], found.context["total"]) == ([inside.pk], 1)


def test_the_year_shows_each_the_own_tasks_and_offers_to_who_may_propose(town: World) -> None:  # noqa: F811
    today = timezone.localdate()
    complaints(today - timedelta(days=9), 10, 3, kind="0201")
    task = proposed(town, month_on=today)
    pages = {who: signed_in(town, who).get(reverse("governance_year")) for who in ("街道书记", "街道老王", "外街小孙")}
    shown = {
        who: [row["task"].pk for one in page.context["months"] for row in one["tasks"]] for who, page in pages.items()
    }
    assert shown == {"街道书记": [task.pk], "街道老王": [task.pk], "外街小孙": []}
    assert {who: page.context["may_propose"] for who, page in pages.items()} == {
        "街道书记": True,
        "街道老王": False,
        "外街小孙": False,
    }
    assert pages["街道老王"].context["offers"] == []
