"""Writes on place names (aliases) and QR codes of places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from wangge.kernel.audit.recording import record, record_many
from wangge.kernel.tables.limits import MEGABYTE, Limits
from wangge.kernel.tables.reading import Row, rows
from wangge.territory.enums import COMMUNITY_LENGTH, GRID_LENGTH, Crs, PlaceKind
from wangge.territory.geometry import to_wgs84, validate_point
from wangge.territory.locating import locate_one
from wangge.territory.models import Grid, PlaceAlias, PlaceCode
from wangge.territory.queries import division, grid
from wangge.territory.revision import changed
from wangge.territory.transfer import ImportReport, RowError, pick

COLUMNS: Final = {
    "name": ("名称", "地名", "name"),
    "kind": ("类别", "kind"),
    "path": ("所在", "网格编码", "社区代码", "编码", "path"),
    "lng": ("经度", "lng", "lon"),
    "lat": ("纬度", "lat"),
}
LIMITS: Final = Limits(size=30 * MEGABYTE, rows=200_000, unpacked=500 * MEGABYTE)
KINDS: Final = {label: value for value, label in PlaceKind.choices} | {v: v for v in PlaceKind.values}


@dataclass(frozen=True, slots=True)
class Place:
    """A named place as given: a path, or a point (in ``crs``) from which the path is found, or both."""

    name: str
    kind: str = PlaceKind.COMPOUND
    path: str = ""
    lng: float | None = None
    lat: float | None = None
    crs: str = Crs.CGCS2000


def settle(place: Place) -> Place:
    """The place with its path known and its point in CGCS2000. Raises ``ValidationError``."""
    name = " ".join(place.name.split())
    if not 2 <= len(name) <= 80:
        raise ValidationError("地名为2至80个字。", code="name")
    if place.kind not in PlaceKind.values:
        raise ValidationError(f"没有“{place.kind}”这个类别。", code="kind")
    lng, lat = place.lng, place.lat
    if (lng is None) != (lat is None):
        raise ValidationError("经度和纬度须同时填写。", code="coordinate")
    path = place.path
    if lng is not None and lat is not None:
        validate_point(lng, lat)
        lng, lat = to_wgs84(lng, lat, place.crs)
        path = path or locate_one(lng, lat)
        if not path:
            raise ValidationError("这个位置不在任何网格内，请填写所在社区。", code="nowhere")
    if not path:
        raise ValidationError("请填写所在社区或网格，或经纬度。", code="path")
    if len(path) not in {9, COMMUNITY_LENGTH, GRID_LENGTH}:
        raise ValidationError(f"所在须为街道、社区或网格的编码：{path}", code="path")
    known: Any = grid(path) if len(path) == GRID_LENGTH else division(path)
    if known is None:
        raise ValidationError(f"没有编码为{path}的街道、社区或网格。", code="path")
    return Place(name, place.kind, path, lng, lat)


@transaction.atomic
def add_alias(*, place: Place, on: date | None = None) -> PlaceAlias:
    """A name by which people call a place."""
    settled = settle(place)
    if PlaceAlias.objects.filter(path=settled.path, name=settled.name, valid_to__isnull=True).exists():
        raise ValidationError(f"这里已有地名“{settled.name}”。", code="same")
    alias = PlaceAlias.objects.create(
        path=settled.path,
        name=settled.name,
        kind=settled.kind,
        lng=settled.lng,
        lat=settled.lat,
        valid_from=on or timezone.localdate(),
    )
    record("territory.placealias.create", alias, changes={"name": [None, alias.name]})
    changed()
    return alias


@transaction.atomic
def end_alias(*, alias: PlaceAlias, on: date | None = None, reason: str = "") -> None:
    """The name is used no more."""
    alias = PlaceAlias.objects.select_for_update().get(pk=alias.pk)
    alias.valid_to = max(on or timezone.localdate(), alias.valid_from)
    alias.save(update_fields=["valid_to"])
    record("territory.placealias.end", alias, reason=reason)
    changed()


def import_aliases(
    *, name: str, data: bytes, crs: Crs | str, within: str | tuple[str, ...] = "", keep_good: bool = False
) -> ImportReport:
    """Place names of a ``.csv`` or ``.xlsx`` file (名称, 类别, 所在, 经度, 纬度).

    Names already there are left as they are.
    """
    report = ImportReport()
    good: list[Place] = []
    for row in rows(data, name=name, limits=LIMITS):
        try:
            report.take(row)
            settled = settle(_place(row, crs))
            if not settled.path.startswith(within):
                raise ValidationError(f"{settled.path}不在您维护的范围内。")
        except ValidationError as error:
            report.errors.append(RowError(row.number, pick(row, COLUMNS, "name"), "".join(error.messages)))
        else:
            good.append(settled)
    if not good or (report.errors and not keep_good):
        return report
    with transaction.atomic():
        today = timezone.localdate()
        there = set(
            PlaceAlias.objects.filter(path__in={p.path for p in good}, valid_to__isnull=True).values_list(
                "path", "name"
            )
        )
        fresh = list({(p.path, p.name): p for p in good if (p.path, p.name) not in there}.values())
        made = PlaceAlias.objects.bulk_create(
            [PlaceAlias(path=p.path, name=p.name, kind=p.kind, lng=p.lng, lat=p.lat, valid_from=today) for p in fresh],
            batch_size=1_000,
        )
        record_many("territory.placealias.create", made, reason=f"导入{name}")
        changed()
    report.made = [alias.name for alias in made]
    return report


def _number(text: str, label: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError as error:
        raise ValidationError(f"{label}不是数字：{text[:20]}") from error


def _place(row: Row, crs: Crs | str) -> Place:
    kind = pick(row, COLUMNS, "kind")
    return Place(
        name=pick(row, COLUMNS, "name"),
        kind=KINDS.get(kind, kind) if kind else PlaceKind.COMPOUND,
        path=pick(row, COLUMNS, "path"),
        lng=_number(pick(row, COLUMNS, "lng"), "经度"),
        lat=_number(pick(row, COLUMNS, "lat"), "纬度"),
        crs=Crs(crs),
    )


@transaction.atomic
def create_place_codes(*, places: Sequence[Place], on: date | None = None) -> list[PlaceCode]:
    """A QR code for each place. Raises ``ValidationError`` for the first place that cannot be settled."""
    day = on or timezone.localdate()
    settled = [settle(place) for place in places]
    made = PlaceCode.objects.bulk_create(
        [PlaceCode(path=p.path, name=p.name, kind=p.kind, lng=p.lng, lat=p.lat, valid_from=day) for p in settled]
    )
    record_many("territory.placecode.create", made)
    return made


def code_of_grid(*, grid: Grid) -> PlaceCode:
    """The grid's own QR code, made when first asked for."""
    with transaction.atomic():
        Grid.objects.select_for_update().get(pk=grid.pk)
        found = PlaceCode.objects.filter(path=grid.code, name=grid.name, valid_to__isnull=True).order_by("id").first()
        if found is not None:
            return found
        place = Place(grid.name, PlaceKind.LANDMARK, grid.code, grid.centroid_lng, grid.centroid_lat)
        return create_place_codes(places=[place])[0]


@transaction.atomic
def withdraw_place_code(*, place_code: PlaceCode, on: date | None = None, reason: str) -> None:
    """The sticker is worn, stolen or misplaced: its page no longer opens."""
    if not reason.strip():
        raise ValidationError("请写明停用原因。", code="reason")
    found = PlaceCode.objects.select_for_update().get(pk=place_code.pk)
    if not found.is_current:
        raise ValidationError("这个二维码已经停用。", code="ended")
    found.valid_to = max(on or timezone.localdate(), found.valid_from)
    found.save(update_fields=["valid_to"])
    record("territory.placecode.withdraw", found, reason=reason)
