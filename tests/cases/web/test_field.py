"""The grid worker's phone: the own grids, a report in three taps, a matter's buttons, checking."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, GRID, LONG_AGO, NEIGHBOUR, World
from tests.cases.web.signing import signed_in
from tests.kernel.attachments.samples import photo

from wangge.cases import fieldwork
from wangge.cases.actions import Asker, Place, classify, dispatch_by_list
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.kernel.access.models import Grant
from wangge.kernel.attachments.queries import of
from wangge.kernel.audit.models import AuditEntry
from wangge.territory.models import Grid
from wangge.territory.revision import changed

LI = "网格员小李"
REPORT, LIST, CHECKS = "/field/report/", "/field/grid/", "/field/checks/"
JSON = {"Accept": "application/json"}
IN_GRID = Place(path=GRID, address="1号楼")


@pytest.fixture
def shelf(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def grant(world: World, name: str, role: str, path: str, office: str | None = None) -> None:
    Grant.objects.create(
        user=world[name],
        role=role,
        path=path,
        office_id=world.offices[office].pk if office else None,
        valid_from=timezone.localdate(),
    )


def replied(world: World, **given: Any) -> Case:
    """Found by a resident, answered by the street: somebody has to look at the spot."""
    case = world.dispatched(channel="resident", by=None, **({"place": IN_GRID} | given))
    CaseFlow(case, world["街道老王"]).reply(text="已清运", contacted="phone")
    return again(case)


# -- my grids ---------------------------------------------------------------------------------------


def test_the_grid_shows_its_counts(world: World) -> None:
    replied(world)
    late = world.dispatched(place=IN_GRID)
    Case.objects.filter(pk=late.pk).update(next_due_at=timezone.now() - timedelta(hours=1))
    (row,) = fieldwork.my_grids(world[LI], timezone.now())
    assert (row.code, row.active, row.check, row.late) == (GRID, 2, 1, 1)


def test_a_figure_and_its_list_agree(world: World) -> None:
    replied(world)
    world.dispatched(place=IN_GRID)
    response = signed_in(world, LI).get(LIST, {"view": "open", "grid": GRID})
    assert response.context["page"].paginator.count == response.context["grids"][0].active == 2


@pytest.mark.parametrize(("view", "count"), [("check", 1), ("open", 2), ("late", 0), ("all", 2), ("todo", 0)])
def test_each_view_counts_its_own(world: World, view: str, count: int) -> None:
    replied(world)
    world.dispatched(place=IN_GRID)
    assert signed_in(world, LI).get(LIST, {"view": view}).context["page"].paginator.count == count


def test_the_phone_opens_with_what_waits(world: World) -> None:
    client = signed_in(world, LI)
    assert client.get(LIST).context["chosen"].code == "open"
    replied(world)
    assert client.get(LIST).context["chosen"].code == "check"
    assert client.get(LIST, {"view": "todo"}).context["page"].paginator.count == 0
    CaseFlow(world.dispatched(place=Place(path=COMMUNITY)), world["街道老王"]).assign(
        office_id=world.offices["community"].pk, asked="去看看", path=GRID
    )
    assert client.get(LIST).context["chosen"].code == "todo"


def test_what_lies_with_my_office_waits_for_me(world: World) -> None:
    case = world.dispatched(place=Place(path=COMMUNITY))
    CaseFlow(case, world["街道老王"]).assign(office_id=world.offices["community"].pk, asked="去看看", path=GRID)
    page = signed_in(world, LI).get(LIST)
    assert [c.pk for c in page.context["cards"]] == [case.pk]


def test_a_neighbours_matter_is_neither_listed_nor_found(world: World) -> None:
    case = world.dispatched(place=Place(path=NEIGHBOUR))
    client = signed_in(world, LI)
    for query in ({"view": "all"}, {"q": case.number}, {"view": "all", "grid": NEIGHBOUR}):
        assert client.get(LIST, query).context["page"].paginator.count == 0


def test_it_is_found_by_number_and_words_and_not_by_a_strangers_phone(world: World) -> None:
    case = world.dispatched(place=IN_GRID)
    client = signed_in(world, LI)
    found = [client.get(LIST, {"q": q}).context["page"].paginator.count for q in (case.number, "垃圾", "13800000001")]
    assert found == [1, 1, 0]


def test_there_is_more_than_one_page(world: World) -> None:
    for _ in range(21):
        world.file(place=IN_GRID)
    response = signed_in(world, LI).get(LIST, {"view": "all", "page": 2})
    assert (len(response.context["cards"]), response.context["page"].paginator.count) == (1, 21)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("url", "most"), [(f"{LIST}?view=open", 14), (CHECKS, 11)])
def test_a_list_costs_the_same_for_one_row_and_three(
    world: World, django_assert_max_num_queries: Any, rows: int, url: str, most: int
) -> None:
    for _ in range(rows):
        replied(world)
    client = signed_in(world, LI)
    client.get(url)
    with django_assert_max_num_queries(most):
        assert len(client.get(url).context["cards"]) == rows


@pytest.mark.parametrize("url", [LIST, CHECKS, REPORT, "/field/kinds.json", "/field/session.json"])
@pytest.mark.parametrize("who", ["外人", "审计小吴", "住建小周"])
def test_others_have_no_phone_pages(world: World, url: str, who: str) -> None:
    assert signed_in(world, who).get(url).status_code == 403


# -- checking ---------------------------------------------------------------------------------------


def test_what_is_to_check_is_listed_with_its_place(world: World) -> None:
    replied(world, place=Place(path=GRID, lng=109.8, lat=40.6))
    page = signed_in(world, LI).get(CHECKS).content.decode()
    assert 'data-lng="109.8" data-lat="40.6"' in page


def test_a_check_passes_with_a_photo(world: World, shelf: None) -> None:
    case = replied(world)
    given = {"seen": case.version, "proof": [SimpleUploadedFile("a.jpg", photo())]}
    response = signed_in(world, LI).post(f"/field/cases/{case.pk}/step/check_pass/", given)
    assert (response.status_code, again(case).state, of(case, purpose="check_pass").count()) == (302, "checked", 1)


def test_a_failed_check_wants_a_reason_and_goes_back(world: World) -> None:
    case = replied(world)
    client = signed_in(world, LI)
    url = f"/field/cases/{case.pk}/step/check_fail/"
    assert client.post(url, {"seen": case.version, "reason": ""}).status_code == 422
    assert again(case).state == "replied"
    client.post(url, {"seen": case.version, "reason": "还有一堆没有清"})
    assert again(case).state == "handling"


def test_the_handler_does_not_check_and_is_told_why(world: World) -> None:
    case = replied(world)
    Case.objects.filter(pk=case.pk).update(handled_by_id=world[LI].pk)
    client = signed_in(world, LI)
    assert "核查人不能是办理人本人" in client.get(f"/field/cases/{case.pk}/").content.decode()
    assert "须由别人核查" in client.get(CHECKS).content.decode()
    client.post(f"/field/cases/{case.pk}/step/check_pass/", {"seen": case.version})
    assert again(case).state == "replied"


# -- one matter -------------------------------------------------------------------------------------


def test_a_stale_page_comes_back_fresh_with_what_was_typed(world: World) -> None:
    case = replied(world)
    CaseFlow(again(case), world["热线班长"]).supervise(reason="尽快")
    given = {"seen": case.version, "reason": "东侧还有一堆垃圾"}
    response = signed_in(world, LI).post(f"/field/cases/{case.pk}/step/check_fail/", given)
    shown = response.content.decode()
    assert response.status_code == 409
    assert [w for w in ("热线班长", "东侧还有一堆垃圾", f'value="{again(case).version}"') if w not in shown] == []
    assert again(case).state == "replied"


@pytest.mark.parametrize("who", ["外街小孙", "外人", "审计小吴", "住建小周"])
def test_others_neither_see_nor_press(world: World, who: str) -> None:
    case = replied(world)
    client = signed_in(world, who)
    assert client.get(f"/field/cases/{case.pk}/").status_code in {403, 404}
    assert client.post(f"/field/cases/{case.pk}/step/check_pass/", {"seen": case.version}).status_code in {403, 404}
    assert client.post(f"/field/cases/{case.pk}/unmask/", {"reason": "我想看看"}).status_code in {403, 404}
    assert again(case).version == case.version


def test_steps_of_the_desk_are_not_pressed_here(world: World) -> None:
    case = world.dispatched(place=IN_GRID)
    response = signed_in(world, LI).post(f"/field/cases/{case.pk}/step/supervise/", {"reason": "督办"})
    assert response.status_code == 404


def test_a_community_worker_handles_on_the_phone(world: World, shelf: None) -> None:
    case = world.dispatched(place=Place(path=COMMUNITY))
    CaseFlow(case, world["街道老王"]).assign(office_id=world.offices["community"].pk, asked="去看看")
    office = world.offices["community"].pk
    given = {"seen": again(case).version, "office_id": office, "answer": "看过了", "proof": [
        SimpleUploadedFile("a.jpg", photo())
    ]}  # fmt: skip
    response = signed_in(world, "社区小陈").post(f"/field/cases/{case.pk}/step/report_part/", given)
    assert response.status_code == 302
    assert case.parts.get(office_id=office).answer == "看过了"


def test_a_part_is_handed_back_on_the_phone(world: World) -> None:
    case = world.dispatched(place=Place(path=COMMUNITY))
    CaseFlow(case, world["街道老王"]).assign(office_id=world.offices["community"].pk, asked="去看看")
    given = {"seen": again(case).version, "office_id": world.offices["community"].pk, "reason": "在物业红线内"}
    page = signed_in(world, "社区小陈").get(f"/field/cases/{case.pk}/").content.decode()
    assert "退回交办" in page
    response = signed_in(world, "社区小陈").post(f"/field/cases/{case.pk}/step/hand_back/", given)
    assert (response.status_code, again(case).holder_office) == (302, world.offices["centre"])


def test_a_grid_worker_reads_what_was_asked_before_answering(world: World) -> None:
    case = dispatch_by_list(case=world.file(place=IN_GRID), by=world["话务小赵"])
    CaseFlow(case, world["街道老王"]).assign(office_id=world.offices["community"].pk, asked="上门看看是否清完")
    page = signed_in(world, LI).get(f"/field/cases/{case.pk}/")
    assert page.context["asked"] == ["上门看看是否清完"]
    text = page.content.decode()
    assert text.index("上门看看是否清完") < text.index('name="answer"')
    assert 'class="card wg-step wg-step-main"' in text
    assert signed_in(world, "社区小陈").get(f"/field/cases/{case.pk}/").context["asked"] == ["上门看看是否清完"]
    CaseFlow(again(case), world[LI]).report_part(office_id=world.offices["community"].pk, answer="已清理")
    assert signed_in(world, LI).get(f"/field/cases/{case.pk}/").context["asked"] == []


def test_a_grid_worker_sees_no_requester(world: World) -> None:
    case = world.dispatched(place=IN_GRID)
    shown = signed_in(world, LI).get(f"/field/cases/{case.pk}/").content.decode()
    assert [words for words in ("张阿姨", "138****0001", "诉求人</h2>", "tel:138") if words in shown] == []


def test_the_requester_is_masked_and_called_only_with_a_reason(world: World) -> None:
    grant(world, "社区小陈", "requester_contact", "", "community")
    case = world.dispatched(place=Place(path=COMMUNITY))
    CaseFlow(case, world["街道老王"]).assign(office_id=world.offices["community"].pk)
    client = signed_in(world, "社区小陈")
    url = f"/field/cases/{case.pk}/"
    assert "138****0001" in client.get(url).content.decode()
    without = client.post(f"{url}unmask/", {"reason": ""})
    assert (without.status_code, "tel:13800000001" in without.content.decode()) == (422, False)
    response = client.post(f"{url}unmask/", {"reason": "核实具体位置"})
    assert ("tel:13800000001" in response.content.decode(), response["Cache-Control"]) == (True, "no-store")
    assert AuditEntry.objects.get(action="cases.requester.read").reason == "核实具体位置"


# -- reporting --------------------------------------------------------------------------------------


def report(client: Client, headers: dict[str, str] | None = None, **given: Any) -> Any:
    values: dict[str, Any] = {"uuid": str(uuid.uuid4()), "grid": GRID, "text": ""}
    return client.post(REPORT, values | given, headers=headers or {})


def draw(code: str, west: float) -> None:
    east = west + 0.01
    ring = [[west, 40.60], [east, 40.60], [east, 40.61], [west, 40.61], [west, 40.60]]
    Grid.objects.filter(code=code).update(polygon={"type": "Polygon", "coordinates": [ring]})
    changed()


def test_three_taps_make_a_case(world: World, shelf: None) -> None:
    photos = [SimpleUploadedFile("a.jpg", photo())]
    response = report(signed_in(world, LI), kind=world.kinds["rubbish"].pk, photos=photos)
    case = Case.objects.get()
    assert (response.status_code, response.url) == (302, f"/field/cases/{case.pk}/")
    assert (case.channel, case.path, case.kind, case.title, case.needs_check, of(case).count()) == (
        "grid",
        GRID,
        world.kinds["rubbish"],
        "友谊社区第1网格垃圾清运",
        True,
        1,
    )
    assert case.created_by_id == world[LI].pk


def test_the_queue_gets_its_answer_as_json_and_once(world: World) -> None:
    client, number = signed_in(world, LI), str(uuid.uuid4())
    answers = [report(client, JSON, uuid=number, text="井盖破了", urgent="on") for _ in range(2)]
    case = Case.objects.get()
    assert [a.status_code for a in answers] == [201, 200]
    assert {a.json()["number"] for a in answers} == {case.number}
    assert (case.urgency, case.title) == ("urgent", "井盖破了")


def test_somebody_elses_number_is_refused(world: World) -> None:
    number = str(uuid.uuid4())
    report(signed_in(world, LI), JSON, uuid=number, text="井盖破了")
    response = report(signed_in(world, "社区小陈"), JSON, uuid=number, text="偷看", grid="")
    assert (response.status_code, list(response.json())) == (409, ["errors"])
    assert Case.objects.count() == 1


def test_an_empty_report_is_refused(world: World) -> None:
    response = report(signed_in(world, LI), JSON)
    assert (response.status_code, response.json()) == (422, {"errors": {"__all__": ["请拍照、选类别，或写几个字。"]}})


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"kind": "999999"}, "kind"),
        ({"grid": NEIGHBOUR}, "grid"),
        ({"uuid": "x"}, "uuid"),
        ({"lng": "abc", "lat": "1"}, "lng"),
        ({"lng": "0", "lat": "0"}, "address"),
        ({"photos": [SimpleUploadedFile("a.jpg", b"MZ\0\0")]}, "photos"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(world: World, shelf: None, given: dict[str, Any], where: str) -> None:
    response = report(signed_in(world, LI), JSON, **({"text": "有字"} | given))
    assert (response.status_code, list(response.json()["errors"])) == (422, [where])
    assert Case.objects.count() == 0


def test_the_position_decides_the_grid(world: World) -> None:
    draw(GRID, 109.80)
    report(signed_in(world, "社区小陈"), text="积水", grid="", lng="109.805", lat="40.605")
    case = Case.objects.get()
    assert (case.path, case.lng) == (GRID, 109.805)


def test_a_position_outside_my_grids_is_kept_and_said(world: World) -> None:
    other = f"{NEIGHBOUR}001"
    Grid.objects.create(
        code=other, community_code=NEIGHBOUR, name="团结社区第1网格", valid_from=LONG_AGO, changed_on=LONG_AGO
    )
    draw(other, 109.90)
    response = report(signed_in(world, LI), JSON, text="积水", lng="109.905", lat="40.605")
    case = Case.objects.get()
    assert (case.path, case.lng, "不在您的网格内" in response.json()["note"]) == (GRID, 109.905, True)


def test_the_form_returns_with_what_was_typed(world: World) -> None:
    response = report(signed_in(world, LI), text="写了一段话", kind="999999", address="3号楼")
    shown = response.content.decode()
    assert (response.status_code, "写了一段话" in shown, "3号楼" in shown) == (422, True, True)


def test_common_kinds_begin_with_those_of_the_street(world: World) -> None:
    world.file(channel="grid", by=world["社区小陈"], kind=world.kinds["building"], place=IN_GRID)
    assert [k.name for k in fieldwork.common_kinds(GRID)] == ["房屋质量", "垃圾清运"]


def test_every_kind_can_be_searched_on_the_phone(world: World) -> None:
    found = signed_in(world, LI).get("/field/kinds.json").json()["kinds"]
    assert [(name, group) for _, name, group, _ in found] == [("垃圾清运", "城市管理"), ("房屋质量", "城市管理")]


def test_the_queue_learns_who_is_signed_in(world: World) -> None:
    assert signed_in(world, LI).get("/field/session.json").json()["user"] == world[LI].pk
    assert Client().get("/field/session.json").status_code == 302


def test_a_deputy_proposes_and_sees_the_own_proposals_only(world: World) -> None:
    grant(world, "外人", "deputy", COMMUNITY)
    world.file(place=IN_GRID, asker=Asker())
    client = signed_in(world, "外人")
    response = report(client, text="建议东门增设长椅")
    case = Case.objects.get(channel="deputy")
    assert (response.url, case.demand_type, case.path) == (LIST, "suggestion", GRID)
    assert [c.pk for c in client.get(LIST).context["cards"]] == [case.pk]
    assert client.get(f"/field/cases/{case.pk}/").status_code == 403
    assert client.get(CHECKS).status_code == 403


def test_a_deputy_reads_the_answer_to_the_own_proposal_and_to_no_other(world: World) -> None:
    grant(world, "外人", "deputy", COMMUNITY)
    client = signed_in(world, "外人")
    report(client, text="建议东门增设长椅")
    case, other = Case.objects.get(), world.dispatched(place=IN_GRID)
    page = client.get(f"/field/own/{case.pk}/").content.decode()
    assert ("建议东门增设长椅" in page, "已收到" in page) == (True, True)
    classify(case=case, kind=world.kinds["rubbish"], place=None, by=world["话务小赵"])
    dispatch_by_list(case=again(case), by=world["话务小赵"])
    CaseFlow(again(case), world["街道老王"]).reply(text="已列入明年春季计划，增设长椅6处", contacted="phone")
    assert "增设长椅6处" in client.get(f"/field/own/{case.pk}/").content.decode()
    assert [client.get(f"/field/own/{pk}/").status_code for pk in (other.pk, 0)] == [404, 404]
    assert signed_in(world, LI).get(f"/field/own/{case.pk}/").status_code == 403


def test_every_own_proposal_is_reached(world: World) -> None:
    grant(world, "外人", "deputy", COMMUNITY)
    for _ in range(21):
        world.file(channel="deputy", by=world["外人"], demand_type="suggestion", asker=Asker())
    page = signed_in(world, "外人").get(LIST).content.decode()
    assert "1 / 2" in page


def test_whoever_answered_for_a_part_is_told_in_the_list_that_others_check_it(world: World) -> None:
    case = world.dispatched(channel="resident", by=None, place=IN_GRID)
    CaseFlow(case, world["街道老王"]).assign(office_id=world.offices["community"].pk)
    CaseFlow(case, world[LI]).report_part(office_id=world.offices["community"].pk, answer="已清理")
    CaseFlow(case, world["街道老王"]).reply(text="已清运", contacted="phone")
    assert signed_in(world, LI).get(CHECKS).context["own"] == {case.pk}


# -- the shell --------------------------------------------------------------------------------------


def test_the_worker_is_served_within_its_scope_and_names_files_that_exist(client: Client, db: None) -> None:
    response = client.get("/field/sw.js")
    script = response.content.decode()
    assert (response.status_code, response["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    from django.contrib.staticfiles import finders

    from wangge.cases.web.field_report import ASSETS

    assert [name for name in ASSETS if finders.find(name) is None] == []
    assert [name for name in ASSETS if f"/static/{name}" not in script] == []


def test_the_offline_page_holds_nobodys_data(client: Client, db: None) -> None:
    assert "现在没有网络" in client.get("/field/offline/").content.decode()


def test_reporting_is_offered_without_a_network_to_those_who_may_report(world: World, client: Client) -> None:
    offered = {
        who: "/field/report/" in signed_in(world, who).get("/field/offline/").content.decode()
        for who in (LI, "街道老王")
    }
    assert offered == {LI: True, "街道老王": False}
    assert "/field/report/" in client.get("/field/offline/").content.decode()


def test_whoever_checks_opens_the_matter_and_comes_back_to_the_checks(world: World) -> None:
    case = replied(world, place=Place(path=NEIGHBOUR))
    client = signed_in(world, "街道老王")
    assert f'href="/field/cases/{case.pk}/"' in client.get(CHECKS).content.decode()
    page = client.get(f"/field/cases/{case.pk}/")
    assert (page.status_code, page.context["back"]) == (200, CHECKS)
    assert signed_in(world, LI).get(f"/field/cases/{replied(world).pk}/").context["back"] == LIST
