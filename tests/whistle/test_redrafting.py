"""A draft is edited with the checks of writing it, on the version its editor saw."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from tests.cases.conftest import COMMUNITY
from tests.whistle.conftest import HERE, Town, again

from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.flow import Conflict, NotPermitted
from wangge.whistle.drafting import Called, Spot
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import SummonsClock, Whistle, WhistleNotice
from wangge.whistle.redrafting import redraft
from wangge.whistle.story import story


def change(town: Town, whistle: Whistle, who: str = "街道老王", **given: Any) -> Whistle:
    """``whistle`` as it was, but for what is given."""
    values: dict[str, Any] = {
        "whistle": Whistle.objects.get(pk=whistle.pk),
        "seen": whistle.version,
        "kind": "work",
        "origin": "hidden_danger",
        "title": whistle.title,
        "text": whistle.text,
        "tried": whistle.tried,
        "wanted": whistle.wanted,
        "spot": Spot(COMMUNITY, "友谊大街1号院东门", *HERE),
        "called": (
            Called(town.office("housing").pk, "lead", ("现场鉴定外墙安全", "责令产权单位维修")),
            Called(town.office("urban_bureau").pk, "assist", ("设置围挡",)),
        ),
        "items": [town.district_item],
        "by": town[who],
    }
    redraft(**(values | given))
    return again(whistle)


def calls(whistle: Whistle) -> dict[str, tuple[str, list[str]]]:
    rows = whistle.summonses.select_related("office").order_by("pk")
    return {one.office.name: (one.role, [task.text for task in one.tasks.all()]) for one in rows}


def test_words_place_and_calls_are_changed_and_nobody_is_told(town: Town) -> None:
    whistle = town.draft()
    kept = town.summons(whistle, "urban_bureau")
    called = (
        Called(town.office("urban_bureau").pk, "lead", ("设置围挡", "清理碎片")),
        Called(town.office("heat").pk, "assist", ("关闭管井",)),
    )
    whistle = change(
        town, whistle, "副主任小高", title="外墙继续脱落", called=called, items=[town.district_item, town.street_item],
        spot=Spot(COMMUNITY, "西门", *HERE),
    )  # fmt: skip
    assert (whistle.title, whistle.address, whistle.version, whistle.state) == ("外墙继续脱落", "西门", 1, "draft")
    assert calls(whistle) == {
        "区城市管理局": ("lead", ["设置围挡", "清理碎片"]),
        town.office("heat").name: ("assist", ["关闭管井"]),
    }
    assert town.summons(whistle, "urban_bureau").pk == kept.pk
    assert whistle.items.count() == 2
    assert (WhistleNotice.objects.count(), SummonsClock.objects.count()) == (0, 0)
    assert whistle.created_by_id == town["街道老王"].pk
    line = story(whistle)[-1]
    assert (line.title, line.who) == ("修改草稿", "副主任小高")
    assert line.note == "标题、集结地点、被吹单位和任务、清单条目"
    assert AuditEntry.objects.get(action="whistle.whistle.redraft").changes["title"] == [
        "友谊大街1号院外墙脱落", "外墙继续脱落",
    ]  # fmt: skip
    assert set(AuditEntry.objects.get(action="whistle.whistle.redraft_parts").changes) == {"called", "items"}
    WhistleFlow(whistle, town["副主任小高"]).blow()
    assert again(whistle).office_ids == sorted([town.office("urban_bureau").pk, town.office("heat").pk])


def test_lead_and_assist_change_places(town: Town) -> None:
    called = (
        Called(town.office("urban_bureau").pk, "lead", ("设置围挡",)),
        Called(town.office("housing").pk, "assist", ("现场鉴定外墙安全",)),
    )
    whistle = change(town, town.draft(), called=called)
    assert {name: role for name, (role, _) in calls(whistle).items()} == {"区城市管理局": "lead", "区住建局": "assist"}


def test_the_second_is_told_who_was_first(town: Town) -> None:
    whistle = town.draft()
    change(town, whistle, "副主任小高", title="小高的标题")
    with pytest.raises(Conflict, match=r"副主任小高已于.*完成“修改草稿”"):
        change(town, whistle, title="老王的标题")
    assert again(whistle).title == "小高的标题"


def test_what_was_blown_meanwhile_stays_as_it_was_blown(town: Town) -> None:
    whistle = town.draft()
    WhistleFlow(whistle, town["副主任小高"]).blow()
    whistle.version = 0  # the editor's page is of before
    with pytest.raises(Conflict, match=r"副主任小高已于.*完成“吹哨”"):
        change(town, whistle, title="改过的标题")
    assert again(whistle).title == "友谊大街1号院外墙脱落"
    assert len(calls(whistle)) == 2


def test_who_signed_the_earlier_words_signs_anew(town: Town) -> None:
    whistle = town.draft(kind="hard")
    WhistleFlow(whistle, town["书记老刘"]).sign_secretary()
    whistle = change(town, again(whistle), kind="hard", wanted="请住建局限期拆除")
    assert (whistle.secretary_id, whistle.secretary_at, whistle.state) == (None, None, "draft")
    assert story(whistle)[-1].note == "请部门解决什么；原签发作废，须重新签发"
    WhistleFlow(whistle, town["主任老马"]).sign_director()
    assert again(whistle).state == "draft"


@pytest.mark.parametrize("who", ["外街小孙", "住建小周", "外街主任", "外人"])
def test_nobody_else_edits_it(town: Town, who: str) -> None:
    whistle = town.draft()
    with pytest.raises(NotPermitted):
        change(town, whistle, who, title="别人的标题")
    assert (again(whistle).title, again(whistle).version) == ("友谊大街1号院外墙脱落", 0)


def test_it_does_not_move_where_its_editor_may_not_write(town: Town) -> None:
    whistle = town.draft()
    with pytest.raises(NotPermitted):
        change(town, whistle, spot=Spot("150203002001", "沼潭大街", *HERE))
    assert again(whistle).path == COMMUNITY


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": "x"}, "title"),
        ({"tried": ""}, "tried"),
        ({"called": ()}, "called"),
        ({"items": []}, "items"),
        ({"spot": Spot(COMMUNITY, "东门")}, "point"),
        ({"kind": "loud"}, "kind"),
    ],
)
def test_the_checks_are_those_of_writing_it(town: Town, given: dict[str, Any], field: str) -> None:
    whistle = town.draft()
    with pytest.raises(ValidationError) as caught:
        change(town, whistle, **given)
    assert list(caught.value.message_dict) == [field]
    assert (again(whistle).version, len(calls(whistle)), whistle.items.count()) == (0, 2, 1)
