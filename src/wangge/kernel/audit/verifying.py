"""Walking the chain: what was changed, removed or inserted since it was sealed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db import connection, transaction

from wangge.kernel.audit import chain
from wangge.kernel.audit.sealing import Head

_DAY: Final = 86_400_000_000


class Kind(StrEnum):
    """What a finding says, in the words the audit administrator reads."""

    CHANGED = "记录被修改"
    REMOVED = "记录被删除"
    INSERTED = "记录系绕过系统插入"
    BACKDATED = "记录时间与封存时间不符"
    SEAL_CHANGED = "封印被修改"
    SEAL_REMOVED = "封印被删除"
    ANCHOR = "与存证不符"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. ``entry_id`` names the row (None when only its place in the chain is known)."""

    kind: Kind
    entry_id: int | None
    position: int | None
    detail: str = ""

    def __str__(self) -> str:
        parts = [str(self.kind.value)]
        if self.entry_id is not None:
            parts.append(f"记录 {self.entry_id}")
        if self.position is not None:
            parts.append(f"封印 {self.position}")
        if self.detail:
            parts.append(self.detail)
        return "，".join(parts)


_SEALED: Final = f"""
SELECT s.position, s.entry_id, s.content, s.digest, (extract(epoch FROM s.sealed_at) * 1000000)::bigint,
       {chain.columns("e")}
FROM audit_auditseal s LEFT JOIN audit_auditentry e ON e.id = s.entry_id
WHERE s.position > %s
ORDER BY s.position
"""  # noqa: S608 - our own column list

_UNSEALED: Final = """
SELECT e.id, e.at, e.actor_label, e.action
FROM audit_auditentry e
WHERE e.id > coalesce((SELECT entry_id FROM audit_auditseal WHERE position = %s), 0)
  AND NOT EXISTS (SELECT 1 FROM audit_auditseal s WHERE s.entry_id = e.id)
  AND NOT EXISTS (SELECT 1 FROM audit_auditpending p WHERE p.entry_id = e.id)
ORDER BY e.id
"""

_VANISHED: Final = """
SELECT p.entry_id FROM audit_auditpending p
WHERE NOT EXISTS (SELECT 1 FROM audit_auditentry e WHERE e.id = p.entry_id)
ORDER BY p.entry_id
"""


def verify(*, anchor: Head | None = None, anchors: Sequence[Head] = (), since: Head | None = None) -> list[Finding]:
    """Every finding; an empty list says the record is whole. See ``find``."""
    return list(find(anchor=anchor, anchors=anchors, since=since))


def find(*, anchor: Head | None = None, anchors: Sequence[Head] = (), since: Head | None = None) -> Iterator[Finding]:
    """The findings one by one, in flat memory, over one consistent view of the tables.

    ``anchors`` are heads kept elsewhere, checked too. ``since``: a head found whole before; only it and what came
    after are looked at. Must not be called inside a transaction.
    """
    known = {one.position: one.digest for one in (*anchors, *([anchor] if anchor else ())) if one.position}
    with _one_view():
        if since is not None and since.position:
            yield from _still_there(since)
        start = since or Head(0, chain.GENESIS)
        yield from _along_the_chain(known, start)
        for entry_id, at, actor, action in _stream(_UNSEALED, start.position):
            yield Finding(Kind.INSERTED, entry_id, None, f"{at:%Y-%m-%d %H:%M:%S} UTC {actor} {action}")
        for (entry_id,) in _stream(_VANISHED):
            yield Finding(Kind.REMOVED, entry_id, None, "尚未封存")


def _still_there(since: Head) -> Iterator[Finding]:
    found = list(_stream("SELECT entry_id, digest FROM audit_auditseal WHERE position = %s", since.position))
    if not found:
        yield Finding(Kind.ANCHOR, None, since.position, "这个位置的封印已不存在")
    elif bytes(found[0][1]) != since.digest:
        yield Finding(Kind.ANCHOR, found[0][0], since.position, "此前的链条已被改写")


def _along_the_chain(anchors: dict[int, bytes], start: Head) -> Iterator[Finding]:
    position, digest, before = start.position, start.digest, 0
    missing_anchors = {at for at in anchors if at > start.position}
    for row in _stream(_SEALED, start.position):
        at, entry_id, content, stored, sealed_at = row[0], row[1], bytes(row[2]), bytes(row[3]), row[4]
        entry = row[5:]
        if at != position + 1:
            missing = f"第 {position + 1}" + (f" 至 {at - 1}" if at - 1 > position + 1 else "") + " 号"
            yield Finding(Kind.SEAL_REMOVED, None, position + 1, f"{missing}封印缺失，在记录 {entry_id} 之前")
        elif chain.link(digest, at, entry_id, sealed_at, content) != stored:
            yield Finding(Kind.SEAL_CHANGED, entry_id, at)
        if entry[0] is None:
            yield Finding(Kind.REMOVED, entry_id, at)
        elif chain.content_of(entry) != content:
            yield Finding(Kind.CHANGED, entry_id, at)
        elif entry[1] > sealed_at or (before and entry[1] < before - _DAY):
            # No transaction stays open for a day: an entry older than that would have been sealed long before.
            yield Finding(Kind.BACKDATED, entry_id, at)
        if at in missing_anchors:
            missing_anchors.discard(at)
            if stored != anchors[at]:
                yield Finding(Kind.ANCHOR, entry_id, at, "此前的链条已被改写")
        # Go on from what is stored, so that one change is one finding and not all that follow.
        position, digest, before = at, stored, sealed_at
    for gone in sorted(missing_anchors):
        yield Finding(Kind.ANCHOR, None, gone, f"这个位置的封印已不存在，链条止于第 {position} 号")


@contextmanager
def _one_view() -> Iterator[None]:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _stream(sql: str, *values: int) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(5_000):
            yield from rows
