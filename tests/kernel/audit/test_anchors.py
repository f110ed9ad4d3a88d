"""Heads kept outside the database, and the daily look along the chain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from wangge.kernel.audit import anchors, chain
from wangge.kernel.audit.cli import app
from wangge.kernel.audit.jobs import RecordBroken, verify_daily
from wangge.kernel.audit.models import AuditEntry, AuditSeal
from wangge.kernel.audit.recording import record
from wangge.kernel.audit.sealing import Head, head, seal
from wangge.kernel.audit.verifying import Kind, verify

pytestmark = pytest.mark.django_db(transaction=True)
Tamper = Callable[..., None]
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def rewrite_the_tail(tamper: Tamper, entry: AuditEntry) -> None:
    """What somebody does who owns the database and knows the arithmetic: change an entry, seal all after it anew."""
    tamper("UPDATE audit_auditentry SET reason = '改了' WHERE id = %s", entry.pk)
    first = AuditSeal.objects.get(entry_id=entry.pk).position
    tamper(
        "WITH gone AS (DELETE FROM audit_auditseal WHERE position >= %s RETURNING entry_id) "
        "INSERT INTO audit_auditpending SELECT entry_id FROM gone ON CONFLICT DO NOTHING",
        first,
    )
    seal()


def test_the_daily_look_keeps_the_head(five: list[AuditEntry]) -> None:
    assert verify_daily(MONDAY) == 5
    assert anchors.kept() == [head()]
    assert anchors.file().stat().st_mode & 0o777 == 0o600


def test_it_looks_at_what_came_since(five: list[AuditEntry]) -> None:
    verify_daily(MONDAY)
    record("test.thing.more")
    seal()
    assert [verify_daily(MONDAY), verify_daily(MONDAY)] == [1, 0]
    assert [one.position for one in anchors.kept()] == [5, 6]


def test_a_rewritten_tail_is_whole_by_itself_and_shows_against_the_head(five: list[AuditEntry], tamper: Tamper) -> None:
    verify_daily(MONDAY)
    rewrite_the_tail(tamper, five[3])
    assert verify() == []
    with pytest.raises(RecordBroken, match="此前的链条已被改写"):
        verify_daily(MONDAY)
    assert len(anchors.kept()) == 1


def test_a_tail_cut_off_shows(five: list[AuditEntry], tamper: Tamper) -> None:
    verify_daily(MONDAY)
    tamper("DELETE FROM audit_auditseal WHERE position = 5")
    tamper("DELETE FROM audit_auditentry WHERE id = %s", five[4].pk)
    assert verify() == []
    with pytest.raises(RecordBroken, match="已不存在"):
        verify_daily(MONDAY)


def test_an_old_entry_changed_shows_on_sunday(five: list[AuditEntry], tamper: Tamper) -> None:
    verify_daily(MONDAY)
    tamper("UPDATE audit_auditentry SET reason = '改了' WHERE id = %s", five[1].pk)
    assert verify_daily(MONDAY) == 0
    with pytest.raises(RecordBroken, match=f"记录被修改，记录 {five[1].pk}"):
        verify_daily(SUNDAY)


def test_the_command_checks_every_head_kept(five: list[AuditEntry], tamper: Tamper) -> None:
    verify_daily(MONDAY)
    rewrite_the_tail(tamper, five[0])
    result = CliRunner().invoke(app, ["verify"])
    assert (result.exit_code, result.output.splitlines()[0]) == (
        1,
        f"✗ 与存证不符，记录 {five[4].pk}，封印 5，此前的链条已被改写",
    )


def test_a_line_that_cannot_be_read_is_passed_over(five: list[AuditEntry]) -> None:
    anchors.keep(head())
    with anchors.file().open("a") as lines:
        lines.write("2026-11-23T03:00:00+08:00 12:ab")
    assert anchors.kept() == [head()]


def test_an_empty_chain_keeps_nothing() -> None:
    anchors.keep(Head(0, chain.GENESIS))
    assert not anchors.file().exists()


def test_since_a_head_only_what_came_after_is_looked_at(five: list[AuditEntry], tamper: Tamper) -> None:
    held = head()
    later = record("test.thing.more")
    seal()
    tamper("UPDATE audit_auditentry SET reason = '改了' WHERE id IN (%s, %s)", five[0].pk, later.pk)
    assert [(f.kind, f.entry_id) for f in verify(since=held)] == [(Kind.CHANGED, later.pk)]
