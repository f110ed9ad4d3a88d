"""Who reads and who changes offices and staff: a predicate and a row filter, always as a pair.

Offices are a directory: whoever may read the organization reads all of them. Staff lists are read
where the permission was granted. Changes reach as far as the manager's path. A manager of the
organization gives only ordinary roles; those of administrators, managers and of people who read full
phone numbers are given by the security administrator (three-role separation, GB/T 22239-2019).
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q

from wangge.kernel.access.permissions import GRANTS
from wangge.kernel.access.roles import Role, roles
from wangge.kernel.access.scopes import NOTHING, area, may, scope
from wangge.organization.models import Office, OfficeQuerySet, Staff

READ: Final = "organization.read"
MANAGE: Final = "organization.manage"
_RESERVED_ENDINGS: Final = (".manage", ".accounts", ".grants")


def may_read_offices(user: Any) -> bool:
    return may(user, READ)


def visible_offices(user: Any) -> OfficeQuerySet:
    """Every office, for those who may read the organization."""
    found: OfficeQuerySet = Office.objects.all() if may_read_offices(user) else Office.objects.none()
    return found


def may_read_staff(user: Any, staff: Staff) -> bool:
    return may(user, READ, path=staff.office.path, offices=(staff.office_id,))


def staff_filter(user: Any) -> Q:
    """The staff below the user's paths and of the user's offices."""
    return scope(user, READ).q("office__path", "office_id", array=False)


def visible_staff(user: Any) -> Any:
    """Row filter beside ``may_read_staff``."""
    return Staff.objects.filter(staff_filter(user))


def may_manage(user: Any, path: str) -> bool:
    """Whether ``user`` changes the offices and staff of the division ``path``."""
    return may(user, MANAGE, path=path)


def manageable_offices(user: Any) -> OfficeQuerySet:
    """Row filter beside ``may_manage``."""
    found = scope(user, MANAGE)
    condition = found.q("path", "") if found.paths else NOTHING
    rows: OfficeQuerySet = Office.objects.filter(condition)
    return rows


def may_unmask(user: Any, staff: Staff, field: str) -> bool:
    """Whose work phone a manager sees in full, giving a reason."""
    return field == "phone" and may_manage(user, staff.office.path)


def is_reserved(role: Role) -> bool:
    """Whether only the security administrator gives this role."""
    return bool(role.separation) or role.totp_required or any(p.endswith(_RESERVED_ENDINGS) for p in role.permissions)


def may_give(user: Any, role: Role, path: str) -> bool:
    """Whether ``user`` gives ``role`` over ``path`` when putting somebody into an office."""
    if is_reserved(role):
        return area(user, GRANTS).covers(path)
    return may_manage(user, path)


def giveable_roles(user: Any, path: str) -> list[Role]:
    """The roles beside ``may_give``, in their declared order."""
    return [role for role in roles().values() if may_give(user, role, path)]
