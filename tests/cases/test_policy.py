"""Who sees what: the predicate and the filter always agree."""

from __future__ import annotations

import pytest
from tests.cases.conftest import GRID, PEOPLE, World

from wangge.cases import policy
from wangge.cases.actions import Place, file_case
from wangge.cases.boxes import BOXES, boxes_for
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.kernel.flow import NotPermitted

SEES = {
    "话务小赵": True, "热线班长": True, "区领导": True, "街道老王": True, "外街小孙": False, "社区小陈": True,
    "网格员小李": False, "住建小周": False, "审计小吴": False, "外人": False,
}  # fmt: skip


@pytest.mark.parametrize(("who", "sees"), SEES.items())
def test_the_filter_and_the_predicate_agree(world: World, who: str, sees: bool) -> None:
    case = world.dispatched()
    user = world[who]
    assert policy.may_see(user, case) is sees
    assert policy.rows(user).filter(pk=case.pk).exists() is sees


def test_a_department_sees_what_it_has_a_part_in(world: World) -> None:
    case = world.dispatched(kind=world.kinds["building"])
    assert list(policy.rows(world["住建小周"])) == [case]


def test_a_grid_worker_sees_his_grid(world: World) -> None:
    case = world.file(place=Place(path=GRID))
    assert list(policy.rows(world["网格员小李"])) == [case]


@pytest.mark.parametrize("who", ["区领导", "外街小孙", "审计小吴", "外人"])
def test_the_requester_is_not_for_everybody(world: World, who: str) -> None:
    assert not policy.may_read_requester(world[who], world.dispatched())


def test_a_private_requester_is_for_the_holder_alone(world: World) -> None:
    case = world.dispatched(is_private=True)
    assert policy.may_read_requester(world["街道老王"], case)
    assert not policy.may_read_requester(world["社区小陈"], case)


@pytest.mark.parametrize("who", ["外街小孙", "审计小吴", "外人", "区领导"])
def test_who_may_not_file(world: World, who: str) -> None:
    with pytest.raises(NotPermitted):
        file_case(channel="hotline", demand_type="help", text="求助", place=Place(path="150203001001"), by=world[who])
    assert Case.objects.count() == 0


def test_a_street_dispatches_only_what_was_found_on_its_ground(world: World) -> None:
    called, found = world.file(), world.file(channel="qr", by=None)
    wang = world["街道老王"]
    assert not policy.may_dispatch(wang, called)
    assert policy.may_dispatch(wang, found)
    assert list(BOXES["dispatch"].rows(wang)) == [found]


def test_a_part_waits_in_one_box_alone(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).assign(office_id=world.offices["community"].pk, path=GRID, asked="到现场看看")
    chen = world["社区小陈"]
    assert [box.code for box in boxes_for(chen) if case in box.rows(chen)] == ["part"]


@pytest.mark.parametrize("who", [*PEOPLE, "外人"])
def test_no_box_holds_what_its_owner_may_not_see(world: World, who: str) -> None:
    for number in range(3):
        world.dispatched(text=f"第{number}件")
    world.file()
    user = world[who]
    visible = set(policy.rows(user).values_list("pk", flat=True))
    for box in boxes_for(user):
        assert set(box.rows(user).values_list("pk", flat=True)) <= visible, box.code
