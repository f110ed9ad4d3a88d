"""Editing a draft at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from tests.cases.web.signing import signed_in
from tests.whistle.conftest import Town, again

from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Whistle


def edit(whistle: Whistle) -> str:
    return reverse("whistle_edit", args=[whistle.pk])


def held(client: Any, whistle: Whistle, **changes: Any) -> dict[str, Any]:
    """What the form shows, as a browser sends it back."""
    response = client.get(edit(whistle))
    form = response.context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", [])}
    return values | {"seen": response.context["seen"], "do": "draft"} | changes


def test_a_draft_is_edited_in_the_form_it_was_written_in(town: Town) -> None:
    whistle = town.draft()
    client = signed_in(town.world, "副主任小高")
    detail = reverse("whistle_detail", args=[whistle.pk])
    assert edit(whistle) in client.get(detail).content.decode()
    sent = held(client, whistle, title="改过的标题")
    response = client.post(edit(whistle), sent)
    assert (response.status_code, response.url) == (302, detail)
    whistle = again(whistle)
    assert (whistle.title, whistle.version, whistle.summonses.count()) == ("改过的标题", 1, 2)
    assert "修改草稿" in client.get(detail).content.decode()


def test_it_is_edited_and_blown_in_one_press(town: Town) -> None:
    whistle = town.draft()
    client = signed_in(town.world, "副主任小高")
    client.post(edit(whistle), held(client, whistle, title="改过的标题", do="blow"))
    assert (again(whistle).title, again(whistle).state) == ("改过的标题", "running")


def test_the_second_is_told_and_keeps_what_was_typed(town: Town) -> None:
    whistle = town.draft()
    first, second = signed_in(town.world, "副主任小高"), signed_in(town.world, "街道老王")
    late = held(second, whistle, title="老王的标题")
    first.post(edit(whistle), held(first, whistle, title="小高的标题"))
    response = second.post(edit(whistle), late)
    page = response.content.decode()
    assert response.status_code == 409
    assert "副主任小高已于" in page
    assert 'value="老王的标题"' in page
    assert again(whistle).title == "小高的标题"
    # Told of it, one may go on.
    assert second.post(edit(whistle), late | {"seen": response.context["seen"]}).status_code == 302
    assert again(whistle).title == "老王的标题"


@pytest.mark.parametrize("seen", ["", "x", "99999999999999999999", "-1"])
def test_a_page_that_says_no_version_changes_nothing(town: Town, seen: str) -> None:
    whistle = town.draft()
    client = signed_in(town.world, "街道老王")
    assert client.post(edit(whistle), held(client, whistle, title="改过的标题", seen=seen)).status_code == 409
    assert again(whistle).title == "友谊大街1号院外墙脱落"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tried": "x"}, "请填写街道已做的工作"),
        ({"office_1": "不存在的局"}, "没有“不存在的局”"),
        ({"title": ""}, "这个字段是必填项"),
        ({"lng": "", "lat": ""}, "在地图上标出集结地点"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(town: Town, changes: dict[str, str], words: str) -> None:
    whistle = town.draft()
    client = signed_in(town.world, "街道老王")
    response = client.post(edit(whistle), held(client, whistle, wanted="请住建局限期鉴定") | changes)
    assert response.status_code == 400
    assert words in response.content.decode()
    assert "请住建局限期鉴定" in response.content.decode()
    assert again(whistle).version == 0


@pytest.mark.parametrize(
    ("who", "status"), [("外街小孙", 404), ("住建小周", 403), ("指挥中心小孙", 403), ("外人", 403)]
)
def test_nobody_else_opens_or_sends_it(town: Town, who: str, status: int) -> None:
    whistle = town.draft()
    own = held(signed_in(town.world, "街道老王"), whistle, title="别人的标题")
    client = signed_in(town.world, who)
    assert client.get(edit(whistle)).status_code == status
    assert client.post(edit(whistle), own).status_code == status
    assert again(whistle).title == "友谊大街1号院外墙脱落"


def test_what_was_blown_meanwhile_is_not_edited_and_the_words_are_kept(town: Town) -> None:
    whistle = town.draft()
    client = signed_in(town.world, "街道老王")
    sent = held(client, whistle, title="改过的标题")
    WhistleFlow(whistle, town["副主任小高"]).blow()
    response = client.post(edit(whistle), sent)
    assert response.status_code == 409
    assert 'value="改过的标题"' in response.content.decode()
    response = client.post(edit(whistle), sent | {"seen": response.context["seen"]})
    assert response.status_code == 400
    assert "不能修改草稿" in response.content.decode()
    assert again(whistle).title == "友谊大街1号院外墙脱落"
    assert client.get(edit(whistle)).status_code == 302
    assert edit(whistle) not in client.get(reverse("whistle_detail", args=[whistle.pk])).content.decode()


def test_a_signature_is_said_to_fall_with_the_change(town: Town) -> None:
    whistle = town.draft(kind="hard")
    client = signed_in(town.world, "街道老王")
    assert "签发作废" not in client.get(edit(whistle)).content.decode()
    WhistleFlow(whistle, town["书记老刘"]).sign_secretary()
    assert "保存修改后签发作废" in client.get(edit(whistle)).content.decode()
