"""Known names in new texts."""

from __future__ import annotations

from wangge.insight.grouping.matching import Known


def test_every_name_is_found_and_counted() -> None:
    known = Known([("翠湖新居", 1), ("搅拌站", 2), ("新居", 3)])
    assert known.find("翠湖新居旁的搅拌站，搅拌站太吵") == {1: 1, 3: 1, 2: 2}


def test_a_number_is_not_found_inside_another() -> None:
    assert Known([("7号线", 1)]).find("地铁17号线") == {}
    assert Known([("7号线", 1)]).find("地铁7号线") == {1: 1}


def test_one_name_may_stand_for_several() -> None:
    assert Known([("一中", "甲"), ("一中", "乙")]).find("一中门口") == {"甲": 1, "乙": 1}
