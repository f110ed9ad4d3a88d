"""All offices in the process's memory, so that looking one up costs no query.

A district has some hundreds of offices, a city some ten thousands; cases ask for them on every row of
every list. The shared book is trusted for ``TTL`` seconds, then one cheap query compares the revision
(stamped by a database trigger) and loads again only when something changed; a change made by this
process is seen at once.

A transaction that has changed offices gets a book of its own, hung on its pending on-commit callback:
it sees its own changes, nobody else does, and a rollback (of a savepoint too) takes the callback and
the book away together.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

TTL: Final = 5.0  # seconds during which another process's change may go unseen


@dataclass(frozen=True, slots=True)
class OfficeRef:
    """An office, light. ``open`` is whether it is in force today; ``successor_id`` where it was merged to."""

    id: int
    name: str
    kind: str
    level: str
    path: str
    parent_id: int | None = None
    department_id: int | None = None
    open: bool = True
    successor_id: int | None = None

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True)
class Book:
    """Every office by id, closed ones included; those in force by kind and place."""

    revision: int
    day: date
    checked: float
    by_id: dict[int, OfficeRef] = field(default_factory=dict)
    by_kind: dict[tuple[str, str], list[OfficeRef]] = field(default_factory=lambda: defaultdict(list))
    by_level: dict[str, list[OfficeRef]] = field(default_factory=lambda: defaultdict(list))
    nearest: dict[tuple[str, str], OfficeRef | None] = field(default_factory=dict)  # what office_at has answered


class _Pending:
    """Registered on commit by a transaction that changed offices; holds its private book meanwhile."""

    def __init__(self) -> None:
        self.book: Book | None = None

    def __call__(self) -> None:
        forget()


class _Shared:
    """The process's book. Replaced whole, never changed in place: threads may be reading it."""

    book: Book | None = None


def forget() -> None:
    """Drop the shared book (after a commit; between tests)."""
    _Shared.book = None


def changed() -> None:
    """An office changed in the current transaction."""
    connection._wangge_offices_changed = True  # type: ignore[attr-defined]
    transaction.on_commit(_Pending())


def _pending() -> _Pending | None:
    # The mark spares transactions that change no office (an import of many cases) the search among their callbacks.
    if not connection.in_atomic_block or not getattr(connection, "_wangge_offices_changed", False):
        return None
    for entry in reversed(connection.run_on_commit):
        if isinstance(entry[1], _Pending):
            return entry[1]
    connection._wangge_offices_changed = False  # type: ignore[attr-defined]
    return None


def current() -> Book:
    """The book as this connection should see it."""
    pending = _pending()
    if pending is not None:
        today = timezone.localdate()
        if pending.book is None or pending.book.day != today:
            pending.book = _load(today)
        return pending.book
    held = _Shared.book
    now = time.monotonic()
    if held is not None and now - held.checked < TTL:
        return held
    today = timezone.localdate()
    if held is not None and held.day == today and _revision() == held.revision:
        held.checked = now
        return held
    _Shared.book = held = _load(today)
    return held


def _revision() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM organization_revision")
        row: Any = cursor.fetchone()
    return 0 if row is None else int(row[0])


def _load(today: date) -> Book:
    # One statement, so that the revision and the rows are of the same moment.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT value FROM organization_revision), id, name, kind, level, path, parent_id, department_id,"
            " (valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)), successor_id"
            " FROM organization_office ORDER BY path, sort, id",
            [today, today],
        )
        rows = cursor.fetchall()
    loaded = Book(revision=(rows[0][0] or 0) if rows else 0, day=today, checked=time.monotonic())
    for row in rows:
        ref = OfficeRef(*row[1:])
        loaded.by_id[ref.id] = ref
        if ref.open:
            loaded.by_kind[ref.kind, ref.path].append(ref)
            loaded.by_level[ref.level].append(ref)
    return loaded
