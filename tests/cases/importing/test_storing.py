"""Chunks stored by writers of their own while the next are built: nothing twice, nothing half, the record whole."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.cases.conftest import LONG_AGO, World
from tests.cases.importing.test_run import changed, write

from wangge.cases.importing import storing
from wangge.cases.importing.run import import_file
from wangge.cases.models import Case, CaseClock, CasePart, CaseText, CaseTransition, ImportedRow, Requester
from wangge.cases.tallies import check
from wangge.kernel.access.database import as_system
from wangge.kernel.audit.models import AuditEntry
from wangge.territory.models import Division

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of ten, so that a file of a hundred rows has many on their way at once."""
    monkeypatch.setattr("wangge.cases.importing.run.CHUNK", 10)


def hundred(path: Path, **values: Any) -> Path:
    return write(path, [changed(工单编号=f"N{n}", **values) for n in range(100)])


def test_every_table_gets_its_rows(small_chunks: None, world: World, tmp_path: Path) -> None:
    report = import_file(hundred(tmp_path / "a.csv"), by=world["话务小赵"])
    assert (report.rows, report.created, report.dispatched) == (100, 100, 100)
    with as_system():
        rows = [m.objects.count() for m in (Case, CaseTransition, CasePart, CaseClock, CaseText, Requester)]
    assert rows == [100, 200, 100, 300, 100, 100]
    assert check() == {}
    assert len(set(Case.objects.values_list("number", flat=True))) == 100


def test_the_record_names_who_imported_each_chunk(small_chunks: None, world: World, tmp_path: Path) -> None:
    import_file(hundred(tmp_path / "a.csv"), by=world["话务小赵"])
    entries = AuditEntry.objects.filter(action="cases.case.import")
    assert [entry.changes["count"] for entry in entries] == [10] * 10
    assert {entry.path for entry in entries} == {"150203"}
    assert set(CaseTransition.objects.values_list("actor_id", flat=True)) == {world["话务小赵"].pk}


def test_a_number_that_comes_again_much_later_is_one_case(small_chunks: None, world: World, tmp_path: Path) -> None:
    rows = [changed(工单编号=f"N{n % 50}") for n in range(100)]
    report = import_file(write(tmp_path / "a.csv", rows))
    assert (report.created, report.known, Case.objects.count()) == (50, 50, 50)


def test_a_content_that_comes_again_much_later_is_one_case(small_chunks: None, world: World, tmp_path: Path) -> None:
    rows = [changed(工单编号="", 内容=f"第{n % 50}处垃圾没清运") for n in range(100)]
    report = import_file(write(tmp_path / "a.csv", rows))
    assert (report.created, report.known, report.by_content, Case.objects.count()) == (50, 50, 50, 50)
    assert ImportedRow.objects.count() == 50


def test_a_writer_that_fails_leaves_whole_chunks_and_the_next_run_goes_on(
    small_chunks: None, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, seen = storing._write, []

    def failing(lines: Any) -> None:
        seen.append(lines)
        if len(seen) == 4:
            raise RuntimeError("the database has gone")
        plain(lines)

    monkeypatch.setattr(storing, "_write", failing)
    with pytest.raises(RuntimeError, match="has gone"):
        import_file(hundred(tmp_path / "a.csv"))
    kept = Case.objects.count()
    assert kept % 10 == 0
    assert 0 < kept < 100
    assert CaseText.objects.count() == kept
    monkeypatch.setattr(storing, "_write", plain)
    report = import_file(hundred(tmp_path / "b.csv"))
    assert (report.created, report.known, Case.objects.count()) == (100 - kept, kept, 100)
    assert check() == {}


def test_all_or_nothing_is_one_transaction(small_chunks: None, world: World, tmp_path: Path) -> None:
    rows = [changed(工单编号=f"N{n}", 电话="x" if n == 95 else "13800000001") for n in range(100)]
    report = import_file(write(tmp_path / "a.csv", rows), all_or_nothing=True)
    assert (report.kept, Case.objects.count(), CaseText.objects.count()) == (False, 0, 0)


def test_no_connection_of_a_writer_stays(small_chunks: None, world: World, tmp_path: Path) -> None:
    def others() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            row: Any = cursor.fetchone()
        return int(row[0])

    before = others()
    import_file(hundred(tmp_path / "a.csv"))
    until = time.monotonic() + 10  # the server takes its moment to see them go
    while others() > before and time.monotonic() < until:
        time.sleep(0.05)
    assert others() <= before


def test_text_with_tabs_backslashes_and_lines_arrives_as_it_was(world: World, tmp_path: Path) -> None:
    text = "第一行\n第二\t行 \\N C:\\temp"
    import_file(write(tmp_path / "a.csv", [changed(内容=text, 地址="a\\b", 姓名="张\t三")]))
    case = Case.objects.get()
    assert (case.text, case.address) == (text, "a\\b")
    with as_system():
        assert Requester.objects.get().name == "张\t三"


def test_each_district_numbers_its_own(world: World, tmp_path: Path) -> None:
    Division.objects.create(code="150204", name="青山区", level=3, parent_code="1502", valid_from=LONG_AGO)
    import_file(write(tmp_path / "a.csv", [changed(工单编号="A"), changed(工单编号="B", 区划代码="150204")]), home="15")
    numbers = dict(Case.objects.values_list("source_number", "number"))
    assert (numbers["A"][:6], numbers["B"][:6]) == ("150203", "150204")
    assert AuditEntry.objects.get(action="cases.case.import").path == "1502"
