"""Who reads the record: audit administrators (``audit.read``), and which rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q

from wangge.kernel.access.scopes import area
from wangge.kernel.audit.models import AuditEntry

READ = "audit.read"


def may_read(user: Any, entry: AuditEntry) -> bool:
    """Whether ``user`` may read ``entry``. The rows of ``visible``."""
    where = area(user, READ)
    return where.covers(settings.HOME_DIVISION) or (bool(entry.path) and where.covers(entry.path))


def visible(user: Any) -> Q:
    """The rows ``user`` may read: all, rows without a place too, when responsible for the whole installation."""
    where = area(user, READ)
    if where.covers(settings.HOME_DIVISION):
        return Q()
    return where.q(offices="")
