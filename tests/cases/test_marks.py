"""The marks of street and offices beside the words: they follow the case, nobody can type them, counts by them hold."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.cases.conftest import COMMUNITY, DISTRICT, OTHER_STREET, STREET, World

from wangge.cases import frequencies, policy, queries
from wangge.cases.frequencies import Frequencies
from wangge.cases.models import Case
from wangge.cases.words import marks_of
from wangge.kernel.access.scopes import scope


def _marks(case: Case) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lexeme FROM cases_casetext, unnest(vector) WHERE case_id = %s AND lexeme ~ '^[πω]'", [case.pk]
        )
        return {row[0] for row in cursor.fetchall()}


def _due(case: Case) -> set[str]:
    case.refresh_from_db()
    return set(marks_of(case.path, case.office_ids))


def test_marks_follow_the_case_to_its_offices_and_its_place(world: World) -> None:
    case = world.file()
    assert _marks(case) == _due(case) == {f"π{STREET}"}
    case = world.dispatched()
    assert len(_due(case)) > 1
    assert _marks(case) == _due(case)
    Case.objects.filter(pk=case.pk).update(path=OTHER_STREET, office_ids=[*case.office_ids, 999])
    assert _marks(case) == _due(case)
    assert f"π{OTHER_STREET}" in _marks(case)
    Case.objects.filter(pk=case.pk).update(path=DISTRICT, office_ids=[])
    assert _marks(case) == {f"π{DISTRICT}"}


def test_the_words_stay_as_marks_come_and_go(world: World) -> None:
    case = world.dispatched()
    found = queries.search(Case.objects.all(), "垃圾")
    assert case in found
    Case.objects.filter(pk=case.pk).update(office_ids=[])
    assert case in found.all()


@pytest.mark.parametrize("typed", [f"π{STREET}", "ω987654", f"'π{STREET}'", f"π{STREET} | x"])
def test_a_mark_cannot_be_searched_for(world: World, typed: str) -> None:
    Case.objects.filter(pk=world.dispatched().pk).update(office_ids=[987654])
    assert queries.search(Case.objects.all(), typed).count() == 0


HELD = {
    "none": None,
    "the words are rare": Frequencies(1_000_000, {f"π{STREET}": 0.5}, 0.0001),
    "the words are everywhere": Frequencies(1_000_000, {"垃圾": 0.9, f"π{STREET}": 0.01}, 0.0001),
    "both are": Frequencies(1_000_000, {"垃圾": 1.0, f"π{STREET}": 1.0}, 1.0),
}


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("words", ["垃圾", "垃圾 清运", "垃", "垃圾 清"])
@pytest.mark.parametrize("name", ["区领导", "街道老王", "外街小孙", "住建小周", "外人"])
def test_what_is_counted_by_marks_is_what_the_user_sees(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, words: str, held: str
) -> None:
    world.dispatched()
    world.file()
    monkeypatch.setattr(frequencies, "current", lambda: HELD[held])
    for path in ("", STREET, OTHER_STREET, COMMUNITY):
        seen = policy.rows(world[name]).filter(path__startswith=path)
        plain = queries.search(seen, words).count()
        assert queries.search(seen, words, within=scope(world[name], "cases.read")).count() == plain
        known = queries.count(world[name], path=path, words=words)
        assert known is None or known == plain


@pytest.mark.parametrize("held", ["the words are rare", "both are"])
@pytest.mark.parametrize("name", ["区领导", "街道老王", "外街小孙", "住建小周", "社区小陈", "外人"])
def test_few_are_those_the_user_sees(world: World, monkeypatch: pytest.MonkeyPatch, name: str, held: str) -> None:
    world.dispatched()
    world.file()
    monkeypatch.setattr(frequencies, "current", lambda: HELD[held])
    monkeypatch.setattr(queries, "FEW", 10_000_000)
    seen = scope(world[name], "cases.read")
    for words in ("垃圾", "垃圾 清运", "没有的词"):
        known = queries.few_with(seen, words)
        expected = sorted(queries.search(policy.rows(world[name]), words).values_list("pk", flat=True))
        assert known is None or sorted(known) == expected
        assert known is not None or name in {"社区小陈", "外人"}


@pytest.mark.parametrize("typed", ["", "  ", "13800000000", "150203202611210001", "垃"])
def test_what_is_no_phrase_is_not_looked_for_ahead(world: World, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(frequencies, "current", lambda: HELD["the words are rare"])
    assert queries.few_with(scope(world["区领导"], "cases.read"), typed) is None


def test_many_are_not_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.file()
    world.file()
    seen = scope(world["区领导"], "cases.read")
    monkeypatch.setattr(frequencies, "current", lambda: HELD["the words are rare"])
    assert len(queries.few_with(seen, "垃圾") or []) == 2
    monkeypatch.setattr(queries, "FEW", 1)
    assert queries.few_with(seen, "垃圾") is None
    monkeypatch.setattr(queries, "FEW", 2)
    monkeypatch.setattr(frequencies, "at_most", lambda _phrases: 3)
    assert queries.few_with(seen, "垃圾") is None
