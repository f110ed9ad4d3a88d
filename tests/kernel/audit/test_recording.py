from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from wangge.kernel.access.models import User
from wangge.kernel.audit.context import Actor, bind
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.recording import record, record_many, record_read

pytestmark = pytest.mark.django_db
XIAO_LI = Actor("staff", 7, "网格员小李", 3)


def test_an_entry_says_who_what_in_which_request() -> None:
    user = User.objects.create_user("laowang", display_name="街道老王")
    with bind(actor=XIAO_LI, request_id="req-00000001", address="10.0.0.9", reason="巡查"):
        entry = record("access.user.change", user, changes={"display_name": ["老王", "街道老王"]})
    stored = AuditEntry.objects.values(
        "action", "object_type", "object_id", "actor_kind", "actor_id", "actor_label", "office_id",
        "request_id", "address", "reason", "changes",
    ).get(pk=entry.pk)  # fmt: skip
    assert stored == {
        "action": "access.user.change",
        "object_type": "access.user",
        "object_id": str(user.pk),
        "actor_kind": "staff",
        "actor_id": 7,
        "actor_label": "网格员小李",
        "office_id": 3,
        "request_id": "req-00000001",
        "address": "10.0.0.9",
        "reason": "巡查",
        "changes": {"display_name": ["老王", "街道老王"]},
    }


def test_nothing_bound_is_the_system_itself() -> None:
    entry = record("test.thing.do")
    assert (entry.actor_kind, entry.actor_label) == ("system", "系统")


def test_values_are_stored_plainly_and_encrypted_ones_not_at_all() -> None:
    entry = record(
        "test.thing.do",
        changes={
            "due_at": [None, datetime(2026, 1, 2, tzinfo=UTC)],
            "on": date(2026, 1, 2),
            "sum": Decimal("1.10"),
            "phone": [b"secret", b"other"],
            "offices": {3, 1},
        },
    )
    assert entry.changes == {
        "due_at": [None, "2026-01-02T00:00:00+00:00"],
        "on": "2026-01-02",
        "sum": "1.10",
        "phone": ["…", "…"],
        "offices": [1, 3],
    }


def test_reading_personal_data_is_recorded() -> None:
    user = User.objects.create_user("laowang", display_name="街道老王")
    entry = record_read(user, "phone", reason="回访")
    assert (entry.action, entry.reason, entry.changes) == ("access.user.read", "回访", {"fields": "phone"})


def test_recording_costs_one_statement(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        record("test.thing.do")


def test_many_are_recorded_in_one_statement(django_assert_num_queries: object) -> None:
    users = [User.objects.create(username=f"u{n}", display_name="外人") for n in range(30)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert record_many("access.user.import", users) == 30
    assert AuditEntry.objects.filter(action="access.user.import").count() == 30
