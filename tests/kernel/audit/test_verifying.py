"""Every way of tampering is found, and named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from wangge.kernel.audit import chain
from wangge.kernel.audit.models import AuditEntry, AuditSeal
from wangge.kernel.audit.recording import record
from wangge.kernel.audit.sealing import Head, head, seal
from wangge.kernel.audit.verifying import Finding, Kind, verify

pytestmark = pytest.mark.django_db(transaction=True)
Tamper = Callable[..., None]


def kinds() -> list[tuple[Kind, int | None, int | None]]:
    return [(f.kind, f.entry_id, f.position) for f in verify()]


def test_an_untouched_record_has_no_findings(five: list[AuditEntry]) -> None:
    record("test.thing.not_sealed_yet")
    assert verify() == []


@pytest.mark.parametrize(
    "change",
    [
        "action = 'test.thing.other'",
        "actor_id = 7",
        "actor_label = '别人'",
        "office_id = 7",
        "reason = ''",
        "at = at - interval '1 microsecond'",
        "object_id = '9'",
        "path = '150203'",
        "address = '10.0.0.1'",
        "request_id = 'x'",
        """changes = '{"state": [2, 3.0]}'""",
    ],
)
def test_a_changed_entry_is_named(five: list[AuditEntry], tamper: Tamper, change: str) -> None:
    tamper(f"UPDATE audit_auditentry SET {change} WHERE id = %s", five[2].pk)
    assert kinds() == [(Kind.CHANGED, five[2].pk, 3)]


def test_a_removed_entry_is_named(five: list[AuditEntry], tamper: Tamper) -> None:
    tamper("DELETE FROM audit_auditentry WHERE id = %s", five[1].pk)
    assert kinds() == [(Kind.REMOVED, five[1].pk, 2)]


def test_an_entry_removed_before_it_was_sealed_is_named(five: list[AuditEntry], tamper: Tamper) -> None:
    fresh = record("test.thing.fresh")
    tamper("DELETE FROM audit_auditentry WHERE id = %s", fresh.pk)
    assert kinds() == [(Kind.REMOVED, fresh.pk, None)]


def test_an_entry_put_in_around_the_triggers_is_named(five: list[AuditEntry], tamper: Tamper) -> None:
    tamper(
        "INSERT INTO audit_auditentry (at, action, actor_kind, actor_label, object_type, object_id, path, request_id,"
        " address, reason, changes) VALUES (now(), 'test.forged', 'staff', '别人', '', '', '', '', '', '', '{}')"
    )
    assert kinds() == [(Kind.INSERTED, AuditEntry.objects.get(action="test.forged").pk, None)]


def test_an_entry_written_into_the_past_is_named_even_when_sealed(five: list[AuditEntry], tamper: Tamper) -> None:
    tamper(
        "WITH put AS (INSERT INTO audit_auditentry (at, action, actor_kind, actor_label, object_type, object_id, path,"
        " request_id, address, reason, changes) VALUES (now() - interval '1 month', 'test.forged', 'staff', '别人',"
        " '', '', '', '', '', '', '{}') RETURNING id) INSERT INTO audit_auditpending SELECT id FROM put"
    )
    seal()
    assert kinds() == [(Kind.BACKDATED, AuditEntry.objects.get(action="test.forged").pk, 6)]


def test_an_entry_taken_out_of_the_queue_is_named(five: list[AuditEntry], tamper: Tamper) -> None:
    fresh = record("test.thing.fresh")
    tamper("DELETE FROM audit_auditpending")
    assert kinds() == [(Kind.INSERTED, fresh.pk, None)]


def test_a_removed_seal_is_named_by_its_place(five: list[AuditEntry], tamper: Tamper) -> None:
    tamper("DELETE FROM audit_auditseal WHERE position = 3")
    assert kinds() == [(Kind.SEAL_REMOVED, None, 3), (Kind.INSERTED, five[2].pk, None)]


def test_an_entry_removed_with_its_seal_leaves_a_gap(five: list[AuditEntry], tamper: Tamper) -> None:
    tamper("DELETE FROM audit_auditseal WHERE position IN (2, 3)")
    tamper("DELETE FROM audit_auditentry WHERE id = ANY(%s)", [five[1].pk, five[2].pk])
    assert [str(f) for f in verify()] == [f"封印被删除，封印 2，第 2 至 3 号封印缺失，在记录 {five[3].pk} 之前"]


def test_a_changed_entry_with_a_matching_content_hash_is_still_found(five: list[AuditEntry], tamper: Tamper) -> None:
    """Whoever knows the form can mend the content hash; the chain says so all the same."""
    tamper("UPDATE audit_auditentry SET reason = '改了' WHERE id = %s", five[2].pk)
    tamper("UPDATE audit_auditseal SET content = %s WHERE position = 3", _content(five[2].pk))
    assert kinds() == [(Kind.SEAL_CHANGED, five[2].pk, 3)]


def test_a_mended_seal_breaks_the_chain_after_it(five: list[AuditEntry], tamper: Tamper) -> None:
    tamper("UPDATE audit_auditentry SET reason = '改了' WHERE id = %s", five[2].pk)
    _mend(tamper, [3])
    assert kinds() == [(Kind.SEAL_CHANGED, five[3].pk, 4)]


def test_a_chain_rewritten_to_its_end_disagrees_with_the_anchor(five: list[AuditEntry], tamper: Tamper) -> None:
    anchor = head()
    tamper("UPDATE audit_auditentry SET reason = '改了' WHERE id = %s", five[2].pk)
    _mend(tamper, [3, 4, 5])
    assert verify() == []
    assert [f.kind for f in verify(anchor=anchor)] == [Kind.ANCHOR]


def test_a_tail_cut_off_disagrees_with_the_anchor(five: list[AuditEntry], tamper: Tamper) -> None:
    anchor = head()
    tamper("DELETE FROM audit_auditseal WHERE position = 5")
    tamper("DELETE FROM audit_auditentry WHERE id = %s", five[4].pk)
    assert verify() == []
    assert verify(anchor=anchor) == [Finding(Kind.ANCHOR, None, 5, "这个位置的封印已不存在，链条止于第 4 号")]


def test_an_anchor_of_an_earlier_day_still_fits(five: list[AuditEntry]) -> None:
    anchor = head()
    record("test.thing.later")
    seal()
    assert verify(anchor=anchor) == []


def _content(entry_id: int) -> bytes:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {chain.columns('e')} FROM audit_auditentry e WHERE id = %s", [entry_id])
        return chain.content_of(cursor.fetchone())


def _mend(tamper: Tamper, positions: list[int]) -> None:
    """Recompute the seals at ``positions`` as a knowing forger would."""
    from django.db import connection

    for position in positions:
        previous = Head(0, chain.GENESIS)
        if before := AuditSeal.objects.filter(position=position - 1).first():
            previous = Head(before.position, bytes(before.digest))
        seal_row = AuditSeal.objects.get(position=position)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (extract(epoch FROM sealed_at) * 1000000)::bigint FROM audit_auditseal WHERE position = %s",
                [position],
            )
            sealed_at = cursor.fetchone()[0]
        content = _content(seal_row.entry_id)
        digest = chain.link(previous.digest, position, seal_row.entry_id, sealed_at, content)
        tamper("UPDATE audit_auditseal SET content = %s, digest = %s WHERE position = %s", content, digest, position)
