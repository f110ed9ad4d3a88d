"""The way of a whistle and of each summons: who may, in which order, what is refused and with which words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.whistle.conftest import HERE, Town, again

from wangge.kernel.calendar.units import Limit, Unit
from wangge.kernel.flow import Conflict, NotPermitted, ReasonMissing, Refused
from wangge.whistle import checkin
from wangge.whistle.evaluating import punctuality_of
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import CheckIn, Summons, SummonsClock, Whistle, WhistleNotice
from wangge.whistle.summons_flow import SummonsFlow

FAR = (109.8400, 40.6600)  # some 840 metres east


def test_the_whole_way(town: Town) -> None:
    whistle = town.closed()
    assert (whistle.state, whistle.next_due_at) == ("closed", None)
    steps = list(whistle.transitions.order_by("pk").values_list("step", flat=True))
    assert steps == ["create", "blow", "close"]
    summons = town.summons(whistle)
    assert list(summons.transitions.order_by("pk").values_list("step", flat=True)) == [
        "create", "send", "sign", "arrive", "submit_plan", "submit_report", "check",
    ]  # fmt: skip
    assert set(SummonsClock.objects.filter(summons=summons).values_list("name", "outcome")) == {
        ("sign", "on_time"), ("arrive", "on_time"), ("plan", "on_time"), ("report", "on_time"),
        ("check", "on_time"),
    }  # fmt: skip


# -- blowing ---------------------------------------------------------------------------------------


def test_a_work_whistle_is_blown_by_a_member_of_the_leadership(town: Town) -> None:
    whistle = town.draft()
    with pytest.raises(NotPermitted):
        WhistleFlow(whistle, town["街道老王"]).blow()
    with pytest.raises(NotPermitted):
        WhistleFlow(whistle, town["外街主任"]).blow()
    assert again(whistle).state == "draft"
    assert town.summons(whistle).state == "prepared"
    WhistleFlow(whistle, town["副主任小高"]).blow()
    whistle = again(whistle)
    assert whistle.state == "running"
    assert whistle.office_ids == sorted([town.office("housing").pk, town.office("urban_bureau").pk])
    told = set(WhistleNotice.objects.filter(kind="summoned").values_list("office_id", flat=True))
    assert told == {*whistle.office_ids, town.office("command").pk}


def test_a_hard_whistle_needs_two_signatures_of_two_people(town: Town) -> None:
    whistle = town.draft(kind="hard")
    with pytest.raises(NotPermitted):
        WhistleFlow(whistle, town["副主任小高"]).blow()
    with pytest.raises(NotPermitted):
        WhistleFlow(whistle, town["主任老马"]).sign_secretary()
    WhistleFlow(whistle, town["书记老刘"]).sign_secretary()
    assert again(whistle).state == "draft"
    with pytest.raises(Refused, match="等待主任签发"):
        WhistleFlow(whistle, town["书记老刘"]).sign_secretary()
    WhistleFlow(whistle, town["主任老马"]).sign_director()
    whistle = again(whistle)
    assert (whistle.state, whistle.secretary_id, whistle.director_id) == (
        "running", town["书记老刘"].pk, town["主任老马"].pk,
    )  # fmt: skip
    assert WhistleNotice.objects.filter(office_id=town.office("leader").pk, kind="summoned").count() == 1


def test_one_person_with_both_posts_signs_once(town: Town) -> None:
    from wangge.kernel.access.models import Grant

    secretary = town["书记老刘"]
    Grant.objects.create(user=secretary, role="street_director", path="150203001", valid_from=timezone.localdate())
    whistle = town.draft(kind="hard")
    WhistleFlow(whistle, town["书记老刘"]).sign_secretary()
    with pytest.raises(Refused, match="两人分别签发"):
        WhistleFlow(whistle, town["书记老刘"]).sign_director()
    assert again(whistle).state == "draft"


def test_an_emergency_asks_for_thirty_minutes_and_is_blown_by_the_duty_desk(town: Town) -> None:
    whistle = town.draft(kind="emergency")
    now = timezone.now()
    WhistleFlow(whistle, town["街道老王"], now=now).blow()
    clock = SummonsClock.objects.get(summons=town.summons(whistle), name="arrive")
    assert clock.due_at == now + timedelta(minutes=30)
    assert again(whistle).next_due_at == now + timedelta(minutes=5)


def test_two_press_blow_at_once_and_one_wins(town: Town) -> None:
    whistle = town.draft()
    first, second = again(whistle), again(whistle)
    WhistleFlow(first, town["副主任小高"]).blow()
    with pytest.raises(Conflict, match="副主任小高"):
        WhistleFlow(second, town["主任老马"]).blow()
    assert Summons.objects.filter(whistle=whistle).count() == 2
    assert SummonsClock.objects.filter(summons__whistle=whistle).count() == 4


# -- sign, object, decide --------------------------------------------------------------------------


def test_only_the_summoned_office_signs(town: Town) -> None:
    summons = town.summons(town.blown())
    for who in ("城管小冯", "街道老王", "指挥中心小孙"):
        with pytest.raises(NotPermitted):
            SummonsFlow(summons, town[who]).sign()
    SummonsFlow(summons, town["住建小周"]).sign()
    assert again(summons).state == "signed"


def test_an_objection_stops_the_time_of_the_office_and_says_why(town: Town) -> None:
    whistle = town.blown()
    summons = town.summons(whistle)
    with pytest.raises(ReasonMissing):
        SummonsFlow(summons, town["住建小周"]).object_to()
    SummonsFlow(again(summons), town["住建小周"]).object_to(reason="外墙属市政设施")
    summons = again(summons)
    running = SummonsClock.objects.get(summons=summons, paused_at__isnull=True)
    assert (running.name, running.limit) == ("decide", Limit(1, Unit.WORKING_DAY))
    assert (summons.state, summons.next_due_at, summons.due_name) == ("objected", running.due_at, "decide")
    with pytest.raises(NotPermitted):
        SummonsFlow(summons, town["街道老王"]).designate(reason="就是你们")


def test_a_designated_office_may_not_object_again(town: Town) -> None:
    summons = town.summons(town.blown())
    SummonsFlow(summons, town["住建小周"]).object_to(reason="外墙属市政设施")
    SummonsFlow(summons, town["指挥中心小孙"]).designate(reason="按清单20.1由住建局负责")
    summons = again(summons)
    assert (summons.state, summons.designated) == ("summoned", True)
    assert summons.next_due_at is not None
    with pytest.raises(Refused, match="不得再次提出异议"):
        SummonsFlow(summons, town["住建小周"]).object_to(reason="还是不归我们")


def test_a_released_lead_needs_a_successor_who_gets_its_tasks(town: Town) -> None:
    whistle = town.blown()
    summons = town.summons(whistle)
    SummonsFlow(summons, town["住建小周"]).object_to(reason="外墙属市政设施")
    with pytest.raises(Refused, match="新的主办单位"):
        SummonsFlow(again(summons), town["指挥中心小孙"]).accept_objection(reason="理由成立")
    with pytest.raises(Refused, match="已在被吹单位中"):
        SummonsFlow(again(summons), town["指挥中心小孙"]).accept_objection(
            reason="理由成立", replace_by=town.office("urban_bureau").pk
        )
    SummonsFlow(again(summons), town["指挥中心小孙"]).accept_objection(
        reason="理由成立", replace_by=town.office("heat").pk
    )
    whistle = again(whistle)
    assert again(summons).state == "released"
    successor = town.summons(whistle, "heat")
    assert (successor.role, successor.state, successor.designated) == ("lead", "summoned", True)
    assert [t.text for t in successor.tasks.all()] == ["现场鉴定外墙安全", "责令产权单位维修"]
    assert whistle.office_ids == sorted([town.office("heat").pk, town.office("urban_bureau").pk])


def test_deciding_in_time_or_late_is_kept_and_the_office_is_not_marked_down(town: Town) -> None:
    kept = []
    for hours in (0.4, 0.6):  # an emergency: half an hour
        summons = town.summons(town.blown(kind="emergency"))
        SummonsFlow(summons, town["住建小周"]).object_to(reason="外墙属市政设施")
        later = timezone.now() + timedelta(hours=hours)
        SummonsFlow(summons, town["指挥中心小孙"], now=later).designate(reason="按清单20.1由住建局负责")
        kept.append(summons.transitions.get(step="designate").data["on_time"])
        assert punctuality_of(again(summons)) == 5
        assert not SummonsClock.objects.filter(summons=summons, name="decide", stopped_at__isnull=True).exists()
    assert kept == [True, False]


def test_the_command_centre_hears_of_an_objection(town: Town) -> None:
    SummonsFlow(town.summons(town.blown()), town["住建小周"]).object_to(reason="外墙属市政设施")
    told = WhistleNotice.objects.get(kind="objected")
    assert (told.office_id, told.text) == (town.office("command").pk, "区住建局提出异议：外墙属市政设施")


def test_a_released_office_leaves_no_clock_behind(town: Town) -> None:
    whistle = town.blown()
    summons = town.summons(whistle, "urban_bureau")
    SummonsFlow(summons, town["城管小冯"]).object_to(reason="不属于城管职责")
    SummonsFlow(summons, town["指挥中心小孙"]).accept_objection(reason="理由成立")
    assert SummonsClock.objects.filter(summons=summons, stopped_at__isnull=True).count() == 0


# -- arriving --------------------------------------------------------------------------------------


def test_too_far_away_is_not_there(town: Town) -> None:
    summons = town.summons(town.blown())
    with pytest.raises(Refused, match="须在300米以内"):
        SummonsFlow(summons, town["住建小周"]).arrive(way="position", rank="clerk", lng=FAR[0], lat=FAR[1])
    summons = again(summons)
    assert (summons.state, CheckIn.objects.count()) == ("summoned", 0)
    SummonsFlow(summons, town["住建小周"]).arrive(way="position", rank="clerk", lng=HERE[0] + 0.001, lat=HERE[1])
    (came,) = CheckIn.objects.all()
    assert (came.person, came.rank, came.distance_m) == ("住建小周", "clerk", 84)
    summons = again(summons)
    assert (summons.state, summons.signed_at is not None, summons.rank) == ("arrived", True, "clerk")


def test_the_code_of_the_street_counts_for_twenty_minutes(town: Town) -> None:
    whistle = town.blown()
    now = timezone.now()
    summons = town.summons(whistle)
    with pytest.raises(Refused, match="签到码"):
        SummonsFlow(summons, town["住建小周"], now=now).arrive(way="code", rank="head", code="000000x")
    old = checkin.code_of(whistle.pk, now - timedelta(minutes=21))
    with pytest.raises(Refused, match="签到码"):
        SummonsFlow(again(summons), town["住建小周"], now=now).arrive(way="code", rank="head", code=old)
    code = checkin.code_of(whistle.pk, now)
    SummonsFlow(again(summons), town["住建小周"], now=now).arrive(way="code", rank="head", code=code)
    assert again(summons).rank == "head"


def test_the_street_confirms_who_came(town: Town) -> None:
    summons = town.summons(town.blown())
    with pytest.raises(NotPermitted):
        SummonsFlow(summons, town["住建小周"]).confirm_arrival(person="周科长", rank="section")
    SummonsFlow(again(summons), town["街道老王"]).confirm_arrival(person="周科长", rank="section")
    assert CheckIn.objects.get().way == "street"


def test_late_arrival_is_late(town: Town) -> None:
    whistle = town.draft(kind="emergency")
    WhistleFlow(whistle, town["街道老王"]).blow()
    summons = town.summons(whistle)
    SummonsFlow(summons, town["住建小周"], now=timezone.now() + timedelta(minutes=31)).arrive(
        way="position", rank="clerk", lng=HERE[0], lat=HERE[1]
    )
    assert SummonsClock.objects.get(summons=summons, name="arrive").outcome == "late"


# -- handling and checking -------------------------------------------------------------------------


def test_the_lead_reports_after_the_others_and_after_its_plan(town: Town) -> None:
    whistle = town.blown()
    summons = town.arrived(whistle)
    answers = {t.pk: "已办" for t in summons.tasks.all()}
    with pytest.raises(Refused, match="处置方案"):
        SummonsFlow(summons, town["住建小周"]).submit_report(report="好了", answers=answers)
    SummonsFlow(again(summons), town["住建小周"]).submit_plan(plan="先围挡")
    with pytest.raises(Refused, match="协办单位尚未反馈：区城市管理局"):
        SummonsFlow(again(summons), town["住建小周"]).submit_report(report="好了", answers=answers)
    town.reported(whistle, "urban_bureau", "城管小冯")
    with pytest.raises(Refused, match="逐项填写"):
        SummonsFlow(again(summons), town["住建小周"]).submit_report(report="好了", answers={})
    SummonsFlow(again(summons), town["住建小周"]).submit_report(report="好了", answers=answers)
    assert again(summons).state == "reported"


def test_a_failed_item_sends_the_whole_back_with_its_reason(town: Town) -> None:
    whistle = town.blown()
    town.checked(whistle, "urban_bureau", "城管小冯")
    summons = town.reported(whistle)
    good, bad = summons.tasks.all()
    flow = SummonsFlow(summons, town["街道老王"])
    with pytest.raises(Refused, match="每一项"):
        flow.check(passed={good.pk: True})
    with pytest.raises(Refused, match="写明问题"):
        SummonsFlow(again(summons), town["街道老王"]).check(passed={good.pk: True, bad.pk: False})
    SummonsFlow(again(summons), town["街道老王"]).check(
        passed={good.pk: True, bad.pk: False}, notes={bad.pk: "没有维修"}
    )
    summons = again(summons)
    assert (summons.state, summons.returns, summons.due_name) == ("handling", 1, "report")
    assert [t.state for t in summons.tasks.all()] == ["passed", "failed"]
    # Only what failed is asked for again.
    SummonsFlow(summons, town["住建小周"]).submit_report(report="已维修", answers={bad.pk: "已维修"})
    SummonsFlow(again(summons), town["街道老王"]).check(passed={bad.pk: True})
    assert again(summons).state == "done"


def test_a_whistle_closes_when_everything_is_checked(town: Town) -> None:
    whistle = town.blown()
    town.checked(whistle, "urban_bureau", "城管小冯")
    with pytest.raises(Refused, match="尚未全部销项：区住建局"):
        WhistleFlow(again(whistle), town["街道老王"]).close(result="好")
    assert again(whistle).state == "running"


# -- suspending and withdrawing --------------------------------------------------------------------


def test_a_suspended_whistle_rests_and_begins_again_where_it_was(town: Town) -> None:
    whistle = town.blown()
    summons = town.summons(whistle)
    due = summons.next_due_at
    today = timezone.localdate()
    with pytest.raises(Refused, match="今天以后"):
        WhistleFlow(again(whistle), town["指挥中心小孙"]).suspend(until=today, reason="等待鉴定")
    WhistleFlow(again(whistle), town["指挥中心小孙"]).suspend(until=today + timedelta(days=9), reason="等待鉴定")
    whistle = again(whistle)
    assert (whistle.state, whistle.next_due_at, again(summons).next_due_at) == ("suspended", None, None)
    with pytest.raises(Refused, match="挂起"):
        SummonsFlow(again(summons), town["住建小周"]).sign()
    WhistleFlow(whistle, town["区长"]).resume()
    assert (again(whistle).state, again(summons).state) == ("running", "summoned")
    resumed = again(summons).next_due_at
    assert due is not None
    assert resumed is not None
    assert resumed >= due


def test_a_withdrawn_whistle_frees_everybody(town: Town) -> None:
    whistle = town.blown()
    with pytest.raises(NotPermitted):
        WhistleFlow(whistle, town["住建小周"]).withdraw(reason="不想来")
    WhistleFlow(again(whistle), town["副主任小高"]).withdraw(reason="产权单位已自行维修")
    whistle = again(whistle)
    assert whistle.state == "withdrawn"
    assert set(whistle.summonses.values_list("state", flat=True)) == {"released"}
    assert SummonsClock.objects.filter(stopped_at__isnull=True).count() == 0


def test_a_whistle_needs_grounds_beyond_the_streets_own_list(town: Town) -> None:
    with pytest.raises(ValidationError) as refused:
        town.draft(items=[town.street_item])
    assert "都在街道自己的清单内，应由街道自行办理" in refused.value.message_dict["items"][0]
    with pytest.raises(ValidationError) as refused:
        town.draft(items=[])
    assert "至少引用一条清单条目" in refused.value.message_dict["items"][0]
    assert Whistle.objects.count() == 0
    assert town.draft(items=[town.street_item, town.district_item]).items.count() == 2
