"""The wall screen: what it shows to nobody in particular, and what a dead key answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import DISTRICT, OTHER_STREET, STREET
from tests.cases.web.signing import signed_in
from tests.whistle.conftest import Town

from wangge.kernel.access.models import Grant
from wangge.kernel.access.sessions import SEEN
from wangge.whistle import displays
from wangge.whistle.models import Display, Summons, Whistle
from wangge.whistle.web import wall as page

pytestmark = pytest.mark.django_db


def key_of(town: Town, path: str = DISTRICT, who: str = "指挥中心小孙") -> str:
    return displays.add_display(name="指挥大厅东墙", path=path, days=7, by=town[who])[1]


def text(response: Any) -> str:
    return response.content.decode()


def late(whistle: Whistle, minutes: int) -> None:
    past = timezone.now() - timedelta(minutes=minutes)
    Summons.objects.filter(whistle=whistle).update(next_due_at=past, due_name="arrive")
    Whistle.objects.filter(pk=whistle.pk).update(next_due_at=past)


@pytest.mark.parametrize("name", ["wall", "wall_board"])
def test_it_shows_number_place_offices_and_minutes_and_nothing_else(town: Town, name: str) -> None:
    whistle = town.blown(kind="emergency", title="张三家外墙脱落")
    late(whistle, 12)
    shown = text(Client().get(reverse(name, args=[key_of(town)])))
    for words in (whistle.number, "少先路街道", "区住建局", "区城市管理局", "到场超 12 分钟", "应急哨"):
        assert words in shown
    for words in ("张三", "友谊大街1号院", "外墙", "副主任小高", "指挥中心小孙", "/desk/", 'href="/'):
        assert words not in shown.replace('href="/static', "")


def test_it_shows_no_whistle_of_another_place(town: Town) -> None:
    whistle = town.blown()
    assert whistle.number not in text(Client().get(reverse("wall", args=[key_of(town, OTHER_STREET, "外街主任")])))
    # Nor when the key was made by somebody who commands more than the screen is for.
    assert whistle.number not in text(Client().get(reverse("wall", args=[key_of(town, OTHER_STREET)])))
    assert whistle.number in text(Client().get(reverse("wall", args=[key_of(town, STREET)])))


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"expires_at": timezone.now()}, 410, "已经到期"),
        ({"ended_at": timezone.now(), "end_reason": "大屏拆除"}, 410, "已经停用"),
        ({}, 410, "建立人不再有查看权限"),
    ],
)
def test_a_dead_key_says_what_to_do(town: Town, change: dict[str, Any], status: int, words: str) -> None:
    whistle, key = town.blown(), key_of(town)
    Display.objects.update(made_at=timezone.now() - timedelta(days=2))
    if change:
        Display.objects.update(**change)
    else:
        Grant.objects.filter(user=town["指挥中心小孙"]).update(valid_to=timezone.localdate())
    for name in ("wall", "wall_board"):
        answer = Client().get(reverse(name, args=[key]))
        assert answer.status_code == status
        assert words in text(answer)
        assert "新建一个链接" in text(answer)
        assert whistle.number not in text(answer)
        assert answer["HX-Refresh"] == "true"  # the screen itself goes to this page


def test_a_wrong_key_is_not_found_and_guessing_ends(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr(page, "MISSES", page.Limit("wall-miss", 3, timedelta(hours=1)))
    good, client = key_of(town), Client()
    answers = [client.get(reverse("wall", args=[f"wg_{'x' * 47}{n}"])).status_code for n in range(5)]
    assert answers == [404, 404, 404, 429, 429]
    refused = client.get(reverse("wall", args=[good]))
    assert (refused.status_code, "Retry-After" in refused) == (429, True)
    assert client.get(reverse("wall", args=[good]), REMOTE_ADDR="10.9.8.7").status_code == 200


def test_a_key_asked_for_too_often_waits(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr(page, "ASKED", page.Limit("wall-asked", 2, timedelta(minutes=1)))
    address = reverse("wall_board", args=[key_of(town)])
    assert [Client().get(address).status_code for _ in range(3)] == [200, 200, 429]


def test_nothing_is_changed_from_it(town: Town) -> None:
    for name in ("wall", "wall_board"):
        assert Client().post(reverse(name, args=[key_of(town)])).status_code == 405


def test_it_outlives_the_session_of_its_browser_and_prolongs_none(town: Town, settings: Any) -> None:
    settings.IDLE_TIMEOUT_MINUTES = 30
    client, address = signed_in(town.world, "指挥中心小孙"), reverse("wall_board", args=[key_of(town)])
    session = client.session
    session[SEEN] = at = int(timezone.now().timestamp()) - 20 * 60
    session.save()
    assert client.get(address).status_code == 200
    assert client.session[SEEN] == at
    session = client.session
    session[SEEN] = at - 20 * 60
    session.save()
    assert client.get(address).status_code == 200
    assert SEEN not in client.session
    assert client.get(reverse("whistle_board")).status_code == 302


def test_many_whistles_turn_over_and_none_is_lost_from_the_count(town: Town) -> None:
    whistles = [town.blown() for _ in range(6)]
    display = displays.find(key_of(town))
    assert display is not None
    at = timezone.now().replace(second=0, microsecond=0)
    turns = [page._contents(display, at + timedelta(seconds=20 * n))["columns"] for n in range(2)]
    seen = [{one["card"].whistle.pk for column in turn for one in column["cards"]} for turn in turns]
    assert [len(some) for some in seen] == [3, 3]
    assert seen[0] | seen[1] == {whistle.pk for whistle in whistles}
    assert [column["total"] for column in turns[0]] == [0, 0, 6]


def test_the_board_costs_the_same_for_one_whistle_and_for_four(town: Town) -> None:
    address = reverse("wall_board", args=[key_of(town)])
    town.blown()
    Client().get(address)
    counts = []
    for more in (0, 3):
        for _ in range(more):
            town.blown()
        with CaptureQueriesContext(connection) as ran:
            Client().get(address)
        counts.append(len(ran))
    assert counts[0] == counts[1]
