"""Systems: on the command line and on the administrator's pages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import Grant, User
from wangge.kernel.api import systems
from wangge.kernel.api.cli import app
from wangge.kernel.api.models import System, Webhook, token_digest
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

FORM = {"name": "区12345平台", "scopes": "cases:read, cases:write", "path": "150203", "rate_per_minute": "600"}


@pytest.fixture
def admin(db: None) -> User:
    """系统员小吴 of the district."""
    user = User.objects.create_user("系统员小吴", display_name="系统员小吴")
    Grant.objects.create(user=user, role="system_admin", path="150203", valid_from=date(2024, 1, 1))
    return user


@pytest.fixture
def signed_in(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def make(name: str = "区12345平台", path: str = "150203") -> System:
    return systems.create_system(name=name, scopes=["cases:read"], path=path, by=None)[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scopes": []}, "权限范围"),
        ({"scopes": ["everything"]}, "权限范围"),
        ({"path": ""}, "管辖范围或机构"),
        ({"path": "x"}, "区划代码"),
        ({"name": " "}, "名称"),
        ({"allowed_addresses": ["somewhere"]}, "来源地址"),
        ({"rate_per_minute": 0}, "每分钟"),
    ],
)
def test_a_system_that_makes_no_sense_is_refused(changes: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"name": "甲", "scopes": ["cases:read"], "path": "150203", "by": None}
    with pytest.raises(AccessError, match=message):
        systems.create_system(**(arguments | changes))
    assert System.objects.count() == 0


def test_a_name_is_taken_once() -> None:
    make()
    with pytest.raises(AccessError, match="已存在"):
        make()


def test_the_administrators_own_area_is_the_limit(admin: User) -> None:
    with pytest.raises(AccessError, match="管辖范围"):
        systems.create_system(name="甲", scopes=["cases:read"], path="1502", by=admin)
    with pytest.raises(AccessError, match="只有系统管理员"):
        systems.create_system(
            name="甲", scopes=["cases:read"], path="150203", by=User.objects.create_user("外人", display_name="外人")
        )
    assert System.objects.count() == 0


def test_the_predicate_and_the_list_agree(admin: User) -> None:
    make("本区")
    make("街道", "150203001")
    make("外区", "150204")
    listed = set(System.objects.filter(systems.visible(admin).q(offices="")).values_list("name", flat=True))
    assert listed == {"本区", "街道"}
    assert {s.name for s in System.objects.all() if systems.may_manage(admin, s)} == listed


def test_a_token_is_shown_once_on_the_page(signed_in: Client) -> None:
    page = signed_in.post("/admin/systems/new/", FORM)
    system = System.objects.get()
    label, token = page.context["shown"]
    assert (label, bytes(system.digest)) == ("令牌", token_digest(token))
    assert token in page.content.decode()
    assert token not in signed_in.get(f"/admin/systems/{system.pk}/").content.decode()
    assert token not in str(list(AuditEntry.objects.values()))


def test_systems_of_another_area_are_not_found(signed_in: Client) -> None:
    foreign = make(path="150204")
    assert signed_in.get(f"/admin/systems/{foreign.pk}/").status_code == 404
    for what in ("rotate", "end", "webhooks"):
        assert signed_in.post(f"/admin/systems/{foreign.pk}/{what}/", {"reason": "试一试看"}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.is_active is True


def test_ending_and_changing_the_token_on_the_page_need_a_reason(signed_in: Client) -> None:
    system = make()
    before = bytes(system.digest)
    for what in ("rotate", "end"):
        signed_in.post(f"/admin/systems/{system.pk}/{what}/", {"reason": ""})
    system.refresh_from_db()
    assert (bytes(system.digest) == before, system.is_active) == (True, True)
    signed_in.post(f"/admin/systems/{system.pk}/rotate/", {"reason": "令牌泄露"})
    signed_in.post(f"/admin/systems/{system.pk}/end/", {"reason": "合同到期"})
    system.refresh_from_db()
    assert (bytes(system.digest) == before, system.is_active) == (False, False)


def test_webhooks_on_the_page(signed_in: Client, settings: Any) -> None:
    system = make()
    url = f"/admin/systems/{system.pk}/webhooks/"
    refused = signed_in.post(url, {"url": "https://127.0.0.1/", "events": "case.*"})
    assert ("内部网络" in refused.content.decode(), Webhook.objects.count()) == (True, 0)
    page = signed_in.post(url, {"url": "https://1.1.1.1/hook", "events": "case.created case.closed"})
    hook = Webhook.objects.get()
    assert (page.context["shown"][1], hook.events) == (hook.secret, ["case.closed", "case.created"])
    signed_in.post(f"{url}{hook.pk}/end/")
    hook.refresh_from_db()
    assert hook.is_active is False
    signed_in.post(f"{url}{hook.pk}/enable/")
    hook.refresh_from_db()
    assert hook.is_active is True


def test_the_list_asks_the_same_of_the_database_for_one_row_and_for_three(
    signed_in: Client, django_assert_num_queries: Any
) -> None:
    make("甲")
    signed_in.get("/admin/systems/")
    with django_assert_num_queries(6):
        assert len(list(signed_in.get("/admin/systems/").context["page"])) == 1
    make("乙")
    make("丙")
    with django_assert_num_queries(6):
        assert len(list(signed_in.get("/admin/systems/").context["page"])) == 3


def test_the_command_line() -> None:
    run = CliRunner().invoke
    made = run(app, ["create-system", "区12345平台", "--scopes", "cases:read,cases:write", "--path", "150203"])
    name, token = made.output.strip().split("\t")
    assert (made.exit_code, name, System.objects.get().scopes) == (0, "区12345平台", ["cases:read", "cases:write"])
    assert bytes(System.objects.get().digest) == token_digest(token)
    refused = run(app, ["create-system", "甲", "--scopes", "x", "--path", "150203"])
    assert (refused.exit_code, System.objects.count()) == (1, 1)
    assert run(app, ["rotate-token", "区12345平台"]).exit_code == 0
    assert run(app, ["end-system", "区12345平台"]).exit_code == 0
    assert run(app, ["list-systems"]).output.split("\t")[:2] == ["区12345平台", "ended"]
