"""Who is assessed: kept in step with the organization, grouped like with like."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Q

from wangge.assessment.enums import Group
from wangge.assessment.models import Period, Unit
from wangge.kernel.audit.recording import record
from wangge.organization.enums import Level
from wangge.organization.models import Office
from wangge.territory import queries as territory

STREET_KIND: Final = "street"
# They dispatch, lead and judge; nobody measures them by the cases they handle.
NOT_ASSESSED: Final = ("hotline", "command_centre", "district.leader", "district.party_office")
DISTRICT_DIGITS: Final = 6
# GB/T 10114: digits 7–9 of a street's code are 001–099 for streets, 100–399 for towns and townships.
FIRST_TOWN, LAST_TOWN = 100, 399


def group_of_street(path: str) -> Group:
    """Street or township, by its code (GB/T 10114)."""
    return Group.TOWNSHIP if FIRST_TOWN <= int(path[6:9]) <= LAST_TOWN else Group.STREET


def sync(path: str, *, on: date) -> int:
    """A unit for every office below ``path`` that is assessed and has none yet; closed ones end. How many are new.

    A unit that was ended by hand stays ended.
    """
    offices = Office.objects.filter(path__startswith=path, valid_to__isnull=True)
    wanted = list(offices.filter(Q(kind=STREET_KIND) | Q(level__in=[Level.DISTRICT, Level.ENTERPRISE])))
    known = set(Unit.objects.filter(path__startswith=path).values_list("office_id", flat=True))
    new = [
        Unit(office=office, group=_group(office), name=office.name, path=_path(office), valid_from=on)
        for office in wanted
        if office.pk not in known and office.kind not in NOT_ASSESSED and len(_path(office)) >= DISTRICT_DIGITS
    ]
    if len(path) < DISTRICT_DIGITS:
        districts = {office.path[:DISTRICT_DIGITS] for office in wanted if len(office.path) >= DISTRICT_DIGITS}
        have = set(Unit.objects.filter(group=Group.DISTRICT, path__startswith=path).values_list("path", flat=True))
        names = territory.names_of(districts)
        new += [
            Unit(group=Group.DISTRICT, name=names.get(code, code), path=code, valid_from=on)
            for code in sorted(districts - have)
        ]
    with transaction.atomic():
        Unit.objects.bulk_create(new)
        gone = Unit.objects.filter(path__startswith=path, valid_to__isnull=True, office__valid_to__lte=on)
        gone.update(valid_to=on, note="机构已撤并")
        if new:
            record("assessment.unit.sync", path=path, changes={"new": [unit.name for unit in new][:50]})
    return len(new)


def _path(office: Office) -> str:
    return str(office.path[:9]) if office.kind == STREET_KIND else office.path


def _group(office: Office) -> Group:
    if office.kind == STREET_KIND:
        return group_of_street(office.path)
    return Group.ENTERPRISE if office.level == Level.ENTERPRISE else Group.DEPARTMENT


def of_period(period: Period) -> list[Unit]:
    """Everybody assessed in a month: streets and townships below the place, its own departments and enterprises, and
    for a city its districts."""
    held = Unit.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=period.month), valid_from__lte=period.last_on
    ).order_by("path", "pk")
    below = Q(group__in=[Group.STREET, Group.TOWNSHIP], path__startswith=period.path)
    own = Q(group__in=[Group.DEPARTMENT, Group.ENTERPRISE], path=period.path)
    if len(period.path) < DISTRICT_DIGITS:
        below |= Q(group=Group.DISTRICT, path__startswith=period.path)
    return list(held.filter(below | own))
