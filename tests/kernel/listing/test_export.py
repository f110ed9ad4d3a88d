"""Exports: what is on the screen, as text that can never be a formula, recorded, without a limit."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from tests.kernel.listing.conftest import Ask, UserList, make_users
from tests.kernel.listing.test_rendering import Guarded

from wangge.kernel.access.models import User
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.listing import actions, export, rendering
from wangge.kernel.listing.models import Export, ExportState

pytestmark = pytest.mark.django_db


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def sheet(response: Any) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content(response))).worksheets[0].values)


def lines(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(response).decode("utf-8-sig"))))


def test_a_workbook_holds_what_the_screen_shows(ask: Ask) -> None:
    one = make_users(1)[0]
    assert sheet(ask("?export=xlsx")) == [
        ("账号", "姓名", "状态", "停用时间", "序号"),
        ("user1", "网格员1", "启用", None, one.pk),
    ]


def test_an_export_holds_all_pages_of_the_filtered_list_in_its_order(ask: Ask) -> None:
    make_users(8)
    assert [row[0] for row in lines(ask("?export=csv&sort=-name&q=网格员"))[1:]] == [
        f"user{n}" for n in range(8, 0, -1)
    ]


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_stays_text_in_csv(ask: Ask, evil: str) -> None:
    User.objects.create(username="x", display_name=evil)
    assert f"'{evil}".replace("\r", "\n")[:3] in lines(ask("?export=csv"))[1][1].replace("\r", "\n")


@pytest.mark.parametrize("evil", ["=1+1", '=HYPERLINK("http://x")', "http://example.org", "{=1}"])
def test_a_formula_or_link_stays_text_in_a_workbook(ask: Ask, evil: str) -> None:
    User.objects.create(username="x", display_name=evil)
    cell = openpyxl.load_workbook(io.BytesIO(content(ask("?export=xlsx")))).worksheets[0]["B2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (evil, "s", None)


def test_a_full_sheet_is_followed_by_another(rf: Any, staff: User, tmp_path: Path) -> None:
    make_users(5)
    request = rf.get("/")
    request.user = staff
    target = tmp_path / "x.xlsx"
    listing = UserList()
    with target.open("wb") as file:
        done = export.write_xlsx(listing, request, listing.rows(request).order_by("id"), file, sheet_rows=2)
    book = openpyxl.load_workbook(target)
    assert (done, [len(list(one.values)) for one in book.worksheets]) == (5, [3, 3, 2])


def test_the_file_is_named_in_chinese(ask: Ask) -> None:
    assert quote("账号_") in ask("?export=xlsx")["Content-Disposition"]


def test_an_export_is_recorded_with_filter_and_rows(ask: Ask) -> None:
    make_users(2)
    ask("?export=csv&q=13800000000")
    assert AuditEntry.objects.get(action="listing.export").changes == {
        "listing": UserList.code(),
        "title": "账号",
        "query": "export=csv&q=138****0000",
        "kind": "csv",
        "rows": 0,
    }


@pytest.mark.parametrize("query", ["?export=pdf", "?export=xlsx&active=maybe"])
def test_a_wrong_export_is_a_bad_request_and_leaves_no_record(ask: Ask, query: str) -> None:
    assert (ask(query).status_code, AuditEntry.objects.filter(action="listing.export").count()) == (400, 0)


def test_an_export_without_the_permission_is_refused_and_leaves_no_record(ask: Ask) -> None:
    with pytest.raises(PermissionDenied):
        ask("?export=xlsx", listing=Guarded)
    assert AuditEntry.objects.filter(action="listing.export").count() == 0


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Three rows count as many; files go to a folder of the test."""
    monkeypatch.setattr(rendering, "EXPORT_AT_ONCE", 2)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def waiting(ask: Ask, large: None) -> Export:
    make_users(3)
    ask("?export=csv&sort=-name")
    return Export.objects.get()


def test_a_large_export_goes_to_the_background(waiting: Export) -> None:
    assert (waiting.state, waiting.rows_total, waiting.file.exists()) == (ExportState.WAITING, 3, False)


def test_the_job_writes_the_file_and_records_it(waiting: Export) -> None:
    actions.run_export(pk=str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.rows_done) == (ExportState.DONE, 3)
    assert [line.split(",")[0] for line in waiting.file.read_text("utf-8-sig").splitlines()[1:]] == [
        "user3",
        "user2",
        "user1",
    ]
    assert AuditEntry.objects.get(action="listing.export").changes["rows"] == 3


def test_a_second_run_of_the_job_does_nothing(waiting: Export) -> None:
    actions.run_export(pk=str(waiting.pk))
    actions.run_export(pk=str(waiting.pk))
    assert AuditEntry.objects.filter(action="listing.export").count() == 1


def test_a_failed_job_says_so_and_leaves_no_file(waiting: Export) -> None:
    Export.objects.update(listing="wangge.nowhere.Missing")
    with pytest.raises(ImportError):
        actions.run_export(pk=str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.file.exists()) == (ExportState.FAILED, False)


def test_the_user_downloads_the_finished_file(waiting: Export, client: Client, staff: User) -> None:
    actions.run_export(pk=str(waiting.pk))
    client.force_login(staff)
    assert "下载" in client.get(f"/exports/{waiting.pk}/").content.decode()
    assert len(lines(client.get(f"/exports/{waiting.pk}/file/"))) == 4


def test_nobody_else_gets_the_page_or_the_file(waiting: Export, client: Client) -> None:
    actions.run_export(pk=str(waiting.pk))
    client.force_login(User.objects.get(username="user1"))
    pages = (f"/exports/{waiting.pk}/", f"/exports/{waiting.pk}/file/")
    assert [client.get(page).status_code for page in pages] == [404, 404]


def test_an_old_file_goes_and_its_row_stays(waiting: Export) -> None:
    actions.run_export(pk=str(waiting.pk))
    actions.expire_exports(now=timezone.now() + timezone.timedelta(days=8))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.file.exists()) == (ExportState.EXPIRED, False)


def test_my_exports_are_listed(waiting: Export, client: Client, staff: User) -> None:
    client.force_login(staff)
    assert "排队中" in client.get("/exports/").content.decode()
