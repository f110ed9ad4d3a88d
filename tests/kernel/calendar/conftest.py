"""A calendar changed in a test is forgotten after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wangge.kernel.calendar import working


@pytest.fixture(autouse=True)
def _fresh_calendar(db: None) -> Iterator[None]:
    working.forget()
    yield
    working.forget()
