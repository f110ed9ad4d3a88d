"""The server's own command line."""

from __future__ import annotations

import pytest
from tests.kernel.access.conftest import PASSWORD
from typer.testing import CliRunner

from wangge.kernel.access.cli import app
from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output.strip()


def test_the_first_security_administrator() -> None:
    code, output = run("create-user", "anquan", "安全员老周")
    name, password = output.split("\t")
    assert (code, name, User.objects.get().check_password(password)) == (0, "anquan", True)
    assert run("grant", "anquan", "security_admin", "--path", "150203")[0] == 0
    assert (Grant.objects.get().role, Grant.objects.get().granted_by) == ("security_admin", None)
    assert AuditEntry.objects.get(action="access.grant.create").actor_kind == "system"


def test_what_is_refused_says_why_and_fails() -> None:
    run("create-user", "anquan", "安全员老周")
    assert run("grant", "anquan", "king", "--path", "150203") == (1, "没有“king”这个角色。")
    assert run("create-user", "anquan", "安全员老周") == (1, "账号“anquan”已存在。")
    assert run("unlock", "nobody")[0] == 2
    assert Grant.objects.count() == 0


def test_reset(worker_li: User) -> None:
    _, output = run("reset-password", worker_li.username)
    worker_li.refresh_from_db()
    assert worker_li.check_password(output.split("\t")[1]) is True
    assert worker_li.check_password(PASSWORD) is False
