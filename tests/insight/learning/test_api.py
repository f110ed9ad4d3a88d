"""REST: the kind that a text may be of."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from tests.api.calling import Calling
from tests.cases.conftest import DISTRICT, OTHER_STREET, World

from wangge.cases.models import Case
from wangge.insight.learning import actions, suggestion
from wangge.insight.learning.models import KindModel

TEXT = "惠民小区12号垃圾堆没人清运，影响居民生活"
URL = "/kinds/suggest"


def asked(**data: Any) -> tuple[int, Any]:
    return Calling(OTHER_STREET, "kinds:suggest").post(URL, {"text": TEXT} | data)


@pytest.fixture
def ready(learned: World) -> World:
    actions.retrain(path=DISTRICT, now=timezone.now())
    suggestion.forget()
    return learned


def test_a_model_says_which_kind_how_sure_and_by_which_words(ready: World) -> None:
    status, told = asked()
    first = told["suggestions"][0]
    assert (status, first["code"], first["name"]) == (200, "0101", ready.kinds["rubbish"].name)
    assert first["confidence"] > 0.8
    assert any("垃圾" in word for word in first["words"])
    assert all(word in TEXT.replace("12", "00").replace("，", ",") for word in first["words"])
    assert told["model"]["macro_f1"] == KindModel.objects.get(state="active").macro_f1


def test_without_a_model_the_words_of_the_catalogue_propose(learned: World) -> None:
    status, told = asked(text="我家孩子入学报不上名")
    assert (status, told["model"]) == (200, None)
    assert [one["name"] for one in told["suggestions"]] == ["入学"]


def test_what_nothing_is_known_of_has_no_kind(learned: World) -> None:
    assert asked(text="？？？") == (200, {"suggestions": [], "model": None})


def test_no_more_are_proposed_than_asked_for(ready: World) -> None:
    assert len(asked(limit=1)[1]["suggestions"]) == 1


def test_title_and_text_are_read_together(ready: World) -> None:
    assert asked(title="公交车班次太少", text="请尽快处理")[1]["suggestions"][0]["code"] == "0203"


def test_asking_files_nothing(ready: World) -> None:
    before = Case.objects.count()
    asked()
    assert Case.objects.count() == before


@pytest.mark.parametrize("scopes", [("cases:read", "cases:write"), ("topics:read",)])
def test_another_scope_is_proposed_nothing(learned: World, scopes: tuple[str, ...]) -> None:
    status, problem = Calling(DISTRICT, *scopes).post(URL, {"text": TEXT})
    assert (status, problem["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("change", [{"text": ""}, {"text": "字" * 20_001}, {"limit": 0}, {"limit": 11}, {"text": None}])
def test_what_cannot_be_asked_is_told(learned: World, change: dict[str, Any]) -> None:
    status, problem = asked(**change)
    assert (status, problem["errors"][0]["field"]) == (422, next(iter(change)))


@pytest.mark.parametrize("text", ["垃圾\x00清运", "\x00", "垃圾" * 9000, "😀" * 5000])
def test_strange_texts_are_no_crash(ready: World, text: str) -> None:
    assert asked(text=text)[0] in {200, 422}
