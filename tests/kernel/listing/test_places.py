"""The filter by place: a code, or the name people know."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from wangge.kernel.access.models import Grant
from wangge.kernel.listing.filters import FilterError
from wangge.kernel.listing.places import Place

PLACES = {"150203001": "友谊街道", "150203001001": "友谊社区", "150203002001": "友谊社区", "150203003": "新友谊镇"}


def names_of(paths: Iterable[str]) -> dict[str, str]:
    return {path: PLACES.get(path, path) for path in paths}


def search(text: str, within: str, limit: int) -> list[Any]:
    found = [SimpleNamespace(code=code, name=name) for code, name in PLACES.items() if text and text in name]
    return found[:limit]


@pytest.fixture(autouse=True)
def _called(settings: Any) -> None:
    settings.NAMES = {"places": f"{__name__}.names_of", "search": f"{__name__}.search"}


def asked(typed: str) -> Any:
    return Place("path", "区划").parse(QueryDict(f"path={typed}"), RequestFactory().get("/"))


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("", None),
        ("150203", ("150203",)),
        ("友谊社区", ("150203001001", "150203002001")),
        ("友谊", ("150203001", "150203002001", "150203003")),
    ],
)
def test_a_name_means_every_place_that_bears_it(typed: str, codes: tuple[str, ...] | None) -> None:
    assert asked(typed) == codes


@pytest.mark.parametrize("typed", ["没有", "·"])
def test_an_unknown_name_is_said(typed: str) -> None:
    with pytest.raises(FilterError, match="没有找到"):
        asked(typed)


def test_the_chip_says_the_names() -> None:
    assert Place("path", "区划").describe(("150203001", "150204"), RequestFactory().get("/")) == "友谊街道、150204"


@pytest.mark.django_db
def test_rows_lie_at_the_places_and_below() -> None:
    told = str(Place("path", "区划").narrow(Grant.objects.all(), ("150203001", "150203002001")).query)
    assert (told.count("150203001"), told.count("150203002001")) == (1, 1)
