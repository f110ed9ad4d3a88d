from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from wangge.kernel.audit.cli import app
from wangge.kernel.audit.models import AuditEntry, AuditSeal
from wangge.kernel.audit.recording import record
from wangge.kernel.audit.sealing import head

pytestmark = pytest.mark.django_db(transaction=True)
run = CliRunner().invoke


def test_verify_exits_with_0_and_prints_the_head_when_all_is_whole(five: list[AuditEntry]) -> None:
    result = run(app, ["verify"])
    assert (result.exit_code, str(head()) in result.output) == (0, True)


def test_verify_exits_with_1_and_names_the_row(five: list[AuditEntry], tamper: Callable[..., None]) -> None:
    tamper("UPDATE audit_auditentry SET reason = '改了' WHERE id = %s", five[2].pk)
    result = run(app, ["verify"])
    assert result.exit_code == 1
    assert result.output.splitlines()[0] == f"✗ 记录被修改，记录 {five[2].pk}，封印 3"


def test_verify_against_an_anchor_that_is_not_ours(five: list[AuditEntry]) -> None:
    assert run(app, ["verify", "--anchor", f"5:{'ab' * 32}"]).exit_code == 1
    assert run(app, ["verify", "--anchor", str(head())]).exit_code == 0


def test_a_malformed_anchor_is_a_usage_error(five: list[AuditEntry]) -> None:
    assert run(app, ["verify", "--anchor", "nonsense"]).exit_code == 2


def test_seal_seals_what_waits() -> None:
    record("test.thing.do")
    assert run(app, ["seal"]).exit_code == 0
    assert AuditSeal.objects.count() == 1
