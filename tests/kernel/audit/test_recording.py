from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from wangge.kernel.access.models import User
from wangge.kernel.audit.context import Actor, bind
from wangge.kernel.audit.models import AuditEntry, AuditPending
from wangge.kernel.audit.recording import record, record_many, record_read, record_rows

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


def test_many_are_recorded_at_once_as_each_would_be(django_assert_num_queries: object) -> None:
    users = [User.objects.create(username=f"u{n}", display_name="外人") for n in range(3)]
    with bind(actor=XIAO_LI, request_id="req-00000001", address="10.0.0.9"):
        assert record_many("access.user.import", users, reason="导入\t换行\n") == 3
        one = record("access.user.import", users[0], reason="导入\t换行\n")
    *many, same = AuditEntry.objects.order_by("id").values()
    assert [row["object_id"] for row in many] == [str(user.pk) for user in users]
    assert {k: v for k, v in many[0].items() if k not in ("id", "at")} == {
        k: v for k, v in same.items() if k not in ("id", "at")
    }
    assert AuditPending.objects.count() == 4
    assert one.pk == same["id"]


def test_rows_that_were_never_objects_are_recorded_with_their_place() -> None:
    assert record_rows("access.user.import", User, [(7, "150203001"), (8, "")]) == 2
    assert list(AuditEntry.objects.order_by("id").values_list("object_type", "object_id", "path")) == [
        ("access.user", "7", "150203001"),
        ("access.user", "8", ""),
    ]
