"""Handing out numbers from leased blocks.

A lease is its own transaction on its own connection, committed (durably) before the first of its numbers leaves this
module. So a number is never given twice: a caller's rollback or crash only leaves gaps.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.db import connection

from wangge.kernel.numbering.check import check_digit, compose, is_valid, normal

__all__ = ["check_digit", "is_valid", "next_number", "normal", "take"]

SMALLEST_BLOCK: Final = 10
LARGEST_BLOCK: Final = 2_000
# A block used up faster than this doubles the next one; slower halves it, so that gaps stay small on quiet days.
BUSY_SECONDS: Final = 5.0
_KEPT_SERIES: Final = 64

# GREATEST: should the table have been reset or restored under a running process, serials go on above what it gave.
_LEASE: Final = """
INSERT INTO numbering_numberseries AS leased (series, day, last) VALUES (%(series)s, %(day)s, %(above)s + %(count)s)
ON CONFLICT (series, day) DO UPDATE SET last = GREATEST(leased.last, %(above)s) + %(count)s
RETURNING last
"""


@dataclass(slots=True)
class _Block:
    """Serials ``next`` … ``last`` are ours to give; ``highest`` is the highest this process ever leased."""

    next: int = 1
    last: int = 0
    highest: int = 0
    size: int = SMALLEST_BLOCK
    leased_at: float = 0.0


_blocks: dict[tuple[str, date], _Block] = {}
_lock = threading.Lock()


def _after_fork() -> None:
    # A child must not give what its parent leased.
    global _lock  # noqa: PLW0603
    _blocks.clear()
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


def next_number(series: str, *, day: date) -> str:
    """The next number of ``series`` for ``day``. Safe from threads, processes and inside any transaction.

    A series is a division's path (``150203``; shorter ones are filled up with zeros) or a word
    (``ledgers.form``), whose numbers begin with the division of this installation.
    """
    with _lock:
        block = _block(series, day)
        if block.next > block.last:
            _refill(series, day, block)
        serial = block.next
        block.next += 1
    return compose(_division(series), day, serial)


def take(series: str, day: date, count: int) -> list[str]:
    """``count`` numbers in a row, for imports. One lease, whatever the count."""
    if count < 1:
        return []
    with _lock:
        block = _block(series, day)
        last = _lease(series, day, count, above=block.highest)
        block.highest = last
    division = _division(series)
    return [compose(division, day, serial) for serial in range(last - count + 1, last + 1)]


def _division(series: str) -> str:
    own = series if series.isdigit() else settings.HOME_DIVISION
    return own[:6].ljust(6, "0")


def _block(series: str, day: date) -> _Block:
    block = _blocks.get((series, day))
    if block is None:
        if len(_blocks) >= _KEPT_SERIES:
            _blocks.clear()  # only gaps are lost
        block = _blocks[series, day] = _Block()
    return block


def _refill(series: str, day: date, block: _Block) -> None:
    now = time.monotonic()
    if block.leased_at:
        busy = now - block.leased_at < BUSY_SECONDS
        block.size = min(block.size * 2, LARGEST_BLOCK) if busy else max(block.size // 2, SMALLEST_BLOCK)
    block.last = _lease(series, day, block.size, above=block.highest)
    block.next = block.last - block.size + 1
    block.highest, block.leased_at = block.last, now


def _lease(series: str, day: date, count: int, *, above: int) -> int:
    """Lease ``count`` serials above ``above``; the last of them."""
    own = connection.copy()
    own.settings_dict["OPTIONS"].pop("pool", None)
    with closing(own), own.cursor() as cursor:
        # The lease must survive a crash of the database even where commits are asynchronous.
        cursor.execute("SET synchronous_commit = on")
        cursor.execute(_LEASE, {"series": series, "day": day, "count": count, "above": above})
        return int(cursor.fetchone()[0])
