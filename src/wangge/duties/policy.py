"""Who reads and who changes kinds, lists and duties: a predicate and a row filter, always as a pair.

Lists are public by their nature (清单公开): whoever may read duties reads all of them. Changes reach as
far as the manager's path; what holds everywhere (``path == ''``, catalogues, limit classes) is changed
by whoever manages the whole home division.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db.models import Q, QuerySet

from wangge.duties.models import Catalogue, Duty, DutyList, DutyQuerySet
from wangge.kernel.access.scopes import NOTHING, may, scope

READ: Final = "duties.read"
MANAGE: Final = "duties.manage"


def may_read(user: Any) -> bool:
    return may(user, READ)


def visible_duties(user: Any) -> DutyQuerySet:
    """Row filter beside ``may_read``."""
    return Duty.objects.all() if may_read(user) else Duty.objects.none()


def visible_lists(user: Any) -> QuerySet[DutyList]:
    """Row filter beside ``may_read``."""
    return DutyList.objects.all() if may_read(user) else DutyList.objects.none()


def visible_catalogues(user: Any) -> QuerySet[Catalogue]:
    """Row filter beside ``may_read``: drafts are seen by those who can change them."""
    if not may_read(user):
        return Catalogue.objects.none()
    return Catalogue.objects.all() if may_manage(user) else Catalogue.objects.exclude(state="draft")


def may_manage(user: Any, path: str = "") -> bool:
    """Whether ``user`` changes duties of ``path`` (``''``: those that hold everywhere). ``None`` is the system."""
    return user is None or may(user, MANAGE, path=path or str(settings.HOME_DIVISION))


def managed_paths(user: Any) -> tuple[str, ...]:
    """The path prefixes whose duties ``user`` changes; ``''`` first when those that hold everywhere too."""
    if user is None:
        return ("",)
    return (("",) if may_manage(user) else ()) + scope(user, MANAGE).paths


def manageable_duties(user: Any) -> DutyQuerySet:
    """Row filter beside ``may_manage``."""
    found = scope(user, MANAGE)
    condition = found.q("path", "") if found.paths else NOTHING
    if may_manage(user):
        condition |= Q(path="")
    return Duty.objects.filter(condition)
