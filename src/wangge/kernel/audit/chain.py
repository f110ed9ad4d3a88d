"""The canonical form of an entry and the arithmetic of the chain. Changing either breaks every existing chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

GENESIS: Final = bytes(32)

# Columns in the order of the canonical form. Instants are microseconds since 1970, JSON is the database's own text
# (jsonb prints one value in one way only), so that no driver's idea of a float or a timestamp enters the hash.
_COLUMNS: Final = (
    "id",
    "(extract(epoch FROM {t}.at) * 1000000)::bigint",
    "action",
    "object_type",
    "object_id",
    "path",
    "actor_kind",
    "actor_id",
    "actor_label",
    "office_id",
    "request_id",
    "address",
    "reason",
    "changes::text",
)


def columns(table: str) -> str:
    """The select list of the canonical form."""
    return ", ".join(c.format(t=table) if "{t}" in c else f"{table}.{c}" for c in _COLUMNS)


WIDTH: Final = len(_COLUMNS)


def content_of(values: Sequence[Any]) -> bytes:
    """SHA-256 of the values of ``columns``."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def link(previous: bytes, position: int, entry_id: int, sealed_at: int, content: bytes) -> bytes:
    """The digest at ``position``; ``sealed_at`` in microseconds since 1970."""
    numbers = b"".join(n.to_bytes(8, "big", signed=True) for n in (position, entry_id, sealed_at))
    return hashlib.sha256(previous + numbers + content).digest()
