"""What places and offices are called, and which are meant by a name. The kernel keeps codes; modules above know the
names (``settings.NAMES``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string


def places(paths: Iterable[str]) -> Mapping[str, str]:
    """Path → name, in a few statements however many; one that nobody knows keeps its code."""
    return cast("Mapping[str, str]", import_string(settings.NAMES["places"])({path for path in paths if path}))


def offices(ids: Iterable[int | None]) -> Mapping[int, str]:
    """Number of an office → its name, in one statement."""
    return cast("Mapping[int, str]", import_string(settings.NAMES["offices"])({one for one in ids if one}))


def search(text: str, *, limit: int) -> Sequence[Any]:
    """Places (``code``, ``name``) of the home division by name or code, those of exactly this name first."""
    return cast("Sequence[Any]", import_string(settings.NAMES["search"])(text, str(settings.HOME_DIVISION), limit))


def meant(text: str, *, limit: int) -> Sequence[Any]:
    """The places that ``text`` (东胜·交通) may mean: of exactly this name, else whose name holds it."""
    words = text.replace("·", " ").split()
    found = search(" ".join(words), limit=limit)
    return [one for one in found if one.name == words[-1]] or found


def place_choices(roots: Iterable[str]) -> list[tuple[Any, str]]:
    """Streets and communities below ``roots``: code and full name."""
    return cast("list[tuple[Any, str]]", import_string(settings.NAMES["place_choices"])(roots))


def office_choices(roots: Iterable[str]) -> list[tuple[Any, str]]:
    """Offices in force below ``roots``: number and name."""
    return cast("list[tuple[Any, str]]", import_string(settings.NAMES["office_choices"])(roots))
