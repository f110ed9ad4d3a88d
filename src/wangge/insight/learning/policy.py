"""Who sees models and permits, and who may give or end a permit."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from wangge.insight.learning.models import DispatchPermit, KindModel
from wangge.kernel.access.scopes import may, scope


def visible(user: Any) -> Q:
    return scope(user, "insight.read").q("path", "")


def may_see(user: Any, row: KindModel | DispatchPermit) -> bool:
    return may(user, "insight.read", path=row.path)


def may_permit(user: Any, path: str) -> bool:
    """Whoever lets a model dispatch could dispatch there: both rights are asked."""
    return may(user, "insight.manage", path=path) and may(user, "cases.dispatch", path=path)
