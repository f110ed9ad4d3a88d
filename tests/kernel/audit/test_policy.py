"""The predicate and the row filter agree."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from wangge.kernel.access.models import Grant, User
from wangge.kernel.access.roles import Reach, Role
from wangge.kernel.audit import policy
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.recording import record

pytestmark = pytest.mark.django_db
AUDITOR = Role("audit_test", "审计管理员", frozenset({"audit.read"}), Reach.PATH)


@pytest.fixture(autouse=True)
def auditor_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wangge.kernel.access.scopes.role", lambda code: AUDITOR if code == AUDITOR.code else None)


def auditor(path: str | None) -> User:
    user = User.objects.create_user("auditor", display_name="审计员老赵")
    if path is not None:
        Grant.objects.create(user=user, role=AUDITOR.code, path=path, valid_from=date(2020, 1, 1))
    return user


@pytest.mark.parametrize(
    ("grant", "wanted"),
    [
        (None, set()),
        ("150203001", {"street"}),
        ("150203", {"district", "street", "nowhere"}),
        ("15", {"district", "street", "nowhere"}),
    ],
)
def test_who_reads_which_rows(settings: Any, grant: str | None, wanted: set[str]) -> None:
    settings.HOME_DIVISION = "150203"
    record("district", path="150203")
    record("street", path="150203001")
    record("nowhere", path="")
    user = auditor(grant)
    assert set(AuditEntry.objects.filter(policy.visible(user)).values_list("action", flat=True)) == wanted
    assert {e.action for e in AuditEntry.objects.all() if policy.may_read(user, e)} == wanted
