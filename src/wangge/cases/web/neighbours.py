"""Whom to call at a place: what stands on the public board of a grid （网格公示牌） and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from wangge.organization import queries as organization
from wangge.organization.book import OfficeRef
from wangge.organization.models import Office
from wangge.territory import queries as territory
from wangge.territory.enums import Crs
from wangge.territory.locating import locate_one

COMMUNITY, GRID = 12, 15


@dataclass(frozen=True, slots=True)
class Phone:
    label: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Around:
    """The grids of a place with their people (name and post), and the public phones."""

    place: str
    grids: list[dict[str, Any]]
    phones: list[Phone]


def locate(lng: str, lat: str) -> tuple[str, str]:
    """The grid of a typed point, or why there is none."""
    try:
        found = locate_one(float(lng), float(lat), Crs.WGS84)
    except (ValueError, ValidationError):
        return "", "没有收到位置，请再试一次，或在下面选择社区。"
    return found, "" if found else "您所在的位置还没有划入网格，请在下面选择社区。"


def choices(path: str) -> list[dict[str, Any]]:
    """Streets of the home division; below the chosen one its communities, below that its grids."""
    home = str(settings.HOME_DIVISION)
    levels = [home, *(p for p in territory.prefixes(path) if len(p) in {9, COMMUNITY} and p.startswith(home))]
    found = []
    for above, label in zip(levels, ("街道", "社区", "网格"), strict=False):
        rows: Any = territory.grids_of(above) if len(above) == COMMUNITY else territory.children(above)
        options = [(row.code, row.name, path.startswith(row.code)) for row in rows]
        if options:
            found.append({"label": label, "options": options})
    return found


def around(path: str) -> Around | None:
    """The public board of ``path``: a grid, or a community with all its grids. None above a community."""
    if len(path) < COMMUNITY or not path.isdigit() or not path.startswith(str(settings.HOME_DIVISION)):
        return None
    people: dict[str, list[dict[str, str]]] = {}
    for post in territory.staff_of(path):
        one = {"name": post.user.display_name, "post": post.get_position_display()}
        people.setdefault(post.grid.code, []).append(one)
    grids = [{"grid": grid, "people": people.get(grid.code, [])} for grid in territory.grids_of(path)]
    return Around(territory.full_name(path, from_level=4), grids, _phones(path))


def _phones(path: str) -> list[Phone]:
    wanted: list[tuple[str, OfficeRef | None]] = [
        ("社区电话", organization.community_office(path)),
        ("街道值班电话", organization.street_centre(path)),
        ("监督电话", organization.command_centre(path)),
    ]
    numbers = dict(Office.objects.filter(pk__in=[o.id for _, o in wanted if o]).values_list("pk", "phone"))
    found = [
        Phone(label, office.name, numbers[office.id]) for label, office in wanted if office and numbers.get(office.id)
    ]
    return [*found, Phone("热线", "政务服务便民热线", "12345")]
