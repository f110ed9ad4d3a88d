"""Importing at the desk: preview, mapping, both ways of running, what was rejected."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.cases.conftest import COMMUNITY, World
from tests.cases.web.signing import signed_in

from wangge.cases.importing.background import run_import
from wangge.cases.models import Case, ImportRun
from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry

CSV = f"工单编号,诉求内容,区划代码,联系电话\nA1,小区垃圾清运不及时,{COMMUNITY},13800000001\nA2,,{COMMUNITY},\n"


@pytest.fixture
def client(world: World, settings: Any, tmp_path: Any) -> Client:
    settings.MEDIA_ROOT = tmp_path
    settings.HOME_DIVISION = "150203"
    return signed_in(world, "热线班长")


def upload(client: Client, content: bytes, name: str = "工单.csv") -> Any:
    return client.post(reverse("case_import"), {"file": SimpleUploadedFile(name, content)})


def run(client: Client, **given: Any) -> Any:
    page = client.get(reverse("case_import_run"))
    form = page.context["form"]
    values = {one.name: one.initial or "" for one in form.columns} | {"source_system": "12345", "mode": "good"}
    answer = client.post(reverse("case_import_run"), values | given)
    if answer.status_code != 302:
        return answer
    page = client.get(answer.url)
    assert "排队中" in page.content.decode()
    run_import(pk=str(page.context["run"].pk))
    return client.get(answer.url)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_good_rows_are_kept_and_bad_ones_come_back(client: Client, encoding: str) -> None:
    assert upload(client, CSV.encode(encoding)).url == reverse("case_import_run")
    report = run(client).context["run"]
    assert (report.rows, report.created, report.rejected) == (2, 1, 1)
    assert Case.objects.get().source_number == "A1"
    rejected = client.get(reverse("case_import_rejected", args=[report.pk]))
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(rejected.streaming_content))).active.values)
    assert len(rows) == 2
    assert "A2" in rows[1]


def test_all_or_nothing_keeps_nothing(client: Client) -> None:
    upload(client, CSV.encode())
    page = run(client, mode="all")
    assert page.context["run"].kept is False
    assert Case.objects.count() == 0
    assert run(client).context["run"].created == 1


def test_the_same_file_twice_makes_nothing_twice(client: Client) -> None:
    for known in (0, 1):
        upload(client, CSV.encode())
        assert run(client).context["run"].known == known
    assert Case.objects.count() == 1


def test_rows_without_numbers_are_known_by_content_and_filed_again_when_it_is_meant(client: Client) -> None:
    content = f"诉求内容,区划代码,联系电话\n小区垃圾清运不及时,{COMMUNITY},13800000001\n".encode()
    told = []
    for given in ({}, {}, {"repeat": "on"}):
        upload(client, content)
        page = run(client, **given)
        told.append(
            (page.context["run"].created, page.context["run"].by_content, "视为已导入过" in page.content.decode())
        )
    assert told == [(1, 0, False), (0, 1, True), (1, 0, False)]
    assert Case.objects.count() == 2


def test_what_nobody_knows_the_place_of_is_said(client: Client) -> None:
    upload(client, "诉求内容,地址\n垃圾清运不及时,友谊社区3号楼\n垃圾清运不及时,某处\n".encode())
    page = run(client)
    assert (page.context["run"].created, page.context["run"].nowhere) == (2, 1)
    assert "新登记的有 1 件地点不明" in page.content.decode()


def test_the_columns_are_recognised_and_shown(client: Client) -> None:
    upload(client, CSV.encode())
    page = client.get(reverse("case_import_run"))
    assert page.context["seen"].guessed["text"] == "诉求内容"
    assert "小区垃圾清运不及时" in page.content.decode()


def test_an_unknown_content_column_is_asked_for(client: Client) -> None:
    upload(client, "甲,乙\n1,楼道堆物\n".encode())
    assert "没有认出" in client.get(reverse("case_import_run")).content.decode()
    assert run(client).status_code == 400
    assert run(client, map_text="乙").context["run"].created == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.exe", b"MZ"), ("a.xlsx", b"not a workbook"), ("a.csv", b"\x00\x01\x02\x00"), ("a.json", b"{"),
     ("a.csv", b"\xff\xff\xff\xfe")],
)  # fmt: skip
def test_what_cannot_be_read_is_said(client: Client, name: str, content: bytes) -> None:
    response = upload(client, content, name)
    assert response.status_code in {302, 400}
    if response.status_code == 302:
        assert run(client).status_code in {200, 302, 400}
    assert Case.objects.count() == 0


def test_a_column_that_is_not_there_is_refused(client: Client) -> None:
    upload(client, CSV.encode())
    assert run(client, map_text="没有这列").status_code == 400
    assert Case.objects.count() == 0


def test_nothing_uploaded_leads_back(client: Client) -> None:
    assert client.get(reverse("case_import_run")).url == reverse("case_import")


def test_rejected_rows_are_ones_own(client: Client, world: World) -> None:
    upload(client, CSV.encode())
    mine = run(client).context["run"]
    other = User.objects.create_user("second", display_name="热线副班长")
    for grant in world["热线班长"].grants.all():
        Grant.objects.create(user=other, role=grant.role, path=grant.path, valid_from=grant.valid_from)
    world.people["热线副班长"] = other
    second = signed_in(world, "热线副班长")
    assert second.get(reverse("case_import")).status_code == 200
    for name in ("case_import_report", "case_import_rejected"):
        assert (client.get(reverse(name, args=[mine.pk])).status_code, 404) == (
            200,
            second.get(reverse(name, args=[mine.pk])).status_code,
        )


@pytest.mark.parametrize("who", ["话务小赵", "街道老王", "区领导", "外街小孙", "审计小吴", "外人"])
def test_others_import_nothing(world: World, who: str) -> None:
    other = signed_in(world, who)
    assert upload(other, CSV.encode()).status_code == 403
    assert other.post(reverse("case_import_run")).status_code == 403
    assert Case.objects.count() == 0


def test_an_import_killed_half_way_begins_again_and_makes_nothing_twice(client: Client) -> None:
    upload(client, CSV.encode())
    done = run(client).context["run"]
    ImportRun.objects.filter(pk=done.pk).update(state="running", finished_at=None)
    run_import(pk=str(done.pk))  # its upload is gone already
    again = ImportRun.objects.get(pk=done.pk)
    assert (again.state, again.error, Case.objects.count()) == ("failed", "上传的文件已清除，请重新上传。", 1)


def test_a_finished_import_rests(client: Client) -> None:
    upload(client, CSV.encode())
    done = run(client).context["run"]
    run_import(pk=str(done.pk))
    assert AuditEntry.objects.filter(action="cases.import.finish", object_id=str(done.pk)).count() == 1


def test_the_last_imports_are_listed(client: Client) -> None:
    upload(client, CSV.encode(), "五月工单.csv")
    run(client)
    assert "五月工单.csv" in client.get(reverse("case_import")).content.decode()


def test_while_it_runs_the_page_asks_and_then_shows_the_end(client: Client) -> None:
    upload(client, CSV.encode())
    done = run(client).context["run"]
    url = reverse("case_import_report", args=[done.pk])
    ImportRun.objects.filter(pk=done.pk).update(state="running", finished_at=None, rows=1000)
    assert "已读 1,000 行" in client.get(url, headers={"HX-Request": "true"}).content.decode()
    ImportRun.objects.filter(pk=done.pk).update(state="done", finished_at=done.finished_at)
    assert client.get(url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
