"""Showing a personal value in clear: asked with a reason, allowed by the model's policy, counted and logged.

A module registers who may read a field of its model: ``register_unmask("cases.requester", may=may_unmask)``,
where ``may_unmask(user, obj, field) -> bool``. Only fields declared in ``personal_data`` can be unmasked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import UnmaskCount, User
from wangge.kernel.audit.context import acting, actor_for, bind
from wangge.kernel.audit.recording import record, record_read

May = Callable[[Any, Any, str], bool]

log = structlog.get_logger(__name__)
_policies: dict[str, May] = {}

_COUNT = """
-- One more for today, unless the limit is reached: then no row comes back.
INSERT INTO {table} AS held (user_id, "on", count) VALUES (%(user)s, %(on)s, 1)
ON CONFLICT (user_id, "on") DO UPDATE SET count = held.count + 1 WHERE held.count < %(limit)s
RETURNING count
"""


def register_unmask(label: str, *, may: May) -> None:
    """Register the policy of a model (``app.model``)."""
    _policies[label.lower()] = may


def unmask(user: User, obj: models.Model, field: str, reason: str) -> str:
    """The personal ``field`` of ``obj`` in clear.

    Raises AccessError without a reason of 4 characters, without permission, and beyond
    ``UNMASK_LIMIT_PER_DAY`` (which also raises an alarm in the log and in the audit record).
    """
    reason = reason.strip()
    if len(reason) < 4:
        raise AccessError("请写明查看完整信息的理由（至少4个字）。")
    may = _policies.get(obj._meta.label_lower)
    declared = getattr(obj, "personal_data", {})
    if may is None or field not in declared or not may(user, obj, field):
        raise AccessError("您没有查看该信息完整内容的权限。")
    with acting(user):
        if _count(user):
            record_read(obj, field, reason=reason)
            return str(getattr(obj, field) or "")
    with bind(actor=actor_for(user)):
        record("access.unmask.limit", obj, changes={"fields": field}, reason=reason)
    log.error("unmask_limit_reached", alarm=True, user_id=user.pk, limit=settings.UNMASK_LIMIT_PER_DAY)
    raise AccessError(f"您今天查看完整信息已达{settings.UNMASK_LIMIT_PER_DAY}次，请联系安全管理员。")


def _count(user: User) -> bool:
    limit: int = settings.UNMASK_LIMIT_PER_DAY
    if limit <= 0:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(table=UnmaskCount._meta.db_table),
            {"user": user.pk, "on": timezone.localdate(), "limit": limit},
        )
        return cursor.fetchone() is not None
