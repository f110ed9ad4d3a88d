"""Real messages that nobody here wrote, as 12345 orders. They are not part of the repository."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.cases.conftest import DISTRICT, LONG_AGO, World, divide
from typer.testing import CliRunner

from wangge.cases.cli import app
from wangge.cases.models import Case
from wangge.cases.tallies import check
from wangge.duties.importing import defaults
from wangge.organization.establishing import establish

MESSAGES = Path(__file__).parents[4] / "shared" / "data" / "messages"
MAP = "source_number=留言编号,title=留言主题,text=留言详情,created_at=留言时间"


def run(name: str, *options: str) -> dict[str, int]:
    path = MESSAGES / name
    if not path.exists():
        pytest.skip(f"the messages are not here: {path}")
    result = CliRunner().invoke(app, ["import", str(path), *options])
    assert result.exit_code == 0, result.output
    report: dict[str, int] = json.loads(result.output.strip().splitlines()[-1])
    return report


@pytest.mark.parametrize("name", ["unlabelled_4326.csv", "replied_2816.csv", "labelled_full_rows.csv"])
def test_messages_run_as_orders(db: None, tmp_path: Path, name: str) -> None:
    divide()
    establish(path=DISTRICT, template="district", by=None, on=LONG_AGO)
    defaults.load()
    rejects = tmp_path / "rejected.xlsx"
    report = run(name, "--map", MAP, "--rejected", str(rejects))
    with (MESSAGES / name).open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert report["rows"] == len(rows)
    assert report["created"] + report["known"] + report["rejected"] == len(rows)
    assert report["created"] == Case.objects.count()
    assert report["rejected"] <= len(rows) // 100
    # Most find an owner by the lists; the others wait for a person.
    assert report["dispatched"] > report["created"] // 2
    assert check() == {}
    again = run(name, "--map", MAP, "--rejected", str(rejects))
    assert again["created"] == 0


def test_titles_alone_are_enough(world: World, tmp_path: Path) -> None:
    report = run("labelled_titles.csv", "--map", "text=title", "--rejected", str(tmp_path / "r.xlsx"))
    assert report["created"] + report["rejected"] == report["rows"] == 7263
