"""``wangge organization …``"""

from __future__ import annotations

import pytest
from tests.organization.conftest import DISTRICT, STREET
from typer.testing import CliRunner

from wangge.kernel.tables.reading import read
from wangge.organization.cli import app
from wangge.organization.models import Office, Staff


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(a) for a in arguments])


def test_establish_opens_offices_once(district, run):
    first = run("establish", "--path", STREET, "--template", "gulou_street")
    assert first.exit_code == 0
    assert first.output.splitlines()[-1] == "13 offices opened"
    assert run("establish", "--path", STREET, "--template", "gulou_street").output == "0 offices opened\n"
    assert Office.objects.count() == 13


def test_establish_below_opens_every_street(district, run):
    assert run("establish", "--path", DISTRICT, "--template", "kundulun_street", "--below").exit_code == 0
    assert Office.objects.filter(kind="street").count() == 3


def test_a_refusal_is_said_and_fails(district, run):
    result = run("establish", "--path", STREET, "--template", "nowhere")
    assert (result.exit_code, "没有“nowhere”这个机构模板" in result.output) == (1, True)


def test_import_staff_reports_rows_and_writes_the_result(district, run, tmp_path):
    run("establish", "--path", STREET, "--template", "gulou_street")
    file = tmp_path / "人员.csv"
    file.write_text("姓名,机构,账号\n街道老王,少先路街道民生保障部,wang\n小张,没有的机构,zhang\n", encoding="gbk")
    nothing = run("import-staff", file)
    assert nothing.exit_code == 1
    assert nothing.output.splitlines()[-1] == "2 rows: 0 added, 0 unchanged, 1 rejected; nothing was stored"
    assert Staff.objects.count() == 0
    result = tmp_path / "结果.xlsx"
    good = run("import-staff", file, "--keep-good", "--result", result)
    assert good.output.splitlines()[0] == "第3行“机构”：没有名为“没有的机构”的机构。"
    assert Staff.objects.count() == 1
    assert read(result.read_bytes()).rows[0].values["姓名"] == "小张"
    assert result.stat().st_mode & 0o077 == 0


def test_templates_are_listed(run):
    assert "gulou_street" in run("templates").output
