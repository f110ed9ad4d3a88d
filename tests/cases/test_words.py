"""Searching Chinese text by pairs of characters."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.conftest import World

from wangge.cases.models import Case
from wangge.cases.queries import search
from wangge.cases.words import query, vector

CHINESE = st.text(alphabet="垃圾清运小区东门噪音abc12，。", min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("垃圾", 1),
        ("东门垃圾", 1),
        ("东门 气味", 1),
        ("噪音", 0),
        ("圾垃", 0),
        ("气", 1),
        ("很", 1),
        ("友谊大街1号", 1),
        ("垃圾 很", 1),
        ("垃圾 梯", 0),
        (",", 0),
    ],
)
def test_a_phrase_is_found_exactly(world: World, words: str, found: int) -> None:
    world.file()
    assert search(Case.objects.all(), words).count() == found


def test_a_number_and_a_phone_are_recognised(world: World) -> None:
    case = world.file()
    assert list(search(Case.objects.all(), case.number)) == [case]
    assert list(search(Case.objects.all(), "138-0000-0001")) == [case]
    assert list(search(Case.objects.all(), "13800000009")) == []


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(text=CHINESE, words=st.text(max_size=30))
def test_no_words_break_the_database(text: str, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ to_tsquery('simple', %s)", [vector(text), "x"])
        if query(words):
            cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [vector(text), query(words)])


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet="垃圾清运小区东门噪音", min_size=4, max_size=30), start=st.integers(0, 25))
def test_every_piece_of_two_or_more_is_found(text: str, start: int) -> None:
    piece = text[start : start + 4]
    if len(piece) >= 2:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [vector(text), query(piece)])
            assert cursor.fetchone()[0]
