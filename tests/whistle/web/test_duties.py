"""Who stands on duty in an emergency learns it, at the desk and on the phone; whom it concerns, that it goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import DISTRICT
from tests.cases.web.signing import signed_in
from tests.whistle.conftest import Town
from tests.whistle.test_postures import over

from wangge.whistle.models import Posture, PostureDuty
from wangge.whistle.postures import put_on_duty, switch_back, take_off_duty
from wangge.whistle.web.duties import my_emergencies


@pytest.fixture
def emergency(town: Town) -> Posture:
    posture = over(town)
    stand(town, posture, "住建小周", "housing")
    return posture


def stand(town: Town, posture: Posture, who: str, office: str, *, hours: float = -1) -> PostureDuty:
    now = timezone.now()
    given = {"from_at": now + timedelta(hours=hours), "to_at": now + timedelta(hours=hours + 8)}
    return put_on_duty(
        posture=posture, post="抢险组", office=town.office(office), user=town[who], by=town["副主任小高"], **given
    )


def cards(town: Town, who: str) -> dict[str, int]:
    return {card.code: card.total for card in my_emergencies(town[who], timezone.now()) if card.total}


def test_who_stands_on_duty_finds_it_in_my_work_and_on_the_phone(town: Town, emergency: Posture) -> None:
    assert cards(town, "住建小周") == {"duties": 1, "emergencies": 1}
    client = signed_in(town.world, "住建小周")
    assert "正在值守" in client.get(reverse("case_my_work")).content.decode()
    for name in ("my_duties", "field_whistles", "field_me"):
        page = client.get(reverse(name)).content.decode()
        assert "抢险组" in page
        assert emergency.title in page


def test_nobody_reads_the_turns_of_others(town: Town, emergency: Posture) -> None:
    assert cards(town, "街道老王") == {"emergencies": 1}
    assert cards(town, "外人") == {}
    for who in ("街道老王", "外人"):
        page = signed_in(town.world, who).get(reverse("my_duties"))
        assert page.status_code == 200
        assert emergency.title not in page.content.decode()


def test_a_turn_to_come_says_when(town: Town, emergency: Posture) -> None:
    stand(town, emergency, "街道老王", "centre", hours=9)
    [card] = [card for card in my_emergencies(town["街道老王"], timezone.now()) if card.code == "duties"]
    assert [row.badge for row in card.rows] == ["待上岗"]


def test_it_is_over_with_the_turn_and_with_the_emergency(town: Town, emergency: Posture) -> None:
    take_off_duty(duty=stand(town, emergency, "街道老王", "centre"), by=town["副主任小高"])
    assert "duties" not in cards(town, "街道老王")
    switch_back(posture=emergency, reason="预警解除", by=town["副主任小高"])
    assert cards(town, "住建小周") == {}


def test_whom_it_concerns_opens_the_emergency_and_changes_nothing(town: Town, emergency: Posture) -> None:
    client = signed_in(town.world, "住建小周")
    [card] = [card for card in my_emergencies(town["住建小周"], timezone.now()) if card.code == "emergencies"]
    assert "共 1 次" in " ".join(client.get(card.url).content.decode().split())
    assert client.get(card.rows[0].url).status_code == 200
    assert client.post(reverse("posture_back", args=[emergency.pk]), {"reason": "不用了吧"}).status_code == 403
    assert "emergencies" not in cards(town, "外街小孙")


def test_a_department_is_told_of_what_it_stands_in_and_of_its_own_place(town: Town) -> None:
    """It may open any emergency of its district; that of a street it has nothing to do with is not put before it."""
    posture = over(town)
    assert cards(town, "住建小周") == {}
    client = signed_in(town.world, "住建小周")
    assert client.get(reverse("posture_detail", args=[posture.pk])).status_code == 200
    stand(town, posture, "城管小冯", "housing")
    assert cards(town, "住建小周") == {"emergencies": 1}
    switch_back(posture=posture, reason="预警解除", by=town["副主任小高"])
    over(town, path=DISTRICT, by=town["区长"])
    assert cards(town, "住建小周") == {"emergencies": 1}
