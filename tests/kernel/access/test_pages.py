"""Pages of the administrators: who reaches them, what they list, how much they ask of the database."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.kernel.access.conftest import PASSWORD, MakeUser
from tests.kernel.access.test_login import give_totp
from tests.kernel.access.test_picking import called  # noqa: F401 - the fixture

from wangge.kernel.access.models import User
from wangge.kernel.access.roles import roles
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def names_on(response: Any) -> list[str]:
    pks = [row["pk"] for row in response.context["rows"]]
    return [User.objects.get(pk=pk).username for pk in pks]


@pytest.mark.parametrize("url_name", ["user_list", "address_locks", "audit_list", "user_create", "system_list"])
def test_others_do_not_reach_the_administrators_pages(client: Client, worker_li: User, url_name: str) -> None:
    assert client.get(reverse(url_name)).status_code == 302
    client.force_login(worker_li)
    assert client.get(reverse(url_name)).status_code == 403


def test_the_three_administrators_reach_their_own_pages_only(
    system_admin: User, security_admin: User, audit_admin: User
) -> None:
    pages = ("user_list", "address_locks", "user_create", "audit_list", "system_list")
    reached = {}
    for user in (system_admin, security_admin, audit_admin):
        client = Client()
        client.force_login(user)
        reached[user.username] = [page for page in pages if client.get(reverse(page), follow=True).status_code == 200]
    assert reached == {
        "系统员小吴": ["user_list", "address_locks", "user_create", "system_list"],
        "安全员老周": ["user_list", "address_locks"],
        "审计员老赵": ["audit_list"],
    }


def test_the_list_holds_the_accounts_of_the_area(
    client: Client, security_admin: User, worker_li: User, make: MakeUser
) -> None:
    make("外区老刘", "street_leader", "150204001")
    client.force_login(security_admin)
    assert names_on(client.get("/admin/accounts/")) == ["安全员老周", "网格员小李"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=小李", ["网格员小李"]),
        ("role=grid_worker", ["网格员小李"]),
        ("role=grid_chief", []),
        ("state=none", ["新来的"]),
        ("state=ended", ["走了的"]),
        ("state=all&q=的", ["新来的", "走了的"]),
    ],
)
def test_the_list_is_filtered(  # noqa: PLR0917 (fixtures)
    client: Client,
    security_admin: User,
    system_admin: User,
    worker_li: User,
    make: MakeUser,
    query: str,
    found: list[str],
) -> None:
    from wangge.kernel.access.actions import end_user

    make("新来的")
    end_user(user=make("走了的"), by=system_admin, reason="离职离岗")
    client.force_login(security_admin)
    assert names_on(client.get(f"/admin/accounts/?{query}")) == found


def test_the_list_asks_the_same_of_the_database_for_one_row_and_for_three(
    client: Client, security_admin: User, make: MakeUser, django_assert_num_queries: Any
) -> None:
    client.force_login(security_admin)
    client.get("/admin/accounts/")
    with django_assert_num_queries(7):
        client.get("/admin/accounts/")
    make("甲", "grid_worker", "150203001001001")
    make("乙", "grid_worker", "150203001001002")
    client.get("/admin/accounts/")  # names of places are asked for once
    with django_assert_num_queries(7):
        assert len(client.get("/admin/accounts/").context["rows"]) == 3


def test_the_list_leaves_as_a_workbook_with_its_filters_and_a_row_in_the_record(
    client: Client, security_admin: User, worker_li: User, make: MakeUser
) -> None:
    make("外区老刘", "street_leader", "150204001")
    give_totp(worker_li)
    client.force_login(security_admin)
    answer = client.get("/admin/accounts/?role=grid_worker&export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer))).worksheets[0]
    head, *rows = ([str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True))
    assert head == ["账号", "姓名", "授权", "最近登录", "状态", "建立时间", "停用时间", "密码修改时间", "动态口令"]
    assert [row[:3] + row[4:5] + row[8:] for row in rows] == [
        ["网格员小李", "网格员小李", "网格员 150203001001001", "正常", "已启用"]
    ]
    entry = AuditEntry.objects.get(action="listing.export")
    assert (entry.actor_id, entry.changes["rows"], entry.changes["query"]) == (
        security_admin.pk,
        1,
        "role=grid_worker&export=xlsx",
    )


def test_no_secret_leaves_with_the_list(client: Client, security_admin: User, worker_li: User) -> None:
    secret, codes = give_totp(worker_li)
    client.force_login(security_admin)
    text = b"".join(client.get("/admin/accounts/?export=csv")).decode("utf-8-sig")
    worker_li.refresh_from_db()
    assert "网格员小李" in text
    assert [kept for kept in (secret, worker_li.password, *codes) if kept in text] == []


def test_without_the_permission_nothing_leaves(
    client: Client, security_admin: User, worker_li: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = replace(roles()["security_admin"], permissions=frozenset({"access.grants"}))
    monkeypatch.setattr("wangge.kernel.access.scopes.role", lambda code: without if code == without.code else None)
    client.force_login(security_admin)
    assert "export=xlsx" not in client.get("/admin/accounts/").content.decode()
    assert client.get("/admin/accounts/?export=xlsx").status_code == 403
    assert AuditEntry.objects.filter(action="listing.export").count() == 0


def test_an_account_of_another_area_is_not_found(client: Client, security_admin: User, make: MakeUser) -> None:
    other = make("外区老刘", "street_leader", "150204001")
    client.force_login(security_admin)
    assert client.get(f"/admin/accounts/{other.pk}/").status_code == 404
    assert client.post(f"/admin/accounts/{other.pk}/reset/", {"reason": "忘记密码了"}).status_code == 404
    other.refresh_from_db()
    assert other.check_password(PASSWORD) is True


def test_a_reset_password_is_shown_once(client: Client, security_admin: User, worker_li: User) -> None:
    client.force_login(security_admin)
    page = client.post(f"/admin/accounts/{worker_li.pk}/reset/", {"reason": "忘记密码了"})
    worker_li.refresh_from_db()
    assert worker_li.check_password(page.context["password"]) is True
    assert page.context["password"] in page.content.decode()
    assert client.get(f"/admin/accounts/{worker_li.pk}/").context.get("password") is None


def test_without_a_reason_nothing_happens(client: Client, security_admin: User, worker_li: User) -> None:
    client.force_login(security_admin)
    client.post(f"/admin/accounts/{worker_li.pk}/reset/", {"reason": ""})
    worker_li.refresh_from_db()
    assert worker_li.check_password(PASSWORD) is True


def test_granting_on_the_page(client: Client, security_admin: User, worker_li: User) -> None:
    client.force_login(security_admin)
    form = {
        "role": "street_leader",
        "path": "150203001",
        "valid_from": "2099-01-01",
        "valid_to": "",
        "reason": "任职通知",
    }
    assert client.post(f"/admin/accounts/{worker_li.pk}/grants/", form).status_code == 302
    assert list(worker_li.grants.order_by("pk").values_list("role", flat=True)) == ["grid_worker", "street_leader"]
    outside = client.post(f"/admin/accounts/{worker_li.pk}/grants/", form | {"path": "150204"})
    assert "管辖范围" in str(outside.context["grant_form"].errors)
    assert worker_li.grants.count() == 2


def test_granting_by_names(
    client: Client,
    security_admin: User,
    worker_li: User,
    called: None,  # noqa: F811
) -> None:
    """The page offers what the administrator looks after; names and codes are both taken."""
    client.force_login(security_admin)
    page = client.get(f"/admin/accounts/{worker_li.pk}/").content.decode()
    offered = ("昆都仑区", "少先路街道", "少先路街道·友谊社区", "少先路街道指挥中心")
    assert [name for name in offered if f'<option value="{name}">' not in page] == []
    url = f"/admin/accounts/{worker_li.pk}/grants/"
    form = {"role": "street_dispatcher", "valid_from": "2099-01-01", "reason": "任职通知"}
    for path, office in (("少先路街道·友谊社区", ""), ("少先路街道", "少先路街道指挥中心"), ("150203002", "8")):
        assert client.post(url, form | {"path": path, "office_id": office}).status_code == 302
    granted = worker_li.grants.filter(role="street_dispatcher").order_by("pk").values_list("path", "office_id")
    assert list(granted) == [("150203001001", None), ("150203001", 7), ("150203002", 8)]
    wrong = client.post(url, form | {"path": "没有的街道", "office_id": "没有的中心"})
    assert set(wrong.context["grant_form"].errors) == {"path", "office_id"}
    assert worker_li.grants.count() == 4


def test_ending_a_grant_on_the_page(client: Client, security_admin: User, worker_li: User, make: MakeUser) -> None:
    client.force_login(security_admin)
    foreign = make("同事老郑", "grid_worker", "150203001001001").grants.get()
    url = f"/admin/accounts/{worker_li.pk}/grants/{foreign.pk}/end/"
    assert client.post(url, {"reason": "调离岗位"}).status_code == 404
    client.post(f"/admin/accounts/{worker_li.pk}/grants/{worker_li.grants.get().pk}/end/", {"reason": "调离岗位"})
    foreign.refresh_from_db()
    assert (worker_li.grants.get().is_over, foreign.is_over) == (True, False)


def test_the_system_administrator_makes_an_account_but_grants_nothing(client: Client, system_admin: User) -> None:
    client.force_login(system_admin)
    page = client.post("/admin/accounts/new/", {"username": "xiaosun", "display_name": "小孙"})
    user = User.objects.get(username="xiaosun")
    assert user.check_password(page.context["password"]) is True
    grant = {"role": "grid_worker", "path": "150203001", "valid_from": "2099-01-01", "reason": "任职通知"}
    assert client.post(f"/admin/accounts/{user.pk}/grants/", grant).status_code == 403
    assert user.grants.count() == 0


def test_the_audit_administrator_changes_nothing(client: Client, audit_admin: User, worker_li: User) -> None:
    client.force_login(audit_admin)
    for url in ("reset", "unlock", "end", "grants"):
        assert client.post(f"/admin/accounts/{worker_li.pk}/{url}/", {"reason": "看看能不能"}).status_code == 403
    assert client.post("/admin/audit/", {}).status_code in {400, 405}
    worker_li.refresh_from_db()
    assert (worker_li.is_active, worker_li.check_password(PASSWORD)) == (True, True)
