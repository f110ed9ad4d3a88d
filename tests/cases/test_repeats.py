"""What is the same matter, and who called before."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from tests.cases.conftest import COMMUNITY, World

from wangge.cases.actions import Asker, Place
from wangge.cases.models import Case
from wangge.cases.repeats import caller_count, caller_history, distance_m, similar

TEXT = "小区东门垃圾三天没有清运，气味很大"
HERE = Place(path=COMMUNITY, lng=109.84, lat=40.65)


def test_the_same_words_at_the_same_place_are_suggested(world: World) -> None:
    case = world.file(place=HERE)
    (found,) = similar(
        world["话务小赵"], text=TEXT, path=COMMUNITY, kind_id=world.kinds["rubbish"].pk, lng=109.8405, lat=40.65
    )
    assert found.case == case
    assert "类别相同" in found.why
    assert "相距42米" in found.why


def test_another_matter_is_not(world: World) -> None:
    world.file(place=HERE)
    assert similar(world["话务小赵"], text="楼上装修噪音扰民", path=COMMUNITY, kind_id=world.kinds["building"].pk) == []


def test_long_ago_is_not(world: World) -> None:
    world.file(place=HERE)
    Case.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert similar(world["话务小赵"], text=TEXT, path=COMMUNITY, kind_id=world.kinds["rubbish"].pk) == []


def test_nobody_is_shown_a_case_he_may_not_see(world: World) -> None:
    world.file(place=HERE)
    assert similar(world["外街小孙"], text=TEXT, path=COMMUNITY, kind_id=world.kinds["rubbish"].pk) == []


def test_the_callers_earlier_cases(world: World) -> None:
    case = world.file()
    world.file(asker=Asker(name="李叔", phone="13800000002"))
    assert caller_history(world["话务小赵"], "138 0000 0001") == [case]
    assert caller_history(world["外街小孙"], "13800000001") == []
    assert caller_count("13800000001", since=timezone.now() - timedelta(days=30)) == 1


def test_distance_in_metres() -> None:
    assert round(distance_m(109.84, 40.65, 109.85, 40.65)) == 845
    assert round(distance_m(109.84, 40.65, 109.84, 40.66)) == 1113
