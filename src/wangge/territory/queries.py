"""Reads of the territory. Names and trees come from a cache in the process; rows from the database.

Paths are strings of 2, 4, 6, 9, 12 (divisions) or 15 digits (grids). Unknown paths are shown as they
are, never an error: an old case may lie in a division that nobody loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from wangge.kernel.periods import in_force
from wangge.kernel.rows import exists
from wangge.territory.enums import (
    CODE_LENGTHS,
    COMMUNITY_LENGTH,
    DISTRICT_LENGTH,
    GRID_LENGTH,
    STREET_LENGTH,
    Level,
    Position,
)
from wangge.territory.models import Division, DivisionChange, Grid, GridStaff, Outline, PlaceCode
from wangge.territory.names import core_name, readings, short_name
from wangge.territory.revision import Cached


@dataclass(slots=True)
class _Names:
    """Current names: the home division's and its ancestors' at once, others as they are asked for."""

    divisions: dict[str, str] = field(default_factory=dict)
    grids: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)


def _load_names() -> _Names:
    home: str = settings.HOME_DIVISION
    wanted = Q(code__startswith=home) if len(home) >= 4 else Q(level__lte=Level.DISTRICT)
    wanted |= Q(code__in=[home[:n] for n in CODE_LENGTHS if n < len(home)])
    names = _Names()
    names.divisions.update(Division.objects.current().filter(wanted).values_list("code", "name"))
    names.grids.update(Grid.objects.current().below(home).values_list("code", "name"))
    return names


_names = Cached(_load_names)


def names_of(paths: Iterable[str]) -> dict[str, str]:
    """Path → name for many paths in at most two statements; a closed place bears its last name."""
    names = _names.get()
    found: dict[str, str] = {}
    missing: set[str] = set()
    for path in paths:
        name = names.divisions.get(path) or names.grids.get(path) or names.asked.get(path)
        if name is None:
            missing.add(path)
        else:
            found[path] = name
    grids = {p for p in missing if len(p) == GRID_LENGTH}
    if missing - grids:
        rows = Division.objects.filter(code__in=missing - grids).order_by("valid_from", "id")
        found.update(rows.values_list("code", "name"))
    if grids:
        found.update(Grid.objects.filter(code__in=grids).order_by("valid_from", "id").values_list("code", "name"))
    if len(names.asked) > 100_000:
        names.asked.clear()
    for path in missing:
        names.asked[path] = found.setdefault(path, path)
    return found


def name_of(path: str) -> str:
    """The name of a division or grid; the path itself when nobody knows it."""
    return names_of([path])[path] if path else ""


def prefixes(path: str) -> list[str]:
    """The path and everything above it, highest first."""
    return [path[:n] for n in (*CODE_LENGTHS, GRID_LENGTH) if n <= len(path)]


def on_line(path: str) -> Q:
    """Rows (``path``) of the place, of those below it and of those above it."""
    return Q(path__startswith=path) | Q(path__in=prefixes(path))


def full_name(path: str, from_level: int = 3) -> str:
    """``昆都仑区·少先路街道·钢二十三号街坊社区·第3网格`` from ``from_level`` (3 district, 4 street) down."""
    if not path:
        return ""
    chain = [p for i, p in enumerate(prefixes(path), start=1) if i >= from_level] or [path]
    named = names_of(chain)
    return "·".join(short_name(named[p], Level.COMMUNITY) if len(p) == COMMUNITY_LENGTH else named[p] for p in chain)


def level_of(path: str) -> int:
    """1–5 for divisions, 6 for a grid. Raises ``ValueError`` for any other length."""
    lengths = (*CODE_LENGTHS, GRID_LENGTH)
    if len(path) not in lengths or not path.isdigit():
        raise ValueError(f"不是区划或网格编码：{path!r}")
    return lengths.index(len(path)) + 1


def division(code: str) -> Division | None:
    """The current division with this code."""
    return Division.objects.current().filter(code=code).first()


def stands(code: str) -> bool:
    """Whether a division or a grid has this code today."""
    return exists(Grid if len(code) > COMMUNITY_LENGTH else Division, code=code, valid_to=None)


def ancestors(path: str) -> list[Division]:
    """The divisions above ``path``, highest first (a grid's community included)."""
    return list(Division.objects.current().filter(code__in=prefixes(path[:-1])).order_by("level"))


def children(path: str) -> QuerySet[Division]:
    """The divisions one level below; the provinces for the empty path."""
    return Division.objects.current().filter(parent_code=path).order_by("code")


def grid(code: str) -> Grid | None:
    """The current grid with this code."""
    return Grid.objects.current().filter(code=code).first()


def grids_of(path: str) -> QuerySet[Grid]:
    """The current grids below ``path``, in the order of their codes."""
    return Grid.objects.current().below(path).order_by("code")


def staff_of(path: str, on: date | None = None) -> QuerySet[GridStaff]:
    """Who works in the grids below ``path`` today (or ``on``): chiefs first."""
    day = on or timezone.localdate()
    return (
        GridStaff.objects.filter(in_force(day), grid__code__startswith=path)
        .select_related("grid", "user")
        .order_by("grid__code", "position", "id")
    )


def current_chief(grid_code: str) -> Any:
    """The grid's chief (网格长), or None."""
    post = staff_of(grid_code).filter(position=Position.CHIEF).first()
    return post.user if post else None


def chiefs_of(path: str) -> dict[str, str]:
    """Grid code → the chief's name, for the grids below ``path``."""
    return dict(staff_of(path).filter(position=Position.CHIEF).values_list("grid__code", "user__display_name"))


def staffed(grid_ids: Iterable[int]) -> dict[int, tuple[str, int]]:
    """Grid id → the chief's name and how many people work there today, in one statement."""
    today = timezone.localdate()
    rows = GridStaff.objects.filter(in_force(today), grid_id__in=list(grid_ids))
    found: dict[int, tuple[str, int]] = {}
    for grid_id, position, name in rows.values_list("grid_id", "position", "user__display_name"):
        chief, count = found.get(grid_id, ("", 0))
        found[grid_id] = (name if position == Position.CHIEF else chief, count + 1)
    return found


def successors(code: str) -> list[str]:
    """What ``code`` is today: itself while current, else the codes that followed it (transitively)."""
    open_codes, seen, result = [code], set[str](), list[str]()
    while open_codes:
        here = open_codes.pop()
        if here in seen:
            continue
        seen.add(here)
        model: type[Division] | type[Grid] = Grid if len(here) == GRID_LENGTH else Division
        if model._default_manager.filter(code=here, valid_to__isnull=True).exists():
            result.append(here)
        links = DivisionChange.objects.filter(from_code=here).exclude(to_code="").exclude(to_code=here)
        open_codes.extend(links.values_list("to_code", flat=True))
    return sorted(result)


def changes_of(code: str) -> QuerySet[DivisionChange]:
    """The changes that led to or away from ``code``, latest first."""
    return DivisionChange.objects.filter(Q(from_code=code) | Q(to_code=code)).order_by("-on", "-id")


def choices(roots: Iterable[str]) -> list[tuple[str, str]]:
    """What lies below ``roots``, code and full name: of a street or above streets and communities (of a city or
    above, what is next below), of a community its grids."""
    found: list[tuple[str, str]] = []
    for root in roots:
        if len(root) < DISTRICT_LENGTH:
            found += [(one.code, one.name) for one in children(root)]
        elif len(root) <= STREET_LENGTH:
            inside = Division.objects.current().filter(code__startswith=root, level__in=[Level.STREET, Level.COMMUNITY])
            names = dict(inside.order_by("code").values_list("code", "name")) or {root: name_of(root)}
            for code, name in names.items():
                street = code[:STREET_LENGTH]
                found.append((code, name if code == street else f"{names.get(street) or name_of(street)}·{name}"))
        else:
            found.append((root, full_name(root, from_level=4)))
            found += [(g.code, f"{name_of(root)}·{g.name}") for g in grids_of(root) if g.code != root]
    return found


def search(text: str, within: str = "", limit: int = 50) -> list[Division | Grid]:
    """Divisions, then grids, by name or code; words before the last narrow down (``东胜 交通``).

    The variants 盟/市, 旗/县/区, 苏木/乡/镇, 嘎查/村 find each other. Exact names come first, higher levels
    before lower ones.
    """
    words = text.split()
    if not words:
        return []
    inside = Q(code__startswith=within) if within else Q()
    for word in words[:-1]:
        above = Division.objects.current().filter(inside, named(word), level__lte=Level.STREET)
        codes = list(above.order_by("code").values_list("code", flat=True)[:200])
        if not codes:
            return []
        inside = Q()
        for code in codes:
            inside |= Q(code__startswith=code)
    last = words[-1]
    divisions = list(Division.objects.current().filter(inside, named(last)).order_by("level", "code")[:2000])
    divisions.sort(key=lambda d: (_rank(last, d.name, d.level), d.level, d.code))
    found: list[Division | Grid] = list(divisions[:limit])
    if len(found) < limit:
        grids = Grid.objects.current().filter(inside, Q(name__contains=last) | Q(code__startswith=last))
        found.extend(grids.order_by("code")[: limit - len(found)])
    return found


def named(word: str) -> Q:
    """Divisions whose code begins with ``word`` or whose name holds it, in any reading of its level word."""
    if word.isdigit():
        return Q(code__startswith=word) | Q(name__contains=word)
    condition = Q()
    for name, level in readings(word):
        condition |= Q(name__contains=name) if level is None else Q(name__contains=name, level=level)
    return condition


def _rank(word: str, name: str, level: int) -> int:
    if name == word:
        return 0
    cores = {text for text, read in readings(word) if read in {None, level}}
    return 1 if core_name(name, level) in cores else 2


def place_by_code(code: str) -> PlaceCode | None:
    """The place behind a QR code's short code; None when unknown or withdrawn."""
    return PlaceCode.objects.filter(code=code.strip().upper(), valid_to__isnull=True).first()


def outline(code: str) -> dict[str, Any] | None:
    """A division's outline as a GeoJSON geometry in CGCS2000, where one is known."""
    row = Outline.objects.filter(code=code, valid_to__isnull=True).values_list("polygon", flat=True).first()
    return row or None


def geojson(path: str, *, grids: bool = True) -> dict[str, Any]:
    """A FeatureCollection for maps: the outlines known below ``path`` and (``grids``) the grids with a polygon.

    Properties: ``path, name, kind`` (``division`` or the grid's kind), ``level``, ``chief``.
    """
    chiefs = chiefs_of(path)
    outlines = Outline.objects.filter(code__startswith=path, valid_to__isnull=True).order_by("code")
    names = names_of(o.code for o in outlines)
    features = [
        _feature(o.polygon, path=o.code, name=names[o.code], kind="division", level=level_of(o.code), chief="")
        for o in outlines
    ]
    features += [
        _feature(g.polygon, path=g.code, name=g.name, kind=g.kind, level=6, chief=chiefs.get(g.code, ""))
        for g in (grids_of(path) if grids else ())
        if g.polygon
    ]
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
