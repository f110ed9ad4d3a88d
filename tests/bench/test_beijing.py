"""What becomes of an order of the made-up year."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from bench.beijing import ENDS, SETTLED, _end, _step

from wangge.cases.importing.building import TRANSITION


@pytest.mark.parametrize("end", ENDS)
def test_an_order_ends_in_the_order_of_its_steps_and_before_it_counts_as_settled(
    end: tuple[int, str, str, str],
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    times = [datetime.fromisoformat(at) for at in _end(now, end)["times"]]
    assert times == sorted(times)
    assert now < times[0]
    assert times[-1] < now + SETTLED
    assert [step.split("\t")[3:5] for step in _end(now, end)["steps"]] == [
        [r"handling", r"\N"], [r"replied", r"\N"], [r"checked", r"\N"], [r"closed", r"\N"],
    ]  # fmt: skip


def test_a_step_has_the_columns_of_a_transition() -> None:
    assert len(_step(7, "answer", "received", "answered", "2026-01-01").split("\t")) == len(TRANSITION)
