"""Rosters: written in quiet times, laid out turn after turn when an emergency begins, called off when it is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.cases.conftest import DISTRICT, OTHER_STREET, STREET
from tests.whistle.conftest import Town

from wangge.kernel.access.models import User
from wangge.kernel.flow import NotPermitted, Refused
from wangge.whistle.models import Posture, PostureDuty, Roster
from wangge.whistle.postures import on_duty, switch, switch_back
from wangge.whistle.rosters import add_roster, end_roster, go_on, may_manage, put_in, take_out, visible


def book(town: Town, name: str = "防汛值守", *turns: tuple[int, str, str], hours: int = 12) -> Roster:
    """A roster of the street; by default 老王 and 小高 take turns."""
    by = town["副主任小高"]
    roster = add_roster(path=STREET, name=name, hours=hours, by=by)
    for turn, post, who in turns or ((1, "指挥长", "街道老王"), (2, "指挥长", "副主任小高")):
        put_in(roster=roster, turn=turn, post=post, office=town.office("centre"), user=town[who], by=by)
    return roster


def over(town: Town, *rosters: Roster, **given: Any) -> Posture:
    values = {"path": STREET, "title": "7·20强降雨", "reason": "气象红色预警", "by": town["副主任小高"]}
    return switch(rosters=rosters, **(values | given))


def standing(posture: Posture, hours: float) -> list[str]:
    at = posture.began_at + timedelta(hours=hours)
    return [duty.user.display_name for duty in on_duty(posture, at)]


def test_turn_follows_turn_for_a_week(town: Town) -> None:
    posture = over(town, book(town))
    assert [standing(posture, hours) for hours in (0, 11, 12, 24, 7 * 24 - 1, 7 * 24)] == [
        ["街道老王"], ["街道老王"], ["副主任小高"], ["街道老王"], ["副主任小高"], [],
    ]  # fmt: skip
    assert posture.duties.count() == 14
    assert [one.roster.name for one in posture.duties.all()[:1] if one.roster] == ["防汛值守"]


def test_nobody_stands_longer_than_the_emergency(town: Town) -> None:
    now = timezone.now()
    posture = over(town, book(town), until_at=now + timedelta(hours=30), now=now)
    assert [(one.to_at - one.from_at).total_seconds() / 3600 for one in posture.duties.all()] == [12, 12, 6]


def test_another_week_goes_on_with_the_next_turn(town: Town) -> None:
    posture = over(town, book(town, "防汛值守", (1, "指挥长", "街道老王"), (2, "指挥长", "副主任小高"), hours=24))
    assert standing(posture, 6.5 * 24) == ["街道老王"]
    reached = go_on(posture=posture, by=town["区长"])
    assert reached == posture.began_at + timedelta(days=14)
    assert standing(posture, 7.5 * 24) == ["副主任小高"]
    with pytest.raises(NotPermitted):
        go_on(posture=posture, by=town["外街主任"])


def test_without_a_roster_there_is_nothing_to_go_on_with(town: Town) -> None:
    posture = over(town)
    with pytest.raises(Refused, match="没有采用值守名册"):
        go_on(posture=posture, by=town["副主任小高"])
    short = over(town, book(town), path=STREET + "001", until_at=timezone.now() + timedelta(hours=5))
    with pytest.raises(Refused, match="已排到预计结束"):
        go_on(posture=short, by=town["副主任小高"])


def test_back_to_routine_calls_off_what_lies_ahead_and_keeps_the_rows(town: Town) -> None:
    posture = over(town, book(town))
    at = posture.began_at + timedelta(hours=14)
    switch_back(posture=posture, reason="预警解除", by=town["副主任小高"], now=at)
    past, under_way, *ahead = posture.duties.order_by("from_at")
    assert (past.called_off_at, past.to_at) == (None, posture.began_at + timedelta(hours=12))
    assert (under_way.called_off_at, under_way.to_at) == (None, at)
    assert {one.called_off_at for one in ahead} == {at}
    assert [standing(posture, hours) for hours in (13, 14, 24, 48)] == [["副主任小高"], [], [], []]
    assert PostureDuty.objects.count() == 14


def test_one_person_does_not_stand_in_two_places(town: Town) -> None:
    first, second = book(town), book(town, "抢险值守", (1, "抢险组", "街道老王"))
    with pytest.raises(ValidationError, match=r"街道老王.*已排“指挥长”，不能同时排“抢险组”"):
        over(town, first, second)
    assert (Posture.objects.count(), PostureDuty.objects.count()) == (0, 0)


@pytest.mark.parametrize("why", ["empty", "ended", "gone", "elsewhere"])
def test_a_roster_that_cannot_be_taken_up_is_refused_in_words(town: Town, why: str) -> None:
    roster = book(town)
    given: dict[str, Any] = {}
    if why == "empty":
        for member in roster.members.all():
            take_out(member=member, by=town["副主任小高"])
    elif why == "ended":
        end_roster(roster=roster, by=town["副主任小高"])
        roster.refresh_from_db()
    elif why == "gone":
        User.objects.filter(pk=town["街道老王"].pk).update(is_active=False)
    else:
        given = {"path": OTHER_STREET, "by": town["外街主任"]}
    words = {"empty": "还没有人员", "ended": "已停用", "gone": "街道老王的账号已停用", "elsewhere": "不是这个区域的"}[
        why
    ]
    with pytest.raises(ValidationError, match=words) as caught:
        over(town, roster, **given)
    assert list(caught.value.message_dict) == ["rosters"]
    assert Posture.objects.count() == 0


def test_bad_input_names_its_field(town: Town) -> None:
    by, roster = town["副主任小高"], book(town)
    given: dict[str, Any] = {"roster": roster, "turn": 1, "post": "物资组", "office": town.office("centre"), "by": by}
    for wrong, field in (
        ({"turn": 0}, "turn"),
        ({"post": " "}, "post"),
        ({"office": town.office("other_centre")}, "office"),
        ({"user": town["街道老王"]}, "user"),
    ):
        with pytest.raises(ValidationError) as caught:
            put_in(**({"user": town["指挥中心小孙"]} | given | wrong))
        assert list(caught.value.message_dict) == [field]
    for wrong, field in (({"name": ""}, "name"), ({"name": "防汛值守"}, "name"), ({"hours": 73}, "hours")):
        with pytest.raises(ValidationError) as caught:
            add_roster(**({"path": STREET, "name": "扫雪", "hours": 8, "by": by} | wrong))
        assert list(caught.value.message_dict) == [field]
    assert (Roster.objects.count(), roster.members.count()) == (1, 2)


def test_who_may_not_switch_writes_no_roster(town: Town) -> None:
    roster = book(town)
    member = roster.members.all()[0]
    for who in ("街道老王", "外街主任", "住建小周"):
        by = town[who]
        with pytest.raises(NotPermitted):
            add_roster(path=STREET, name="防火值守", hours=8, by=by)
        with pytest.raises(NotPermitted):
            put_in(roster=roster, turn=3, post="指挥长", office=town.office("centre"), user=by, by=by)
        with pytest.raises(NotPermitted):
            take_out(member=member, by=by)
        with pytest.raises(NotPermitted):
            end_roster(roster=roster, by=by)
        assert may_manage(by, roster) is False
        assert visible(by).count() == 0
    assert (Roster.objects.filter(valid_to__isnull=True).count(), roster.members.filter(left_at=None).count()) == (1, 2)


def test_the_rosters_of_the_district_may_be_taken_up_by_its_streets(town: Town) -> None:
    wide = add_roster(path=DISTRICT, name="区级专家组", hours=24, by=town["区长"])
    put_in(roster=wide, turn=1, post="专家", office=town.office("housing"), user=town["住建小周"], by=town["区长"])
    assert list(visible(town["副主任小高"])) == [wide]
    assert may_manage(town["副主任小高"], wide) is False
    assert standing(over(town, wide), 1) == ["住建小周"]
    # A roster that ended meanwhile keeps what was laid out.
    end_roster(roster=wide, by=town["区长"])
    with pytest.raises(Refused, match="已停用"):
        end_roster(roster=wide, by=town["区长"])
    assert standing(Posture.objects.get(), 2) == ["住建小周"]
