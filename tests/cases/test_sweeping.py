"""What the clock does by itself."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from tests.cases.conftest import World

from wangge.cases import sweeping
from wangge.cases.actions import Place, archive_old
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseClock, CaseRules, Notice


def test_nothing_is_said_before_its_time(world: World) -> None:
    world.dispatched()
    assert (sweeping.warn(now=timezone.now()), sweeping.escalate(now=timezone.now())) == (0, 0)


def test_a_warning_reaches_the_holder_once(world: World) -> None:
    case = world.dispatched()
    soon = timezone.now() + timedelta(minutes=100)
    assert sweeping.warn(now=soon) == 1
    assert sweeping.warn(now=soon) == 0
    (notice,) = Notice.objects.all()
    assert (notice.case, notice.office_id, notice.kind) == (case, case.holder_office_id, "warning")


def test_an_overdue_clock_is_escalated_once(world: World) -> None:
    world.dispatched(kind=world.kinds["building"])
    late = timezone.now() + timedelta(hours=3)
    assert sweeping.escalate(now=late) == 1
    assert sweeping.escalate(now=late) == 0
    offices = set(Notice.objects.filter(kind="overdue").values_list("office_id", flat=True))
    assert offices == {world.offices["housing"].pk, world.offices["command"].pk}


def test_what_the_centre_of_a_street_lets_pass_is_told_to_the_district(world: World) -> None:
    case = world.dispatched()
    sweeping.escalate(now=timezone.now() + timedelta(hours=3))
    told = set(Notice.objects.filter(case=case, kind="overdue").values_list("office_id", flat=True))
    assert told == {world.offices["centre"].pk, world.offices["command"].pk}


def test_what_a_community_lets_pass_is_told_to_its_street(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).assign(office_id=world.offices["community"].pk)
    sweeping.escalate(now=timezone.now() + timedelta(days=8))
    told = set(Notice.objects.filter(case=case, kind="overdue").values_list("office_id", flat=True))
    assert told == {world.offices["community"].pk, world.offices["centre"].pk}


def test_a_paused_clock_is_left_alone(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).send_back(reason="不属于本街道")
    assert sweeping.escalate(now=timezone.now() + timedelta(days=30)) == 0


def test_a_bad_row_does_not_stop_the_rest(world: World) -> None:
    bad, good = world.dispatched(), world.dispatched()
    # A clock of a name nobody knows: writing its notice fails.
    CaseClock.objects.filter(case=bad, name="sign").update(name="unknown")
    assert sweeping.escalate(now=timezone.now() + timedelta(hours=3)) == 1
    assert {n.case for n in Notice.objects.filter(kind="overdue")} == {good}


def test_supervision_leaves_a_notice(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["区领导"]).supervise(reason="群众反映强烈")
    (notice,) = Notice.objects.filter(kind="supervision")
    assert (notice.office_id, notice.text) == (case.holder_office_id, "督办：群众反映强烈")


def test_old_cases_are_archived_by_the_rules(world: World) -> None:
    case = world.file()
    CaseFlow(case, world["话务小赵"]).answer(reply="政策如下")
    assert archive_old(now=timezone.now() + timedelta(days=29)) == 0
    assert archive_old(now=timezone.now() + timedelta(days=31)) == 1
    assert Case.objects.get(pk=case.pk).state == "archived"


def test_a_place_that_archives_late_keeps_no_other_waiting(world: World) -> None:
    today = timezone.localdate()
    CaseRules.objects.create(path="150203001", valid_from=today, archive_days=300)
    CaseRules.objects.create(path="150203001001", valid_from=today, archive_days=10)
    cache.clear()
    ended = [world.file(place=Place(path=path)) for path in ("150203001", "150203001", "150203001001", "150203002")]
    for case in ended:
        CaseFlow(case, world["话务小赵"]).answer(reply="政策如下")
    assert archive_old(now=timezone.now() + timedelta(days=29), limit=2) == 1
    assert archive_old(now=timezone.now() + timedelta(days=31), limit=2) == 1
    assert [Case.objects.get(pk=case.pk).state for case in ended] == ["answered", "answered", "archived", "archived"]
    assert archive_old(now=timezone.now() + timedelta(days=301)) == 2
