"""Whose pages there are, and which are due: divisions down to the street, and whatever else a leader leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from wangge.cockpit.models import DEFAULT_HOUR, Brief, BriefRules
from wangge.cockpit.policy import READ
from wangge.kernel.access.models import Grant
from wangge.kernel.access.roles import Reach, roles
from wangge.kernel.calendar.working import is_workday
from wangge.organization import queries as organization
from wangge.territory import queries as territory
from wangge.territory.enums import CODE_LENGTHS, COMMUNITY_LENGTH, Level
from wangge.territory.models import Division


@dataclass(frozen=True, slots=True)
class Unit:
    """What a page is about: a division, or (``office_id``) an office of it."""

    path: str
    office_id: int | None = None

    @property
    def q(self) -> Q:
        """The rows that are this unit's."""
        return Q(path=self.path, office_id=self.office_id)

    @property
    def counted_at(self) -> str:
        """Below which place its cases lie: an office's are its own wherever they are."""
        return self.path if self.office_id is None else self.path[:2]

    @property
    def level(self) -> int:
        return territory.level_of(self.path)

    @property
    def name(self) -> str:
        office = organization.office(self.office_id)
        return office.name if office is not None else territory.name_of(self.path)


def all_units(on: date) -> list[Unit]:
    """Every unit that has a page on ``on``, higher places first."""
    home = str(settings.HOME_DIVISION)
    down = Division.objects.on(on).below(home)
    found = {Unit(code) for code in down.filter(level__lte=Level.STREET).values_list("code", flat=True)}
    leading = {code: role.reach for code, role in roles().items() if READ in role.permissions}
    grants = Grant.objects.in_force(on).filter(role__in=leading, user__is_active=True)
    for code, path, office_id in grants.values_list("role", "path", "office_id").distinct():
        if leading[code] is Reach.PATH and len(path) in CODE_LENGTHS:
            found.add(Unit(path))
        elif leading[code] is Reach.OFFICE and (office := organization.office(office_id)) is not None:
            found.add(Unit(office.path[:COMMUNITY_LENGTH], office.id))
    known = set(Division.objects.on(on).filter(code__in={u.path for u in found}).values_list("code", flat=True))
    return sorted((u for u in found if u.path in known), key=lambda u: (len(u.path), u.path, u.office_id or 0))


class Hours:
    """The rule in force for each place on a day, read once."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.rules = sorted(BriefRules.objects.in_force(on), key=lambda r: -len(r.path))
        self.works = is_workday(on)

    def of(self, path: str) -> time | None:
        """When the page of ``path`` is made on the day; None when it is not."""
        rule = next((r for r in self.rules if path.startswith(r.path)), None)
        if rule is None:
            return DEFAULT_HOUR
        return rule.make_at if rule.enabled and (self.works or rule.rest_days) else None


def due_units(now: datetime) -> list[Unit]:
    """The units whose hour has come today and whose page is not made yet."""
    local = timezone.localtime(now)
    hours = Hours(local.date())
    made = set(Brief.objects.filter(for_on=local.date()).values_list("path", "office_id"))
    return [
        unit
        for unit in all_units(local.date())
        if (unit.path, unit.office_id) not in made and (at := hours.of(unit.path)) is not None and local.time() >= at
    ]
