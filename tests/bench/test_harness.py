"""The benchmark harness: its table, its last line, its record."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
from bench.harness import Result, Times

from bench import harness

RESULT = Result(
    name="export",
    value=81.5,
    unit="MB",
    scale="small",
    reference={"limit": 300.0},
    ratio=0.272,
    rows=(("rows", "MB"), (1000, 81.5), (1_000_000, 1200.4)),
    goal="≤ 300 MB",
    met=True,
)


def test_the_last_line_is_the_promised_object() -> None:
    assert json.loads(RESULT.line()) == {
        "name": "export",
        "value": 81.5,
        "unit": "MB",
        "scale": "small",
        "reference": {"limit": 300.0},
        "ratio": 0.272,
    }


def test_the_table_is_aligned() -> None:
    assert harness.table(RESULT.rows).splitlines() == [
        "     rows     MB",
        "---------  -----",
        "    1,000   81.5",
        "1,000,000  1,200",
    ]


def test_quantiles() -> None:
    times = Times(tuple(float(n) for n in range(1, 101)))
    assert (times.p50, times.p95) == (50.5, 96.0)


def test_repeat_leaves_the_warm_up_out() -> None:
    calls: list[int] = []
    times = harness.repeat(lambda: calls.append(1), times=5, warm=2)
    assert (len(calls), len(times.seconds)) == (7, 5)


def test_the_record_keeps_figures_of_other_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "RECORD", tmp_path / "benchmarks.md")
    monkeypatch.setattr(harness, "FIGURES", tmp_path / "benchmarks.json")
    harness.write_record(RESULT)
    harness.write_record(Result(name="lists", value=1.0, unit="ms", scale="full"))
    page = (tmp_path / "benchmarks.md").read_text()
    assert page.count("\n## ") == 2
    assert "**81.5 MB**" in page
    assert "Goal: ≤ 300 MB — reached." in page


@pytest.mark.parametrize("name", harness.names())
def test_every_benchmark_has_run(name: str) -> None:
    assert callable(import_module(f"bench.{name}").run)


def test_another_database_of_the_same_server() -> None:
    url = "postgresql://wangge@/bench?host=/var/run/pg"
    assert harness.another(url, "bench_lists") == "postgresql://wangge@/bench_lists?host=/var/run/pg"
