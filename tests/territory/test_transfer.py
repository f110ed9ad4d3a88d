from __future__ import annotations

import io
import json

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from tests.territory.conftest import COMMUNITY, NEIGHBOUR, square

from wangge.kernel.tables.reading import read
from wangge.territory.actions import NewGrid, create_grid
from wangge.territory.enums import Crs
from wangge.territory.geometry import convert_geometry, to_geojson
from wangge.territory.models import Grid
from wangge.territory.transfer import RowError, export_geojson, import_grids

pytestmark = pytest.mark.django_db


def collection(*features: tuple[dict[str, object], object]) -> bytes:
    document = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": p, "geometry": g} for p, g in features],
    }
    return json.dumps(document, ensure_ascii=False).encode()


def codes() -> list[str]:
    return list(Grid.objects.order_by("code").values_list("code", flat=True))


def test_grids_come_from_geojson(divisions: None) -> None:
    data = collection(
        ({"社区代码": COMMUNITY, "名称": "东片", "户数": 420}, square(109.84, 40.65)),
        ({"社区代码": NEIGHBOUR, "类型": "专属网格"}, None),
    )
    report = import_grids(name="g.geojson", data=data, crs=Crs.CGCS2000)
    assert (report.rows, report.made, report.errors) == (2, [f"{COMMUNITY}001", f"{NEIGHBOUR}001"], [])
    assert list(Grid.objects.order_by("code").values_list("name", "households", "kind")) == [
        ("东片", 420, "comprehensive"),
        ("第1网格", None, "exclusive"),
    ]


def test_vendor_coordinates_are_stored_converted(divisions: None) -> None:
    from shapely.geometry import shape

    moved = to_geojson(convert_geometry(shape(square(109.84, 40.65)), Crs.CGCS2000, Crs.GCJ02), digits=9)
    import_grids(name="g.json", data=collection(({"社区代码": COMMUNITY}, moved)), crs="gcj02")
    grid = Grid.objects.get()
    assert (grid.crs, grid.centroid_lng, grid.centroid_lat) == ("CGCS2000", 109.845, 40.655)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_grids_come_from_csv_with_wkt(divisions: None, encoding: str) -> None:
    wkt = "POLYGON((109.84 40.65, 109.85 40.65, 109.85 40.66, 109.84 40.66, 109.84 40.65))"
    data = f'网格编码,名称,户数,边界\n{COMMUNITY}007,七号网格,450,"{wkt}"\n'.encode(encoding)
    report = import_grids(name="g.csv", data=data, crs=Crs.CGCS2000)
    assert (report.errors, codes()) == ([], [f"{COMMUNITY}007"])
    assert Grid.objects.get().polygon == square(109.84, 40.65)


def test_grids_come_from_excel_with_codes_typed_as_numbers(divisions: None) -> None:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["社区代码", "名称"])  # type: ignore[union-attr]
    book.active.append([int(COMMUNITY), "东片"])  # type: ignore[union-attr]
    book.save(stream)
    import_grids(name="g.xlsx", data=stream.getvalue(), crs=Crs.CGCS2000)
    assert codes() == [f"{COMMUNITY}001"]


BAD_ROWS = f"""社区代码,网格编码,名称,类型,户数,边界
{COMMUNITY},,好的,,450,
150203001999,,无此社区,,,
,,没有社区,,,
{COMMUNITY},{NEIGHBOUR}001,编码不符,,,
{COMMUNITY},,类型不对,大网格,,
{COMMUNITY},,户数不对,,约450,
{COMMUNITY},,边界不对,,,POLYGON((1 2
{COMMUNITY},,写反了,,,"POLYGON((40.65 109.84, 40.66 109.84, 40.66 109.85, 40.65 109.84))"
""".encode()


def test_bad_rows_are_named_and_nothing_is_stored(divisions: None) -> None:
    report = import_grids(name="g.csv", data=BAD_ROWS, crs=Crs.CGCS2000)
    assert codes() == []
    assert report.errors == [
        RowError(3, "无此社区", "没有代码为150203001999的社区（嘎查、村）。"),
        RowError(4, "没有社区", "没有社区代码，也没有网格编码。"),
        RowError(5, "编码不符", f"网格编码须为社区代码加3位数字：{NEIGHBOUR}001"),
        RowError(6, "类型不对", "类型只能是综合网格或专属网格：大网格"),
        RowError(7, "户数不对", "户数不是整数：约450"),
        RowError(8, "边界不对", "边界既不是WKT也不是GeoJSON。"),
        RowError(9, "写反了", "经度和纬度似乎写反了：经度 40.65，纬度 109.84。"),
    ]


def test_bad_rows_come_back_with_their_reasons(divisions: None) -> None:
    report = import_grids(name="g.csv", data=BAD_ROWS, crs=Crs.CGCS2000)
    back = read(report.workbook())
    assert len(back.rows) == 7
    assert (back.rows[0].values["未导入原因"], back.rows[0].values["名称"]) == (report.errors[0].reason, "无此社区")


def test_good_rows_are_kept_on_request(divisions: None) -> None:
    report = import_grids(name="g.csv", data=BAD_ROWS, crs=Crs.CGCS2000, keep_good=True)
    assert (codes(), len(report.errors)) == ([f"{COMMUNITY}001"], 7)


def test_overlaps_within_the_file_and_with_what_stands_are_named(divisions: None) -> None:
    create_grid(new=NewGrid(COMMUNITY, name="已有", polygon=square(109.80, 40.65)))
    data = collection(
        ({"社区代码": COMMUNITY, "名称": "甲"}, square(109.84, 40.65)),
        ({"社区代码": COMMUNITY, "名称": "乙"}, square(109.845, 40.65)),
        ({"社区代码": COMMUNITY, "名称": "丙"}, square(109.805, 40.65)),
    )
    report = import_grids(name="g.geojson", data=data, crs=Crs.CGCS2000, keep_good=True)
    assert report.errors == [
        RowError(2, "乙", "与“甲”重叠（50%）。"),
        RowError(3, "丙", f"与{COMMUNITY}001“已有”重叠（50%）。"),
    ]
    assert report.made == [f"{COMMUNITY}002"]


def test_a_code_used_twice_is_refused(divisions: None) -> None:
    data = f"网格编码\n{COMMUNITY}001\n{COMMUNITY}001\n".encode()
    report = import_grids(name="g.csv", data=data, crs=Crs.CGCS2000)
    assert report.errors == [RowError(3, "", f"网格编码{COMMUNITY}001已经用过。")]


def test_rows_outside_the_clerks_area_are_refused(divisions: None) -> None:
    data = f"社区代码\n{COMMUNITY}\n".encode()
    report = import_grids(name="g.csv", data=data, crs=Crs.CGCS2000, within="150203102")
    assert (codes(), report.errors) == ([], [RowError(2, "", f"社区{COMMUNITY}不在您维护的范围内。")])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("g.geojson", b"{"),
        ("g.geojson", b'{"features": 3}'),
        ("g.csv", b""),
        ("g.csv", b"\x00\x01\x02"),
        ("g.xlsx", b"not a workbook"),
        ("g.geojson", b"[" * 100_000),
    ],
)
def test_what_is_no_table_is_refused_with_words(divisions: None, name: str, data: bytes) -> None:
    with pytest.raises(ValidationError):
        import_grids(name=name, data=data, crs=Crs.CGCS2000)
    assert codes() == []


def test_an_export_is_read_again(divisions: None) -> None:
    create_grid(new=NewGrid(COMMUNITY, name="东片", households=450, polygon=square(109.84, 40.65)))
    create_grid(new=NewGrid(NEIGHBOUR, kind="exclusive"))
    fields = ("code", "name", "kind", "households", "polygon", "area_m2")
    before = list(Grid.objects.order_by("code").values(*fields))
    document = export_geojson("150203")
    Grid.objects.all().delete()
    import_grids(name="g.geojson", data=json.dumps(document).encode(), crs=Crs.CGCS2000)
    assert list(Grid.objects.order_by("code").values(*fields)) == before
