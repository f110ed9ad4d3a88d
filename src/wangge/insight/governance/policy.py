"""Who reads a task, who draws it up and decides, who carries it out. Always as a pair.

Over a place: leaders and command centres. For an office: whoever acts for the owner or for an office a line names.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet

from wangge.insight.governance.models import GovernanceItem, GovernanceNotice, GovernanceTask
from wangge.kernel.access.scopes import holdings, may, offices_of, scope

READ: Final = "governance.read"
MANAGE: Final = "governance.manage"
HANDLE: Final = "governance.handle"


def rows(user: Any) -> QuerySet[GovernanceTask]:
    """The tasks the user may read."""
    return GovernanceTask.objects.filter(scope(user, READ).q("path", "office_ids"))


def may_see(user: Any, task: GovernanceTask) -> bool:
    """The predicate beside ``rows``."""
    return may(user, READ, path=task.path, offices=task.office_ids)


def notices(user: Any) -> QuerySet[GovernanceNotice]:
    """What the user's offices were told, of tasks the user sees."""
    seen = scope(user, READ).q("task__path", "task__office_ids")
    return GovernanceNotice.objects.filter(seen, office_id__in=offices_of(user))


def my_offices(user: Any) -> list[int]:
    """The offices for which the user carries tasks out."""
    return [h.office_id for h in holdings(user) if h.office_id is not None and HANDLE in h.role.permissions]


def may_manage(user: Any, task: GovernanceTask) -> bool:
    """Draw up, approve, examine, drop: over the place."""
    return may_manage_at(user, task.path)


def may_manage_at(user: Any, path: str) -> bool:
    return may(user, MANAGE, path=path)


def _acts_for(user: Any, office_id: int) -> bool:
    return any(h.office_id == office_id and HANDLE in h.role.permissions for h in holdings(user))


def may_own(user: Any, task: GovernanceTask) -> bool:
    """Acts for the owner."""
    return _acts_for(user, task.office_id)


def may_edit(user: Any, task: GovernanceTask) -> bool:
    """Plan and lists: who manages the place, and the owner."""
    return may_manage(user, task) or may_own(user, task)


def may_finish(user: Any, item: GovernanceItem) -> bool:
    """A line is done when its office, or the owner, says so."""
    return _acts_for(user, item.office_id) or may_edit(user, item.task)
