"""The desk's pages of duties, through the browser's eyes."""

from __future__ import annotations

import base64
import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.duties.conftest import COMMUNITY, DISTRICT, SINCE, STREET

from wangge.duties import actions
from wangge.duties.models import Catalogue, Duty, DutyItem, DutyList
from wangge.kernel.access.models import Grant, User
from wangge.territory.models import Division

READ_PAGES = ["duty_list", "kind_tree", "duty_rows", "duty_try", "limit_list", "catalogue_list", "catalogue_compare"]


@pytest.fixture
def as_role(client, settings, db):
    """``as_role("duties_manager", STREET)``: a browser signed in as somebody with the role there."""
    settings.HOME_DIVISION = DISTRICT

    def sign_in(role: str = "", path: str = DISTRICT):
        user = User.objects.create_user(f"清单员{role}{path}", display_name="清单员老李")
        if role:
            Grant.objects.create(user=user, role=role, path=path, valid_from=SINCE)
        client.force_login(user)
        return client

    return sign_in


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("name", READ_PAGES)
def test_an_outsider_is_refused(as_role, name):
    assert as_role().get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", READ_PAGES)
def test_every_page_opens_with_nothing_in_it(as_role, name):
    assert as_role("street_dispatcher").get(reverse(name)).status_code == 200


def test_a_reader_finds_no_way_to_change(as_role, offices, tree, duty):
    row = duty(tree.cold, "enterprise.heating")
    client = as_role("street_dispatcher")
    page = text(client.get(reverse("kind_detail", args=[tree.cold.pk])))
    assert reverse("duty_add", args=[tree.cold.pk]) not in page
    statuses = [
        client.get(reverse("duty_add", args=[tree.cold.pk])).status_code,
        client.get(reverse("duty_change", args=[row.pk])).status_code,
        client.post(reverse("duty_end", args=[row.pk]), {"on": "2026-01-01"}).status_code,
        client.post(reverse("catalogue_publish", args=[tree.catalogue.pk])).status_code,
        client.get(reverse("duties_import", args=["duties"])).status_code,
    ]
    row.refresh_from_db()
    assert (statuses, row.valid_to) == ([403] * 5, None)


def test_the_tree_shows_a_branch_with_who_leads(as_role, tree, duty):
    duty(tree.cold, "enterprise.heating|street.urban_management")
    page = text(as_role("street_dispatcher").get(reverse("kind_tree"), {"at": "03"}))
    assert "暖气不热" in page
    assert "enterprise.heating" in page
    assert "暴露垃圾" not in page


@pytest.mark.parametrize("typed", ["不热", "030101", "室温"])
def test_the_tree_is_searched_by_name_code_and_saying(as_role, tree, typed):
    page = text(as_role("street_dispatcher").get(reverse("kind_tree"), {"q": typed}))
    assert ("暖气不热" in page, "供热管道漏水" in page) == (True, False)


def test_the_tree_asks_a_fixed_number_of_queries(as_role, tree, duty, django_assert_num_queries):
    client = as_role("street_dispatcher")
    duty(tree.cold, "enterprise.heating")
    client.get(reverse("kind_tree"), {"at": "03"})
    with django_assert_num_queries(TREE_QUERIES):
        client.get(reverse("kind_tree"), {"at": "03"})
    duty(tree.leak, "enterprise.heating")
    duty(tree.heating, "enterprise.heating")
    client.get(reverse("kind_tree"), {"at": "03"})
    with django_assert_num_queries(TREE_QUERIES):
        client.get(reverse("kind_tree"), {"at": "03"})


TREE_QUERIES = 10


@pytest.mark.parametrize("count", [1, 3])
def test_the_rows_ask_a_fixed_number_of_queries(as_role, tree, duty, django_assert_num_queries, count):
    client = as_role("street_dispatcher")
    for kind in (tree.cold, tree.leak, tree.litter)[:count]:
        duty(kind, "enterprise.heating")
    client.get(reverse("duty_rows"))
    with django_assert_num_queries(ROWS_QUERIES):
        assert "暖气不热" in text(client.get(reverse("duty_rows")))


ROWS_QUERIES = 9


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_ask_a_fixed_number_of_queries(as_role, django_assert_num_queries, count):
    client = as_role("street_dispatcher")
    for n in range(count):
        DutyList.objects.create(code=f"l{n}", name=f"清单{n}", level="street", kind="duty", valid_from=SINCE)
    client.get(reverse("duty_list"))
    with django_assert_num_queries(LIST_QUERIES):
        assert "清单0" in text(client.get(reverse("duty_list")))


LIST_QUERIES = 6


@pytest.mark.parametrize("count", [1, 3])
def test_the_items_ask_a_fixed_number_of_queries(as_role, lists, django_assert_num_queries, count):
    client = as_role("street_dispatcher")
    for n in range(count):
        DutyItem.objects.create(duty_list=lists.lawful.duty_list, number=f"9{n}", title=f"事项{n}", block="板块")
    address = reverse("duty_list_detail", args=[lists.lawful.duty_list_id])
    client.get(address)
    with django_assert_num_queries(ITEM_QUERIES):
        assert "事项0" in text(client.get(address))


ITEM_QUERIES = 8


def test_rows_are_filtered_by_lead_and_state(as_role, tree, duty):
    duty(tree.cold, "enterprise.heat")
    duty(tree.leak, "enterprise.heat|street.planning", valid_to=SINCE)
    duty(tree.litter, "street.urban_management")
    page = text(as_role("street_dispatcher").get(reverse("duty_rows"), {"lead": "enterprise.heat", "state": "open"}))
    assert ("暖气不热" in page, "供热管道漏水" in page, "暴露垃圾" in page) == (True, False, False)


def test_a_kind_shows_whose_it_is_at_a_place(as_role, offices, tree, lists, duty):
    duty(tree.litter, "street.urban_management", item=lists.street)
    page = text(as_role("street_dispatcher").get(reverse("kind_detail", args=[tree.litter.pk]), {"place": COMMUNITY}))
    assert "依据《街道职责清单》第3.01项“环境卫生”，此地“暴露垃圾”由示例街道城市管理部主办。" in page
    assert "不得交社区承担" in page


def test_a_kind_shows_who_leads_where_the_first_office_is_missing(as_role, tree, duty):
    duty(tree.litter, "street.enforcement|street.urban_management")
    page = text(as_role("street_dispatcher").get(reverse("kind_detail", args=[tree.litter.pk])))
    assert "综合行政执法局" in page
    assert "此地没有设立时依次为：城市管理部" in page


def test_trying_a_text_shows_kind_owner_and_reasons(as_role, offices, tree, duty):
    duty(tree.cold, "enterprise.heating")
    Division.objects.create(code=STREET, name="示例街道", level=4, parent_code=DISTRICT, valid_from=SINCE)
    page = text(as_role("street_dispatcher").post(reverse("duty_try"), {"text": "家里暖气不热", "place": "示例街道"}))
    assert "030101 暖气不热" in page
    assert page.index("热力公司") < page.index("示例街道指挥中心")


@pytest.mark.parametrize("place", ["没有这个地方", "1", "1" * 30])
def test_trying_an_unknown_place_says_so(as_role, tree, place):
    page = as_role("street_dispatcher").post(reverse("duty_try"), {"text": "暖气", "place": place})
    assert (page.status_code, "请改正后再提交" in text(page)) == (200, True)


def test_a_manager_adds_changes_and_ends_a_duty(as_role, offices, tree, limits):
    client = as_role("duties_manager")
    values = {
        "lead_kind": "street.urban_management",
        "limit": limits.day.pk,
        "on": "2026-01-01",
        "reason": "区政府批准",
    }
    assert client.post(reverse("duty_add", args=[tree.litter.pk]), values).status_code == 302
    first = Duty.objects.get()
    changed = values | {"lead_kind": "district.housing", "on": "2026-02-01"}
    assert client.post(reverse("duty_change", args=[first.pk]), changed).status_code == 302
    second = Duty.objects.get(valid_to=None)
    assert (second.lead_kind, Duty.objects.count()) == ("district.housing", 2)
    client.post(reverse("duty_end", args=[second.pk]), {"on": "2026-03-01", "reason": "移交"})
    second.refresh_from_db()
    assert str(second.valid_to) == "2026-03-01"


def test_a_form_without_a_lead_says_so_and_stores_nothing(as_role, tree, limits):
    values = {"limit": limits.day.pk, "on": "2026-01-01", "reason": "区政府批准"}
    page = as_role("duties_manager").post(reverse("duty_add", args=[tree.litter.pk]), values)
    assert ("请填且只填一项" in text(page), Duty.objects.count()) == (True, 0)


def test_a_street_manager_cannot_touch_what_holds_everywhere(as_role, tree, limits, duty):
    everywhere = duty(tree.cold, "enterprise.heating")
    client = as_role("duties_manager", STREET)
    assert client.get(reverse("duty_change", args=[everywhere.pk])).status_code == 404
    assert client.post(reverse("duty_end", args=[everywhere.pk]), {"on": "2026-01-01"}).status_code == 404
    values = {"lead_kind": "street", "limit": limits.day.pk, "on": "2026-01-01", "reason": "区政府批准"}
    assert "没有维护" in text(client.post(reverse("duty_add", args=[tree.litter.pk]), values))
    assert client.post(reverse("duty_add", args=[tree.litter.pk]), values | {"path": STREET}).status_code == 302
    assert sorted(Duty.objects.filter(valid_to=None).values_list("path", flat=True)) == ["", STREET]


def test_a_version_is_copied_compared_and_published(as_role, tree, duty):
    duty(tree.housing, "district.housing")
    duty(tree.litter, "street.urban_management")
    client = as_role("duties_manager")
    client.post(reverse("catalogue_copy", args=[tree.catalogue.pk]), {"version-version": "t2"})
    draft = Catalogue.objects.get(version="t2")
    kind = draft.kinds.get(code="030101")
    kind.name = "室温不达标"
    kind.save()
    page = client.get(reverse("catalogue_compare"), {"before": tree.catalogue.pk, "after": draft.pk})
    assert "030101 暖气不热 → " in text(page)
    client.post(reverse("catalogue_publish", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == "published"


def test_publishing_a_draft_with_gaps_tells_them(as_role, tree):
    draft = actions.new_version(of=tree.catalogue, version="t2", by=None)
    page = as_role("duties_manager").post(reverse("catalogue_publish", args=[draft.pk]), follow=True)
    draft.refresh_from_db()
    assert ("没有登记职责" in text(page), draft.state) == (True, "draft")


def test_drafts_are_hidden_from_readers(as_role, tree):
    draft = actions.new_version(of=tree.catalogue, version="t2", by=None)
    client = as_role("street_dispatcher")
    assert client.get(reverse("kind_tree"), {"catalogue": draft.pk}).status_code == 404
    assert client.get(reverse("kind_detail", args=[draft.kinds.first().pk])).status_code == 404
    assert "t2" not in text(client.get(reverse("catalogue_list")))


def test_an_import_reports_each_row_and_gives_the_wrong_ones_back(as_role, tree):
    draft = actions.new_version(of=tree.catalogue, version="t2", by=None)
    file = SimpleUploadedFile("kinds.csv", "编码,名称\n0302,物业\n09x,错\n".encode("gb18030"))
    page = as_role("duties_manager").post(
        reverse("duties_import", args=["kinds"]), {"file": file, "catalogue": draft.pk, "keep_good": "1"}
    )
    assert draft.kinds.filter(code="0302").exists()
    encoded = re.search(r"base64,([A-Za-z0-9+/=]+)", text(page))
    assert encoded is not None
    sheet = openpyxl.load_workbook(io.BytesIO(base64.b64decode(encoded[1]))).active
    assert [cell.value for cell in sheet[2]] == [
        3,
        "编码",
        "编码“09x”应为2、4、6或8位数字，每两位一级。",
        "09x",
        "错",
    ]


def test_a_file_that_is_no_table_is_refused(as_role, lists):
    file = SimpleUploadedFile("x.xlsx", b"PK\x03\x04nonsense")
    page = as_role("duties_manager").post(reverse("duties_import", args=["items"]), {"file": file, "keep_good": "0"})
    assert (page.status_code, "工作簿" in text(page)) == (200, True)


@pytest.mark.parametrize("what", ["kinds", "duties", "items"])
def test_samples_and_exports_are_workbooks(as_role, tree, what):
    client = as_role("duties_manager")
    for name in ("duties_sample", "duties_export"):
        content = client.get(reverse(name, args=[what])).content
        assert openpyxl.load_workbook(io.BytesIO(content)).active.max_row >= 1


def test_an_unknown_thing_to_import_is_not_found(as_role, db):
    client = as_role("duties_manager")
    assert [client.get(reverse(n, args=["x"])).status_code for n in ("duties_import", "duties_export")] == [404, 404]


def test_an_offices_page_shows_what_it_leads(as_role, offices, tree, duty):
    duty(tree.litter, "street.urban_management")
    page = text(as_role("street_dispatcher").get(reverse("office_detail", args=[offices.urban.pk])))
    assert "1 个类别" in page
