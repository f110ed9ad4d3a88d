from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.territory.conftest import COMMUNITY, square
from typer.testing import CliRunner

from wangge.territory import queries
from wangge.territory.actions import NewGrid, create_grid
from wangge.territory.cli import app
from wangge.territory.models import Grid

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_load_tells_its_progress() -> None:
    code, said = run("load", "--within", "150203")
    assert (code, queries.name_of("150203")) == (0, "昆都仑区")
    assert "完成：新增131，更名0，改码0，撤销0" in said


def test_load_from_a_folder_asks_its_day(tmp_path: Path) -> None:
    assert run("load", "--from", str(tmp_path)) == (2, "--from 须同时给出 --on（该数据的日期）。\n")


def test_load_of_an_unknown_code_is_an_error() -> None:
    assert run("load", "--within", "999999") == (1, "数据里没有代码为 999999 的区划。\n")


def test_load_from_a_newer_folder_becomes_history(divisions: None, tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text("code,name\n15,内蒙古自治区\n1502,鹿城市\n150203,昆都仑区\n", encoding="utf-8")
    code, _said = run("load", "--from", str(tmp_path), "--on", "2024-06-30", "--within", "1502")
    assert (code, queries.name_of("1502")) == (0, "鹿城市")
    assert [c.kind for c in queries.changes_of("1502")] == ["rename"]


def test_grids_go_out_and_in(divisions: None, tmp_path: Path) -> None:
    create_grid(new=NewGrid(COMMUNITY, polygon=square(109.84, 40.65)))
    file = tmp_path / "grids.geojson"
    run("export-grids", "150203", str(file))
    assert len(json.loads(file.read_text(encoding="utf-8"))["features"]) == 1
    code, said = run("import-grids", str(file))
    assert (code, f"网格编码{COMMUNITY}001已经用过。" in said, Grid.objects.count()) == (1, True, 1)


def test_locate_names_the_grid(divisions: None) -> None:
    create_grid(new=NewGrid(COMMUNITY, polygon=square(109.84, 40.65)))
    place = f"{COMMUNITY}001 昆都仑区·少先路街道·少先二十一号街坊社区·第1网格\n"
    assert run("locate", "109.845", "40.655") == (0, place)
    assert run("locate", "40.655", "109.845")[0] == 1
