"""More than one person comes, or somebody comes again: every check-in is kept, the first counts for the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.web.signing import signed_in
from tests.whistle.conftest import HERE, Town, again

from wangge.kernel.flow import NotPermitted, Refused
from wangge.whistle import checkin
from wangge.whistle.models import CheckIn, Summons
from wangge.whistle.summons_flow import SummonsFlow

HOUSE = {"way": "position", "lng": HERE[0], "lat": HERE[1]}


def arrived(summons: Summons) -> dict[str, object]:
    """What a second arrival must not change."""
    clocks = [(c.name, c.due_at, c.stopped_at, c.outcome) for c in summons.clocks.order_by("pk")]
    return {"at": summons.arrived_at, "rank": summons.rank, "state": summons.state, "clocks": clocks}


def test_a_second_person_and_another_day_are_kept_and_change_no_clock(town: Town) -> None:
    summons = town.arrived(town.blown())
    before, now = arrived(summons), timezone.now()
    SummonsFlow(summons, town["住建小周"]).arrive_again(**HOUSE, rank="head", person="刘局长")
    SummonsFlow(again(summons), town["住建小周"], now=now + timedelta(days=1)).arrive_again(**HOUSE, rank="clerk")
    SummonsFlow(again(summons), town["街道老王"], now=now + timedelta(days=1)).confirm_again(
        person="赵工", rank="clerk"
    )
    assert arrived(again(summons)) == before
    assert list(CheckIn.objects.values_list("person", "rank", "way")) == [
        ("住建小周", "section", "position"),
        ("刘局长", "head", "position"),
        ("住建小周", "clerk", "position"),
        ("赵工", "clerk", "street"),
    ]


def test_the_same_person_checks_in_once_a_day(town: Town) -> None:
    summons = town.arrived(town.blown())
    with pytest.raises(Refused, match=r"住建小周今天.*已签到"):
        SummonsFlow(summons, town["住建小周"]).arrive_again(**HOUSE, rank="section")
    with pytest.raises(Refused, match=r"住建小周今天.*已签到"):
        SummonsFlow(again(summons), town["街道老王"]).confirm_again(person="住建小周", rank="section")
    assert CheckIn.objects.count() == 1


def test_coming_again_is_proved_like_the_first_time(town: Town) -> None:
    summons = town.arrived(town.blown())
    for given, words in (
        ({"way": "position", "lng": 109.9, "lat": 40.66}, "米以内签到"),
        ({"way": "position"}, "没有取到手机位置"),
        ({"way": "code", "code": "000000"}, "签到码不对"),
        ({"way": "street"}, "请选择签到方式"),
        (HOUSE | {"rank": "king"}, "职级"),
    ):
        with pytest.raises(Refused, match=words):
            SummonsFlow(again(summons), town["住建小周"]).arrive_again(**({"rank": "head", "person": "刘局长"} | given))
    with pytest.raises(Refused, match="填写到场人"):
        SummonsFlow(again(summons), town["街道老王"]).confirm_again(person=" ", rank="head")
    assert CheckIn.objects.count() == 1


def test_before_the_first_arrival_and_after_the_end_nobody_comes_again(town: Town) -> None:
    summons = town.summons(town.blown())
    with pytest.raises(Refused):
        SummonsFlow(summons, town["住建小周"]).arrive_again(**HOUSE, rank="head", person="刘局长")
    done = town.checked(town.blown(), "urban_bureau", "城管小冯")
    with pytest.raises(Refused):
        SummonsFlow(done, town["城管小冯"]).arrive_again(**HOUSE, rank="head", person="刘局长")


@pytest.mark.parametrize("who", ["城管小冯", "街道老王", "外街主任"])
def test_nobody_checks_in_for_another_office(town: Town, who: str) -> None:
    summons = town.arrived(town.blown())
    with pytest.raises(NotPermitted):
        SummonsFlow(summons, town[who]).arrive_again(**HOUSE, rank="head", person="刘局长")
    with pytest.raises(NotPermitted):
        SummonsFlow(summons, town["住建小周"]).confirm_again(person="刘局长", rank="head")
    assert CheckIn.objects.count() == 1


def test_the_phone_and_the_desk_check_in_again_and_list_who_came(town: Town) -> None:
    whistle = town.blown()
    summons = town.arrived(whistle)
    CheckIn.objects.update(person="刘局长")
    phone = signed_in(town.world, "住建小周")
    page = reverse("field_whistle", args=[whistle.pk])
    assert "再次签到" in phone.get(page).content.decode()
    step = reverse("field_whistle_step", args=[whistle.pk, "arrive_again"])
    far = {"seen": summons.version, "way": "position", "rank": "clerk", "lng": "109.9", "lat": "40.66"}
    assert phone.post(step, far).status_code == 422
    assert phone.post(step, far | {"lng": HERE[0], "lat": HERE[1]}).status_code == 302
    shown = phone.get(page).content.decode()
    assert shown.index("刘局长") < shown.index("住建小周（一般工作人员）")
    desk = reverse("summons_step", args=[summons.pk, "arrive_again"])
    code = {"seen": again(summons).version, "way": "code", "rank": "clerk", "code": "123"}
    assert phone.post(desk, code).status_code == 400
    CheckIn.objects.filter(person="住建小周").update(at=timezone.now() - timedelta(days=2))
    right = code | {"code": checkin.code_of(whistle.pk, timezone.now())}
    assert phone.post(desk, right).status_code == 302
    street = signed_in(town.world, "街道老王")
    confirm = reverse("summons_step", args=[summons.pk, "confirm_again"])
    assert street.post(confirm, {"seen": again(summons).version, "person": "赵工", "rank": "clerk"}).status_code == 302
    detail = street.get(reverse("whistle_detail", args=[whistle.pk])).content.decode()
    assert detail.count("）到场，") == 4
    assert "赵工（一般工作人员）到场" in detail
