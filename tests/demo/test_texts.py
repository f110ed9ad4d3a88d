"""The generated complaints: varied, of sensible length, reproducible and quick."""

from __future__ import annotations

import csv
import time
from itertools import islice
from pathlib import Path

from wangge.demo.texts import LONGEST, SHAPES, SHORTEST, Writer, complaints, matters

KINDS = Path(__file__).parents[2] / "src/wangge/duties/data/kinds.csv"


def texts(seed: int, count: int = 2000) -> list[str]:
    return [c.text for c in islice(complaints(seed), count)]


def test_the_same_seed_writes_the_same_texts() -> None:
    assert texts(7, 300) == texts(7, 300)


def test_another_seed_writes_others() -> None:
    assert texts(7, 300) != texts(8, 300)


def test_texts_are_of_sensible_length() -> None:
    assert [t for t in texts(3) if not SHORTEST <= len(t) <= LONGEST] == []


def test_texts_seldom_repeat() -> None:
    assert len(set(texts(5))) / 2000 > 0.97


def test_there_are_many_families_and_shapes() -> None:
    assert len(matters()) >= 60
    assert len({shape for shapes in SHAPES.values() for shape in shapes}) >= 20


def test_every_family_is_of_a_kind_of_the_shipped_tree() -> None:
    with KINDS.open(encoding="utf-8", newline="") as file:
        known = {row["编码"] for row in csv.DictReader(file)}
    assert [m.kind for m in matters() if m.kind not in known] == []


def test_no_slot_is_left_open() -> None:
    assert [t for t in texts(9, 5000) if "{" in t or "}" in t] == []


def test_answers_are_filled_too() -> None:
    writer = Writer(1)
    assert [m.name for m in matters() if "{" in writer.answer(m)] == []


def test_winter_speaks_of_heating_and_summer_does_not() -> None:
    winter = sum(c.kind.startswith("0601") for c in islice(complaints(1, month=12), 2000))
    summer = sum(c.kind.startswith("0601") for c in islice(complaints(1, month=7), 2000))
    assert winter > 300
    assert summer < 30


def test_five_thousand_a_second() -> None:
    started = time.perf_counter()
    texts(2, 5000)
    assert time.perf_counter() - started < 1
