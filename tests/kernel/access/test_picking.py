"""Places and offices by name or number."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from wangge.kernel.access.web.picking import OfficeField, PlaceField

PLACES = {
    "150203": "昆都仑区",
    "150203001": "少先路街道",
    "150203001001": "友谊社区",
    "150203002": "沼潭街道",
    "150203002001": "友谊社区",
    "150203002002": "沼潭社区",
}


def names_of(paths: Iterable[str]) -> dict[str, str]:
    return {path: PLACES.get(path, path) for path in paths}


def search(text: str, within: str, limit: int) -> list[Any]:
    """As the territory's: every word narrows down, exact names first."""
    *above, last = text.split() or ["\0"]
    codes = [code for code, name in PLACES.items() if any(word in name for word in above)]
    found = [
        SimpleNamespace(code=code, name=name)
        for code, name in PLACES.items()
        if code.startswith(within) and last in name and (not above or any(code.startswith(one) for one in codes))
    ]
    return sorted(found, key=lambda one: one.name != last)[:limit]


def place_choices(roots: Iterable[str]) -> list[tuple[str, str]]:
    inside = [code for code in PLACES if len(code) > 6 and code.startswith(tuple(roots))]
    return [(code, "·".join(PLACES[code[:end]] for end in range(9, len(code) + 1, 3))) for code in inside]


def office_choices(roots: Iterable[str]) -> list[tuple[int, str]]:
    return [(7, "少先路街道指挥中心"), (8, "沼潭街道指挥中心")] if list(roots) else []


@pytest.fixture
def called(settings: Any) -> None:
    """A small district's names."""
    known = {"places": names_of, "search": search, "place_choices": place_choices, "office_choices": office_choices}
    offices = {"offices": f"{__name__}.no_offices"}
    settings.NAMES = offices | {name: f"{__name__}.{function.__name__}" for name, function in known.items()}


def no_offices(ids: Iterable[int]) -> dict[int, str]:
    return dict.fromkeys(ids, "机构")


class Asked(forms.Form):
    path = PlaceField(label="管辖范围", required=False)
    office_id = OfficeField(label="机构", required=False)

    def __init__(self, data: dict[str, str], *, within: tuple[str, ...] = ()) -> None:
        super().__init__(data)
        for name in ("path", "office_id"):
            self.fields[name].offer(within)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", ""),
        ("150204", "150204"),
        ("少先路街道", "150203001"),
        ("沼潭社区", "150203002002"),
        ("少先路街道 友谊社区", "150203001001"),
        ("沼潭街道·友谊社区", "150203002001"),
    ],
)
def test_a_place_is_known_by_code_or_name(called: None, typed: str, code: str) -> None:
    assert PlaceField(required=False).clean(typed) == code


@pytest.mark.parametrize(
    ("typed", "why"), [("友谊社区", "不止一处"), ("1", "2至17位"), ("没有", "没有找到"), ("·", "没有找到")]
)
def test_what_is_not_one_place_is_refused(called: None, typed: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        PlaceField().clean(typed)


def test_what_is_offered_is_taken_as_it_stands_in_the_list(called: None) -> None:
    form = Asked({"path": "沼潭街道·友谊社区", "office_id": "沼潭街道指挥中心"}, within=("150203",))
    assert (form.is_valid(), form.cleaned_data) == (True, {"path": "150203002001", "office_id": 8})
    assert form.fields["path"].widget.options[0] == ("150203", "昆都仑区")  # type: ignore[attr-defined]


def test_an_office_is_taken_by_number_and_asked_again_when_several_are_meant(called: None) -> None:
    assert Asked({"office_id": "12"}).is_valid()
    form = Asked({"office_id": "指挥中心"}, within=("150203",))
    assert form.errors == {"office_id": ["有2个含有“指挥中心”，请从列表中选择一个。"]}
