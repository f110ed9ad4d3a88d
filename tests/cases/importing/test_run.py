"""Importing orders: encodings, mapping, bad rows, repetition, dispatch."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone
from tests.cases.conftest import World

from wangge.cases.importing.mapping import BadMapping
from wangge.cases.importing.reading import UnreadableFile
from wangge.cases.importing.run import import_file, write_rejected
from wangge.cases.models import Case, CaseClock, ImportedRow
from wangge.cases.tallies import check
from wangge.kernel.facts.models import StaleDay

HEADER = ["工单编号", "受理时间", "标题", "内容", "诉求类型", "类别编码", "区划代码", "地址", "姓名", "电话"]
ROW = [
    "A1",
    "2026-10-01 09:00:00",
    "垃圾没人清运",
    "小区东门垃圾三天没清运",
    "投诉",
    "0101",
    "150203001001",
    "友谊大街",
    "张阿姨",
    "13800000001",
]


def write(path: Path, rows: list[list[Any]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle).writerows([HEADER, *rows])
    return path


def changed(**values: Any) -> list[Any]:
    row = list(ROW)
    for name, value in values.items():
        row[HEADER.index(name)] = value
    return row


def test_a_row_becomes_a_dispatched_case(world: World, tmp_path: Path) -> None:
    report = import_file(write(tmp_path / "a.csv", [ROW]))
    assert (report.rows, report.created, report.dispatched, report.rejected) == (1, 1, 1, [])
    case = Case.objects.get(source_number="A1")
    assert (case.state, case.lead_office, case.demand_type) == ("dispatched", world.offices["centre"], "complaint")
    assert [t.step for t in case.transitions.order_by("id")] == ["create", "dispatch"]
    assert CaseClock.objects.filter(case=case).count() == 3
    assert case.requester.phone == "13800000001"


def test_past_days_that_orders_came_in_on_are_counted_again(world: World, tmp_path: Path) -> None:
    today = f"{timezone.localdate():%Y-%m-%d} 00:00:01"
    rows = [changed(工单编号=f"A{n}", 受理时间=at) for n, at in enumerate((ROW[1], "2026-10-01 23:59:00", today))]
    import_file(write(tmp_path / "a.csv", rows))
    import_file(write(tmp_path / "a.csv", rows))  # all known: nothing changed
    assert [f"{stale.day}" for stale in StaleDay.objects.all()] == ["2026-10-01"]


def test_gbk_is_read(world: World, tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.csv", [ROW], encoding="gbk"))
    assert Case.objects.get(source_number="A1").title == "垃圾没人清运"


def test_the_same_file_twice_makes_nothing_twice(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [ROW, changed(工单编号="A2")])
    import_file(path)
    report = import_file(path)
    assert (report.created, report.known) == (0, 2)
    assert Case.objects.count() == 2


def test_a_number_twice_in_one_file_is_one_case(world: World, tmp_path: Path) -> None:
    report = import_file(write(tmp_path / "a.csv", [ROW, ROW]))
    assert (report.created, report.known) == (1, 1)


def test_a_row_without_a_number_is_known_by_its_content(world: World, tmp_path: Path) -> None:
    row = changed(工单编号="")
    assert import_file(write(tmp_path / "a.csv", [row, changed(工单编号="", 内容="另一件事")])).created == 2
    report = import_file(write(tmp_path / "b.csv", [row, changed(工单编号="", 电话="13800000002")]))
    assert (report.created, report.known, report.by_content, report.rejected) == (1, 1, 1, [])
    assert (Case.objects.count(), ImportedRow.objects.count()) == (3, 3)


def test_the_same_row_of_another_export_is_the_same(world: World, tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.csv", [changed(工单编号="")]))
    other = changed(工单编号="", 受理时间="2026/10/01 09:00", 标题="另一个标题", 类别编码="", 姓名="")
    report = import_file(write(tmp_path / "b.csv", [other], encoding="gbk"))
    assert (report.created, report.by_content) == (0, 1)


@pytest.mark.parametrize("field", ["受理时间", "内容", "地址", "电话"])
def test_another_time_place_phone_or_text_is_another_matter(world: World, tmp_path: Path, field: str) -> None:
    other = {"受理时间": "2026-10-01 09:01:00", "内容": "另一件", "地址": "友谊大街2号", "电话": "138****0002"}
    rows = [changed(工单编号=""), changed(工单编号="", **{field: other[field]})]
    assert import_file(write(tmp_path / "a.csv", rows)).created == 2


def test_words_alone_are_not_known_again(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [changed(工单编号="", 受理时间="", 地址="", 电话="")])
    assert [import_file(path).created, import_file(path).created] == [1, 1]
    assert ImportedRow.objects.count() == 0


def test_who_means_it_files_the_same_row_again(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [changed(工单编号=""), ROW])
    import_file(path)
    report = import_file(path, repeat=True)
    assert (report.created, report.known, report.by_content) == (1, 1, 0)
    assert (Case.objects.count(), ImportedRow.objects.count()) == (3, 1)
    assert import_file(path).by_content == 1


def test_what_is_kept_of_the_content_is_a_keyed_digest(world: World, tmp_path: Path, settings: Any) -> None:
    path = write(tmp_path / "a.csv", [changed(工单编号="")])
    import_file(path)
    assert len(ImportedRow.objects.get().digest) == 16
    settings.BLIND_INDEX_KEY = "another key of thirty-two letters"
    assert import_file(path).created == 1


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"内容": "", "标题": ""}, "内容", "请填写诉求内容"),
        ({"受理时间": "2099-01-01 00:00:00"}, "受理时间", "在未来"),
        ({"受理时间": "昨天"}, "受理时间", "无法识别"),
        ({"诉求类型": "胡说"}, "诉求类型", "不在列表中"),
        ({"电话": "12ab"}, "电话", "电话号码"),
        ({"区划代码": "110101001001"}, "区划代码", "不在本地"),
        ({"内容": "长" * 20001}, "内容", "超过20000字"),
    ],
)
def test_a_bad_row_names_field_and_rule(
    world: World, tmp_path: Path, change: dict[str, str], field: str, words: str
) -> None:
    report = import_file(write(tmp_path / "a.csv", [changed(**change), changed(工单编号="B")]))
    assert report.created == 1
    (bad,) = report.rejected
    assert (bad.row, bad.field) == (2, field)
    assert words in bad.reason


def test_all_or_nothing_keeps_nothing(world: World, tmp_path: Path) -> None:
    report = import_file(write(tmp_path / "a.csv", [ROW, changed(工单编号="B", 电话="x")]), all_or_nothing=True)
    assert (report.kept, report.created, Case.objects.count()) == (False, 0, 0)


def test_the_rejected_rows_come_back_with_reasons(world: World, tmp_path: Path) -> None:
    report = import_file(write(tmp_path / "a.csv", [changed(电话="x", 标题="=1+1")]))
    write_rejected(report.rejected, tmp_path / "r.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "r.xlsx").active.iter_rows(values_only=True))
    assert rows[0][:3] == ("原行号", "问题列", "未导入原因")
    assert rows[1][0] == 2
    assert rows[1][3 + HEADER.index("标题")] == "=1+1"


def test_a_masked_phone_is_no_phone(world: World, tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.csv", [changed(电话="138****0001")]))
    assert Case.objects.get().requester.phone is None


def test_an_unknown_column_is_named(world: World, tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match="没有列“正文”"):
        import_file(write(tmp_path / "a.csv", [ROW]), mapping={"text": "正文"})


def test_a_binary_file_is_refused(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\x00\x01\x02binary")
    with pytest.raises(UnreadableFile):
        import_file(path)


def test_the_tallies_stay_exact(world: World, tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.csv", [changed(工单编号=str(n)) for n in range(50)]))
    assert check() == {}


def test_praise_is_not_dispatched(world: World, tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.csv", [changed(诉求类型="表扬")]))
    assert Case.objects.get().state == "received"
