"""Routine and emergency: the switch, what it changes, and that everything is back afterwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, OTHER_STREET, STREET
from tests.whistle.conftest import Town, again

from wangge.duties.models import DutyList
from wangge.kernel.calendar.units import Limit, Unit
from wangge.kernel.flow import NotPermitted, Refused
from wangge.whistle.enums import LimitName
from wangge.whistle.limits import compared, limits_for, shortened
from wangge.whistle.models import Posture
from wangge.whistle.postures import in_force, on_duty, posture_at, put_on_duty, switch, switch_back, take_off_duty


def over(town: Town, **given: object) -> Posture:
    values = {"path": STREET, "title": "7·20强降雨", "reason": "气象红色预警", "by": town["副主任小高"]}
    return switch(**(values | given))  # type: ignore[arg-type]


def test_limits_are_shortened_replaced_and_restored(town: Town) -> None:
    before = limits_for("emergency", COMMUNITY).of
    assert before["arrive"] == Limit(30, Unit.MINUTE)
    posture = over(town, percent=50, limits={("emergency", "arrive"): Limit(10, Unit.MINUTE)})
    during = limits_for("emergency", COMMUNITY)
    assert during.of["arrive"] == Limit(10, Unit.MINUTE)
    assert during.of["report"] == Limit(12, Unit.HOUR)
    assert during.posture == posture
    assert limits_for("emergency", OTHER_STREET).of == before
    whistle = town.blown(kind="emergency")
    assert (whistle.limits["arrive"], whistle.posture) == ([10, "minute"], posture)
    switch_back(posture=posture, reason="预警解除", by=town["副主任小高"])
    assert limits_for("emergency", COMMUNITY).of == before
    # What was blown keeps its limits.
    assert again(whistle).limits["arrive"] == [10, "minute"]
    assert Posture.objects.get().end_reason == "预警解除"


@pytest.mark.parametrize(
    ("limit", "percent", "expected"),
    [
        (Limit(30, Unit.MINUTE), 50, Limit(15, Unit.MINUTE)),
        (Limit(1, Unit.WORKING_DAY), 50, Limit(4, Unit.WORKING_HOUR)),
        (Limit(7, Unit.WORKING_DAY), 100, Limit(7, Unit.WORKING_DAY)),
        (Limit(4, Unit.WORKING_DAY), 50, Limit(2, Unit.WORKING_DAY)),
        (Limit(1, Unit.MINUTE), 10, Limit(1, Unit.MINUTE)),
        (Limit(3, Unit.HOUR), 50, Limit(90, Unit.MINUTE)),
        (Limit(2, Unit.WORKING_HOUR), 25, Limit(1, Unit.WORKING_HOUR)),
    ],
)
def test_a_share_of_a_limit(limit: Limit, percent: int, expected: Limit) -> None:
    assert shortened(limit, percent) == expected


def test_the_lists_of_an_emergency_may_be_cited_alone(town: Town) -> None:
    posture = over(town, lists=[town.street_item.duty_list])
    whistle = town.draft(items=[town.street_item])
    assert [item.own for item in whistle.items.all()] == [False]
    switch_back(posture=posture, reason="预警解除", by=town["副主任小高"])
    with pytest.raises(ValidationError):
        town.draft(items=[town.street_item])


def test_one_emergency_a_division_and_the_nearest_counts(town: Town) -> None:
    wide = over(town, path=DISTRICT, title="全区防汛", by=town["区长"])
    near = over(town)
    with pytest.raises(Refused, match="已处于应急状态"):
        over(town)
    now = timezone.now()
    assert posture_at(COMMUNITY, now) == near
    assert posture_at(OTHER_STREET, now) == wide
    assert in_force(now, [STREET]) == [wide, near]
    assert in_force(now, [OTHER_STREET]) == [wide]


def test_who_may_not_switch_changes_nothing(town: Town) -> None:
    for who, path in (
        ("街道老王", STREET),
        ("副主任小高", OTHER_STREET),
        ("副主任小高", DISTRICT),
        ("住建小周", STREET),
    ):
        with pytest.raises(NotPermitted):
            over(town, path=path, by=town[who])
    assert Posture.objects.count() == 0
    posture = over(town)
    with pytest.raises(NotPermitted):
        switch_back(posture=posture, reason="不需要了", by=town["外街主任"])
    assert posture_at(STREET, timezone.now()) == posture


def test_bad_input_is_refused_in_words(town: Town) -> None:
    now = timezone.now()
    for given, words in (
        ({"reason": "雨"}, "启动理由"),
        ({"title": " "}, "应急名称"),
        ({"percent": 5}, "10%到100%"),
        ({"until_at": now - timedelta(hours=1)}, "现在以后"),
    ):
        with pytest.raises(ValidationError, match=words):
            over(town, **given)
    assert Posture.objects.count() == 0


def test_switching_back_twice_is_refused(town: Town) -> None:
    posture = over(town)
    switch_back(posture=posture, reason="预警解除", by=town["副主任小高"])
    with pytest.raises(Refused, match="已经转回"):
        switch_back(posture=posture, reason="预警解除", by=town["副主任小高"])


def test_the_roster_names_who_stands_where(town: Town) -> None:
    posture, now = over(town), timezone.now()
    given = {"posture": posture, "office": town.office("centre"), "user": town["街道老王"], "by": town["副主任小高"]}
    first = put_on_duty(**given, post="指挥长", from_at=now, to_at=now + timedelta(hours=8))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="已排“指挥长”"):
        put_on_duty(  # type: ignore[arg-type]
            **given, post="抢险组", from_at=now + timedelta(hours=7), to_at=now + timedelta(hours=9)
        )
    later = put_on_duty(  # type: ignore[arg-type]
        **given, post="指挥长", from_at=now + timedelta(hours=8), to_at=now + timedelta(hours=16)
    )
    assert list(on_duty(posture, now + timedelta(hours=1))) == [first]
    take_off_duty(duty=later, by=town["副主任小高"])
    take_off_duty(duty=first, by=town["副主任小高"], now=now + timedelta(hours=2))
    first.refresh_from_db()
    assert (first.to_at, first.called_off_at) == (now + timedelta(hours=2), None)
    with pytest.raises(ValidationError, match="不服务这个区域"):
        put_on_duty(  # type: ignore[arg-type]
            **(given | {"office": town.office("other_centre")}),
            post="援助",
            from_at=now,
            to_at=now + timedelta(hours=1),
        )
    with pytest.raises(NotPermitted):
        put_on_duty(  # type: ignore[arg-type]
            **(given | {"by": town["街道老王"]}), post="援助", from_at=now, to_at=now + timedelta(hours=1)
        )


def test_who_stands_on_duty_leaves_when_it_is_over(town: Town) -> None:
    posture, now = over(town), timezone.now()
    put_on_duty(
        posture=posture, post="指挥长", office=town.office("centre"), user=town["街道老王"], by=town["副主任小高"],
        from_at=now - timedelta(hours=1), to_at=now + timedelta(hours=8),
    )  # fmt: skip
    switch_back(posture=posture, reason="预警解除", by=town["副主任小高"], now=now)
    assert list(on_duty(posture, now + timedelta(minutes=1))) == []


def test_every_limit_has_a_value_of_its_own_or_the_share(town: Town) -> None:
    own = {
        (kind, name): Limit(place * 10 + number, Unit.MINUTE)
        for place, kind in enumerate(("work", "hard", "emergency"), start=1)
        for number, name in enumerate(("sign", "arrive", "plan", "report", "raise", "decide", "check"), start=1)
    }
    before = {kind: limits_for(kind, COMMUNITY) for kind in ("work", "hard", "emergency")}
    posture = over(town, limits=own, percent=50, radius_m=800)
    for kind in before:
        during = limits_for(kind, COMMUNITY)
        assert during.of == {name: own[kind, name] for name in LimitName.values}
        assert during.radius_m == 800
    assert all(one.differs and one.own for kind in compared(posture) for one in kind.differences)
    whistle = town.blown()
    assert (whistle.limits["raise"], whistle.limits["sign"], whistle.radius_m) == ([15, "minute"], [11, "minute"], 800)
    switch_back(posture=posture, reason="预警解除", by=town["副主任小高"])
    assert {kind: limits_for(kind, COMMUNITY) for kind in before} == before
    assert town.blown().radius_m == 300
    # The rows stay as the history of what held.
    assert (posture.limits.count(), Posture.objects.get().radius_m) == (21, 800)


def test_what_is_left_empty_is_told_apart_from_what_was_set(town: Town) -> None:
    posture = over(town, percent=50, limits={("work", "sign"): Limit(20, Unit.MINUTE)})
    work, hard, emergency = compared(posture)
    assert [(one.name, str(one.emergency), one.own) for one in work.differences] == [
        ("sign", "20分钟", True),
        ("arrive", "4个工作小时", False),
        ("plan", "1个工作日", False),
        ("report", "28个工作小时", False),
        ("check", "1个工作日", False),
        ("decide", "4个工作小时", False),
        ("raise", "4个工作小时", False),
    ]
    assert not any(one.own for one in (*hard.differences, *emergency.differences))
    assert (work.radius_routine, work.radius_m) == (300, 300)


def test_nothing_differs_when_nothing_was_set(town: Town) -> None:
    assert not any(one.differs for kind in compared(over(town)) for one in kind.differences)


def test_limits_radius_and_lists_that_cannot_be_are_refused_by_their_field(town: Town) -> None:
    elsewhere = DutyList.objects.create(
        code="else", name="外街清单", level="street", kind="duty", path=OTHER_STREET, valid_from=date(2020, 1, 1)
    )
    over_list = DutyList.objects.create(
        code="over", name="旧清单", level="street", kind="duty", valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1)
    )
    for given, field, words in (
        ({"limits": {("work", "sign"): Limit(10_000, Unit.MINUTE)}}, "limits", "工作推进哨签收时限应在1至9999之间"),
        ({"limits": {("work", "object"): Limit(1, Unit.MINUTE)}}, "limits", "没有“work”的时限“object”"),
        ({"radius_m": 5}, "radius_m", "20至5000"),
        ({"lists": [elsewhere]}, "lists", "“外街清单”不适用于这个区域"),
        ({"lists": [over_list]}, "lists", "“旧清单”现在不生效"),
    ):
        with pytest.raises(ValidationError, match=words) as caught:
            over(town, **given)
        assert list(caught.value.message_dict) == [field]
    assert Posture.objects.count() == 0
