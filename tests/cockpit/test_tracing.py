"""Which offices a number stands for."""

from __future__ import annotations

import re

import pytest

from wangge.cockpit.tracing import office_ids, one_office, other_offices


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("0", (True, [])),
        ("17", (False, [17])),
        ("x", (False, [None])),
        ("!17.5.x", (True, [17, 5, None])),
    ],
)
def test_offices_are_read_as_they_are_written(part: str, found: tuple[bool, list[int | None]]) -> None:
    assert office_ids(part) == found


@pytest.mark.parametrize("part", ["!", "a", "-1", "00", "0.1", "!0", "17.", "1" * 19, "１", "!" + "9." * 30 + "9"])
def test_what_names_no_office_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match=re.escape(part)):
        office_ids(part)


def test_what_is_written_is_what_is_meant() -> None:
    assert (one_office(3), one_office(None), other_offices([3, None])) == ("3", "x", "!3.x")
