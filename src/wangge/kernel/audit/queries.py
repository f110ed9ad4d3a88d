"""What was done to an object, and how far the chain reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models

from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.sealing import Head, head


def history(obj: models.Model) -> models.QuerySet[AuditEntry]:
    """What was done to ``obj``, newest first."""
    return AuditEntry.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk)).order_by("-id")


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
