"""Writing the record: one insert in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models

from wangge.kernel import rows
from wangge.kernel.audit.context import current
from wangge.kernel.audit.models import AuditEntry


def record(
    action: str,
    obj: models.Model | None = None,
    *,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    path: str | None = None,
) -> AuditEntry:
    """Record ``action`` (``app.model.verb``) on ``obj`` by the bound actor.

    ``changes`` maps field → [before, after]; personal values must be masked by the caller (bytes, which is what
    encrypted values are, become "…"). ``path`` defaults to the object's own.
    """
    return rows.insert(_entry(action, obj, changes, reason, path))


def record_many(action: str, objs: Iterable[models.Model], *, reason: str = "") -> int:
    """Record the same ``action`` on each of ``objs`` in one statement (bulk actions); how many."""
    return _copy(_entry(action, obj, None, reason, None) for obj in objs)


def record_rows(action: str, model: type[models.Model], rows: Iterable[tuple[object, str]], *, reason: str = "") -> int:
    """The same for rows that were never objects (imports): (primary key, path) of each."""
    label = model._meta.label_lower
    blank = _entry(action, None, None, reason, "")

    def entries() -> Iterator[AuditEntry]:
        for pk, path in rows:
            blank.object_type, blank.object_id, blank.path = label, str(pk), path
            yield blank

    return _copy(entries())


_COPIED = tuple(f.attname for f in AuditEntry._meta.concrete_fields if f.attname not in ("id", "at"))


def _copy(entries: Iterable[AuditEntry]) -> int:
    number = 0
    columns = ", ".join(_COPIED)
    with connection.cursor() as cursor, cursor.copy(f"COPY audit_auditentry ({columns}) FROM STDIN") as copy:
        for entry in entries:
            row = [getattr(entry, name) for name in _COPIED]
            row[-1] = json.dumps(row[-1], ensure_ascii=False)
            copy.write_row(row)
            number += 1
    return number


def record_read(obj: models.Model, fields: str, *, reason: str = "") -> AuditEntry:
    """Record that the bound actor read personal ``fields`` of ``obj``."""
    return record(f"{obj._meta.label_lower}.read", obj, changes={"fields": fields}, reason=reason)


def _entry(
    action: str, obj: models.Model | None, changes: Mapping[str, Any] | None, reason: str, path: str | None
) -> AuditEntry:
    context = current()
    actor = context.actor
    return AuditEntry(
        action=action,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        path=path if path is not None else str(getattr(obj, "path", "") or ""),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:80],
        office_id=actor.office_id,
        request_id=context.request_id,
        address=context.address,
        reason=reason or context.reason,
        changes=json.loads(json.dumps(changes, default=_plain, ensure_ascii=False)) if changes else {},
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return "…"
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)
