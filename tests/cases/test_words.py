"""Searching Chinese text by pairs of characters."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Cast
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.conftest import COMMUNITY, World

from wangge.cases.actions import Place
from wangge.cases.models import Case, CaseText
from wangge.cases.queries import search
from wangge.cases.words import query, vector, vector_of

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


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("友谊路105号院3栋", True),
        ("友谊路105", True),
        ("105号院", True),
        ("１０５号", True),
        ("105", True),
        ("3栋", True),
        ("栋a座", True),
        ("栋", True),
        ("友谊路 3栋", True),
        ("12a号", True),
        ("友谊路3", False),
        ("友谊路10", False),
        ("5号院", False),
        ("105栋", False),
        ("友谊路105号院12a", False),
    ],
)
@pytest.mark.parametrize(
    "address", ["友谊路105号院3栋A座，12A号", "友谊路 105 号院 3栋A座\n12A号", "友谊路１０５号院３栋Ａ座 １２Ａ号"]
)
def test_a_number_stands_beside_the_characters_it_touches(world: World, address: str, words: str, found: bool) -> None:
    world.file(text=f"{address}，垃圾没有清运")
    assert search(Case.objects.all(), words).exists() == found


def test_what_ends_one_text_does_not_touch_the_next() -> None:
    assert "栋3" not in vector("友谊路105号院3栋", "3天没有清运")
    words = vector("友谊路 105 号").replace(":", "@")
    assert words == "友谊@1 谊路@2 路105@3 105号@4 105@4 谊路105@1 号@5"


def test_words_written_before_are_written_anew(world: World) -> None:
    case = world.file(text="友谊路105号院垃圾没有清运")
    silent = world.file(text="垃圾三天没有清运", place=Place(path=COMMUNITY, address="东门"))
    kept = CaseText.objects.get(case=silent).vector
    CaseText.objects.filter(case=case).update(vector=Cast(Value("'友谊':1"), SearchVectorField()))
    assert not search(Case.objects.all(), "路105").exists()
    migration = import_module("wangge.cases.migrations.0018_numbers_with_characters")
    with connection.schema_editor() as editor:
        migration.write_anew(None, editor)
    assert search(Case.objects.all(), "路105").get() == case
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vector = %s::tsvector FROM cases_casetext WHERE case_id = %s", [vector_of(case), case.pk]
        )
        assert cursor.fetchone()[0]
    assert CaseText.objects.get(case=silent).vector == kept


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
