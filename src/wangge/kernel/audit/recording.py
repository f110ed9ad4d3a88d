"""Writing the record: one insert in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models

from wangge.kernel.audit.context import current
from wangge.kernel.audit.models import AuditEntry


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return "…"
    return value


def record(
    action: str,
    obj: models.Model | None = None,
    *,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    path: str | None = None,
) -> AuditEntry:
    """Record ``action`` (``app.model.verb``) on ``obj`` by the bound actor.

    ``changes`` maps field → [before, after]; personal values must be masked by the caller.
    """
    context = current()
    return AuditEntry.objects.create(
        action=action,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        path=path if path is not None else str(getattr(obj, "path", "") or ""),
        actor_kind=context.actor.kind,
        actor_id=context.actor.id,
        actor_label=context.actor.label[:80],
        office_id=context.actor.office_id,
        request_id=context.request_id,
        address=context.address,
        reason=reason or context.reason,
        changes=json.loads(json.dumps(changes or {}, default=_plain, ensure_ascii=False)),
    )


def record_read(obj: models.Model, fields: str, *, reason: str = "") -> AuditEntry:
    """Record that the bound actor read personal ``fields`` of ``obj``."""
    return record(f"{obj._meta.label_lower}.read", obj, changes={"fields": fields}, reason=reason)
