"""Grids in and out of files: GeoJSON, CSV, Excel. Every bad row is named; the good ones are kept or none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from django.core.exceptions import ValidationError
from django.db import transaction
from shapely.geometry import mapping, shape

from wangge.kernel.tables.errors import UnreadableTable
from wangge.kernel.tables.limits import MEGABYTE, Limits
from wangge.kernel.tables.outcomes import Columns
from wangge.kernel.tables.reading import Row, object_row, rows, text_of
from wangge.kernel.tables.writing import Rejected, rejected_sheet, workbook
from wangge.territory.actions import NewGrid, create_grids
from wangge.territory.checks import Drawn, drawn_in, overlaps
from wangge.territory.enums import COMMUNITY_LENGTH, Crs, GridKind
from wangge.territory.geometry import read_polygon
from wangge.territory.models import Division, Grid
from wangge.territory.queries import chiefs_of, grids_of

LIMITS: Final = Limits(size=30 * MEGABYTE, rows=50_000, unpacked=500 * MEGABYTE)
# What the columns are called, in files of different origin.
COLUMNS: Final = {
    "code": ("网格编码", "网格编号", "编码", "code"),
    "community": ("社区代码", "社区编码", "所属社区代码", "community_code"),
    "name": ("网格名称", "名称", "name"),
    "kind": ("类型", "网格类型", "kind"),
    "households": ("户数", "居民户数", "households"),
    "polygon": ("边界", "WKT", "wkt", "geometry", "polygon"),
}
KINDS: Final = (
    {label: value for value, label in GridKind.choices}
    | {v: v for v in GridKind.values}
    | {
        "基础网格": GridKind.COMPREHENSIVE,
        "": GridKind.COMPREHENSIVE,
    }
)


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that was not taken, and why."""

    row: int
    name: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What came of a file: ``rows`` in it, ``made`` codes, ``errors`` by row."""

    rows: int = 0
    made: list[str] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    sent: dict[int, Row] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """A row of the file, as it came. Raises ``ValidationError`` when it is none."""
        self.rows += 1
        self.sent[row.number] = row
        if row.fault:
            raise ValidationError(f"{row.fault}。")

    def workbook(self) -> bytes:
        """The rows not taken, each with its reason, ready to mend and send again."""
        return workbook(rejected_sheet([Rejected(e.row, "", e.reason, self.sent[e.row].values) for e in self.errors]))


def _features(data: bytes) -> list[tuple[Row, Any]]:
    try:
        with text_of(data) as handle:
            document = json.load(handle)
    except (ValueError, RecursionError) as error:
        raise UnreadableTable(f"GeoJSON读不懂：{error}", "json") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise UnreadableTable("GeoJSON须是FeatureCollection。", "json")
    if len(features) > (LIMITS.rows or len(features)):
        raise UnreadableTable(f"一次最多导入{LIMITS.rows}个网格。", "rows")
    return [
        (object_row(number, _member(feature, "properties") or {}), _member(feature, "geometry"))
        for number, feature in enumerate(features, 1)
    ]


def _member(feature: Any, name: str) -> Any:
    return feature.get(name) if isinstance(feature, dict) else None


def _rows(name: str, data: bytes) -> Iterator[tuple[Row, Any]]:
    if name.lower().endswith((".geojson", ".json")):
        yield from _features(data)
        return
    for row in rows(data, name=name, limits=LIMITS):
        yield row, pick(row, COLUMNS, "polygon") or None


def pick(row: Row, columns: Columns, field: str) -> str:
    """The first cell under one of the field's headers that holds something."""
    return next((row.values[name] for name in columns[field] if row.values.get(name)), "")


def _outline(value: Any) -> dict[str, Any] | None:
    """A GeoJSON geometry from an object, its text, or WKT."""
    if value is None or isinstance(value, dict):
        return value
    text = str(value).strip()
    if text.startswith("{"):
        try:
            loaded: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise ValidationError("边界不是GeoJSON。", code="json") from error
        return loaded
    try:
        made: dict[str, Any] = mapping(shapely.from_wkt(text))
    except shapely.errors.ShapelyError as error:
        raise ValidationError("边界既不是WKT也不是GeoJSON。", code="wkt") from error
    return made


def _parse(row: Row, outline: Any, crs: str, within: str | tuple[str, ...]) -> NewGrid:
    code = pick(row, COLUMNS, "code")
    community = pick(row, COLUMNS, "community") or code[:COMMUNITY_LENGTH]
    if not community:
        raise ValidationError("没有社区代码，也没有网格编码。")
    if not community.startswith(within):
        raise ValidationError(f"社区{community}不在您维护的范围内。")
    kind = KINDS.get(pick(row, COLUMNS, "kind"))
    if kind is None:
        raise ValidationError(f"类型只能是综合网格或专属网格：{pick(row, COLUMNS, 'kind')}")
    households = pick(row, COLUMNS, "households")
    if households and not households.isdecimal():
        raise ValidationError(f"户数不是整数：{households}")
    geometry = _outline(outline)
    if geometry is not None:
        read_polygon(geometry, crs)
    name = pick(row, COLUMNS, "name")
    return NewGrid(community, name, kind, geometry, crs, int(households) if households else None, code)


def import_grids(
    *,
    name: str,
    data: bytes,
    crs: Crs | str,
    within: str | tuple[str, ...] = "",
    keep_good: bool = False,
    reason: str = "",
) -> ImportReport:
    """Grids of a ``.geojson``, ``.csv`` or ``.xlsx`` file, with outlines in ``crs``, below ``within``.

    With any bad row nothing is stored, unless ``keep_good``. Columns: ``COLUMNS``. Bad rows are told with
    number, name and reason: unknown community, used code, broken or overlapping outline (naming the other).
    Raises ``ValidationError`` when the file as a whole is unreadable.
    """
    report = ImportReport()
    good: list[tuple[int, NewGrid]] = []
    for row, outline in _rows(name, data):
        try:
            report.take(row)
            good.append((row.number, _parse(row, outline, Crs(crs), within)))
        except ValidationError as error:
            report.errors.append(RowError(row.number, pick(row, COLUMNS, "name"), "".join(error.messages)))
    good = _against_table(good, report)
    good = _without_overlaps(good, report)
    report.errors.sort(key=lambda e: e.row)
    if good and (keep_good or not report.errors):
        with transaction.atomic():
            made = create_grids(news=[new for _, new in good], reason=reason or f"导入{name}", check=False)
        report.made = [grid.code for grid in made]
    return report


def _against_table(good: list[tuple[int, NewGrid]], report: ImportReport) -> list[tuple[int, NewGrid]]:
    """Without the rows whose community is unknown, or whose code is malformed, used or doubled."""
    wanted = {new.community_code for _, new in good}
    communities = set(Division.objects.current().filter(code__in=wanted, level=5).values_list("code", flat=True))
    used = set(Grid.objects.filter(community_code__in=wanted).values_list("code", flat=True))
    kept = []
    for number, new in good:
        reason = ""
        if new.community_code not in communities:
            reason = f"没有代码为{new.community_code}的社区（嘎查、村）。"
        elif new.code and not (len(new.code) == 15 and new.code.isdecimal() and new.code[:12] == new.community_code):
            reason = f"网格编码须为社区代码加3位数字：{new.code}"
        elif new.code in used:
            reason = f"网格编码{new.code}已经用过。"
        if reason:
            report.errors.append(RowError(number, new.name, reason))
            continue
        if new.code:
            used.add(new.code)
        kept.append((number, new))
    return kept


def _without_overlaps(good: list[tuple[int, NewGrid]], report: ImportReport) -> list[tuple[int, NewGrid]]:
    drawn = {
        number: Drawn(new.code, new.name or f"第{number}行", new.kind, read_polygon(new.polygon, new.crs))
        for number, new in good
        if new.polygon is not None
    }
    standing = [d for district in sorted({new.community_code[:6] for _, new in good}) for d in drawn_in(district)]
    numbers = {id(d): number for number, d in drawn.items()}
    bad: set[int] = set()
    for one, other, share in overlaps(list(drawn.values()), standing):
        # Of two rows of the file the later one is at fault.
        at = max(numbers[id(one)], numbers.get(id(other), 0))
        named = one if at == numbers.get(id(other)) else other
        if at not in bad:
            bad.add(at)
            report.errors.append(RowError(at, drawn[at].name, f"与{named.code}“{named.name}”重叠（{share:.0%}）。"))
    return [(number, new) for number, new in good if number not in bad]


def export_geojson(path: str) -> dict[str, Any]:
    """The current grids below ``path`` as a FeatureCollection that ``import_grids`` reads again (CGCS2000)."""
    chiefs = chiefs_of(path)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": grid.polygon,
                "properties": {
                    "code": grid.code,
                    "community_code": grid.community_code,
                    "name": grid.name,
                    "kind": grid.kind,
                    "households": grid.households,
                    "chief": chiefs.get(grid.code, ""),
                    "crs": grid.crs,
                },
            }
            for grid in grids_of(path)
        ],
    }


def as_wkt(grid: Grid) -> str:
    """The outline as WKT, for tables."""
    return str(shapely.to_wkt(shape(grid.polygon), rounding_precision=7)) if grid.polygon else ""
