"""Complaints as people write them, against the shipped tree: the right kind is among the first three."""

from __future__ import annotations

from pathlib import Path

import pytest

from wangge.duties import snapshot
from wangge.duties.importing import defaults
from wangge.duties.suggestion import suggest_kinds

LINES = (Path(__file__).parent / "golden.csv").read_text(encoding="utf-8").splitlines()
# Text, then the names of the kinds that are right (several where a clerk may choose either).
GOLDEN = [(text, expected.split("|")) for text, expected in (line.rsplit(",", 1) for line in LINES)]


@pytest.fixture
def default_tree(db) -> None:
    defaults.load()


def test_the_right_kind_is_among_the_first_three(default_tree) -> None:
    found = sum(bool({s.name for s in suggest_kinds(text, 3)} & set(expected)) for text, expected in GOLDEN)
    assert len(GOLDEN) > 100
    assert found >= 0.97 * len(GOLDEN)


def test_the_right_kind_is_mostly_the_first(default_tree) -> None:
    first = sum(suggest_kinds(text, 1)[0].name in expected for text, expected in GOLDEN)
    assert first >= 0.9 * len(GOLDEN)


def test_every_kind_is_found_by_its_own_name(default_tree) -> None:
    held = snapshot.current()
    lost = [k.name for k in held.current_leaves() if k.id not in {s.kind_id for s in suggest_kinds(k.name, 3)}]
    assert lost == []


def test_a_text_of_ten_megabytes_does_not_stall(default_tree) -> None:
    text = "路灯不亮" * 1_000_000
    assert suggest_kinds(text)[0].name == "路灯不亮"
