"""Places get new codes: open matters follow with a row of their own, closed ones stay, counts agree."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, GRID, NEIGHBOUR, STREET, World

from wangge.cases import jobs, moving, policy, tallies
from wangge.cases.actions import Place
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseRules
from wangge.cases.rules import rules_for
from wangge.cases.story import story
from wangge.duties.models import Duty, DutyList
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.flow import NotPermitted
from wangge.organization.models import Office, OfficeChange
from wangge.territory.reform import merge_divisions, recode_division

WHY = "内政发〔2026〕1号"
NEW_STREET = "150203009"


@pytest.fixture(autouse=True)
def _no_rules_remembered() -> None:
    cache.clear()


def run_jobs() -> int:
    """What the worker would do with the jobs asked for."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    done = 0
    for job in ProcrastinateJob.objects.filter(task_name="cases.follow_places", status="todo"):
        done += jobs.follow_places(**job.args)
    return done


def test_open_matters_follow_a_recoded_street(world: World, django_capture_on_commit_callbacks: Any) -> None:
    at_grid = world.dispatched(place=Place(path=GRID))
    at_community = world.file()
    with django_capture_on_commit_callbacks(execute=True):
        recode_division(code=STREET, new_code=NEW_STREET, reason=WHY)
    assert run_jobs() == 2
    at_grid.refresh_from_db()
    at_community.refresh_from_db()
    assert (at_grid.path, at_community.path) == ("150203009001001", "150203009001")
    (row,) = at_grid.transitions.filter(step="move_place")
    assert row.data == {"path": [GRID, "150203009001001"]}
    assert (row.source, row.target) == ("dispatched", "dispatched")
    assert "友谊社区" in next(line for line in story(at_grid) if line.what == "随区划变更").text
    assert AuditEntry.objects.filter(action="cases.case.follow_places").count() == 1


def test_closed_matters_stay_where_they_were(world: World) -> None:
    case = world.file()
    CaseFlow(case, world["话务小赵"]).answer(reply="政策如下")
    assert moving.follow_places(moves={COMMUNITY: NEIGHBOUR}, on=timezone.localdate()) == 0
    case.refresh_from_db()
    assert case.path == COMMUNITY
    assert case.transitions.filter(step="move_place").count() == 0


def test_the_counts_follow(world: World) -> None:
    world.file()
    world.dispatched()
    moving.follow_places(moves={COMMUNITY: NEIGHBOUR}, on=timezone.localdate())
    counted = [Case.objects.at(path).count() for path in (COMMUNITY, NEIGHBOUR)]
    assert (counted, tallies.count(paths=[STREET]), tallies.check()) == ([0, 2], 2, {})


def test_a_second_run_moves_nothing(world: World) -> None:
    world.file()
    moves = {COMMUNITY: NEIGHBOUR}
    assert [moving.follow_places(moves=moves, on=timezone.localdate()) for _ in range(2)] == [1, 0]


def test_whoever_saw_the_matter_before_sees_it_still(world: World, django_capture_on_commit_callbacks: Any) -> None:
    case = world.dispatched()
    with django_capture_on_commit_callbacks(execute=True):
        recode_division(code=STREET, new_code=NEW_STREET, reason=WHY)
    run_jobs()
    case.refresh_from_db()
    assert policy.may_see(world["街道老王"], case)
    assert not policy.may_see(world["外街小孙"], case)
    CaseFlow(case, world["街道老王"]).sign()
    assert Case.objects.get(pk=case.pk).state == "handling"


def test_nobody_moves_a_case_by_hand(world: World) -> None:
    case = world.dispatched()
    with pytest.raises(NotPermitted):
        CaseFlow(case, world["热线班长"]).move_place(path=NEIGHBOUR)
    assert Case.objects.get(pk=case.pk).path == COMMUNITY


def test_one_case_that_cannot_follow_stops_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = world.file(), world.file()
    moves = {COMMUNITY: NEIGHBOUR}

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("oh")

    monkeypatch.setattr(moving, "_repeat_rules", broken)
    with pytest.raises(RuntimeError):
        moving.follow_places(moves=moves, on=timezone.localdate())
    assert set(Case.objects.filter(pk__in=[first.pk, second.pk]).values_list("path", flat=True)) == {COMMUNITY}


def test_rules_of_a_place_hold_under_its_new_code(world: World) -> None:
    CaseRules.objects.create(path=STREET, valid_from=date(2020, 1, 1), return_hours=12)
    moving.follow_places(moves={STREET: NEW_STREET}, on=timezone.localdate())
    assert (rules_for(f"{NEW_STREET}001").return_hours, rules_for(COMMUNITY).return_hours) == (12, 12)


def test_offices_duties_and_lists_follow(world: World, django_capture_on_commit_callbacks: Any) -> None:
    duty = Duty.objects.get(kind_code="0101")
    own = Duty.objects.create(
        kind=duty.kind,
        kind_code="0101",
        path=STREET,
        lead_office=world.offices["urban"],
        limit=duty.limit,
        valid_from=date(2020, 1, 1),
    )
    listed = DutyList.objects.create(
        code="own", name="本街道清单", level="street", kind="duty", path=STREET, valid_from=date(2020, 1, 1)
    )
    with django_capture_on_commit_callbacks(execute=True):
        recode_division(code=STREET, new_code=NEW_STREET, reason=WHY)
    assert Office.objects.get(pk=world.offices["urban"].pk).path == NEW_STREET
    assert Office.objects.get(pk=world.offices["community"].pk).path == "150203009001"
    change = OfficeChange.objects.get(office=world.offices["urban"])
    assert (change.before, change.after) == ({"path": STREET}, {"path": NEW_STREET})
    own.refresh_from_db()
    assert own.valid_to == timezone.localdate()
    successor = Duty.objects.get(kind_code="0101", path=NEW_STREET)
    assert (successor.lead_office, successor.valid_to) == (world.offices["urban"], None)
    listed.refresh_from_db()
    assert listed.path == NEW_STREET
    case = world.dispatched(place=Place(path="150203009001"))
    assert case.lead_office == world.offices["urban"]


def test_after_a_merger_two_committees_wait_for_a_decision(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    Office.objects.create(
        name="团结社区居民委员会", kind="community", level="community", path=NEIGHBOUR, valid_from=date(2020, 1, 1)
    )
    with django_capture_on_commit_callbacks(execute=True):
        merge_divisions(codes=[COMMUNITY], into=NEIGHBOUR, reason=WHY)
    assert Office.objects.get(pk=world.offices["community"].pk).path == COMMUNITY
