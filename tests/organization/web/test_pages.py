"""The desk's pages of the organization, through the browser's eyes."""

from __future__ import annotations

import base64
import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.organization.conftest import DISTRICT, LONG_AGO, OTHER_STREET, STREET

from wangge.kernel.access.models import User
from wangge.organization import actions
from wangge.organization.models import Office, Staff


@pytest.fixture
def offices(district) -> dict[str, Office]:
    actions.establish(path=DISTRICT, template="district", by=None, on=LONG_AGO)
    actions.establish(path=STREET, template="gulou_street", by=None, on=LONG_AGO)
    return {office.kind: office for office in Office.objects.all()}


@pytest.fixture
def staff(offices) -> Staff:
    return actions.hire(
        office=offices["street.livelihood"],
        by=None,
        on=LONG_AGO,
        username="wang",
        display_name="街道老王",
        phone="13800000000",
        roles=["street_office"],
    ).staff


@pytest.fixture
def as_user(client):
    def sign_in(user: User):
        client.force_login(user)
        return client

    return sign_in


def text(response) -> str:
    return response.content.decode()


def test_the_list_finds_offices_by_name_and_plate(offices, as_user, manager):
    client = as_user(manager)
    page = client.get(reverse("office_list"), {"q": "网格化服务管理中心", "path": STREET})
    assert page.status_code == 200
    assert "少先路街道社会治理综合指挥中心" in text(page)
    assert "少先路街道民生保障部" not in text(page)


@pytest.mark.parametrize("count", [1, 3])
def test_the_office_list_asks_a_fixed_number_of_queries(district, as_user, manager, django_assert_num_queries, count):
    client = as_user(manager)
    for number in range(count):
        actions.open_office(name=f"部门{number}", kind="district.housing", path=DISTRICT, by=None, on=LONG_AGO)
    client.get(reverse("office_list"))
    with django_assert_num_queries(OFFICE_LIST_QUERIES):
        assert "部门0" in text(client.get(reverse("office_list")))


OFFICE_LIST_QUERIES = 8
STAFF_LIST_QUERIES = 6


@pytest.mark.parametrize("count", [1, 3])
def test_the_staff_list_asks_a_fixed_number_of_queries(offices, as_user, manager, django_assert_num_queries, count):
    client = as_user(manager)
    for number in range(count):
        actions.hire(
            office=offices["hotline"], by=None, on=LONG_AGO, username=f"u{number}", display_name=f"话务员{number}"
        )
    client.get(reverse("staff_list"))
    with django_assert_num_queries(STAFF_LIST_QUERIES):
        assert "话务员0" in text(client.get(reverse("staff_list")))


def test_the_tree_shows_the_division_and_what_lies_below(offices, as_user, manager):
    page = text(as_user(manager).get(reverse("office_tree"), {"path": DISTRICT}))
    assert "昆都仑区住房和城乡建设局" in page
    assert re.search(rf'path={STREET}&amp;state=open">13</a>', page)


def test_the_office_page_shows_plates_department_and_staff(offices, staff, as_user, manager):
    client = as_user(manager)
    station = text(client.get(reverse("office_detail", args=[offices["street.police_station"].pk])))
    assert "双重管理" in station
    assert "包头市公安局昆都仑区分局" in station
    office = text(client.get(reverse("office_detail", args=[offices["street.livelihood"].pk])))
    assert "街道老王" in office
    assert "13800000000" not in office


def test_the_office_page_hides_staff_from_those_who_may_not_see_them(offices, staff, as_user, person):
    clerk = person("热线小陈", "department_clerk", office_id=offices["hotline"].pk)
    page = text(as_user(clerk).get(reverse("office_detail", args=[offices["street.livelihood"].pk])))
    assert "少先路街道民生保障部" in page
    assert "街道老王" not in page
    assert as_user(clerk).get(reverse("staff_detail", args=[staff.pk])).status_code == 404
    assert "街道老王" not in text(as_user(clerk).get(reverse("staff_list")))


def test_establishing_previews_and_takes_one_press(district, as_user, street_manager, today):
    client = as_user(street_manager)
    asked = {"path": STREET, "template": "gulou_street", "on": today.isoformat()}
    preview = text(client.get(reverse("office_establish"), asked))
    assert "设立 13 个机构" in preview
    assert Office.objects.count() == 0
    assert client.post(reverse("office_establish"), asked).status_code == 302
    assert Office.objects.count() == 13
    assert "将设立 <strong>0</strong> 个机构" in text(client.get(reverse("office_establish"), asked))


def test_establishing_elsewhere_is_refused(district, as_user, street_manager, today):
    asked = {"path": OTHER_STREET, "template": "gulou_street", "on": today.isoformat()}
    page = as_user(street_manager).post(reverse("office_establish"), asked)
    assert "没有管理该区划机构的权限" in text(page)
    assert Office.objects.count() == 0


def test_establishing_below_previews_every_division(district, as_user, manager, today):
    asked = {"path": DISTRICT, "template": "community", "below": "on", "on": today.isoformat()}
    client = as_user(manager)
    assert "少先十二号街坊社区居民委员会" in text(client.get(reverse("office_establish"), asked))
    client.post(reverse("office_establish"), asked)
    assert Office.objects.filter(kind="community").count() == 2


def test_an_office_is_renamed_from_its_page(offices, as_user, manager, today):
    office = offices["street.livelihood"]
    url = reverse("office_rename", args=[office.pk])
    values = {
        "rename-name": "少先路街道民生部",
        "rename-second_names": "退役军人办、残联",
        "rename-on": today.isoformat(),
    }
    assert as_user(manager).post(url, values).status_code == 302
    office.refresh_from_db()
    assert (office.name, office.second_names) == ("少先路街道民生部", ["退役军人办", "残联"])


def test_the_other_changes_of_an_office(offices, as_user, manager, today):
    client, day = as_user(manager), today.isoformat()
    office, heir = offices["street.development"], offices["street.livelihood"]
    client.post(reverse("office_change", args=[office.pk]), {"change-phone": "0472-0000000", "change-on": day})
    assert Office.objects.get(pk=office.pk).phone == "0472-0000000"
    values = {"merge-into": heir.pk, "merge-on": day, "merge-reason": "机构改革方案"}
    client.post(reverse("office_merge", args=[office.pk]), values)
    assert Office.objects.get(pk=office.pk).successor == heir
    values = {"close-on": day, "close-reason": "机构改革方案"}
    page = client.post(reverse("office_close", args=[heir.pk]), values, follow=True)
    assert Office.objects.get(pk=heir.pk).valid_to == today
    assert "已撤销" in text(page)


def test_a_single_office_is_opened(district, as_user, manager, today):
    values = {
        "name": "区热线办",
        "kind": "hotline",
        "path": DISTRICT,
        "on": today.isoformat(),
        "second_names": "诉求办",
    }
    assert as_user(manager).post(reverse("office_open"), values).status_code == 302
    again = as_user(manager).post(reverse("office_open"), values)
    assert "已有同名同类的机构" in text(again)
    assert Office.objects.get().second_names == ["诉求办"]


def test_somebody_is_hired_and_the_password_shown_once(offices, as_user, manager, today):
    url = reverse("staff_hire", args=[offices["street.livelihood"].pk])
    values = {
        "display_name": "街道小周",
        "username": "zhou",
        "category": "official",
        "roles": ["street_office"],
        "on": today.isoformat(),
    }
    page = text(as_user(manager).post(url, values))
    password = re.search(r"初始密码 <code>([^<]+)</code>", page).group(1)
    assert User.objects.get(username="zhou").check_password(password)
    form = text(as_user(manager).get(url))
    assert "街道科室" in form
    assert 'value="security_admin"' not in form


def test_somebody_is_transferred_and_leaves(offices, staff, as_user, manager, today):
    client, day = as_user(manager), today.isoformat()
    values = {"transfer-to_office": offices["hotline"].pk, "transfer-on": day, "transfer-reason": "岗位调整"}
    client.post(reverse("staff_transfer", args=[staff.pk]), values)
    assert Staff.objects.get().office == offices["hotline"]
    client.post(reverse("staff_phone", args=[staff.pk]), {"phone-phone": "13900000000"})
    assert Staff.objects.get().phone == "13900000000"
    client.post(reverse("staff_leave", args=[staff.pk]), {"leave-on": day, "leave-reason": "退休离岗"})
    assert Staff.objects.get().valid_to == today
    assert "已离职" in text(client.get(reverse("staff_detail", args=[staff.pk])))


def test_the_full_phone_asks_for_a_reason(staff, as_user, manager):
    client = as_user(manager)
    assert "138****0000" in text(client.get(reverse("staff_detail", args=[staff.pk])))
    url = reverse("staff_phone_show", args=[staff.pk])
    assert "13800000000" not in text(client.post(url, {"reason": ""}, follow=True))
    assert "13800000000" in text(client.post(url, {"reason": "紧急联络"}))


def test_the_staff_list_finds_by_the_whole_phone_and_masks_it(staff, as_user, manager):
    page = text(as_user(manager).get(reverse("staff_list"), {"q": "13800000000"}))
    assert "街道老王" in page
    assert re.findall(r"<td[^>]*>(1[0-9*]{10})</td>", page) == ["138****0000"]


def test_an_import_reports_and_hands_back_rejected_rows(offices, as_user, manager, today):
    client = as_user(manager)
    url = reverse("organization_import", args=["staff"])
    content = "姓名,机构,账号\n街道小周,少先路街道民生保障部,zhou\n小张,没有的机构,zhang\n".encode("gbk")

    def upload(keep: str):
        file = SimpleUploadedFile("人员.csv", content)
        return text(client.post(url, {"file": file, "keep_good": keep, "on": today.isoformat()}))

    nothing = upload("0")
    assert "全部没有导入" in nothing
    assert Staff.objects.count() == 0
    page = upload("1")
    assert "没有名为“没有的机构”的机构" in page
    assert Staff.objects.count() == 1
    book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(re.search(r'base64,([^"]+)"', page).group(1))))
    assert list(book["未导入"].values)[1][3] == "小张"
    assert list(book["新账号"].values)[1][0] == "zhou"


def test_a_broken_file_is_explained(district, as_user, manager, today):
    file = SimpleUploadedFile("x.xlsx", b"PK\x03\x04broken")
    url = reverse("organization_import", args=["offices"])
    page = as_user(manager).post(url, {"file": file, "keep_good": "0", "on": today.isoformat()})
    assert page.status_code == 200
    assert "工作簿已损坏" in text(page)


def test_the_sample_is_a_workbook(as_user, manager):
    response = as_user(manager).get(reverse("organization_sample", args=["staff"]))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.active["A1"].value == "姓名"
    assert as_user(manager).get("/desk/organization/import/nothing/").status_code == 404


READING = ["office_list", "office_tree", "staff_list"]
MANAGING = ["office_open", "office_establish"]


@pytest.mark.parametrize("name", READING + MANAGING)
def test_strangers_and_outsiders_see_no_page(offices, client, outsider, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(outsider)
    assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", MANAGING)
def test_readers_do_not_manage(offices, as_user, person, name):
    reader = person("街道老李", "street_leader", STREET)
    assert as_user(reader).get(reverse(name)).status_code == 403


def test_foreign_offices_are_not_changed_from_the_pages(offices, staff, as_user, person, today):
    neighbour = person("邻街管理员", "organization_manager", OTHER_STREET)
    client, office, day = as_user(neighbour), offices["street.livelihood"], today.isoformat()
    posts = {
        "office_rename": {"rename-name": "错", "rename-on": day},
        "office_change": {"change-phone": "1", "change-on": day},
        "office_merge": {"merge-into": offices["street.safety"].pk, "merge-on": day, "merge-reason": "不该成功"},
        "office_close": {"close-on": day, "close-reason": "不该成功"},
        "staff_hire": {"display_name": "错", "username": "cuo", "category": "official", "on": day},
    }
    for name, values in posts.items():
        assert client.post(reverse(name, args=[office.pk]), values).status_code == 404
    for name in ("staff_transfer", "staff_leave", "staff_phone", "staff_phone_show"):
        assert client.post(reverse(name, args=[staff.pk]), {"reason": "不该成功"}).status_code == 404
    before = office.name
    office.refresh_from_db()
    assert (office.name, office.phone, office.valid_to) == (before, "", None)
    assert Staff.objects.get().valid_to is None


def test_a_street_leader_reads_staff_but_changes_none(offices, staff, as_user, person, today):
    leader = person("街道老李", "street_leader", STREET)
    client = as_user(leader)
    assert client.get(reverse("staff_detail", args=[staff.pk])).status_code == 200
    values = {"leave-on": today.isoformat(), "leave-reason": "不该成功"}
    assert client.post(reverse("staff_leave", args=[staff.pk]), values).status_code == 403
    assert client.get(reverse("staff_list"), {"export": "xlsx"}).status_code == 403
    assert Staff.objects.get().valid_to is None


def test_offices_are_exported_as_listed(offices, as_user, manager):
    response = as_user(manager).get(reverse("office_list"), {"export": "xlsx", "path": STREET})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert book.active.max_row == 14
