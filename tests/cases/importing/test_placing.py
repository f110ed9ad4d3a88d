"""Where imported orders are: by point, by a code of today or earlier, by address and words."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cases.conftest import COMMUNITY, DISTRICT, GRID, NEIGHBOUR, OTHER_STREET, World

from wangge.cases.importing.run import Report, import_file
from wangge.cases.models import Case
from wangge.territory import revision
from wangge.territory.models import Division, DivisionChange, Grid

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[109.8, 40.6], [109.9, 40.6], [109.9, 40.7], [109.8, 40.7], [109.8, 40.6]]],
}
INSIDE = {"经度": "109.85", "纬度": "40.65"}


def run(tmp_path: Path, *rows: dict[str, str]) -> Report:
    file = tmp_path / "orders.csv"
    names = ["工单编号", "内容", "类别", "区划代码", "地址", "经度", "纬度", "坐标系"]
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, restval="")
        writer.writeheader()
        writer.writerows({"工单编号": f"P{n}", "内容": "垃圾没有清运"} | row for n, row in enumerate(rows))
    return import_file(file, home=DISTRICT)


@pytest.fixture
def drawn(world: World) -> World:
    Grid.objects.filter(code=GRID).update(polygon=SQUARE)
    revision.changed()
    return world


@pytest.mark.parametrize(
    ("row", "path"),
    [
        (INSIDE, GRID),
        (INSIDE | {"区划代码": COMMUNITY}, GRID),
        (INSIDE | {"区划代码": NEIGHBOUR}, NEIGHBOUR),
        (INSIDE | {"地址": "团结社区"}, GRID),
        ({"经度": "109.2", "纬度": "40.65", "地址": "团结社区5号楼"}, NEIGHBOUR),
        ({"地址": "友谊社区3号楼"}, COMMUNITY),
        ({"内容": "团结社区的垃圾没有清运"}, NEIGHBOUR),
        ({"区划代码": OTHER_STREET, "地址": "友谊社区3号楼"}, OTHER_STREET),
        ({"内容": "从友谊社区到团结社区都没有清运"}, DISTRICT),
        ({}, DISTRICT),
    ],
)
def test_an_order_is_where_its_point_code_address_or_words_say(
    drawn: World, tmp_path: Path, row: dict[str, str], path: str
) -> None:
    report = run(tmp_path, row)
    assert Case.objects.get().path == path
    assert report.nowhere == (path == DISTRICT)


def test_an_address_gives_the_order_to_its_street(world: World, tmp_path: Path) -> None:
    report = run(
        tmp_path, {"类别": "0101", "地址": "友谊社区3号楼"}, {"类别": "0101"}, {"类别": "0101", "地址": "某处"}
    )
    assert (report.created, report.nowhere) == (3, 2)
    assert Case.objects.get(source_number="P0").lead_office == world.offices["centre"]


def test_a_code_of_yesterday_is_the_one_of_today(world: World, tmp_path: Path) -> None:
    old, gone = "150203009001", "150203009002"
    DivisionChange.objects.bulk_create(
        DivisionChange(kind="split", on=date(2026, 1, 1), from_code=code, to_code=to, from_name="旧社区", to_name="新")
        for code, to in ((old, COMMUNITY), (gone, COMMUNITY), (gone, NEIGHBOUR))
    )
    report = run(tmp_path, {"区划代码": old}, {"区划代码": gone}, {"区划代码": "150203009003"})
    assert (report.created, Case.objects.get().path) == (1, COMMUNITY)
    assert [(bad.row, bad.field) for bad in report.rejected] == [(3, "区划代码"), (4, "区划代码")]
    assert f"已分为{COMMUNITY}、{NEIGHBOUR}" in report.rejected[0].reason
    assert "没有区划代码“150203009003”" in report.rejected[1].reason


def test_a_code_is_looked_up_once(world: World, tmp_path: Path) -> None:
    Division.objects.filter(code=NEIGHBOUR).update(valid_to=date(2026, 1, 1))
    with CaptureQueriesContext(connection) as asked:
        report = run(tmp_path, *[{"区划代码": COMMUNITY}] * 30, *[{"区划代码": NEIGHBOUR}] * 30)
    assert (report.created, len(report.rejected)) == (30, 30)
    told = [one["sql"] for one in asked.captured_queries]
    assert len([sql for sql in told if 'FROM "territory_division" WHERE "code"' in sql]) == 2
    assert len([sql for sql in told if 'FROM "territory_divisionchange" WHERE' in sql and f"'{NEIGHBOUR}'" in sql]) == 1


def test_a_community_that_gave_up_a_part_and_stands_keeps_its_code(world: World, tmp_path: Path) -> None:
    DivisionChange.objects.bulk_create(
        DivisionChange(kind="split", on=date(2026, 1, 1), from_code=COMMUNITY, to_code=to, from_name="旧", to_name="新")
        for to in (COMMUNITY, NEIGHBOUR)
    )
    report = run(tmp_path, {"区划代码": COMMUNITY})
    assert (report.created, report.rejected, Case.objects.get().path) == (1, [], COMMUNITY)


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("0101", "没有人管", "0101"),
        ("垃圾清运", "没有人管", "0101"),
        ("平台自己的类别", "垃圾清运不及时", "0101"),
        ("平台自己的类别", "没有人管", None),
    ],
)
def test_a_kind_is_known_by_code_by_name_and_else_by_the_words(
    world: World, tmp_path: Path, kind: str, text: str, code: str | None
) -> None:
    run(tmp_path, {"类别": kind, "内容": text})
    found = Case.objects.get().kind
    assert (found and found.code) == code
