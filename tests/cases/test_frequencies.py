"""The rarest words go to the index, the others are looked for in what it finds; the same is found either way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from tests.cases.conftest import World

from wangge.cases import frequencies, queries
from wangge.cases.frequencies import Frequencies, Phrase
from wangge.cases.models import Case, CaseText

SHARES = {"号院": 1.0, "友谊": 0.14, "谊路": 0.14, "5": 0.01, "电梯": 0.08, "梯漏": 0.01, "π1": 0.07, "π2": 0.9}
KNOWN = Frequencies(1_000_000, SHARES, 0.001)


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    frequencies.forget()
    yield
    frequencies.forget()


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequencies, "current", lambda: KNOWN)


@pytest.mark.parametrize(
    ("phrases", "marks", "words", "rest", "marked"),
    [
        ([("号院",), ("123",), ("5",)], [], ["123", "5"], [("号院",)], False),
        ([("友谊", "谊路"), ("号院",)], [], ["友谊", "谊路"], [("友谊", "谊路"), ("号院",)], False),
        ([("123",)], [], ["123"], [], False),
        ([("电梯", "梯漏")], [], ["电梯", "梯漏"], [("电梯", "梯漏")], False),
        ([("电梯", "梯漏")], ["π1"], ["梯漏"], [("电梯", "梯漏")], True),
        ([("号院",)], ["π1"], [], [("号院",)], True),
        ([("123",)], ["π2"], ["123"], [], False),
        ([], [], [], [], False),
    ],
)
def test_the_rarest_come_first_until_few_are_left(  # noqa: PLR0917 (the table above)
    known: None, phrases: list[Phrase], marks: list[str], words: list[str], rest: list[Phrase], marked: bool
) -> None:
    chosen, left, asked = frequencies.divided(phrases, marks)
    assert (sorted(chosen), left, asked) == (sorted(words), rest, marked)


@pytest.mark.django_db
def test_without_estimates_the_index_is_asked_for_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_casetext")
    phrases = [("号院",), ("123",)]
    if frequencies.current() is None:
        assert frequencies.divided(phrases) == (["号院", "123"], [], False)


def test_the_estimates_are_the_databases(world: World) -> None:
    for number in range(30):
        world.file(text=f"友谊路{number}号院垃圾无人清运")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_casetext")
    held = frequencies.current()
    assert held is not None
    assert held.of(["号院"]) > 0.9
    assert held.of(["号院", "17"]) < 0.1


@pytest.mark.parametrize("words", ["友谊路17号院", "17号院 垃圾", "号院", "17 清", "友谊路 圾垃", "院号17"])
def test_the_same_is_found_whichever_word_comes_first(
    world: World, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    for number in (17, 18):
        world.file(text=f"友谊路{number}号院垃圾无人清运")
    monkeypatch.setattr(frequencies, "current", lambda: None)
    plain = set(queries.search(Case.objects.all(), words).values_list("pk", flat=True))
    monkeypatch.setattr(frequencies, "current", lambda: Frequencies(10, {"号院": 1.0, "垃圾": 1.0}, 0.01))
    assert set(queries.search(Case.objects.all(), words).values_list("pk", flat=True)) == plain
    assert CaseText.objects.count() == 2
