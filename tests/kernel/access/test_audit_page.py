"""The audit administrator's page: filters, words, export."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from wangge.kernel.access.models import User
from wangge.kernel.access.web import acts
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.recording import record

pytestmark = pytest.mark.django_db


def acts_on(response: Any) -> list[str]:
    return [AuditEntry.objects.get(pk=row["pk"]).action for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("action=one.", ["one.thing"]),
        ("path=150203002", ["two.thing"]),
        ("object_type=access.user", ["one.thing"]),
        ("at_from=2000-01-01&at_to=2000-01-02", []),
        ("at_from=2000-02-02&at_to=2000-01-02", []),
        ("who=系统&action=two", ["two.thing"]),
        ("path=x", []),
        ("action=登录", ["access.user.login"]),
        ("action=没有这样的操作", []),
    ],
)
def test_the_record_is_filtered(client: Client, audit_admin: User, query: str, found: list[str]) -> None:
    record("one.thing", audit_admin)
    record("two.thing", path="150203002001")
    record("access.user.login")
    client.force_login(audit_admin)
    assert acts_on(client.get(f"/admin/audit/?{query}")) == found


def test_without_a_question_the_last_days_are_shown_and_said(client: Client, audit_admin: User) -> None:
    client.force_login(audit_admin)
    page = client.get("/admin/audit/", follow=True)
    assert [chip.label for chip in page.context["chips"]] == ["时间"]


def called(paths: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(paths, "昆都仑区")


def test_an_act_is_shown_in_words_with_its_place(client: Client, audit_admin: User, settings: Any) -> None:
    settings.NAMES = {"places": f"{__name__}.called"}
    record("cases.case.dispatch", path="150203", changes={"state": ["received", "dispatched"]})
    client.force_login(audit_admin)
    page = client.get("/admin/audit/?action=派单").content.decode()
    assert [word in page for word in ("<div>派单</div>", "cases.case.dispatch", "昆都仑区")] == [True, True, True]


def test_a_change_names_the_field_and_the_values() -> None:
    entry = AuditEntry(
        object_type="cases.case", changes={"state": ["received", "dispatched"], "is_private": [False, True], "n": 3}
    )
    assert list(acts.changes(entry)) == ["状态：待派单 → 待签收", "保密：否 → 是", "n：3"]


@pytest.mark.parametrize(
    ("action", "about", "noted", "line"),
    [
        ("access.grant.create", "access.grant", {"role": [None, "hotline_leader"]}, "角色：空 → 热线负责人"),
        (
            "organization.staff.hire",
            "",
            {"roles": [None, ["deputy", "window_clerk"]]},
            "角色：空 → 两代表一委员、窗口人员",
        ),
        ("cases.request.ask", "cases.case", {"kind": "extension"}, "种类：延期"),
        (
            "cases.case.dispatch",
            "cases.case",
            {"replied_at": [None, "2026-03-01T01:30:00+00:00"]},
            "答复时间：空 → 2026-03-01 09:30",
        ),
        ("whistle.display.add", "", {"days": [None, 30]}, "天数：空 → 30"),
        (
            "listing.export",
            "",
            {"listing": "cases.list", "title": "全部事项", "kind": "xlsx"},
            "名称：全部事项；种类：Excel 表格",
        ),
        ("cases.requester.read", "cases.requester", {"fields": "phone"}, "看了：电话"),
        ("cases.case.read", "cases.case", {"fields": "progress"}, "看了：办理进度"),
        ("one.thing", "", {"odd": {"a": 1}}, "odd：{'a': 1}"),
    ],
)
def test_codes_are_said_in_words(action: str, about: str, noted: dict[str, Any], line: str) -> None:
    entry = AuditEntry(action=action, object_type=about, changes=noted)
    assert "；".join(acts.changes(entry)) == line


def test_numbers_are_said_by_the_names_of_what_they_stand_for(
    audit_admin: User, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.NAMES = {"places": f"{__name__}.called", "offices": f"{__name__}.offices"}
    user, other = audit_admin.pk, User.objects.create(username="other", display_name="街道老王").pk
    entries = [
        AuditEntry(
            action="access.grant.create",
            object_type="access.grant",
            changes={"user": [None, user], "office_id": [None, 7], "path": "1502"},
        ),
        AuditEntry(action="access.grant.create", object_type="access.grant", changes={"user": [user, other]}),
    ]
    with django_assert_num_queries(1):
        said = acts.names_in(entries)
    assert [list(acts.changes(entry, said)) for entry in entries] == [
        ["用户：空 → 审计员老赵", "机构：空 → 指挥中心7", "管辖范围：昆都仑区"],
        ["用户：审计员老赵 → 街道老王"],
    ]


def offices(ids: Iterable[int]) -> dict[int, str]:
    return {one: f"指挥中心{one}" for one in ids}


def test_an_act_without_words_keeps_its_code() -> None:
    assert (acts.act("one.thing"), acts.noun("one.thing")) == ("one.thing", "one.thing")


def test_the_record_leaves_as_a_workbook_and_that_is_recorded(client: Client, audit_admin: User) -> None:
    record("access.user.login", audit_admin, changes={"how": "密码"})
    client.force_login(audit_admin)
    answer = client.get("/admin/audit/?action=access.user.login&export=xlsx")
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content)), read_only=True).active.values)
    assert [row[2] for row in rows[-1:]] == ["登录"]
    entry = AuditEntry.objects.get(action="listing.export")
    assert (entry.actor_id, entry.changes["rows"], entry.changes["title"]) == (audit_admin.pk, 1, "审计记录")


def test_reading_the_record_does_not_permit_taking_it_out(
    client: Client, audit_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wangge.kernel.access.web.audit.AuditList.export_permission", "access.export")
    client.force_login(audit_admin)
    page = client.get("/admin/audit/?who=x")
    assert (page.status_code, page.context["exports"]) == (200, [])
    assert client.get("/admin/audit/?who=x&export=xlsx").status_code == 403
    assert AuditEntry.objects.filter(action="listing.export").count() == 0


@pytest.mark.parametrize("who", ["system_admin", "security_admin", "worker_li"])
def test_others_do_not_take_it_out(client: Client, request: pytest.FixtureRequest, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get("/admin/audit/?who=x&export=xlsx").status_code == 403
    assert AuditEntry.objects.filter(action="listing.export").count() == 0


def test_the_list_asks_the_same_of_the_database_for_one_row_and_for_three(
    client: Client, audit_admin: User, django_assert_num_queries: Any
) -> None:
    client.force_login(audit_admin)
    client.get("/admin/audit/?who=x")
    record("one.thing")
    with django_assert_num_queries(6):
        assert len(client.get("/admin/audit/?action=one.").context["rows"]) == 1
    record("one.thing")
    record("one.thing")
    with django_assert_num_queries(6):
        assert len(client.get("/admin/audit/?action=one.").context["rows"]) == 3
