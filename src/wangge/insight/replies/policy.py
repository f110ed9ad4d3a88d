"""Who reads the report: who leads a place or an office, and who checks what they send. Always as a pair."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet

from wangge.insight.replies.models import ReplyCheck
from wangge.kernel.access.scopes import may, scope

READ: Final = "replies.read"


def rows(user: Any) -> QuerySet[ReplyCheck]:
    """The checks the user may read."""
    return ReplyCheck.objects.filter(scope(user, READ).q("path", "office_ids"))


def may_read(user: Any, check: ReplyCheck) -> bool:
    """The predicate beside ``rows``."""
    return may(user, READ, path=check.path, offices=check.office_ids)
