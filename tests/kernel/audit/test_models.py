"""The tables refuse everything but new rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from wangge.kernel.audit.models import AuditEntry, AuditPending, AuditSeal
from wangge.kernel.audit.recording import record


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditentry SET reason = '改了'",
        "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry",
        "UPDATE audit_auditseal SET position = position + 1",
        "DELETE FROM audit_auditseal",
        "TRUNCATE audit_auditseal",
    ],
)
def test_the_owner_of_the_tables_is_refused(five: list[AuditEntry], sql: str) -> None:
    before = (list(AuditEntry.objects.values()), list(AuditSeal.objects.values()))
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert (list(AuditEntry.objects.values()), list(AuditSeal.objects.values())) == before


def test_the_guards_hold_for_a_session_that_plays_replica(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname, tgenabled FROM pg_trigger WHERE tgname LIKE 'audit\\_%\\_keep%' ORDER BY tgname")
        assert cursor.fetchall() == [
            ("audit_entry_keep", "A"),
            ("audit_entry_keep_all", "A"),
            ("audit_seal_keep", "A"),
            ("audit_seal_keep_all", "A"),
        ]


def test_nobody_writes_into_the_past(db: None) -> None:
    before = timezone.now()
    entry = AuditEntry.objects.create(
        at=datetime(2020, 1, 1, tzinfo=UTC), action="test.thing.do", actor_kind="system", actor_label="系统"
    )
    entry.refresh_from_db()
    assert entry.at >= before.replace(microsecond=0)


def test_a_new_entry_waits_for_its_seal(db: None) -> None:
    entry = record("test.thing.do")
    assert list(AuditPending.objects.values_list("entry_id", flat=True)) == [entry.pk]
