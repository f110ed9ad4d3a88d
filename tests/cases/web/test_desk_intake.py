"""The intake desk: what is suggested while typing, and what one press does."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, OTHER_STREET, World
from tests.cases.web.signing import signed_in

from wangge.cases.actions import Asker
from wangge.cases.models import Case, Requester
from wangge.kernel.access.models import Grant, User

FORM: dict[str, Any] = {
    "channel": "hotline",
    "phone": "13800000001",
    "name": "张阿姨",
    "demand_type": "complaint",
    "urgency": "normal",
    "reply_wanted": "on",
    "address": "友谊社区1号院",
    "text": "小区东门垃圾清运不及时，已经三天",
}


def send(world: World, who: str, do: str, **given: Any) -> Any:
    return signed_in(world, who).post(reverse("case_intake"), FORM | {"do": do} | given)


def help_of(world: World, who: str, **given: Any) -> Any:
    return signed_in(world, who).post(reverse("case_intake_help"), FORM | given)


def test_one_press_files_and_dispatches(world: World) -> None:
    assert send(world, "话务小赵", "dispatch").status_code == 302
    case = Case.objects.get()
    assert (case.state, case.path, case.kind) == ("dispatched", COMMUNITY, world.kinds["rubbish"])
    assert case.lead_office == world.offices["centre"]
    assert Requester.objects.get().phone == "13800000001"


def test_filing_alone_waits_for_dispatch(world: World) -> None:
    send(world, "话务小赵", "file")
    assert Case.objects.get().state == "received"


def test_answering_at_once_closes_it(world: World) -> None:
    send(world, "话务小赵", "answer", told="每天早上清运")
    case = Case.objects.get()
    assert (case.state, case.reply) == ("answered", "每天早上清运")


def test_an_answer_without_words_files_nothing(world: World) -> None:
    response = send(world, "话务小赵", "answer")
    assert response.status_code == 400
    assert Case.objects.count() == 0
    assert FORM["text"] in response.content.decode()


def test_declining_tells_the_standard_words(world: World) -> None:
    send(world, "话务小赵", "decline", disposition="legal_route")
    case = Case.objects.get()
    assert (case.state, case.disposition) == ("answered", "legal_route")
    assert "信访" in case.reply


def test_declining_without_a_class_files_nothing(world: World) -> None:
    assert send(world, "话务小赵", "decline").status_code == 400
    assert Case.objects.count() == 0


def test_what_cannot_be_dispatched_is_not_filed_and_nothing_typed_is_lost(world: World) -> None:
    response = send(world, "话务小赵", "dispatch", text="说不清楚的一件事")
    assert response.status_code == 400
    assert Case.objects.count() == 0
    assert "请先选择类别" in response.content.decode()
    assert "说不清楚的一件事" in response.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"channel": "x"}, {"channel": "grid"}, {"demand_type": ""}, {"text": ""}, {"text": "x" * 20001},
     {"phone": "138****0001"}, {"urgency": "zzz"}, {"kind_id": "没有这种"}, {"path": "火星"}, {"do": "zzz"}],
)  # fmt: skip
def test_wrong_input_gives_messages(world: World, wrong: dict[str, str]) -> None:
    response = signed_in(world, "话务小赵").post(reverse("case_intake"), FORM | {"do": "file"} | wrong)
    assert response.status_code == 400
    assert Case.objects.count() == 0


def test_a_disguised_file_files_nothing(world: World) -> None:
    bad = SimpleUploadedFile("photo.jpg", b"MZ\x90\x00 not a picture")
    assert send(world, "话务小赵", "file", proof=[bad]).status_code == 400
    assert Case.objects.count() == 0


def test_anonymous_keeps_no_requester(world: World) -> None:
    send(world, "话务小赵", "file", is_anonymous="on", phone="")
    assert Requester.objects.count() == 0
    assert Case.objects.get().is_anonymous


def test_the_desk_shows_owner_kind_place_caller_and_repeats(world: World) -> None:
    earlier = world.dispatched()
    page = help_of(world, "话务小赵").content.decode()
    for said in (
        "少先路街道社会治理综合指挥中心",
        "垃圾清运",
        "友谊社区",
        earlier.title,
        "可能是同一件事",
        "来电人以前的事项",
    ):
        assert said in page


def test_a_kind_picked_by_hand_stays_while_typing_goes_on(world: World) -> None:
    building, rubbish = world.kinds["building"].pk, world.kinds["rubbish"].pk
    text = "垃圾清运不及时，房屋质量也不好"
    response = help_of(world, "话务小赵", text=text, kind_pick=building, kind_pick_auto=rubbish)
    assert response.context["help"].kind_id == building


def test_filing_into_an_earlier_case(world: World) -> None:
    root = world.dispatched()
    assert send(world, "话务小赵", "link", root=root.pk, text=root.text).status_code == 302
    assert Case.objects.exclude(pk=root.pk).get().root == root


def test_the_caller_is_not_told_to_those_who_may_not_read_requesters(world: World) -> None:
    world.dispatched(asker=Asker(name="张阿姨", phone="13800000001"))
    response = help_of(world, "网格员小李")
    assert (response.context["help"].history, response.context["help"].calls) == ([], 0)


def test_half_a_form_is_no_error(world: World) -> None:
    client = signed_in(world, "话务小赵")
    for half in ({}, {"phone": "1"}, {"text": "a"}, {"kind_pick": "x", "root": "y", "path_pick": "zz"}):
        assert client.post(reverse("case_intake_help"), half).status_code == 200


def test_the_street_files_within_its_own_street_only(world: World) -> None:
    response = send(world, "街道老王", "file", channel="window", path=OTHER_STREET)
    assert response.status_code == 400
    assert Case.objects.count() == 0


@pytest.mark.parametrize("who", ["审计小吴", "外人", "区领导", "住建小周"])
def test_others_take_nothing_in(world: World, who: str) -> None:
    client = signed_in(world, who)
    for name in ("case_intake", "case_intake_window", "case_intake_deputy", "case_intake_help"):
        assert client.post(reverse(name), FORM | {"do": "file"}).status_code == 403
    assert Case.objects.count() == 0


def test_each_channel_has_its_own_page(world: World) -> None:
    client = signed_in(world, "话务小赵")
    for name, channel in (
        ("case_intake", "hotline"),
        ("case_intake_window", "window"),
        ("case_intake_deputy", "deputy"),
    ):
        assert client.get(reverse(name)).context["form"].initial["channel"] == channel


def deputy(world: World) -> None:
    user = User.objects.create_user(username="deputy", password=None, display_name="代表老钱")
    Grant.objects.create(user=user, role="deputy", path="150203", valid_from=timezone.localdate())
    world.people["代表老钱"] = user


def test_a_deputy_suggests_and_sees_no_list(world: World) -> None:
    deputy(world)
    client = signed_in(world, "代表老钱")
    response = client.post(reverse("case_intake_deputy"), FORM | {"do": "file", "channel": "deputy"})
    assert response.url == reverse("case_intake_deputy")
    assert Case.objects.get().channel == "deputy"
    assert client.get(reverse("case_list")).status_code == 403


def test_a_deputy_files_no_hotline_order_and_dispatches_nothing(world: World) -> None:
    deputy(world)
    client = signed_in(world, "代表老钱")
    url = reverse("case_intake_deputy")
    assert client.post(url, FORM | {"do": "file", "channel": "hotline"}).status_code == 400
    assert client.post(url, FORM | {"do": "dispatch", "channel": "deputy"}).status_code == 400
    assert client.post(reverse("case_intake"), FORM | {"do": "file"}).status_code == 403
    assert Case.objects.count() == 0


def test_enter_in_a_line_of_the_form_does_what_the_desk_does_most(world: World) -> None:
    """The browser presses the first button of the form: never an answer without dispatch."""
    page = signed_in(world, "话务小赵").get(reverse("case_intake")).content.decode()
    form = page[page.index("data-intake") :]
    assert re.findall(r'<button[^>]* name="do" value="(\w+)"', form)[0] == "dispatch"


def test_pressed_twice_it_is_one_case(world: World) -> None:
    token = str(uuid.uuid4())
    first, second = (send(world, "话务小赵", "dispatch", token=token) for _ in range(2))
    assert (first.status_code, second.status_code, second.url) == (302, 302, first.url)
    assert Case.objects.get().transitions.filter(step="dispatch").count() == 1


def test_other_words_on_a_page_gone_back_to_are_another_matter(world: World) -> None:
    token = str(uuid.uuid4())
    send(world, "话务小赵", "file", token=token)
    send(world, "话务小赵", "file", token=token, text="楼道堆了很多杂物，垃圾清运不及时")
    assert Case.objects.count() == 2


def test_the_form_of_somebody_else_opens_nothing(world: World) -> None:
    token = str(uuid.uuid4())
    send(world, "话务小赵", "file", token=token)
    send(world, "外街小孙", "file", token=token)
    assert Case.objects.count() == 1


def test_a_place_that_is_not_understood_is_said(world: World) -> None:
    words = "没有认出街道和社区"
    assert words in help_of(world, "话务小赵", address="某某花园").content.decode()
    assert words not in help_of(world, "话务小赵").content.decode()


def test_the_number_of_the_form_is_not_shown(world: World) -> None:
    send(world, "话务小赵", "file", token=str(uuid.uuid4()))
    case = Case.objects.get()
    client = signed_in(world, "话务小赵")
    for name in ("case_detail", "case_print"):
        assert (case.source_number or "-") not in client.get(reverse(name, args=[case.pk])).content.decode()


def test_a_street_is_told_that_the_district_dispatches_to_a_department(world: World) -> None:
    words = "由区级派单"
    given = {"channel": "window", "text": "房屋质量有问题，墙体开裂"}
    assert words in help_of(world, "街道老王", **given).content.decode()
    assert words not in help_of(world, "话务小赵", **given).content.decode()
