"""The page of a case: who sees it, what may be pressed, what comes back when a step fails."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.cases.conftest import COMMUNITY, DISTRICT, GRID, LONG_AGO, NEIGHBOUR, OTHER_STREET, STREET, World
from tests.cases.web.signing import signed_in

from wangge.cases.actions import Asker, Place, ask
from wangge.cases.dispatching import overridden, plans_for
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.cases.templatetags.case_ui import part_stands
from wangge.cases.web.desk_case import panels
from wangge.kernel.attachments.models import Attachment
from wangge.kernel.audit.models import AuditEntry
from wangge.territory.models import Grid, Outline


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def page(world: World, who: str, case: Case) -> Any:
    return signed_in(world, who).get(reverse("case_detail", args=[case.pk]))


def press(world: World, who: str, case: Case, step: str, **given: Any) -> Any:
    values = {"seen": again(case).version} | given
    return signed_in(world, who).post(reverse("case_step", args=[case.pk, step]), values)


PAGES = ["case_detail", "case_map", "case_print"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("who", "status"), [("外街小孙", {404}), ("外人", {403}), ("审计小吴", {403})])
def test_others_do_not_find_it(world: World, who: str, status: set[int], name: str) -> None:
    case = world.dispatched()
    assert signed_in(world, who).get(reverse(name, args=[case.pk])).status_code in status


@pytest.mark.parametrize("who", ["外街小孙", "外人", "审计小吴"])
@pytest.mark.parametrize("step", ["sign", "reply", "supervise", "send_back", "link"])
def test_others_take_no_step(world: World, who: str, step: str) -> None:
    case = world.dispatched()
    response = press(world, who, case, step, reason="试试看", text="试试看", root=case.number)
    assert response.status_code in {403, 404}
    assert again(case).version == case.version


@pytest.mark.parametrize("who", ["外街小孙", "外人", "审计小吴"])
def test_others_ask_classify_and_unmask_nothing(world: World, who: str) -> None:
    case = world.dispatched()
    client = signed_in(world, who)
    for name in ("case_ask", "case_classify", "case_unmask"):
        response = client.post(reverse(name, args=[case.pk]), {"kind": "extension", "reason": "试试看看"})
        assert response.status_code in {403, 404}
    assert case.requests.count() == 0


def test_the_page_tells_the_story(world: World) -> None:
    case = world.dispatched()
    text = page(world, "街道老王", case).content.decode()
    for said in (
        case.number,
        "垃圾三天没有清运",
        "少先路街道社会治理综合指挥中心",
        "街道职责清单 4-1",
        "派单",
        "友谊社区",
    ):
        assert said in text


def test_the_requester_is_masked(world: World) -> None:
    case = world.dispatched()
    text = page(world, "街道老王", case).content.decode()
    assert "138****0001" in text
    assert "13800000001" not in text
    assert "张阿姨" not in text


def test_a_leader_sees_no_requester(world: World) -> None:
    case = world.dispatched()
    text = page(world, "区领导", case).content.decode()
    assert "138****0001" not in text
    assert "只有承办和回访人员可见" in text


def test_a_leaders_print_has_no_requester(world: World) -> None:
    case = world.dispatched()
    text = signed_in(world, "区领导").get(reverse("case_print", args=[case.pk])).content.decode()
    assert "138****0001" not in text


def test_unmasking_asks_for_a_reason_and_is_recorded(world: World) -> None:
    case = world.file()
    client = signed_in(world, "话务小赵")
    url = reverse("case_unmask", args=[case.pk])
    refused = client.post(url, {"field": "phone", "reason": ""})
    assert "13800000001" not in refused.content.decode()
    shown = client.post(url, {"field": "phone", "reason": "电话回访"})
    assert "13800000001" in shown.content.decode()
    assert AuditEntry.objects.filter(action="cases.requester.read").count() == 1


def test_unmasking_another_field_is_refused(world: World) -> None:
    case = world.file()
    response = signed_in(world, "话务小赵").post(
        reverse("case_unmask", args=[case.pk]), {"field": "phone_index; drop", "reason": "电话回访"}
    )
    assert response.status_code == 200
    assert "没有查看该信息" in response.content.decode()


def test_the_handler_without_the_right_may_not_unmask(world: World) -> None:
    case = world.dispatched()
    response = signed_in(world, "街道老王").post(
        reverse("case_unmask", args=[case.pk]), {"field": "phone", "reason": "联系诉求人"}
    )
    assert response.status_code == 403


def test_only_the_steps_of_this_user_are_offered(world: World) -> None:
    case = world.dispatched()
    names = [p.option.step.name for p in page(world, "街道老王", case).context["panels"]]
    assert names[0] == "sign"
    assert "call_back" not in names
    assert [p.option.step.name for p in page(world, "区领导", case).context["panels"]] == ["supervise"]


def test_what_waits_says_why(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).send_back(reason="不属于本街道")
    CaseFlow(case, world["热线班长"]).uphold(reason="属地管理")
    response = page(world, "街道老王", case)
    panel = next(p for p in response.context["panels"] if p.option.step.name == "send_back")
    assert panel.form is None
    assert "指定承办" in response.content.decode()


def test_the_whole_way_by_buttons(world: World) -> None:
    case = world.file()
    assert press(world, "话务小赵", case, "dispatch", plan="0").status_code == 302
    assert press(world, "街道老王", case, "sign").status_code == 302
    assert press(world, "街道老王", case, "contact", way="phone", reached="yes", note="已致电").status_code == 302
    photo = SimpleUploadedFile("说明.txt", "已经清运完毕".encode())
    reply = press(world, "街道老王", case, "reply", text="已清运", result_class="solved", proof=[photo])
    assert reply.status_code == 302
    called = press(
        world, "话务小赵", case, "call_back", way="phone", reached="yes", solved="yes", satisfaction="5", rework=""
    )
    assert called.status_code == 302
    assert (again(case).state, again(case).satisfaction) == ("closed", "5")
    assert Attachment.objects.get().purpose == "reply"


def test_a_failed_step_loses_nothing_typed(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).sign()
    response = press(world, "街道老王", case, "reply", text="垃圾已经清运，今后每天两次", result_class="solved")
    text = response.content.decode()
    assert response.status_code == 400
    assert "尚未联系诉求人" in text
    assert "垃圾已经清运，今后每天两次" in text
    assert again(case).state == "handling"


def test_the_second_to_press_is_told_who_was_first(world: World) -> None:
    case = world.dispatched()
    seen = case.version
    CaseFlow(again(case), world["街道老王"]).sign()
    response = press(world, "街道老王", case, "send_back", seen=seen, reason="不属于本街道职责")
    assert response.status_code == 409
    assert "完成“签收”" in response.content.decode()
    assert "不属于本街道职责" in response.content.decode()


@pytest.mark.parametrize("seen", ["", "x", "-1", "99999999999999999999"])
def test_a_step_without_the_version_seen_changes_nothing(world: World, seen: str) -> None:
    case = world.dispatched()
    assert press(world, "街道老王", case, "sign", seen=seen).status_code == 409
    assert again(case).state == "dispatched"


def test_a_refused_file_undoes_the_step(world: World) -> None:
    case = world.dispatched()
    bad = SimpleUploadedFile("photo.jpg", b"MZ\x90\x00 not a picture")
    response = press(
        world, "街道老王", case, "reply", text="已清运", result_class="solved", contacted="phone", proof=[bad]
    )
    assert response.status_code == 400
    assert again(case).state == "dispatched"


@pytest.mark.parametrize("step", ["suspend", "follow_root", "nonsense", "__init__", "moved"])
def test_no_step_of_the_system_and_no_other_method_is_reached(world: World, step: str) -> None:
    case = world.dispatched()
    assert press(world, "街道老王", case, step).status_code == 404


def test_another_office_asks_why(world: World) -> None:
    case = world.file()
    refused = press(world, "话务小赵", case, "dispatch", plan="0", other="区住建局", why="")
    assert refused.status_code == 400
    assert "改派理由" in refused.content.decode()
    assert press(world, "话务小赵", case, "dispatch", plan="0", other="区住建局", why="权属明确。").status_code == 302
    assert again(case).lead_office == world.offices["housing"]
    assert "：权属明确。清单建议为" in again(case).dispatch_reason


def test_the_hotline_is_not_offered_a_community(world: World) -> None:
    case = world.file()
    response = press(world, "话务小赵", case, "dispatch", plan="0", other="友谊社区居民委员会", why="就近")
    assert response.status_code == 400
    assert again(case).state == "received"


def test_the_street_assigns_to_a_community(world: World) -> None:
    case = world.dispatched()
    response = press(world, "街道老王", case, "assign", office_id="友谊社区居民委员会", path=GRID, asked="到现场看看")
    assert response.status_code == 302
    assert (again(case).holder_office, again(case).path) == (world.offices["community"], GRID)
    answered = press(world, "社区小陈", case, "report_part", office_id=world.offices["community"].pk, answer="已清理")
    assert answered.status_code == 302
    assert again(case).holder_office == world.offices["centre"]


def test_whoever_was_given_a_part_comes_to_its_answer(world: World) -> None:
    case = world.dispatched()
    press(world, "街道老王", case, "assign", office_id="友谊社区居民委员会", path=GRID, asked="到现场看看")
    steps = panels(again(case), world["社区小陈"])
    assert (steps[0].option.step.name, steps[0].open) == ("report_part", True)
    assert [panel.option.step.name for panel in steps if panel.open] == ["report_part"]
    assert part_stands(case.parts.get(role="assist")) == "待反馈"


def test_whoever_hands_a_part_back_is_led_on(world: World) -> None:
    case, community = world.dispatched(), world.offices["community"].pk
    press(world, "街道老王", case, "assign", office_id="友谊社区居民委员会", path=GRID, asked="到现场看看")
    empty = press(world, "社区小陈", case, "hand_back", office_id=community, reason="")
    assert empty.status_code == 400
    given = press(world, "社区小陈", case, "hand_back", office_id=community, reason="不是本社区的")
    assert (given.status_code, given["Location"]) == (302, f"/desk/cases/{case.pk}/")  # it lies on its ground
    other, housing = world.file(), world.offices["housing"].pk
    lead = world.offices["centre"].pk
    plan = overridden(plans_for(other)[0], other, lead_id=lead, assist_ids=[housing], reason="一并查看")
    CaseFlow(other, world["话务小赵"]).dispatch(plan=plan, reason="一并查看")
    press(world, "街道老王", other, "sign")
    given = press(world, "住建小周", other, "hand_back", office_id=housing, reason="不涉及房屋")
    assert (given.status_code, given["Location"]) == (302, "/desk/cases/my/")
    assert signed_in(world, "住建小周").get(f"/desk/cases/{other.pk}/").status_code == 404


def test_kind_and_place_while_it_waits(world: World) -> None:
    case = world.file(kind=None)
    url = reverse("case_classify", args=[case.pk])
    client = signed_in(world, "话务小赵")
    assert client.post(url, {"kind_id": "没有", "path": ""}).status_code == 400
    response = client.post(url, {"kind_id": "房屋质量", "path": NEIGHBOUR, "address": "团结大街2号"})
    assert response.status_code == 302
    assert (again(case).kind, again(case).path) == (world.kinds["building"], NEIGHBOUR)


def test_kind_is_not_changed_once_dispatched(world: World) -> None:
    case = world.dispatched()
    url = reverse("case_classify", args=[case.pk])
    response = signed_in(world, "话务小赵").post(url, {"kind_id": "房屋质量", "path": COMMUNITY, "address": ""})
    assert response.status_code == 400
    assert again(case).kind == world.kinds["rubbish"]


def test_an_application_is_asked_and_decided(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).sign()
    asked = signed_in(world, "街道老王").post(
        reverse("case_ask", args=[case.pk]), {"kind": "extension", "reason": "需要协调设备"}
    )
    assert asked.status_code == 302
    row = case.requests.get()
    url = reverse("case_decide", args=[case.pk, row.pk])
    signed_in(world, "街道老王").post(url, {"do": "approve", "decision": ""})
    row.refresh_from_db()
    assert row.state == "pending"
    signed_in(world, "热线班长").post(url, {"do": "approve", "decision": "同意"})
    row.refresh_from_db()
    assert (row.state, again(case).extensions) == ("approved", 1)


def test_the_applicant_withdraws(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).sign()
    row = ask(case=again(case), kind="extension", reason="需要协调设备", by=world["街道老王"])
    signed_in(world, "街道老王").post(reverse("case_decide", args=[case.pk, row.pk]), {"do": "withdraw"})
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_like_cases_are_shown_and_linked(world: World) -> None:
    root = world.dispatched()
    repeat = world.file(asker=Asker(name="李叔", phone="13800000002"))
    assert root.number in page(world, "话务小赵", repeat).content.decode()
    assert press(world, "话务小赵", repeat, "link", root=root.number).status_code == 302
    assert again(repeat).root == root
    assert repeat.number in page(world, "话务小赵", root).content.decode()


def test_linking_to_a_case_out_of_sight_is_refused(world: World) -> None:
    other = world.file(place=Place(path="150203002"))
    mine = world.file(channel="window")
    response = press(world, "街道老王", mine, "link", root=other.number)
    assert response.status_code == 400
    assert "不在您的范围内" in response.content.decode()


def test_printing_is_recorded(world: World) -> None:
    case = world.dispatched()
    response = signed_in(world, "街道老王").get(reverse("case_print", args=[case.pk]))
    assert "工单编号" in response.content.decode()
    assert AuditEntry.objects.filter(action="cases.case.print", object_id=str(case.pk)).count() == 1


def test_the_map_has_the_point(world: World) -> None:
    case = world.file(place=Place(path=COMMUNITY, lng=109.84, lat=40.65))
    data = signed_in(world, "话务小赵").get(reverse("case_map", args=[case.pk])).json()
    assert data["features"][-1]["geometry"] == {"type": "Point", "coordinates": [109.84, 40.65]}


def test_a_street_is_shown_whose_it_is_and_is_offered_its_own_first(world: World) -> None:
    """The list names a district office: the district gives it to that; one press gives it to the street's centre."""
    case = world.file(channel="resident", by=None, kind=world.kinds["building"])
    text = page(world, "街道老王", case).content.decode()
    plans = re.findall(r'name="plan" value="(\d)"( disabled| checked|)', text)
    assert plans[:2] == [("0", " disabled"), ("1", " checked")]
    assert ("区住建局" in text, "由区级派单" in text) == (True, True)
    assert press(world, "街道老王", case, "dispatch").status_code == 302
    assert again(case).lead_office == world.offices["centre"]


def test_the_district_is_offered_the_lists_own_first(world: World) -> None:
    case = world.file(channel="resident", by=None, kind=world.kinds["building"])
    assert "由区级派单" not in page(world, "话务小赵", case).content.decode()
    press(world, "话务小赵", case, "dispatch")
    assert again(case).lead_office == world.offices["housing"]


def test_a_forged_choice_beyond_the_street_is_refused_in_words(world: World) -> None:
    case = world.file(channel="resident", by=None, kind=world.kinds["building"])
    response = press(world, "街道老王", case, "dispatch", plan="0")
    assert (response.status_code, "由区级派单" in response.content.decode()) == (400, True)
    assert again(case).state == "received"


def names_on_the_map(world: World, case: Case) -> list[str]:
    data = signed_in(world, "话务小赵").get(reverse("case_map", args=[case.pk])).json()
    return sorted(one["properties"]["name"] for one in data["features"])


def test_the_map_names_grids_in_few_words_and_a_wide_place_by_what_is_just_below(world: World) -> None:
    ring = [[109.80, 40.60], [109.81, 40.60], [109.81, 40.61], [109.80, 40.61], [109.80, 40.60]]
    square = {"type": "Polygon", "coordinates": [ring]}
    Grid.objects.update(polygon=square, name="友谊小区第一第1网格")
    more = {"community_code": COMMUNITY, "polygon": square, "valid_from": LONG_AGO, "changed_on": LONG_AGO}
    Grid.objects.create(code="150203001001011", name="友谊小区第一第11网格", **more)
    Outline.objects.bulk_create(
        Outline(code=code, polygon=square, valid_from=LONG_AGO, source="测试")
        for code in (DISTRICT, STREET, OTHER_STREET, COMMUNITY)
    )
    assert names_on_the_map(world, world.file()) == ["", "第11网格", "第1网格"]
    inside = world.file(place=Place(path=GRID))
    data = signed_in(world, "话务小赵").get(reverse("case_map", args=[inside.pk])).json()
    assert [one["properties"]["name"] for one in data["features"] if one["properties"].get("here")] == ["第1网格"]
    assert names_on_the_map(world, world.file(place=Place(path=STREET))) == ["友谊社区", "少先路街道"]
    wide = names_on_the_map(world, world.file(place=Place(path=DISTRICT)))
    assert wide == ["少先路街道", "昆都仑区", "沼潭街道"]


def test_an_office_that_does_not_serve_the_place_is_not_offered(world: World) -> None:
    case = world.file(channel="window", place=Place(path="150203002"), by=world["热线班长"])
    response = press(world, "话务小赵", case, "dispatch", plan="0", other="少先路街道办事处", why="就近")
    assert response.status_code == 400
    assert again(case).state == "received"


@pytest.mark.parametrize(("kind", "words"), [("rubbish", "第12项“环境卫生日常巡查”"), ("building", "不得交社区承担")])
def test_the_lead_reads_what_the_communitys_list_says_before_giving_it_a_part(
    world: World, kind: str, words: str
) -> None:
    case = world.file(channel="window", kind=world.kinds[kind])
    plan = next(p for p in plans_for(case) if p.lead.id == world.offices["centre"].pk)
    CaseFlow(case, world["街道老王"]).dispatch(plan=plan)
    assert words in page(world, "街道老王", case).content.decode()


def test_a_matter_given_to_a_community_lies_in_it_and_is_seen_there(world: World) -> None:
    case = world.dispatched(place=Place(path="150203001"))
    assert press(world, "街道老王", case, "assign", office_id="友谊社区居民委员会", asked="看看").status_code == 302
    assert again(case).path == COMMUNITY
    assert page(world, "社区小陈", case).status_code == 200


def test_a_grid_outside_the_community_is_refused(world: World) -> None:
    case = world.dispatched(place=Place(path="150203001"))
    response = press(world, "街道老王", case, "assign", office_id="友谊社区居民委员会", path=NEIGHBOUR)
    assert response.status_code == 400
    assert again(case).path == "150203001"


def test_who_holds_a_part_reads_why_the_whole_is_not_theirs(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).assign(office_id=world.offices["community"].pk)
    response = page(world, "社区小陈", case)
    shut = {p.option.step.name for p in response.context["panels"] if p.form is None}
    assert shut == {"send_back", "reply"}
    assert [p.option.step.name for p in response.context["panels"] if p.open] == ["report_part"]
    text = response.content.decode()
    assert text.count("退单、申请和答复由主办的少先路街道社会治理综合指挥中心负责") == 3
    assert reverse("case_ask", args=[case.pk]) not in text
    assert reverse("case_ask", args=[case.pk]) in page(world, "街道老王", case).content.decode()
