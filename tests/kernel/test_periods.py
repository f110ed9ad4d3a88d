"""Periods: the first day counts, the last does not; the component says it in words."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import timezone

from wangge.kernel.periods import holds, standing

DAY = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [(0, None, "now"), (0, 1, "now"), (-5, 0, "over"), (0, 0, "over"), (1, None, "coming"), (1, 5, "coming")],
)
def test_a_row_holds_from_its_first_day_until_before_its_last(starts: int, ends: int | None, expected: str) -> None:
    row = SimpleNamespace(
        valid_from=DAY + timedelta(days=starts), valid_to=None if ends is None else DAY + timedelta(days=ends)
    )
    assert standing(row, DAY) == expected
    assert holds(row.valid_from, row.valid_to, DAY) == (expected == "now")


@pytest.mark.parametrize(("starts", "ends", "words"), [(-1, None, "现行"), (1, None, "将生效"), (-2, -1, "已失效")])
def test_the_component_says_it_with_the_days(starts: int, ends: int | None, words: str) -> None:
    today = timezone.localdate()
    row = SimpleNamespace(
        valid_from=today + timedelta(days=starts), valid_to=None if ends is None else today + timedelta(days=ends)
    )
    shown = Template("{% load wangge_ui %}{% validity row %}").render(Context({"row": row}))
    assert [one for one in ("现行", "将生效", "已失效") if one in shown] == [words]
    assert f"{row.valid_from:%Y-%m-%d} 起" in shown
    assert (" 止" in shown) == (ends is not None)
