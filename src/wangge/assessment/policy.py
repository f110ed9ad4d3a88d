"""Who sees and decides what: always the predicate beside the row filter.

A unit sees its own figures from the first day; once a month is published, everybody who belongs to the division sees
every unit's result. The cases behind a figure are those the user sees as cases, and no more.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet

from wangge.assessment.enums import AppealKind, AppealState, PeriodState
from wangge.assessment.models import (
    Adjustment,
    Appeal,
    AppealNotice,
    Pack,
    Period,
    Rectification,
    Score,
    Unit,
    WorkerSheet,
)
from wangge.kernel.access.scopes import NOTHING, Scope, area, offices_of, scope
from wangge.organization import queries as organization
from wangge.territory import queries as territory

READ: Final = "assessment.read"
APPEAL: Final = "assessment.appeal"
CLOSE: Final = "assessment.close"
DECIDE: Final = "assessment.decide"
MANAGE: Final = "assessment.manage"
EVALUATE: Final = "assessment.evaluate"
OWN: Final = "assessment.own"
REVIEW_WORKERS: Final = "assessment.review_workers"


def homes(user: Any) -> list[str]:
    """The divisions the user belongs to: those of their places and of their offices, and everything above them."""
    held = scope(user, READ)
    paths = [*held.paths, *(organization.path_of(office) or "" for office in held.offices)]
    return sorted({above for path in paths for above in territory.prefixes(path)})


def periods(user: Any) -> QuerySet[Period]:
    """The months a user can open: of every division they belong to, and of those below their places."""
    held = scope(user, READ)
    if not held:
        return Period.objects.none()
    return Period.objects.filter(Q(path__in=homes(user)) | held.q("path", ""))


def may_see_period(user: Any, period: Period) -> bool:
    return period.path in homes(user) or any(period.path.startswith(p) for p in scope(user, READ).paths)


def own_units(user: Any, permission: str = READ, prefix: str = "") -> Q:
    """Units below the user's places or of the user's offices."""
    return scope(user, permission).q(f"{prefix}path", f"{prefix}office_id", array=False)


def is_own(user: Any, unit: Unit, permission: str = READ) -> bool:
    return scope(user, permission).covers(unit.path, [unit.office_id] if unit.office_id else ())


def scores(user: Any) -> QuerySet[Score]:
    """The results a user sees."""
    held = scope(user, READ)
    if not held:
        return Score.objects.none()
    published = Q(period__state=PeriodState.PUBLISHED, period__path__in=homes(user))
    return Score.objects.filter(own_units(user, prefix="unit__") | published)


def may_see_unit(user: Any, period: Period, unit: Unit) -> bool:
    """The predicate beside ``scores``."""
    if is_own(user, unit):
        return True
    return period.state == PeriodState.PUBLISHED and bool(scope(user, READ)) and period.path in homes(user)


def _over(user: Any, permission: str, path: str) -> bool:
    return any(path.startswith(place) for place in scope(user, permission).paths)


def may_close(user: Any, period: Period) -> bool:
    """Closes, publishes and amends: over the period's own place."""
    return _over(user, CLOSE, period.path)


def may_manage(user: Any, path: str) -> bool:
    """Changes definitions, schemes and rules over ``path``; those for everywhere belong to nobody below."""
    held: Scope = area(user, MANAGE)
    return bool(path) and held.covers(path)


def may_appeal(user: Any, unit: Unit) -> bool:
    return is_own(user, unit, APPEAL)


def may_decide(user: Any, appeal: Appeal) -> bool:
    """The district decides about units, the street or community about its grid workers; nobody about themselves."""
    if appeal.by_id == getattr(user, "pk", None):
        return False
    permission = REVIEW_WORKERS if appeal.kind == AppealKind.SHEET else DECIDE
    return _over(user, permission, appeal.path)


def may_withdraw(user: Any, appeal: Appeal) -> bool:
    return appeal.by_id == getattr(user, "pk", None)


def appeals(user: Any) -> QuerySet[Appeal]:
    """The appeals a user sees: their own, their units', and those they may decide."""
    if not getattr(user, "is_authenticated", False):
        return Appeal.objects.none()
    units = Q(unit__isnull=False) & scope(user, APPEAL).q()
    decided = Q(unit__isnull=False) & scope(user, DECIDE).q("path", "")
    workers = Q(sheet__isnull=False) & scope(user, REVIEW_WORKERS).q("path", "")
    return Appeal.objects.filter(Q(by_id=user.pk) | units | decided | workers)


def notices(user: Any) -> QuerySet[AppealNotice]:
    """What the user's offices were told, of appeals the user sees."""
    return AppealNotice.objects.filter(office_id__in=offices_of(user), appeal__in=appeals(user))


def told(user: Any) -> QuerySet[Appeal]:
    """The grid worker's own appeals that were decided, as far as the worker has not read it."""
    if not scope(user, OWN):
        return Appeal.objects.none()
    decided = Appeal.objects.filter(sheet__isnull=False, decided_at__isnull=False, seen_at__isnull=True)
    return decided.filter(by_id=user.pk)


def to_decide(user: Any) -> QuerySet[Appeal]:
    """The appeals that wait for the user's decision (``may_decide``, as rows)."""
    units = Q(unit__isnull=False) & scope(user, DECIDE).q("path", "")
    workers = Q(sheet__isnull=False) & scope(user, REVIEW_WORKERS).q("path", "")
    waiting = Appeal.objects.filter(units | workers, state=AppealState.SUBMITTED, period__state=PeriodState.FROZEN)
    return waiting.exclude(by_id=user.pk)


def may_see_appeal(user: Any, appeal: Appeal) -> bool:
    """The predicate beside ``appeals``."""
    if appeal.by_id == getattr(user, "pk", None):
        return True
    if appeal.sheet_id is not None:
        return _over(user, REVIEW_WORKERS, appeal.path)
    covered = scope(user, APPEAL).covers(appeal.path, appeal.office_ids)
    return covered or _over(user, DECIDE, appeal.path)


def decides_about(user: Any, period: Period) -> bool:
    """Sees every appeal of the month with its decision: closes it, or decides over the whole place."""
    return may_close(user, period) or _over(user, DECIDE, period.path)


def adjustments(user: Any, period: Period) -> QuerySet[Adjustment]:
    """What changed after the freeze: of one's own units; of others only what was put right in public.

    An accepted appeal is the matter of its unit and of who decides.
    """
    rows = Adjustment.objects.filter(period=period)
    if decides_about(user, period):
        return rows
    public = Q(appeal_id__isnull=True) if period.state == PeriodState.PUBLISHED else NOTHING
    return rows.filter(own_units(user, prefix="unit__") | public)


def sheets(user: Any) -> QuerySet[WorkerSheet]:
    """A grid worker's own sheets and nobody else's."""
    if not scope(user, OWN):
        return WorkerSheet.objects.none()
    return WorkerSheet.objects.filter(user_id=user.pk)


def may_see_sheet(user: Any, sheet: WorkerSheet) -> bool:
    """The predicate beside ``sheets``."""
    return bool(scope(user, OWN)) and sheet.user_id == user.pk


def rectifications(user: Any) -> QuerySet[Rectification]:
    """Streets under rectification in the divisions a user belongs to; proposals only for those who decide."""
    held = scope(user, READ)
    if not held:
        return Rectification.objects.none()
    districts = [path for path in homes(user) if len(path) == 6]
    told = Q(state__in=["active", "leaving", "left"])
    in_reach = NOTHING
    for path in districts:
        in_reach |= Q(unit__path__startswith=path)
    return Rectification.objects.filter((told & in_reach) | scope(user, CLOSE).q("unit__path", ""))


def may_rectify(user: Any, row: Rectification) -> bool:
    return any(row.unit.path.startswith(place) for place in scope(user, CLOSE).paths if len(place) <= 6)


def may_evaluate(user: Any, street: Unit) -> bool:
    """The street's own leaders mark the departments."""
    return any(place == street.path for place in scope(user, EVALUATE).paths)


def packs(user: Any) -> QuerySet[Pack]:
    """Meeting packs of the divisions over which the user closes or leads."""
    return Pack.objects.filter(scope(user, READ).q("period__path", ""))


def may_make_pack(user: Any, period: Period) -> bool:
    return _over(user, READ, period.path)
