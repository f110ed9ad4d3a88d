"""Who reads, draws up, carries out: over the place, and for an office."""

from __future__ import annotations

import pytest
from tests.cases.conftest import DISTRICT, OTHER_STREET, STREET, World
from tests.insight.governance.conftest import listed, proposed, running

from wangge.insight.governance import policy
from wangge.insight.governance.models import GovernanceTask

SEES = {
    "区领导": True,
    "指挥中心小钱": True,
    "街道书记": True,
    "街道老王": True,
    "城管科小秦": True,
    "住建局长": False,
    "外街小孙": False,
    "社区小陈": False,
    "外人": False,
}


@pytest.mark.parametrize(("who", "sees"), SEES.items())
def test_the_filter_and_the_predicate_agree(town: World, who: str, sees: bool) -> None:
    task = proposed(town)
    assert policy.may_see(town[who], task) is sees
    assert policy.rows(town[who]).exists() is sees


# Manages the place, acts for the owner, may therefore edit.
MAY = {
    "区领导": (True, False, True),
    "街道书记": (True, False, True),
    "城管科小秦": (False, True, True),
    "街道老王": (False, False, False),
    "住建局长": (False, False, False),
    "外街小孙": (False, False, False),
    "外人": (False, False, False),
}


@pytest.mark.parametrize(("who", "may"), MAY.items())
def test_who_manages_owns_and_edits(town: World, who: str, may: tuple[bool, bool, bool]) -> None:
    task, user = proposed(town), town[who]
    assert (policy.may_manage(user, task), policy.may_own(user, task), policy.may_edit(user, task)) == may


@pytest.mark.parametrize(
    ("who", "lines"),
    [
        ("住建局长", {"measure"}),
        ("城管科小秦", {"problem", "duty", "measure"}),
        ("区领导", {"problem", "duty", "measure"}),
        ("街道老王", set()),
        ("外街小孙", set()),
    ],
)
def test_a_line_is_finished_by_its_office_and_by_who_edits_the_task(town: World, who: str, lines: set[str]) -> None:
    task = running(town)
    assert {item.list_name for item in task.items.all() if policy.may_finish(town[who], item)} == lines


def test_an_office_sees_the_task_as_long_as_a_line_names_it(town: World) -> None:
    task = proposed(town)
    head = town["住建局长"]
    listed(town, task)
    seen = GovernanceTask.objects.get(pk=task.pk)
    assert policy.may_see(head, seen)
    assert policy.rows(head).get() == task


def test_managing_ends_at_the_border(town: World) -> None:
    chief = town["街道书记"]
    assert policy.may_manage_at(chief, STREET)
    assert not policy.may_manage_at(chief, OTHER_STREET)
    assert not policy.may_manage_at(chief, DISTRICT)
