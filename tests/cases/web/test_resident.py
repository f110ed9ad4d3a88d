"""Residents report, praise and find their grid worker, and see nothing of anybody else."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cases.conftest import COMMUNITY, GRID, World
from tests.kernel.attachments.samples import photo

from wangge.cases import limits
from wangge.cases.models import Attempt, Case, Requester
from wangge.kernel.attachments.queries import of
from wangge.kernel.audit.models import AuditEntry
from wangge.organization.models import Office
from wangge.territory.models import Grid, GridStaff, PlaceCode

REPORT, PRAISE, CONTACT, DONE = "/r/report/", "/r/praise/", "/r/contact/", "/r/report/done/"


@pytest.fixture
def shelf(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def report(client: Client, url: str = REPORT, **given: Any) -> Any:
    values: dict[str, Any] = {
        "token": str(uuid.uuid4()),
        "demand_type": "complaint",
        "text": "东门的井盖破了，晚上很危险",
        "address": "友谊社区1号楼",
        "name": "张阿姨",
        "phone": "13800000001",
    }
    return client.post(url, values | given)


def picture(name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(), "image/jpeg")


def test_a_report_becomes_a_case(world: World, client: Client) -> None:
    response = report(client)
    case = Case.objects.get()
    assert (response.status_code, response.url) == (302, DONE)
    assert (case.channel, case.demand_type, case.path, case.address) == (
        "resident",
        "complaint",
        COMMUNITY,
        "友谊社区1号楼",
    )
    assert (case.requester.name, case.requester.phone, case.reply_wanted) == ("张阿姨", "13800000001", True)


def test_the_number_is_shown_in_large_figures(world: World, client: Client) -> None:
    page = client.get(report(client).url).content.decode()
    number = Case.objects.get().number
    assert f"{number[:6]} {number[6:14]} {number[14:]}" in page


def test_the_record_says_that_a_resident_filed_it(world: World, client: Client) -> None:
    report(client)
    entry = AuditEntry.objects.get(action="cases.case.file")
    assert (entry.actor_kind, entry.actor_label) == ("resident", "诉求人")
    assert Case.objects.get().transitions.get().actor_kind == "resident"


def test_sent_twice_it_is_one_case(world: World, client: Client) -> None:
    token = str(uuid.uuid4())
    first, second = report(client, token=token), report(client, token=token)
    assert (first.status_code, second.status_code, Case.objects.count()) == (302, 302, 1)


def test_other_words_on_a_page_gone_back_to_are_another_matter(world: World, client: Client) -> None:
    token = str(uuid.uuid4())
    report(client, token=token)
    report(client, token=token, text="还有一件：楼道堆了很多杂物")
    assert Case.objects.count() == 2


def test_the_number_of_a_form_opens_it_for_nobody(world: World, client: Client) -> None:
    """It stands on papers of the staff and in answers to systems; the form's token does not."""
    token = str(uuid.uuid4())
    report(client, token=token)
    number = Case.objects.get().source_number
    assert token not in (number or "")
    stranger = Client()
    report(stranger, token=number)
    assert (stranger.session.get("resident_cases"), Case.objects.count()) == (None, 1)


def test_photos_are_kept_without_position_and_camera(world: World, client: Client, shelf: None) -> None:
    report(client, photos=[picture("一.jpg"), picture("二.jpg")])
    assert [(f.purpose, f.uploaded_by) for f in of(Case.objects.get())] == [("evidence", None)] * 2


def test_a_seventh_photo_is_refused_and_nothing_filed(world: World, client: Client, shelf: None) -> None:
    response = report(client, photos=[picture(f"{i}.jpg") for i in range(7)])
    assert response.status_code == 422
    assert response.context["form"].errors["photos"] == ["最多6张照片，收到7张。"]
    assert Case.objects.count() == 0


def test_a_disguised_file_is_refused_at_its_field(world: World, client: Client, shelf: None) -> None:
    response = report(client, photos=[SimpleUploadedFile("a.jpg", b"MZ" + b"\0" * 500, "image/jpeg")])
    assert list(response.context["form"].errors) == ["photos"]
    assert Case.objects.count() == 0


def test_with_an_error_nothing_typed_is_lost(world: World, client: Client) -> None:
    page = report(client, phone="12", text="路灯不亮三天了", name="张阿姨", lng="109.8", lat="40.6").content.decode()
    assert all(typed in page for typed in ("路灯不亮三天了", "张阿姨", "友谊社区1号楼", 'value="109.8"', 'value="12"'))
    assert "电话号码应为" in page
    assert Case.objects.count() == 0


def test_without_any_place_it_is_asked_for(world: World, client: Client) -> None:
    response = report(client, address="")
    assert list(response.context["form"].errors) == ["address"]
    assert Case.objects.count() == 0


def test_a_point_outside_china_is_said_at_the_place(world: World, client: Client) -> None:
    response = report(client, lng="-0.12", lat="51.5")
    assert list(response.context["form"].errors) == ["address"]


def test_anonymous_keeps_neither_name_nor_phone(world: World, client: Client) -> None:
    report(client, is_anonymous="on", is_private="on")
    case = Case.objects.get()
    assert (case.is_anonymous, case.is_private, case.reply_wanted) == (True, True, False)
    assert Requester.objects.count() == 0


def test_the_point_decides_the_grid(world: World, client: Client) -> None:
    square = [[[109.80, 40.60], [109.81, 40.60], [109.81, 40.61], [109.80, 40.61], [109.80, 40.60]]]
    Grid.objects.filter(code=GRID).update(polygon={"type": "Polygon", "coordinates": square})
    from wangge.territory.revision import changed

    changed()
    report(client, address="", lng="109.805", lat="40.605")
    case = Case.objects.get()
    assert (case.path, case.lng, case.crs) == (GRID, 109.805, "WGS84")


def test_too_many_from_one_address_are_told_when_to_try_again(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REPORTS_PER_ADDRESS", limits.Limit("t", 1, limits.LONGEST))
    report(client)
    response = report(client, phone="13800000002", text="第二件")
    assert response.status_code == 429
    assert "小时后再试" in response.content.decode()
    assert "第二件" in response.content.decode()
    assert Case.objects.count() == 1


def test_too_many_from_one_phone(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REPORTS_PER_PHONE", limits.Limit("t", 1, limits.LONGEST))
    report(client)
    assert report(Client(REMOTE_ADDR="10.9.9.9")).status_code == 429
    assert Case.objects.count() == 1


def test_a_resend_of_the_same_form_is_never_too_many(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REPORTS_PER_ADDRESS", limits.Limit("t", 1, limits.LONGEST))
    token = str(uuid.uuid4())
    assert [report(client, token=token).status_code for _ in range(3)] == [302, 302, 302]


def test_counters_hold_neither_address_nor_phone(world: World, client: Client) -> None:
    report(client)
    assert {len(bytes(a.key)) for a in Attempt.objects.all()} == {16}


def test_a_form_from_elsewhere_is_refused(world: World) -> None:
    assert report(Client(enforce_csrf_checks=True)).status_code == 403
    assert Case.objects.count() == 0


def test_with_htmx_the_errors_come_back_in_place_and_success_leads_on(world: World, client: Client) -> None:
    headers = {"HX-Request": "true"}
    values = {"text": "", "address": "友谊社区", "token": str(uuid.uuid4())}
    bad = client.post(REPORT, values, headers=headers)
    good = client.post(REPORT, values | {"text": "井盖破了"}, headers=headers)
    assert (bad.status_code, good.status_code, good["HX-Redirect"]) == (200, 204, DONE)


def test_nobody_elses_matters_show_while_reporting(world: World, client: Client) -> None:
    world.file(text="独一无二的旧诉求内容")
    assert "独一无二" not in client.get(REPORT).content.decode()
    assert "独一无二" not in report(client, phone="1").content.decode()


def test_the_done_page_without_a_report_leads_home(world: World, client: Client) -> None:
    response = client.get(DONE)
    assert (response.status_code, response.url) == (302, "/r/")


def test_praise_is_filed_as_praise_and_wants_no_place(world: World, client: Client) -> None:
    response = client.post(PRAISE, {"text": "网格员小李帮老人买药", "token": str(uuid.uuid4())})
    case = Case.objects.get()
    assert (response.url, case.demand_type, case.reply_wanted) == (DONE, "praise", False)


# -- QR codes ---------------------------------------------------------------------------------------


def sticker(**given: Any) -> PlaceCode:
    return PlaceCode.objects.create(**({"path": GRID, "name": "友谊超市", "valid_from": date(2024, 1, 1)} | given))


def test_a_code_opens_the_three_buttons_with_the_place(world: World, client: Client) -> None:
    code = sticker()
    page = client.get(f"/r/q/{code.code}/").content.decode()
    wanted = ["友谊超市", "我要点赞", "我要上报", "我要联系", f"/r/report/?q={code.code}"]
    assert [words for words in wanted if words not in page] == []


def test_a_report_by_code_knows_its_place(world: World, client: Client) -> None:
    code = sticker(lng=109.8, lat=40.6)
    assert "友谊超市" in client.get(f"{REPORT}?q={code.code}").content.decode()
    report(client, q=code.code, address="门口")
    case = Case.objects.get()
    assert (case.channel, case.path, case.address, case.lng) == ("qr", GRID, "友谊超市 门口", 109.8)


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "unknown"])
def test_a_worn_code_helps_nevertheless(world: World, client: Client, ended: bool) -> None:
    code = sticker(valid_to=date(2024, 6, 1)).code if ended else "ZZZZZZZZZZ"
    response = client.get(f"/r/q/{code}/")
    assert response.status_code == 404
    assert "二维码已停用" in response.content.decode()
    assert "友谊超市" not in response.content.decode()


# -- contact ----------------------------------------------------------------------------------------


def board(world: World) -> None:
    grid = Grid.objects.get(code=GRID)
    GridStaff.objects.create(grid=grid, user=world["网格员小李"], position="chief", valid_from=date(2024, 1, 1))
    Office.objects.filter(pk=world.offices["community"].pk).update(phone="0472-0000001")


def test_the_board_shows_people_and_public_phones(world: World, client: Client) -> None:
    board(world)
    page = client.get(f"{CONTACT}?path={COMMUNITY}").content.decode()
    wanted = ["友谊社区第1网格", "网格员小李", "网格长", "0472-0000001", "12345"]
    assert [words for words in wanted if words not in page] == []


def test_by_code_the_place_is_known(world: World, client: Client) -> None:
    board(world)
    assert "网格员小李" in client.get(f"{CONTACT}?q={sticker().code}").content.decode()


@pytest.mark.parametrize("path", ["150203", "110101001001", "x", "' or 1=1"])
def test_nobody_is_shown_above_a_community_or_elsewhere(world: World, client: Client, path: str) -> None:
    board(world)
    response = client.get(CONTACT, {"path": path})
    assert (response.status_code, response.context["found"]) == (200, None)


def test_a_position_outside_every_grid_is_told_what_to_do(world: World, client: Client) -> None:
    page = client.post(CONTACT, {"lng": "109.9", "lat": "40.7"}).content.decode()
    assert "还没有划入网格" in page


def test_a_position_that_never_came_is_told_what_to_do(world: World, client: Client) -> None:
    assert "没有收到位置" in client.post(CONTACT, {"lng": "", "lat": "nan"}).content.decode()


@pytest.mark.parametrize("grids", [1, 3])
def test_the_board_costs_the_same_for_one_grid_and_three(
    world: World, client: Client, django_assert_max_num_queries: Any, grids: int
) -> None:
    for number in range(2, grids + 1):
        Grid.objects.create(
            code=f"{COMMUNITY}{number:03}",
            community_code=COMMUNITY,
            name=f"第{number}网格",
            valid_from=date(2024, 1, 1),
            changed_on=date(2024, 1, 1),
        )
    board(world)
    client.get(f"{CONTACT}?path={COMMUNITY}")
    with django_assert_max_num_queries(12):
        client.get(f"{CONTACT}?path={COMMUNITY}")
