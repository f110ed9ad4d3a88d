"""What places and offices are called. The kernel keeps codes; modules above know the names (``settings.NAMES``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string


def places(paths: Iterable[str]) -> Mapping[str, str]:
    """Path → name, in a few statements however many; one that nobody knows keeps its code."""
    return cast("Mapping[str, str]", import_string(settings.NAMES["places"])({path for path in paths if path}))


def offices(ids: Iterable[int | None]) -> Mapping[int, str]:
    """Number of an office → its name, in one statement."""
    return cast("Mapping[int, str]", import_string(settings.NAMES["offices"])({one for one in ids if one}))
