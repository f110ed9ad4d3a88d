"""Writes on divisions: found, rename, recode, merge, split, end. History is kept, grids follow.

Errors are ``ValidationError``. Each asks a reason: the approval a change of division rests on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from wangge.kernel.audit.recording import record
from wangge.kernel.events.bus import publish
from wangge.territory.enums import CODE_LENGTHS, COMMUNITY_LENGTH, ChangeKind, Crs, Level
from wangge.territory.events import PathsMoved
from wangge.territory.geometry import read_polygon, to_geojson
from wangge.territory.models import Division, DivisionChange, Grid, Outline
from wangge.territory.revision import changed
from wangge.territory.succession import follow, move_grid, move_places


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ValidationError("区划变更须写明批准依据。", code="reason")
    return reason.strip()[:200]


def _current(code: str) -> Division:
    found = Division.objects.select_for_update().filter(code=code, valid_to__isnull=True).first()
    if found is None:
        raise ValidationError(f"没有代码为{code}的现行区划。", code="missing")
    return found


def _new(code: str, name: str, on: date) -> Division:
    name = "".join(name.split())
    if not 1 <= len(name) <= 60:
        raise ValidationError("名称为1至60个字。", code="name")
    if len(code) not in CODE_LENGTHS or not (code.isascii() and code.isdigit()):
        raise ValidationError("区划代码为2、4、6、9或12位数字。", code="code")
    if Division.objects.filter(code=code, valid_to__isnull=True).exists():
        raise ValidationError(f"代码{code}正在使用。", code="taken")
    level = CODE_LENGTHS.index(len(code)) + 1
    parent = code[: CODE_LENGTHS[level - 2]] if level > 1 else ""
    if parent:
        _current(parent)
    return Division(code=code, name=name, level=Level(level), parent_code=parent, valid_from=on)


def _close(division: Division, on: date) -> None:
    if on < division.valid_from:
        raise ValidationError(f"生效日期早于{division.name}的设立日期{division.valid_from}。", code="date")
    division.valid_to = on
    division.save(update_fields=["valid_to"])


def _link(kind: ChangeKind, on: date, old: Division, new: Division | None, note: str) -> None:
    change = DivisionChange.objects.create(
        kind=kind,
        on=on,
        from_code=old.code,
        from_name=old.name,
        to_code=new.code if new else "",
        to_name=new.name if new else "",
        note=note,
    )
    record(f"territory.division.{kind}", old, changes={"code": [old.code, change.to_code]}, reason=note)


@transaction.atomic
def add_division(*, code: str, name: str, on: date | None = None, reason: str) -> Division:
    """A division newly set up under a current parent."""
    reason = _reason(reason)
    division = _new(code, name, on or timezone.localdate())
    division.save()
    record("territory.division.create", division, changes={"name": [None, division.name]}, reason=reason)
    changed()
    return division


@transaction.atomic
def rename_division(*, code: str, name: str, on: date | None = None, reason: str) -> Division:
    """The row with the old name is closed, one with the new name opened; the code stays."""
    reason, day = _reason(reason), on or timezone.localdate()
    old = _current(code)
    if old.name == "".join(name.split()):
        raise ValidationError("名称没有变化。", code="same")
    _close(old, day)
    new = _new(code, name, day)
    new.urban_rural = old.urban_rural
    new.save()
    _link(ChangeKind.RENAME, day, old, new, reason)
    changed()
    return new


@transaction.atomic
def recode_division(*, code: str, new_code: str, on: date | None = None, reason: str) -> Division:
    """The division and everything below it bear a new code (also: move to another parent of the same level)."""
    reason, day = _reason(reason), on or timezone.localdate()
    if len(code) != len(new_code) or code == new_code:
        raise ValidationError("新代码须与原代码同级且不同。", code="code")
    olds = list(Division.objects.select_for_update().filter(code__startswith=code, valid_to__isnull=True))
    if not any(old.code == code for old in olds):
        raise ValidationError(f"没有代码为{code}的现行区划。", code="missing")
    moves: dict[str, str] = {}
    top: Division | None = None
    for old in sorted(olds, key=lambda d: (d.level, d.code)):
        made = _new(new_code + old.code[len(code) :], old.name, day)
        made.urban_rural = old.urban_rural
        made.save()
        top = top or made
        moves[old.code] = made.code
        _close(old, day)
        _link(ChangeKind.RECODE, day, old, made, reason)
    follow(moves=moves, on=day, reason=reason)
    changed()
    assert top is not None
    return top


@transaction.atomic
def merge_divisions(*, codes: Sequence[str], into: str, on: date | None = None, reason: str) -> Division:
    """Communities are closed and their grids go on in the community ``into`` (which must be current).

    Streets and districts are merged by recoding what lies below them first: then they are empty and merge too.
    """
    reason, day = _reason(reason), on or timezone.localdate()
    target = _current(into)
    sources = [_current(code) for code in sorted(set(codes) - {into})]
    if not sources:
        raise ValidationError("请选择要并入的区划。", code="merge")
    for old in sources:
        if old.level != target.level:
            raise ValidationError("只能合并同级区划。", code="level")
        if Division.objects.filter(parent_code=old.code, valid_to__isnull=True).exists():
            raise ValidationError(f"{old.name}下面还有区划，请先把它们改到{target.name}下面。", code="children")
        _close(old, day)
        _link(ChangeKind.MERGE, day, old, target, reason)
    follow(moves={old.code: into for old in sources}, on=day, reason=reason, kind=ChangeKind.MERGE)
    changed()
    return target


@transaction.atomic
def split_division(
    *,
    code: str,
    parts: Sequence[tuple[str, str]],
    grids: Mapping[str, str] | None = None,
    on: date | None = None,
    reason: str,
) -> list[Division]:
    """New communities ``parts`` (code, name) come out of ``code``; ``grids`` says where each grid goes.

    ``code`` itself goes on when some grid is not named in ``grids``; else it is closed. Grants over it are
    not repeated over the parts: somebody decides who serves which.
    """
    reason, day = _reason(reason), on or timezone.localdate()
    old = _current(code)
    if len(code) != COMMUNITY_LENGTH:
        raise ValidationError("拆分在社区（嘎查、村）一级进行；上级以改码调整。", code="level")
    wanted = dict(grids or {})
    news = [_new(part, name, day) for part, name in parts]
    if not news or any(n.level != old.level for n in news):
        raise ValidationError("拆分须列出同级的新区划。", code="split")
    for new in news:
        new.save()
        _link(ChangeKind.SPLIT, day, old, new, reason)
    targets = {new.code for new in news}
    standing = list(Grid.objects.current().filter(community_code=code).order_by("code"))
    if unknown := (set(wanted) - {g.code for g in standing}) | (set(wanted.values()) - targets):
        raise ValidationError(f"网格去向不对：{'、'.join(sorted(unknown))}", code="grids")
    moves: dict[str, str] = {}
    for grid in standing:
        if grid.code in wanted:
            moved = move_grid(grid=grid, community_code=wanted[grid.code], on=day, kind=ChangeKind.SPLIT, reason=reason)
            moves[grid.code] = moved.code
    if standing and len(wanted) == len(standing):
        _close(old, day)
    move_places(paths=moves, on=day)
    if moves:
        publish(PathsMoved(tuple(moves.items()), day))
    changed()
    return news


@transaction.atomic
def end_division(*, code: str, on: date | None = None, reason: str) -> Division:
    """Closed without a successor. Refused while divisions or grids stand below it."""
    reason, day = _reason(reason), on or timezone.localdate()
    old = _current(code)
    if Division.objects.filter(parent_code=code, valid_to__isnull=True).exists():
        raise ValidationError(f"{old.name}下面还有区划。", code="children")
    if Grid.objects.current().filter(code__startswith=code).exists():
        raise ValidationError(f"{old.name}下面还有网格。", code="grids")
    _close(old, day)
    _link(ChangeKind.END, day, old, None, reason)
    changed()
    return old


@transaction.atomic
def set_outline(
    *, code: str, polygon: Any, crs: Crs | str = Crs.CGCS2000, source: str = "", on: date | None = None
) -> Outline:
    """The outline of a division (a GeoJSON geometry in ``crs``); the former one is kept."""
    day = on or timezone.localdate()
    _current(code)
    geometry = to_geojson(read_polygon(polygon, crs))
    former = Outline.objects.select_for_update().filter(code=code, valid_to__isnull=True).first()
    if former is not None:
        former.valid_to = max(day, former.valid_from)
        former.save(update_fields=["valid_to"])
    outline = Outline.objects.create(code=code, polygon=geometry, source=source[:120], valid_from=day)
    record("territory.outline.set", outline, reason=source, path=code)
    changed()
    return outline
