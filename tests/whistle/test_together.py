"""Two people at once, each on a connection of their own: one wins, the other is told, nothing is done twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.together import together
from tests.whistle.conftest import HERE, Town, again

from wangge.kernel.flow import Conflict
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import CheckIn, SummonsClock
from wangge.whistle.summons_flow import SummonsFlow

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_leaders_blow_the_same_whistle(town: Town) -> None:
    whistle = town.draft()
    first, second = again(whistle), again(whistle)
    told = together(WhistleFlow(first, town["副主任小高"]).blow, WhistleFlow(second, town["主任老马"]).blow)
    assert sorted(type(t).__name__ for t in told) == ["Conflict", "NoneType"]
    assert whistle.transitions.filter(step="blow").count() == 1
    assert SummonsClock.objects.count() == 4


def test_secretary_and_director_sign_at_the_same_moment(town: Town) -> None:
    whistle = town.draft(kind="hard")
    first, second = again(whistle), again(whistle)
    told = together(
        WhistleFlow(first, town["书记老刘"]).sign_secretary, WhistleFlow(second, town["主任老马"]).sign_director
    )
    (loser,) = [t for t in told if t is not None]
    assert isinstance(loser, Conflict)
    assert again(whistle).state == "draft"
    step = "sign_director" if told[1] is not None else "sign_secretary"
    who = "主任老马" if told[1] is not None else "书记老刘"
    getattr(WhistleFlow(again(whistle), town[who]), step)()
    assert again(whistle).state == "running"


def test_one_check_in_when_the_department_and_the_street_press_at_once(town: Town) -> None:
    summons = town.summons(town.blown())
    first, second = again(summons), again(summons)
    told = together(
        lambda: SummonsFlow(first, town["住建小周"]).arrive(way="position", rank="head", lng=HERE[0], lat=HERE[1]),
        lambda: SummonsFlow(second, town["街道老王"]).confirm_arrival(person="周科长", rank="clerk"),
    )
    assert sum(t is None for t in told) == 1
    assert CheckIn.objects.count() == 1


def test_two_departments_report_at_once_and_both_are_heard(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    one, two = town.summons(whistle), town.summons(whistle, "urban_bureau")
    told = together(SummonsFlow(one, town["住建小周"]).sign, SummonsFlow(two, town["城管小冯"]).sign)
    assert told == [None, None]
    nearest = min(again(one).next_due_at, again(two).next_due_at)
    assert again(whistle).next_due_at == nearest


def test_a_suspension_and_an_arrival_never_cross(town: Town) -> None:
    whistle = town.blown()
    summons = town.summons(whistle)
    until = timezone.localdate() + timedelta(days=5)
    told = together(
        lambda: WhistleFlow(again(whistle), town["区长"]).suspend(until=until, reason="等待鉴定"),
        lambda: SummonsFlow(summons, town["住建小周"]).arrive(way="position", rank="head", lng=HERE[0], lat=HERE[1]),
    )
    assert told[0] is None
    assert again(whistle).state == "suspended"
    # Whoever was first: no clock of the summons runs on while the whistle rests.
    assert SummonsClock.objects.filter(summons=summons, stopped_at__isnull=True, paused_at__isnull=True).count() == 0
