"""Meetings with their tasks; drafting; what is read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.cases.conftest import OTHER_STREET
from tests.whistle.conftest import HERE, Town, again

from wangge.kernel.flow import NotPermitted, Refused
from wangge.organization import notices
from wangge.whistle.actions import Resolution, hold_meeting
from wangge.whistle.drafting import Called, Spot
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Meeting, Task, Whistle, WhistleNotice


def test_resolutions_are_tasks_and_call_whom_they_name(town: Town) -> None:
    whistle = town.blown(kind="hard")
    town.checked(whistle, "urban_bureau", "城管小冯")
    now = timezone.now()
    meeting = hold_meeting(
        whistle=again(whistle),
        held_at=now - timedelta(hours=1),
        chair="",
        summary="三部门联合处置，月底前完成",
        resolutions=[
            Resolution(town.office("urban_bureau").pk, "拆除违建", timezone.localdate() + timedelta(days=9)),
            Resolution(town.office("heat").pk, "改移管线"),
        ],
        by=town["区长"],
    )
    assert meeting.chair == "区长"
    reopened, called = town.summons(whistle, "urban_bureau"), town.summons(whistle, "heat")
    assert (reopened.state, reopened.due_name) == ("handling", "report")
    assert (called.state, called.role, called.designated) == ("summoned", "assist", True)
    assert list(Task.objects.filter(meeting=meeting).order_by("pk").values_list("text", flat=True)) == [
        "拆除违建", "改移管线",
    ]  # fmt: skip
    assert town.office("heat").pk in again(whistle).office_ids
    assert WhistleNotice.objects.filter(kind="meeting", office_id=town.office("centre").pk).count() == 1


def test_only_the_district_holds_meetings(town: Town) -> None:
    whistle = town.blown()
    given = {"whistle": whistle, "held_at": timezone.now(), "chair": "", "summary": "研究处置", "resolutions": []}
    for who in ("街道老王", "书记老刘", "住建小周"):
        with pytest.raises(NotPermitted):
            hold_meeting(**given, by=town[who])
    with pytest.raises(ValidationError, match="不能晚于现在"):
        hold_meeting(**(given | {"held_at": timezone.now() + timedelta(hours=1)}), by=town["区长"])
    resolution = Resolution(town.office("housing").pk, " ")
    with pytest.raises(ValidationError, match="写明内容"):
        hold_meeting(**(given | {"resolutions": [resolution]}), by=town["区长"])
    assert Meeting.objects.count() == 0
    WhistleFlow(again(whistle), town["副主任小高"]).withdraw(reason="已解决")
    with pytest.raises(Refused, match="已撤回"):
        hold_meeting(**given, by=town["区长"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"tried": "无"}, "tried"),
        ({"kind": "loud"}, "kind"),
        ({"origin": "rumour"}, "origin"),
        ({"origin": "case"}, "cases"),
        ({"spot": Spot("150203001001", "东门")}, "point"),
        ({"spot": Spot("150203001001", "", *HERE)}, "address"),
        ({"spot": Spot("150203001001", "东门", 200.0, 40.0)}, "point"),
        ({"called": ()}, "called"),
    ],
)
def test_a_draft_says_what_is_missing(town: Town, changes: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        town.draft(**changes)
    assert list(refused.value.message_dict) == [field]
    assert Whistle.objects.count() == 0


def test_who_is_called_is_checked(town: Town) -> None:
    housing, urban, own = (town.office(n).pk for n in ("housing", "urban_bureau", "urban"))
    for called, words in (
        ((Called(housing, "assist", ("来",)),), "一个（且只有一个）主办"),
        ((Called(housing, "lead", ("来",)), Called(urban, "lead", ("来",))), "一个（且只有一个）主办"),
        ((Called(housing, "lead", ("来",)), Called(housing, "assist", ("来",))), "只能选择一次"),
        ((Called(own, "lead", ("来",)),), "由街道直接调度"),
        ((Called(housing, "lead", (" ",)),), "需要区住建局做什么"),
        ((Called(999_999, "lead", ("来",)),), "不存在"),
    ):
        with pytest.raises(ValidationError) as refused:
            town.draft(called=called)
        assert words in refused.value.message_dict["called"][0]


def test_nobody_writes_for_another_street(town: Town) -> None:
    for who in ("外街小孙", "住建小周", "指挥中心小孙", "网格员小李"):
        with pytest.raises(NotPermitted):
            town.draft(by=town[who])
    with pytest.raises(NotPermitted):
        town.draft(spot=Spot(OTHER_STREET, "沼潭路", *HERE))
    assert Whistle.objects.count() == 0


def test_notices_are_read_by_their_own_office(town: Town) -> None:
    town.blown()
    mine = WhistleNotice.objects.get(office_id=town.office("housing").pk)
    assert notices.see(WhistleNotice, pks=[mine.pk], by=town["城管小冯"]) == 0
    assert notices.see(WhistleNotice, pks=[mine.pk], by=town["住建小周"]) == 1


def test_who_wrote_it_hears_that_it_was_withdrawn(town: Town) -> None:
    """A draft that its leader does not sign does not vanish without a word."""
    WhistleFlow(again(town.draft()), town["副主任小高"]).withdraw(reason="先由街道处理")
    told = set(WhistleNotice.objects.filter(kind="decided").values_list("office_id", flat=True))
    assert told == {town.office("centre").pk}
    WhistleNotice.objects.all().delete()
    WhistleFlow(again(town.draft()), town["街道老王"]).withdraw(reason="写错了地方")
    assert not WhistleNotice.objects.exists()


def test_who_works_on_it_hears_that_it_is_suspended_and_until_when(town: Town) -> None:
    whistle = town.blown()
    until = timezone.localdate() + timedelta(days=30)
    WhistleFlow(whistle, town["区长"]).suspend(until=until, reason="等待汛期结束")
    told = WhistleNotice.objects.filter(kind="decided")
    offices = {town.office(name).pk for name in ("housing", "urban_bureau", "centre")}
    assert set(told.values_list("office_id", flat=True)) == offices
    assert f"{until:%Y年%m月%d日}" in told[0].text
