"""The merged hotlines as sources of orders."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from tests.cases.conftest import World
from tests.cases.importing.test_run import HEADER, ROW
from tests.cases.web.signing import signed_in
from typer.testing import CliRunner

from wangge.cases import hotlines
from wangge.cases.cli import app
from wangge.cases.importing.run import import_file
from wangge.cases.models import Case, Hotline

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shipped() -> None:
    """What the migration brought; a transactional test before may have emptied the table."""
    for row in hotlines.shipped():
        Hotline.objects.update_or_create(number=row["number"], defaults=row)


def test_every_shipped_number_says_that_it_is_a_default() -> None:
    rows = hotlines.shipped()
    assert {row["source"] for row in rows} == {"平台默认示例"}
    assert len({row["number"] for row in rows}) == len(rows) == Hotline.objects.count()


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12319", "12319"),
        (" 12319 ", "12319"),
        ("12319城管热线", "12319"),
        ("城市管理服务热线", "12319"),
        ("住房公积金热线", "12329"),
        ("某区城管服务平台", "某区城管服务平台"),
        ("热线99999", "热线99999"),
        ("", ""),
    ],
)
def test_however_a_hotline_is_written_it_is_its_number(written: str, number: str) -> None:
    assert hotlines.Names().number(written) == number


def test_one_order_of_one_hotline_is_imported_once_however_the_hotline_is_written(world: World, tmp_path: Path) -> None:
    for number, written in enumerate(("12319", "12319城管热线", "12329住房公积金热线")):
        file = tmp_path / f"{number}.csv"
        with file.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([[*HEADER, "来源热线"], [*ROW, written]])
        import_file(file)
    assert sorted(Case.objects.values_list("source_system", flat=True)) == ["12319", "12329"]


def test_the_list_is_narrowed_to_a_hotline(world: World) -> None:
    ours = world.file(source_system="12319", source_number="7")
    world.file()
    client = signed_in(world, "热线班长")
    page = client.get("/desk/cases/", {"hotline": "12319"}).content.decode()
    assert ours.number in page
    assert "12319 城市管理服务" in page
    assert client.get("/desk/cases/", {"hotline": "12329"}).content.decode().count(ours.number) == 0


def test_a_city_adds_its_own() -> None:
    run = CliRunner().invoke(app, ["hotlines", "--add", "96310", "--name", "城管热线", "--source", "本市公告"])
    assert (run.exit_code, "96310 城管热线" in run.output) == (0, True)
    assert hotlines.Names().number("96310") == "96310"


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError):
        hotlines.save_hotline(number="12a", name="x")
    assert not Hotline.objects.filter(number="12a").exists()
