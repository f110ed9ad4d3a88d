"""Reads for the audit administrator's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.sealing import Head, head


def entries(
    *,
    actor_id: int | None = None,
    actor_kind: str = "",
    action: str = "",
    object_type: str = "",
    object_id: str = "",
    request_id: str = "",
    path: str = "",
    from_on: date | None = None,
    to_on: date | None = None,
) -> models.QuerySet[AuditEntry]:
    """Newest first. ``action`` and ``path`` are prefixes; both days are included."""
    given: dict[str, Any] = {
        "actor_id": actor_id,
        "actor_kind": actor_kind,
        "action__startswith": action,
        "object_type": object_type,
        "object_id": object_id,
        "request_id": request_id,
        "path__startswith": path,
    }
    found = AuditEntry.objects.filter(**{name: value for name, value in given.items() if value not in ("", None)})
    if from_on is not None:
        found = found.filter(at__gte=_start_of(from_on))
    if to_on is not None:
        found = found.filter(at__lt=_start_of(to_on + timedelta(days=1)))
    return found.order_by("-id")


def history(obj: models.Model) -> models.QuerySet[AuditEntry]:
    """What was done to ``obj``, newest first."""
    return entries(object_type=obj._meta.label_lower, object_id=str(obj.pk))


@dataclass(frozen=True, slots=True)
class SealState:
    """How far the chain reaches, and what waits. ``oldest_waiting_at`` is None when nothing does."""

    head: Head
    sealed_at: datetime | None
    waiting: int
    oldest_waiting_at: datetime | None


def seal_state() -> SealState:
    """For the page, ``wangge doctor`` and the metrics."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT sealed_at FROM audit_auditseal ORDER BY position DESC LIMIT 1),
                      (SELECT count(*) FROM audit_auditpending),
                      (SELECT e.at FROM audit_auditentry e
                       WHERE e.id = (SELECT min(entry_id) FROM audit_auditpending))"""
        )
        sealed_at, waiting, oldest = cursor.fetchone()
    return SealState(head(), sealed_at, waiting, oldest)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
