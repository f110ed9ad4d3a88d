"""Replies that were sent are checked once, without their words."""

from __future__ import annotations

import pytest
from django.utils import timezone
from tests.cases.conftest import World
from tests.insight.replies.conftest import COPY, EMPTY, GOOD, replied

from wangge.cases.flow import CaseFlow
from wangge.insight.replies import actions, policy
from wangge.insight.replies.models import ReplyCheck


def test_each_reply_is_checked_once(world: World) -> None:
    replied(world, GOOD)
    case = replied(world, EMPTY)
    assert actions.check_sent(now=timezone.now()) == 2
    assert actions.check_sent(now=timezone.now()) == 0
    check = ReplyCheck.objects.get(case=case)
    assert check.office == world.offices["centre"]
    assert set(check.hints) == {"no_answer", "copied", "no_facts", "no_contact", "too_short"}
    assert check.length == 0


def test_a_copy_of_another_reply_shows(world: World) -> None:
    replied(world, COPY)
    other = replied(world, COPY + "谢谢！")
    actions.check_sent(now=timezone.now())
    check = ReplyCheck.objects.get(case=other)
    assert check.closest == 100
    assert "copied" in check.hints


def test_repeats_of_a_matter_may_be_answered_alike(world: World) -> None:
    root = replied(world, GOOD)
    repeat = replied(world, GOOD)
    type(repeat).objects.filter(pk=repeat.pk).update(root=root)
    actions.check_sent(now=timezone.now())
    assert ReplyCheck.objects.get(case=repeat).closest == 0


def test_a_bad_row_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    replied(world, EMPTY)
    replied(world, GOOD)

    def stumbles(question: str, reply: str, alike: object) -> list[object]:
        if reply == EMPTY:
            raise RuntimeError("bad row")
        return []

    monkeypatch.setattr(actions, "check", stumbles)
    assert actions.check_sent(now=timezone.now()) == 1


def test_hints_before_sending_keep_nothing(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).sign()
    assert {hint.code for hint in actions.hints_for(case=case, text=EMPTY)} >= {"no_answer", "copied"}
    assert not ReplyCheck.objects.exists()


SEES = {"区领导": True, "热线班长": True, "街道老王": False, "外街小孙": False, "社区小陈": False, "外人": False}


@pytest.mark.parametrize(("who", "sees"), SEES.items())
def test_the_filter_and_the_predicate_agree(world: World, who: str, sees: bool) -> None:
    replied(world, GOOD)
    actions.check_sent(now=timezone.now())
    check = ReplyCheck.objects.get()
    assert policy.may_read(world[who], check) is sees
    assert policy.rows(world[who]).exists() is sees
