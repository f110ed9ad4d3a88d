"""Chunks of orders stored: which are known already, their ids and numbers, then one transaction each.

While one chunk is being built the ones before it are copied in by writers with connections of their own. A chunk is
whole or not there; an order whose source number (or, without one, whose content) is there already is counted, not made.
Inside a transaction (all or nothing) there is one connection, so the same steps follow one another.
"""

from __future__ import annotations

import contextvars
import os
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from queue import Queue
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from wangge.cases.importing.building import Builder, Lines
from wangge.cases.importing.placing import place
from wangge.cases.importing.rows import Order
from wangge.duties import snapshot
from wangge.kernel.access.database import as_system
from wangge.kernel.audit.context import actor_for
from wangge.kernel.audit.recording import record
from wangge.kernel.facts.actions import mark_stale
from wangge.kernel.numbering.numbers import take

CHUNK: Final = 5000
# Writers wait for the database, the builder for neither: more of them only help where there are more cores.
WRITERS: Final = 2
# A table under row-level security takes no COPY.
REQUESTERS: Final = (
    "INSERT INTO cases_requester (case_id, name, phone, phone_index, is_organization)"
    " SELECT c, decode(n, 'hex'), decode(p, 'hex'), decode(i, 'hex'), false"
    " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS given (c, n, p, i)"
)
# A row that is filed again on purpose is known by its first case.
DIGESTS: Final = (
    "INSERT INTO cases_importedrow (case_id, digest)"
    " SELECT * FROM unnest(%s::bigint[], %s::bytea[]) ON CONFLICT (digest) DO NOTHING"
)
# By source system and number, or by content.
Key = tuple[str, str] | bytes


@dataclass(slots=True)
class Stored:
    """What became of the orders. ``nowhere``: made without anybody knowing where in the home division they are."""

    created: int = 0
    dispatched: int = 0
    known: int = 0
    by_content: int = 0
    nowhere: int = 0


@dataclass(slots=True)
class _Chunk:
    """Built lines on their way, and what their orders are known by; ``stored`` once they are committed."""

    lines: Lines
    keys: set[Key]
    stored: bool = False


class Importer:
    """Stores the orders of one import, a chunk at a time; a context manager, left when all is committed.

    ``stored`` is whole after the block. An error of a writer is raised at the next ``add`` or at the end of the
    block; the chunks before it stay, and the same import run again goes on from there. With ``repeat`` an order
    without a source number is made even when one of the same content is there. Orders are placed within ``home``;
    without it they come with their places.
    """

    def __init__(
        self,
        *,
        by: Any = None,
        dispatch: bool = True,
        repeat: bool = False,
        home: str = "",
        builder: type[Builder] = Builder,
    ) -> None:
        self.stored, self.repeat, self.home = Stored(), repeat, home
        self.builder = builder(actor=actor_for(by), dispatch=dispatch)
        self.on_the_way: list[_Chunk] = []
        self.queue: Queue[_Chunk | None] = Queue(maxsize=1)
        self.threads: list[threading.Thread] = []
        self.error: BaseException | None = None

    def __enter__(self) -> Importer:
        # Others do not see what this transaction has done, nor would their work be undone with it.
        if not connection.in_atomic_block and (os.cpu_count() or 1) > 1:
            for _ in range(WRITERS):
                context = contextvars.copy_context()
                thread = threading.Thread(target=context.run, args=(self._writer,), name="import-writer", daemon=True)
                self.threads.append(thread)
                thread.start()
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        for _ in self.threads:
            self.queue.put(None)
        for thread in self.threads:
            thread.join()
        if error is None and self.error is not None:
            raise self.error

    def add(self, orders: Sequence[Order], *, now: datetime | None = None) -> None:
        """Make cases of ``orders``: stored now, or soon by a writer."""
        if self.error is not None:
            raise self.error
        now = now or timezone.now()
        with as_system(), snapshot.pinned():
            fresh, keys = self._without_known(orders)
            if not fresh:
                return
            if self.home:
                self.stored.nowhere += place(fresh, self.home)
            ids = _ids(len(fresh))
            lines = self.builder.build(fresh, ids, _numbers(fresh, now), now)
            lines.digests = [(pk, order.digest) for pk, order in zip(ids, fresh, strict=True) if order.digest]
        zone = timezone.get_current_timezone()
        lines.days = {order.created_at.astimezone(zone).date() for order in fresh} - {timezone.localdate(now)}
        lines.path = _common({order.path[:6] for order in fresh})
        chunk = _Chunk(lines, keys)
        if not self.threads:
            _write(lines)
        else:
            self.on_the_way.append(chunk)
            self.queue.put(chunk)
        self.stored.created += lines.count
        self.stored.dispatched += lines.dispatched

    def _writer(self) -> None:
        """Stores chunks until there are no more; after an error the rest is dropped."""
        try:
            while (chunk := self.queue.get()) is not None:
                if self.error is not None:
                    continue
                try:
                    _write(chunk.lines)
                    chunk.stored = True
                    chunk.lines = Lines()
                except BaseException as error:
                    self.error = error
        finally:
            connection.close()

    def _without_known(self, orders: Sequence[Order]) -> tuple[list[Order], set[Key]]:
        """The orders to be made and what they are known by."""
        # Whatever is committed before the question is asked is found by it; the rest is known here.
        self.on_the_way = [chunk for chunk in self.on_the_way if not chunk.stored]
        there: set[Key] = set().union(*(chunk.keys for chunk in self.on_the_way))
        keys = [self._key(order) for order in orders]
        asked = set(filter(None, keys))
        numbered = {key for key in asked if isinstance(key, tuple)}
        digests = [key for key in asked if isinstance(key, bytes)]
        with connection.cursor() as cursor:
            if numbered:
                cursor.execute(
                    "SELECT source_system, source_number FROM cases_case"
                    " WHERE source_number = ANY(%s) AND source_system = ANY(%s)",
                    [list({n for _, n in numbered}), list({s for s, _ in numbered})],
                )
                there.update(cursor.fetchall())
            if digests:
                cursor.execute("SELECT digest FROM cases_importedrow WHERE digest = ANY(%s)", [digests])
                there.update(bytes(row[0]) for row in cursor.fetchall())
        fresh: list[Order] = []
        made: set[Key] = set()
        for order, key in zip(orders, keys, strict=True):
            if key is not None:
                if key in there or key in made:
                    self.stored.known += 1
                    self.stored.by_content += isinstance(key, bytes)
                    continue
                made.add(key)
            fresh.append(order)
        return fresh, made

    def _key(self, order: Order) -> Key | None:
        """What the order is known by when it comes again; None: nothing, or it is meant to be made again."""
        if order.source_number:
            return order.source_system, order.source_number
        return None if self.repeat else order.digest or None


def store(orders: Sequence[Order], *, by: Any = None, dispatch: bool = True, now: datetime | None = None) -> Stored:
    """Make cases of one chunk of ``orders`` in one transaction."""
    with transaction.atomic(), Importer(by=by, dispatch=dispatch) as importer:
        importer.add(orders, now=now)
    return importer.stored


def _ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval((SELECT pg_get_serial_sequence('cases_case', 'id')::regclass)) FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _numbers(orders: Sequence[Order], now: datetime) -> list[str]:
    """A number of its own district for each."""
    today = timezone.localdate(now)
    districts = [order.path[:6] for order in orders]
    taken = {path: iter(take(path, today, count)) for path, count in Counter(districts).items()}
    return [next(taken[path]) for path in districts]


def _common(districts: set[str]) -> str:
    """The district, city or province that holds them all."""
    low, high = min(districts), max(districts)
    return next(low[:size] for size in (6, 4, 2, 0) if low[:size] == high[:size])


def _write(lines: Lines) -> None:
    """All rows of a chunk and its audit entry, or none of them."""
    with transaction.atomic(), as_system():
        with connection.cursor() as cursor:
            raw = cursor.cursor
            for table, columns, rows in lines.tables():
                _copy(raw, table, columns, rows)
            if lines.requesters[0]:
                raw.execute(REQUESTERS, [list(column) for column in lines.requesters])
            if lines.digests:
                raw.execute(DIGESTS, [list(column) for column in zip(*lines.digests, strict=True)])
        mark_stale(*lines.days)
        record(
            "cases.case.import",
            None,
            path=lines.path,
            changes={"first": lines.first, "last": lines.last, "count": lines.count},
        )


def _copy(raw: Any, table: str, columns: Sequence[str], lines: Sequence[str]) -> None:
    if not lines:
        return
    names = ", ".join(f'"{c}"' for c in columns)
    with raw.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        copy.write("\n".join(lines) + "\n")
