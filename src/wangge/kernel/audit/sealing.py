"""Chaining what is committed. Run as a sweep; any number of processes may try, one at a time seals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from django.db import connection, transaction

from wangge.kernel.audit import chain

log = structlog.get_logger(__name__)

_LOCK: Final = 0x57475345414C  # "WGSEAL"

# Only committed rows are visible here, so an entry whose transaction is still open simply waits for a later turn;
# the chain follows the order of sealing, not of ids, and no earlier id can be skipped.
# The ids go out and come back as an array: a plan that is an index scan whatever the statistics say of a queue.
_TAKE: Final = """
DELETE FROM audit_auditpending
WHERE entry_id = ANY(ARRAY(SELECT entry_id FROM audit_auditpending ORDER BY entry_id LIMIT %s))
RETURNING entry_id
"""

_SEALED: Final = "SELECT entry_id FROM audit_auditseal WHERE entry_id = ANY(%s)"

_READ: Final = f"""
SELECT {chain.columns("e")}, (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
FROM audit_auditentry e WHERE e.id = ANY(%s) ORDER BY e.id
"""  # noqa: S608 - our own column list

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain. ``str(head)`` is what to keep elsewhere as an anchor."""

    position: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.digest.hex()}"


def head() -> Head:
    """The last seal; position 0 and 32 zero bytes before the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, digest FROM audit_auditseal ORDER BY position DESC LIMIT 1")
        row = cursor.fetchone()
    return Head(int(row[0]), bytes(row[1])) if row else Head(0, chain.GENESIS)


def seal(limit: int = 10_000) -> int:
    """Seal up to ``limit`` committed entries; how many were. 0 also when another process is sealing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_TAKE, [limit])
        taken = {row[0] for row in cursor.fetchall()}
        if not taken:
            return 0
        cursor.execute(_SEALED, [list(taken)])  # none, unless somebody put it into the queue again
        cursor.execute(_READ, [list(taken.difference(row[0] for row in cursor.fetchall()))])
        rows = cursor.fetchall()
        last = head()
        position, digest = last.position, last.digest
        with cursor.copy(
            "COPY audit_auditseal (position, entry_id, content, digest, sealed_at) FROM STDIN (FORMAT BINARY)"
        ) as copy:
            copy.set_types(["int8", "int8", "bytea", "bytea", "timestamptz"])
            for row in rows:
                entry, sealed_at = row[: chain.WIDTH], row[chain.WIDTH]
                position += 1
                content = chain.content_of(entry)
                digest = chain.link(digest, position, entry[0], sealed_at, content)
                copy.write_row((position, entry[0], content, digest, _EPOCH + timedelta(microseconds=sealed_at)))
    log.info("audit.sealed", entries=len(rows), head=str(Head(position, digest)))
    return len(rows)


def seal_all(batch: int = 10_000) -> int:
    """Seal everything committed so far, batch by batch."""
    total = 0
    while done := seal(batch):
        total += done
    return total
