"""Writes on grids. Every one: keyword-only, one transaction, history, audit, caches told.

Errors are ``ValidationError`` with words for the user. ``on`` is the day it takes effect (today).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from wangge.kernel.access.models import User
from wangge.kernel.audit.recording import record, record_many
from wangge.kernel.events.bus import publish
from wangge.territory import staffing
from wangge.territory.checks import Drawn, drawn_in, refuse_overlaps
from wangge.territory.drawing import numbered
from wangge.territory.enums import COMMUNITY_LENGTH, ChangeKind, Crs, GridKind, Position
from wangge.territory.events import PathsMoved
from wangge.territory.geometry import area_m2, read_polygon, to_geojson
from wangge.territory.models import Division, Grid, GridPast, GridStaff
from wangge.territory.revision import changed
from wangge.territory.succession import close_grid, link, move_places, move_staff, next_grid_code

_DISTRICT = 6


@dataclass(frozen=True, slots=True)
class NewGrid:
    """A grid to be made: ``polygon`` a GeoJSON geometry in ``crs``, or None; no ``code``: the next number."""

    community_code: str
    name: str = ""
    kind: str = GridKind.COMPREHENSIVE
    polygon: dict[str, Any] | None = None
    crs: str = Crs.CGCS2000
    households: int | None = None
    code: str = ""


def _community(code: str) -> Division:
    """The current community, locked: grid numbers are given one after the other."""
    if len(code) != COMMUNITY_LENGTH:
        raise ValidationError("网格必须属于一个社区（嘎查、村），不能直接属于街道或区。", code="community")
    found = Division.objects.select_for_update().filter(code=code, valid_to__isnull=True).first()
    if found is None:
        raise ValidationError(f"没有代码为{code}的社区（嘎查、村）。", code="community")
    return found


def default_name(code: str) -> str:
    """``第3网格`` of …003."""
    return f"第{int(code[-3:])}网格"


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise ValidationError("网格名称为1至60个字。", code="name")
    return name


def _shape_fields(polygon: BaseGeometry | None) -> dict[str, Any]:
    if polygon is None:
        return dict.fromkeys(("polygon", "centroid_lng", "centroid_lat", "area_m2"))
    inside = polygon.representative_point()
    centre = polygon.centroid if polygon.contains(polygon.centroid) else inside
    return {
        "polygon": to_geojson(polygon),
        "centroid_lng": round(centre.x, 7),
        "centroid_lat": round(centre.y, 7),
        "area_m2": round(area_m2(polygon), 1),
    }


def _make(new: NewGrid, polygon: BaseGeometry | None, day: date) -> Grid:
    _community(new.community_code)
    if new.households is not None and new.households < 0:
        raise ValidationError("户数不能小于0。", code="households")
    code = new.code or next_grid_code(new.community_code)
    if new.code and (len(code) != 15 or not code.isdigit() or not code.startswith(new.community_code)):
        raise ValidationError(f"网格编码须为社区代码{new.community_code}加3位数字：{code}", code="code")
    if new.code and Grid.objects.filter(code=code).exists():
        raise ValidationError(f"网格编码{code}已经用过。", code="taken")
    return Grid(
        code=code,
        community_code=new.community_code,
        name=_clean_name(new.name or default_name(code)),
        kind=GridKind(new.kind),
        households=new.households,
        valid_from=day,
        changed_on=day,
        **_shape_fields(polygon),
    )


def _drawn(grid: Grid, polygon: BaseGeometry | None = None) -> Drawn:
    return Drawn(grid.code, grid.name, grid.kind, polygon if polygon is not None else shape(grid.polygon))


@transaction.atomic
def create_grid(*, new: NewGrid, on: date | None = None, reason: str = "") -> Grid:
    """A new grid below its community. Raises ``ValidationError``: no such community, bad outline, overlap."""
    polygon = read_polygon(new.polygon, new.crs) if new.polygon is not None else None
    grid = _make(new, polygon, on or timezone.localdate())
    if polygon is not None:
        refuse_overlaps([_drawn(grid, polygon)], drawn_in(grid.code[:_DISTRICT]))
    grid.save()
    record("territory.grid.create", grid, changes={"name": [None, grid.name]}, reason=reason)
    changed()
    return grid


@transaction.atomic
def create_grids(
    *, news: Sequence[NewGrid], on: date | None = None, reason: str = "", check: bool = True
) -> list[Grid]:
    """Many grids at once, overlaps checked in one pass (``check=False`` for outlines cut by ``drawing.divide``)."""
    day = on or timezone.localdate()
    polygons = [read_polygon(n.polygon, n.crs) if n.polygon is not None else None for n in news]
    grids: list[Grid] = []
    # Those before it in this call are not in the database yet.
    last: dict[str, int] = {}
    taken: set[str] = set()
    for new, polygon in zip(news, polygons, strict=True):
        grid = _make(new, polygon, day)
        if not new.code:
            number = max(int(grid.code[12:]), last.get(new.community_code, 0) + 1)
            if number > 999:
                raise ValidationError("这个社区的网格编号已用到999。", code="full")
            grid.code = f"{new.community_code}{number:03}"
            grid.name = _clean_name(new.name or default_name(grid.code))
        if grid.code in taken:
            raise ValidationError(f"网格编码{grid.code}重复。", code="taken")
        taken.add(grid.code)
        last[new.community_code] = max(last.get(new.community_code, 0), int(grid.code[12:]))
        grids.append(grid)
    if check:
        drawn = [_drawn(g, p) for g, p in zip(grids, polygons, strict=True) if p is not None]
        for district in sorted({d.code[:_DISTRICT] for d in drawn}):
            refuse_overlaps([d for d in drawn if d.code.startswith(district)], drawn_in(district))
    Grid.objects.bulk_create(grids, batch_size=500)
    record_many("territory.grid.create", grids, reason=reason)
    changed()
    return grids


def _keep(grid: Grid, day: date, reason: str) -> None:
    """The grid as it was until ``day``."""
    GridPast.objects.create(
        grid=grid,
        name=grid.name,
        kind=grid.kind,
        polygon=grid.polygon,
        households=grid.households,
        valid_from=grid.changed_on,
        valid_to=max(day, grid.changed_on),
        reason=reason[:200],
    )


def _locked(grid: Grid) -> Grid:
    found = Grid.objects.select_for_update().get(pk=grid.pk)
    if not found.is_current:
        raise ValidationError(f"{found.name}已撤销。", code="closed")
    return found


@transaction.atomic
def change_grid(
    *, grid: Grid, values: Mapping[str, Any], crs: str = Crs.CGCS2000, on: date | None = None, reason: str = ""
) -> Grid:
    """Rename, redraw or recount: any of ``name, kind, polygon, households``. The former state is kept.

    Grids may not be redrawn casually (Binzhou rules 2021): a new outline asks a reason.
    """
    grid, day = _locked(grid), on or timezone.localdate()
    if unknown := set(values) - {"name", "kind", "polygon", "households"}:
        raise ValueError(f"not to be changed: {unknown}")
    new: dict[str, Any] = dict(values)
    if "name" in new:
        new["name"] = _clean_name(new["name"])
    if "kind" in new:
        new["kind"] = GridKind(new["kind"])
    polygon = None
    if "polygon" in new:
        if grid.polygon is not None and not reason.strip():
            raise ValidationError("调整网格边界须写明依据。", code="reason")
        polygon = read_polygon(new["polygon"], crs) if new["polygon"] is not None else None
        new |= _shape_fields(polygon)
    before = {name: getattr(grid, name) for name in new}
    if all(before[name] == value for name, value in new.items()):
        return grid
    _keep(grid, day, reason)
    for name, value in new.items():
        setattr(grid, name, value)
    grid.changed_on = max(day, grid.changed_on)
    if grid.polygon is not None and {"polygon", "kind"} & set(new):
        refuse_overlaps([_drawn(grid, polygon)], drawn_in(grid.code[:_DISTRICT], without=[grid.code]))
    grid.save()
    shown = {k: [before[k], v] for k, v in new.items() if k in {"name", "kind", "households"} and before[k] != v}
    if "polygon" in new:
        shown["area_m2"] = [before["area_m2"], grid.area_m2]
    record("territory.grid.change", grid, changes=shown, reason=reason)
    changed()
    return grid


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ValidationError("请写明依据。", code="reason")
    return reason.strip()


@transaction.atomic
def merge_grids(*, grids: Sequence[Grid], name: str = "", on: date | None = None, reason: str) -> Grid:
    """Two or more grids of one community become a new one; staff go over, the first chief stays chief."""
    reason, day = _reason(reason), on or timezone.localdate()
    olds = [_locked(g) for g in sorted({g.pk: g for g in grids}.values(), key=lambda g: g.code)]
    if len(olds) < 2 or len({g.community_code for g in olds}) != 1 or len({g.kind for g in olds}) != 1:
        raise ValidationError("合并须为同一社区、同一类型的两个以上网格。", code="merge")
    counted = [g.households for g in olds if g.households is not None]
    shapes = [shape(g.polygon) for g in olds if g.polygon]
    union = shapely.union_all(shapes) if shapes else None
    new = NewGrid(olds[0].community_code, name, olds[0].kind, households=sum(counted) if counted else None)
    merged = _make(new, union, day)
    merged.save()
    _replace(olds, [merged], kind=ChangeKind.MERGE, day=day, reason=reason)
    return merged


@transaction.atomic
def split_grid(
    *, grid: Grid, polygons: Sequence[dict[str, Any]], names: Sequence[str] = (), on: date | None = None, reason: str
) -> list[Grid]:
    """One grid becomes several, numbered west → east, north → south; its staff go on in each.

    ``polygons`` are GeoJSON geometries in CGCS2000 that must not overlap. Names, where given, follow the
    order of ``polygons``.
    """
    reason, day = _reason(reason), on or timezone.localdate()
    old = _locked(grid)
    shapes = [read_polygon(p) for p in polygons]
    if len(shapes) < 2:
        raise ValidationError("拆分须画出两个以上新网格。", code="split")
    called = {id(s): name for s, name in zip(shapes, names, strict=False)}
    parts = numbered(shapes)
    made: list[Grid] = []
    for part in parts:
        made.append(_make(NewGrid(old.community_code, called.get(id(part), ""), old.kind), part, day))
        made[-1].save()
    drawn = [_drawn(g, p) for g, p in zip(made, parts, strict=True)]
    standing = drawn_in(old.code[:_DISTRICT], without=[old.code, *(g.code for g in made)])
    refuse_overlaps(drawn, standing)
    _replace([old], made, kind=ChangeKind.SPLIT, day=day, reason=reason)
    return made


def _replace(olds: Sequence[Grid], news: Sequence[Grid], *, kind: ChangeKind, day: date, reason: str) -> None:
    """Close ``olds`` and link every pair; staff go on in all of ``news``, places lie in the first.

    Aliases with coordinates are placed again by ``places.settle`` where the outlines say better.
    """
    for old in olds:
        close_grid(grid=old, on=day)
        for new in news:
            link(kind=kind, on=day, old=old, new=new, note=reason)
        move_staff(old=old, news=news, on=day, reason=reason)
        codes = [[None, new.code] for new in news]
        record(f"territory.grid.{kind}", old, changes={"successors": codes}, reason=reason)
    moves = {old.code: news[0].code for old in olds}
    move_places(paths=moves, on=day)
    publish(PathsMoved(tuple(moves.items()), day))
    changed()


@transaction.atomic
def end_grid(*, grid: Grid, on: date | None = None, reason: str) -> Grid:
    """The grid is closed without a successor; its staff's posts and grants end with it."""
    reason, day = _reason(reason), on or timezone.localdate()
    grid = _locked(grid)
    for post in GridStaff.objects.filter(grid=grid, valid_to__isnull=True):
        staffing.end(post=post, on=day, reason=reason)
    close_grid(grid=grid, on=day)
    link(kind=ChangeKind.END, on=day, old=grid, new=None, note=reason)
    record("territory.grid.end", grid, changes={"valid_to": [None, day]}, reason=reason)
    changed()
    return grid


@transaction.atomic
def assign_staff(
    *, grid: Grid, user: User, position: Position | str, on: date | None = None, reason: str = ""
) -> GridStaff:
    """``user`` works in ``grid`` from a day; see ``staffing.begin``."""
    post = staffing.begin(grid=grid, user=user, position=position, on=on, reason=reason)
    changed()
    return post


@transaction.atomic
def end_staff(*, post: GridStaff, on: date | None = None, reason: str = "") -> None:
    """The post and its grant end; see ``staffing.end``."""
    staffing.end(post=post, on=on, reason=reason)
    changed()
