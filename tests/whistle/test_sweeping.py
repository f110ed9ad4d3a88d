"""What the clock does by itself with whistles."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from tests.whistle.conftest import Town, again

from wangge.kernel.calendar.units import Limit, Unit
from wangge.whistle import sweeping
from wangge.whistle.actions import Resolution, hold_meeting
from wangge.whistle.boxes import BOXES
from wangge.whistle.evaluating import punctuality_of
from wangge.whistle.events import SummonsRaised
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import SummonsClock, Task, Whistle, WhistleLimit, WhistleNotice
from wangge.whistle.postures import posture_at, switch
from wangge.whistle.summons_flow import SummonsFlow


def offices(kind: str) -> set[int]:
    return set(WhistleNotice.objects.filter(kind=kind).values_list("office_id", flat=True))


def test_a_warning_reaches_the_department_once(town: Town) -> None:
    town.blown(kind="emergency")
    soon = timezone.now() + timedelta(minutes=4)
    assert sweeping.warn(now=soon) == 2  # the sign clocks of two offices
    assert sweeping.warn(now=soon) == 0
    assert offices("warning") == {town.office("housing").pk, town.office("urban_bureau").pk}


def test_what_is_late_is_told_to_department_street_and_command_centre(town: Town) -> None:
    town.blown(kind="emergency")
    assert sweeping.escalate(now=timezone.now() + timedelta(minutes=4)) == 0
    assert sweeping.escalate(now=timezone.now() + timedelta(minutes=31)) == 4
    assert sweeping.escalate(now=timezone.now() + timedelta(minutes=31)) == 0
    told = {town.office(name).pk for name in ("housing", "urban_bureau", "centre", "command")}
    assert offices("overdue") == told


def test_a_late_hard_whistle_is_told_to_the_district_leader(town: Town) -> None:
    town.blown(kind="hard")
    sweeping.escalate(now=timezone.now() + timedelta(days=30))
    assert town.office("leader").pk in offices("overdue")


def hours(number: float) -> datetime:
    return timezone.now() + timedelta(hours=number)


def test_what_is_late_after_its_escalation_goes_to_the_district_leader_once(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    assert sweeping.raise_late(now=hours(9)) == 0  # nobody escalated it yet
    assert sweeping.escalate(now=hours(0.1)) == 2  # two offices have not signed within five minutes
    assert sweeping.raise_late(now=hours(0.5)) == 0
    assert sweeping.raise_late(now=hours(0.7)) == 2
    assert sweeping.raise_late(now=hours(0.7)) == 0
    told = {town.office(name).pk for name in ("housing", "urban_bureau", "centre", "command", "leader")}
    assert offices("raised") == told
    assert {summons.raised_at is not None for summons in whistle.summonses.all()} == {True}
    # Signing ends it: what is raised shows on the summons while it is late.
    SummonsFlow(town.summons(whistle), town["住建小周"]).sign()
    assert town.summons(whistle).raised_at is None
    assert town.summons(whistle, "urban_bureau").raised_at is not None


def test_who_came_before_the_further_limit_is_not_raised(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    sweeping.escalate(now=hours(0.6))
    town.arrived(whistle)
    assert sweeping.raise_late(now=hours(9)) == 2  # both clocks of the other office
    assert {row.text[:6] for row in WhistleNotice.objects.filter(kind="raised")} == {"区城市管理局"}


def test_the_further_limit_is_a_row(town: Town) -> None:
    WhistleLimit.objects.filter(kind="emergency").update(raise_value=3, raise_unit="hour")
    town.blown(kind="emergency")
    sweeping.escalate(now=hours(1))
    assert sweeping.raise_late(now=hours(3.9)) == 0
    assert sweeping.raise_late(now=hours(4.1)) == 4


def test_no_time_passes_towards_the_leader_while_an_objection_is_decided(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    sweeping.escalate(now=hours(0.1))
    summons = town.summons(whistle)
    SummonsFlow(summons, town["住建小周"], now=hours(0.2)).object_to(reason="不属于本单位")
    assert sweeping.raise_late(now=hours(5)) == 1  # the other office alone
    SummonsFlow(again(summons), town["指挥中心小孙"], now=hours(5)).designate(reason="属住建职责")
    assert sweeping.raise_late(now=hours(5.3)) == 0
    assert sweeping.raise_late(now=hours(5.6)) == 1


def test_a_whistle_blown_before_there_was_a_further_limit_takes_the_built_in_one(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    del whistle.limits["raise"]
    whistle.save(update_fields=["limits"])
    sweeping.escalate(now=hours(0.1))
    assert sweeping.raise_late(now=hours(0.7)) == 2


def test_modules_and_systems_hear_that_a_summons_was_raised(town: Town, monkeypatch: Any) -> None:
    heard: list[SummonsRaised] = []
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(sweeping, "publish", heard.append)
    monkeypatch.setattr(sweeping.webhooks, "emit", lambda *given: sent.append(given))
    whistle = town.blown(kind="emergency")
    sent.clear()
    sweeping.escalate(now=hours(0.1))
    sweeping.raise_late(now=hours(0.7))
    sweeping.raise_late(now=hours(0.8))
    assert sorted((one.clock, one.office_id) for one in heard) == [
        ("sign", office) for office in sorted(town.office(name).pk for name in ("housing", "urban_bureau"))
    ]
    told = {"number": whistle.number, "kind": "emergency", "clock": "sign"}
    assert sent == [("whistle.raised", told, whistle.path)] * 2


def test_a_suspended_whistle_wakes_by_itself_and_says_so(town: Town) -> None:
    whistle = town.blown()
    until = timezone.localdate() + timedelta(days=10)
    WhistleFlow(whistle, town["指挥中心小孙"]).suspend(until=until, reason="等待鉴定报告")
    assert sweeping.escalate(now=timezone.now() + timedelta(days=9)) == 0
    assert sweeping.end_suspensions(now=timezone.now() + timedelta(days=9)) == 0
    assert sweeping.end_suspensions(now=timezone.now() + timedelta(days=10)) == 1
    whistle = again(whistle)
    assert (whistle.state, whistle.suspended_until_on) == ("running", None)
    assert whistle.next_due_at is not None
    assert offices("resumed") >= set(whistle.office_ids)
    assert SummonsClock.objects.filter(paused_at__isnull=False, stopped_at__isnull=True).count() == 0


def test_an_objection_stays_paused_when_the_whistle_wakes(town: Town) -> None:
    whistle = town.blown()
    SummonsFlow(town.summons(whistle), town["住建小周"]).object_to(reason="不属于本单位")
    until = timezone.localdate() + timedelta(days=2)
    WhistleFlow(again(whistle), town["区长"]).suspend(until=until, reason="等待鉴定报告")
    sweeping.end_suspensions(now=timezone.now() + timedelta(days=3))
    summons = town.summons(whistle)
    assert (summons.state, summons.due_name) == ("objected", "decide")
    waiting = SummonsClock.objects.filter(summons=summons, paused_at__isnull=False, stopped_at__isnull=True)
    assert set(waiting.values_list("name", flat=True)) == {"sign", "arrive"}


def test_an_undecided_objection_presses_the_command_centre_then_goes_to_the_district_leader(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    SummonsFlow(town.summons(whistle), town["住建小周"]).object_to(reason="不属于本单位")
    town.arrived(whistle, "urban_bureau", "城管小冯")
    SummonsClock.objects.filter(name="report").delete()
    assert sweeping.warn(now=hours(0.4)) == 1
    warned = WhistleNotice.objects.get(kind="warning")
    assert (warned.office_id, warned.text[:11]) == (town.office("command").pk, "区住建局的异议裁定时限")
    assert sweeping.escalate(now=hours(0.4)) == 0
    assert sweeping.escalate(now=hours(0.6)) == 1
    assert offices("overdue") == {town.office(name).pk for name in ("housing", "centre", "command", "leader")}
    assert sweeping.raise_late(now=hours(1)) == 0
    assert sweeping.raise_late(now=hours(1.2)) == 1
    assert town.office("leader").pk in offices("raised")
    assert town.summons(whistle).raised_at is not None
    assert {whistle.pk} == set(BOXES["raised"].rows(town["区长"]).values_list("pk", flat=True))


def test_no_time_passes_for_the_command_centre_while_the_whistle_is_suspended(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    SummonsFlow(town.summons(whistle), town["住建小周"]).object_to(reason="不属于本单位")
    until = timezone.localdate() + timedelta(days=2)
    WhistleFlow(again(whistle), town["区长"]).suspend(until=until, reason="等待鉴定报告")
    assert sweeping.escalate(now=hours(40)) == 0
    WhistleFlow(again(whistle), town["区长"], now=hours(40)).resume()
    left = town.summons(whistle).next_due_at
    assert left is not None
    assert timedelta(minutes=29) < left - hours(40) <= timedelta(minutes=30)


def test_the_limit_for_deciding_is_a_row_and_an_emergency_shortens_it(town: Town) -> None:
    WhistleLimit.objects.filter(kind="work").update(decide_value=4, decide_unit="hour")
    switch(path="150203001", title="强降雨", reason="红色预警", by=town["区长"], percent=50)
    summons = town.summons(town.blown())
    SummonsFlow(summons, town["住建小周"]).object_to(reason="不属于本单位")
    assert summons.clocks.get(name="decide").limit == Limit(2, Unit.HOUR)


def only_checking(town: Town, **given: Any) -> Whistle:
    """A whistle of which only the housing office's report waits for its check: no other clock runs."""
    whistle = town.blown(**given)
    town.checked(whistle, "urban_bureau", "城管小冯")
    town.reported(whistle)
    WhistleNotice.objects.all().delete()
    return again(whistle)


def test_a_report_nobody_checks_presses_the_street_then_goes_to_the_command_centre(town: Town) -> None:
    whistle = only_checking(town, kind="hard")
    street = {town.office(name).pk for name in ("centre", "street")} & {whistle.office_id, town.office("centre").pk}
    due = town.summons(whistle).next_due_at
    assert due is not None
    assert sweeping.warn(now=due - timedelta(minutes=30)) == 1
    assert sweeping.warn(now=due - timedelta(minutes=30)) == 0
    assert offices("warning") == street
    assert sweeping.escalate(now=due - timedelta(minutes=1)) == 0
    assert sweeping.escalate(now=due + timedelta(minutes=1)) == 1
    assert offices("overdue") == street
    later = due + timedelta(days=15)
    assert sweeping.raise_late(now=later) == 1
    assert sweeping.raise_late(now=later) == 0
    assert offices("raised") == {*street, town.office("command").pk}
    told = WhistleNotice.objects.filter(kind="raised").first()
    assert told.text.startswith("区住建局反馈的核实自")
    assert told.text.endswith("督促后仍未办理，报区指挥中心")
    # Between street and command centre: nothing says that the district leader was told.
    assert town.summons(whistle).raised_at is None
    assert BOXES["raised"].rows(town["区长"]).count() == 0


def test_a_check_ends_the_streets_clock_and_counts_for_no_department(town: Town) -> None:
    whistle = only_checking(town)
    summons = town.summons(whistle)
    late = summons.next_due_at
    assert late is not None
    late += timedelta(days=3)
    flow = SummonsFlow(summons, town["街道老王"], now=late)
    flow.check(passed={t.pk: True for t in summons.tasks.all()})
    clock = SummonsClock.objects.get(summons=summons, name="check")
    assert (clock.stopped_at, clock.outcome) == (late, "late")
    assert (again(summons).next_due_at, again(summons).due_name) == (None, "")
    assert punctuality_of(again(summons)) == 5
    assert sweeping.escalate(now=late + timedelta(days=9)) == 0


def test_what_is_sent_back_runs_on_the_departments_clock_again(town: Town) -> None:
    summons = town.summons(only_checking(town))
    tasks = list(summons.tasks.all())
    flow = SummonsFlow(summons, town["街道老王"])
    flow.check(passed={t.pk: False for t in tasks}, notes={t.pk: "仍有松动" for t in tasks})
    running = SummonsClock.objects.filter(summons=summons, stopped_at__isnull=True)
    assert [clock.name for clock in running] == ["report"]


def test_more_to_do_ends_the_streets_clock(town: Town) -> None:
    whistle = only_checking(town, kind="hard")
    resolution = Resolution(town.office("housing").pk, "再做一次鉴定", None)
    hold_meeting(
        whistle=whistle,
        held_at=timezone.now(),
        chair="",
        summary="研究处置办法",
        resolutions=[resolution],
        by=town["区长"],
    )
    running = SummonsClock.objects.filter(summons=town.summons(whistle), stopped_at__isnull=True)
    assert [clock.name for clock in running] == ["report"]


def test_no_time_passes_for_the_street_while_the_whistle_is_suspended(town: Town) -> None:
    whistle = only_checking(town, kind="emergency")
    until = timezone.localdate() + timedelta(days=2)
    WhistleFlow(whistle, town["区长"]).suspend(until=until, reason="等待鉴定报告")
    assert sweeping.escalate(now=hours(40)) == 0
    WhistleFlow(again(whistle), town["区长"], now=hours(40)).resume()
    left = town.summons(whistle).next_due_at
    assert left is not None
    assert timedelta(minutes=119) < left - hours(40) <= timedelta(minutes=120)
    assert again(whistle).next_due_at == left


def test_the_limit_for_checking_is_a_row_and_an_emergency_shortens_it(town: Town) -> None:
    WhistleLimit.objects.filter(kind="work").update(check_value=4, check_unit="hour")
    switch(path="150203001", title="强降雨", reason="红色预警", by=town["区长"], percent=50)
    whistle = town.blown()
    reported = town.reported(whistle, "urban_bureau", "城管小冯")
    assert reported.clocks.get(name="check").limit == Limit(2, Unit.HOUR)


def test_a_whistle_blown_before_there_was_a_limit_for_checking_takes_the_built_in_one(town: Town) -> None:
    whistle = town.blown()
    del whistle.limits["check"]
    whistle.save(update_fields=["limits"])
    reported = town.reported(whistle, "urban_bureau", "城管小冯")
    assert reported.clocks.get(name="check").limit == Limit(2, Unit.WORKING_DAY)


def test_the_box_of_checks_knows_until_when(town: Town) -> None:
    whistle = only_checking(town)
    row = BOXES["check"].rows(town["街道老王"]).get()
    assert (row.pk, row.check_at) == (whistle.pk, town.summons(whistle).next_due_at)
    assert BOXES["check"].rows(town["外街主任"]).count() == 0


def test_an_emergency_ends_when_its_time_is_over(town: Town) -> None:
    now = timezone.now()
    switch(path="150203001", title="强降雨", reason="红色预警", by=town["区长"], until_at=now + timedelta(hours=6))
    assert sweeping.end_postures(now=now + timedelta(hours=5)) == 0
    assert sweeping.end_postures(now=now + timedelta(hours=7)) == 1
    assert posture_at("150203001001", now + timedelta(hours=7)) is None


def test_a_bad_row_does_not_stop_the_rest(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    SummonsClock.objects.filter(summons=town.summons(whistle), name="arrive").update(name="unknown")
    assert sweeping.escalate(now=timezone.now() + timedelta(minutes=31)) == 3


def resolved(town: Town, due_in: int) -> Whistle:
    """A work whistle with a meeting's resolution for the housing office."""
    whistle = town.blown(kind="work")
    hold_meeting(
        whistle=again(whistle),
        held_at=timezone.now(),
        chair="",
        summary="研究处置办法",
        resolutions=[
            Resolution(town.office("housing").pk, "月底前改完", timezone.localdate() + timedelta(days=due_in))
        ],
        by=town["区长"],
    )
    WhistleNotice.objects.all().delete()
    return again(whistle)


def test_a_resolution_is_reminded_of_the_day_before_and_told_to_the_leader_after(town: Town) -> None:
    resolved(town, 9)
    assert sweeping.warn_tasks(now=hours(7 * 24)) == 0
    assert sweeping.warn_tasks(now=hours(8 * 24)) == 1
    assert sweeping.warn_tasks(now=hours(8 * 24)) == 0
    assert offices("warning") == {town.office("housing").pk}
    assert sweeping.escalate_tasks(now=hours(9 * 24)) == 0
    assert sweeping.escalate_tasks(now=hours(10 * 24)) == 1
    assert sweeping.escalate_tasks(now=hours(10 * 24)) == 0
    assert offices("overdue") == {town.office(name).pk for name in ("housing", "centre", "command", "leader")}
    assert "月底前改完" in WhistleNotice.objects.filter(kind="overdue").first().text


def test_a_resolution_of_a_suspended_whistle_waits(town: Town) -> None:
    whistle = resolved(town, 1)
    WhistleFlow(whistle, town["区长"]).suspend(until=timezone.localdate() + timedelta(days=30), reason="等待汛期结束")
    assert (sweeping.warn_tasks(now=hours(72)), sweeping.escalate_tasks(now=hours(72))) == (0, 0)
    WhistleFlow(again(whistle), town["区长"]).resume()
    assert sweeping.escalate_tasks(now=hours(72)) == 1


def test_what_was_answered_for_is_past_no_day(town: Town) -> None:
    whistle = resolved(town, 1)
    Task.objects.filter(summons__whistle=whistle, due_on__isnull=False).update(state="answered")
    assert sweeping.escalate_tasks(now=hours(72)) == 0
    Task.objects.filter(summons__whistle=whistle, due_on__isnull=False).update(state="failed")
    assert sweeping.escalate_tasks(now=hours(72)) == 1
