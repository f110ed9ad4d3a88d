"""Hints beside the form; the report and its rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import World
from tests.cases.web.signing import signed_in
from tests.insight.replies.conftest import EMPTY, GOOD, replied, world  # noqa: F401 - the fixture

from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.insight.replies import actions
from wangge.insight.replies.models import ReplyCheck


def handled(world: World) -> Case:  # noqa: F811
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).sign()
    CaseFlow(case, world["街道老王"]).contact(way="phone", reached=True, note="已联系")
    return case


def test_the_reply_form_asks_for_hints(world: World) -> None:  # noqa: F811
    case = handled(world)
    page = signed_in(world, "街道老王").get(reverse("case_detail", args=[case.pk])).content.decode()
    assert f'hx-post="{reverse("reply_hints", args=[case.pk])}"' in page


def test_hints_are_shown_while_one_writes(world: World) -> None:  # noqa: F811
    client, address = signed_in(world, "街道老王"), reverse("reply_hints", args=[handled(world).pk])
    assert "答非所问" in client.post(address, {"text": EMPTY}).content.decode()
    assert "没有发现问题" in client.post(address, {"text": GOOD}).content.decode()
    assert client.post(address, {"text": ""}).content.decode().strip() == ""
    assert client.post(address, {}).status_code == 200
    assert client.get(address).status_code == 405


@pytest.mark.parametrize(("who", "status"), [("外街小孙", 404), ("区领导", 403), ("外人", 403)])
def test_hints_are_for_who_may_reply(world: World, who: str, status: int) -> None:  # noqa: F811
    address = reverse("reply_hints", args=[handled(world).pk])
    assert signed_in(world, who).post(address, {"text": EMPTY}).status_code == status


def test_who_may_not_reply_now_gets_no_hints(world: World) -> None:  # noqa: F811
    case = replied(world, GOOD)
    assert signed_in(world, "街道老王").post(reverse("reply_hints", args=[case.pk]), {"text": "x"}).status_code == 204


def sent(world: World, many: int) -> None:  # noqa: F811
    for _ in range(many):
        replied(world, EMPTY)
    actions.check_sent(now=timezone.now())


def test_the_report_counts_what_its_lists_hold(world: World) -> None:  # noqa: F811
    sent(world, 2)
    replied(world, GOOD)
    actions.check_sent(now=timezone.now())
    client = signed_in(world, "区领导")
    response = client.get(reverse("reply_report"))
    (row,) = response.context["lines"]
    assert (row["line"].name, row["line"].replies, row["line"].serious) == ("少先路街道社会治理综合指挥中心", 3, 2)
    assert client.get(row["url"]).context["total"] == 3
    assert client.get(row["serious_url"]).context["total"] == 2
    assert [client.get(cell["url"]).context["total"] for cell in row["cells"]] == [cell["n"] for cell in row["cells"]]


@pytest.mark.parametrize("query", ["first=2026-13-01", "first=2026-02-01&last=2026-01-01", "last=9999-01-01"])
def test_bad_days_are_told(world: World, query: str) -> None:  # noqa: F811
    response = signed_in(world, "区领导").get(f"{reverse('reply_report')}?{query}")
    assert response.status_code == 400
    assert "wg-tone-danger" in response.content.decode()


def test_the_report_is_narrowed_printed_and_exported(world: World) -> None:  # noqa: F811
    sent(world, 1)
    client, page = signed_in(world, "区领导"), reverse("reply_report")
    assert client.get(f"{page}?q=住建").context["lines"] == []
    assert client.get(f"{page}?print=1").status_code == 200
    assert client.get(f"{page}?export=xlsx").content[:2] == b"PK"
    old = timezone.localdate() - timedelta(days=400)
    assert client.get(f"{page}?first={old}&last={old}").context["total"] == 0


@pytest.mark.parametrize("name", ["reply_list", "reply_report", "reply_trend"])
def test_a_page_costs_the_same_for_one_row_and_for_three(world: World, name: str) -> None:  # noqa: F811
    client, costs = signed_in(world, "区领导"), []
    for many in (1, 2):
        sent(world, many)
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert ReplyCheck.objects.count() == 3


def test_the_trend_ends_this_week(world: World) -> None:  # noqa: F811
    sent(world, 2)
    data = signed_in(world, "区领导").get(reverse("reply_trend")).json()
    assert data["series"][0]["data"][-1]["value"] == 100.0
    assert data["series"][0]["data"][0]["value"] is None
    assert signed_in(world, "区领导").get(f"{reverse('reply_trend')}?office=x").status_code == 200


@pytest.mark.parametrize("name", ["reply_list", "reply_report", "reply_trend"])
def test_others_do_not_read_the_report(world: World, name: str) -> None:  # noqa: F811
    assert signed_in(world, "社区小陈").get(reverse(name)).status_code == 403
