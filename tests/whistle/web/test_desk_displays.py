"""Wall screens at the desk: made, listed, ended."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cases.conftest import DISTRICT, STREET
from tests.cases.web.signing import signed_in
from tests.whistle.conftest import Town

from wangge.whistle import displays
from wangge.whistle.models import Display


def text(response: Any) -> str:
    return response.content.decode()


def test_a_screen_is_made_opened_and_ended(town: Town) -> None:
    client = signed_in(town.world, "指挥中心小孙")
    assert "大屏" in text(client.get(reverse("whistle_command")))
    assert "昆都仑区" in text(client.get(reverse("display_new")))
    made = client.post(reverse("display_new"), {"name": "指挥大厅东墙", "path": "少先路街道", "days": "7"})
    address = made.context["address"]
    assert (made.status_code, Display.objects.get().path) == (200, STREET)
    assert address in text(made)
    assert Client().get(address).status_code == 200
    listed = text(client.get(reverse("display_list")))
    assert "有效" in listed
    assert address.rsplit("/", 2)[-2] not in listed
    data = {"_action": "bulk:end", "pk": [Display.objects.get().pk], "reason-end": "大屏拆除"}
    assert client.post(reverse("display_list"), data).status_code in {200, 302}
    assert "已停用" in text(client.get(reverse("display_list")))
    assert Client().get(address).status_code == 410


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"name": ""}, "这个字段"), ({"days": "31"}, "31 不在可用的选项中"), ({"path": "沼潭街道"}, "没有“沼潭街道”")],
)
def test_what_is_wrong_stands_beside_its_field(town: Town, wrong: dict[str, str], words: str) -> None:
    given = {"name": "值班室", "path": "少先路街道", "days": "7"} | wrong
    answer = signed_in(town.world, "副主任小高").post(reverse("display_new"), given)
    assert (answer.status_code, Display.objects.count()) == (400, 0)
    assert words in text(answer)


def test_nobody_else_comes_here(town: Town) -> None:
    for who in ("住建小周", "街道老王"):
        client = signed_in(town.world, who)
        assert {client.get(reverse(name)).status_code for name in ("display_list", "display_new")} == {403}
    assert signed_in(town.world, "外街主任").get(reverse("display_list")).context["total"] == 0


def test_the_list_costs_the_same_for_one_row_and_for_three(town: Town) -> None:
    client, counts = signed_in(town.world, "区长"), []
    for people in (("区长",), ("指挥中心小孙", "指挥中心小丁")):
        for who in people:
            displays.add_display(name=f"{who}的大屏", path=DISTRICT, days=7, by=town[who])
        client.get(reverse("display_list"))
        with CaptureQueriesContext(connection) as ran:
            assert client.get(reverse("display_list")).status_code == 200
        counts.append(len(ran))
    assert counts[0] == counts[1]
