"""The list of tasks: what its filters find, what it counts, what leaves in the file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import DISTRICT, STREET, World
from tests.cases.web.signing import signed_in
from tests.insight.governance.conftest import proposed, running, town, world  # noqa: F401 - fixtures

from wangge.insight.governance import actions
from wangge.insight.governance.models import GovernanceTask


@pytest.fixture
def three(town: World) -> World:  # noqa: F811
    """A draft of the district in the plan of the year, one of the street under way, a late one."""
    proposed(town, name="全区垃圾治理", path=DISTRICT, office_id=town.offices["command"].pk, month_on=date(2026, 5, 1))
    actions.finish_item(
        item=running(town, name="街道垃圾治理").items.get(list_name="measure"), note="已鉴定", by=town["住建局长"]
    )
    late = proposed(town, name="超期的垃圾治理")
    GovernanceTask.objects.filter(pk=late.pk).update(deadline_on=timezone.localdate() - timedelta(days=1))
    return town


def listed_for(who: World, name: str, **query: Any) -> Any:
    return signed_in(who, name).get(reverse("governance_list"), query)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["超期的垃圾治理", "街道垃圾治理", "全区垃圾治理"]),
        ({"q": "街道"}, ["街道垃圾治理"]),
        ({"state": "draft"}, ["超期的垃圾治理", "全区垃圾治理"]),
        ({"late": "1"}, ["超期的垃圾治理"]),
        ({"monthly": "1"}, ["全区垃圾治理"]),
        ({"place": STREET}, ["超期的垃圾治理", "街道垃圾治理"]),
        ({"sort": "due"}, ["超期的垃圾治理", "全区垃圾治理", "街道垃圾治理"]),
    ],
)
def test_a_filter_finds_its_tasks(three: World, query: dict[str, str], names: list[str]) -> None:
    found = listed_for(three, "区领导", **query)
    assert [GovernanceTask.objects.get(pk=row["pk"]).name for row in found.context["rows"]] == names
    assert found.context["total"] == len(names)


def test_a_task_that_leads_is_found_by_its_office(three: World) -> None:
    found = listed_for(three, "区领导", lead=str(three.offices["command"].pk))
    assert [row["pk"] for row in found.context["rows"]] == [GovernanceTask.objects.get(name="全区垃圾治理").pk]


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("街道书记", {"街道垃圾治理", "超期的垃圾治理"}),
        ("住建局长", {"街道垃圾治理"}),
        ("外街小孙", set()),
    ],
)
def test_each_sees_the_own_tasks(three: World, who: str, names: set[str]) -> None:
    found = listed_for(three, who)
    assert {GovernanceTask.objects.get(pk=row["pk"]).name for row in found.context["rows"]} == names
    assert found.context["total"] == len(names)


def test_the_file_holds_every_row_with_its_figures(three: World) -> None:
    response = listed_for(three, "区领导", export="csv", sort="due")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    rows = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    assert [row["任务"] for row in rows] == ["超期的垃圾治理", "全区垃圾治理", "街道垃圾治理"]
    assert [row["措施"] for row in rows] == ["", "", "1/1"]
    assert [row["每月一题"] for row in rows] == ["", "2026-05", ""]
    assert {row["对象"] for row in rows} == {three.kinds["rubbish"].name}


def test_a_street_exports_its_own_tasks(three: World) -> None:
    response = listed_for(three, "街道书记", export="csv")
    body = b"".join(response.streaming_content).decode("utf-8-sig")
    assert "全区垃圾治理" not in body
    assert "街道垃圾治理" in body
