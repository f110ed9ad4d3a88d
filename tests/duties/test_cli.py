"""``wangge duties …``"""

from __future__ import annotations

import pytest
from tests.duties.conftest import COMMUNITY
from typer.testing import CliRunner

from wangge.duties.cli import app
from wangge.duties.models import Catalogue, Kind

run = CliRunner().invoke


def test_load_says_what_it_added_and_adds_nothing_the_second_time(db):
    assert run(app, ["load"]).output == "609 kinds, 293 items and 521 duties added\n"
    assert run(app, ["load"]).output == "609 kinds, 0 items and 0 duties added\n"


def test_import_writes_the_rejected_rows_and_fails(db, tmp_path):
    file = tmp_path / "k.csv"
    file.write_text("编码,名称\n01,好\nxx,坏\n", encoding="utf-8")
    result = run(app, ["import", str(file), "--version", "v1", "--keep-good"])
    assert (result.exit_code, Kind.objects.count(), (tmp_path / "k.rejected.xlsx").exists()) == (1, 1, True)


def test_publish_refuses_with_the_problems(db, tmp_path):
    file = tmp_path / "k.csv"
    file.write_text("编码,名称\n01,好\n", encoding="utf-8")
    run(app, ["import", str(file), "--version", "v1"])
    result = run(app, ["publish", "--version", "v1"])
    assert (result.exit_code, Catalogue.objects.get().state) == (1, "draft")
    assert "没有登记职责" in result.output


def test_duties_of_an_unknown_version_are_refused(db, tmp_path):
    file = tmp_path / "d.csv"
    file.write_text("类别编码,主办,时限等级\n", encoding="utf-8")
    assert run(app, ["import", str(file), "--version", "没有", "--duties"]).exit_code == 1


@pytest.mark.parametrize("what", ["kinds", "duties", "items"])
def test_export_writes_a_workbook(tree, tmp_path, what):
    file = tmp_path / "x.xlsx"
    assert run(app, ["export", what, str(file)]).exit_code == 0
    assert file.read_bytes().startswith(b"PK")


def test_whose_answers_with_owner_and_rule(offices, tree, duty):
    duty(tree.cold, "enterprise.heating")
    output = run(app, ["whose", "家里暖气不热", "--path", COMMUNITY]).output
    assert output.startswith("030101 暖气不热")
    assert "0.95 热力公司" in output
