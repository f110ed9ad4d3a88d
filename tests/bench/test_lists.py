"""What the two sizes are asked for: as much to show on either."""

from __future__ import annotations

import random
from urllib.parse import unquote

import pytest
from bench._filled import YEARS
from bench.lists import PAGE, _days_of_a_page, _searches


@pytest.mark.parametrize(
    ("rows", "characters"), [(1_000_000, "号院"), (200_000, "号院"), (60_000, "路 "), (10_000, ""), (100, "")]
)
def test_a_search_is_as_narrow_as_still_fills_a_page(rows: int, characters: str) -> None:
    assert all(characters in unquote(words) for words in _searches(random.Random(1), rows))


@pytest.mark.parametrize(("rows", "days"), [(1_000_000, 1), (10_000, 3), (500, 55)])
def test_a_span_of_days_holds_a_full_page(rows: int, days: int) -> None:
    assert _days_of_a_page(rows) == days
    assert days * rows / YEARS.days >= PAGE
