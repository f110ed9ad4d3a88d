"""Growth between two sides on a machine that changes its speed."""

from __future__ import annotations

import pytest
from bench._sides import Pair
from bench.harness import Times


def rounds(*seconds: float) -> tuple[Times, ...]:
    return tuple(Times((one, one, one + 1)) for one in seconds)


def test_a_machine_that_slows_down_is_no_growth() -> None:
    pair = Pair("district", "list", rounds(1, 1, 2, 2, 2), rounds(1.1, 1.1, 2.2, 2.2, 2.2))
    assert pair.growth == pytest.approx(1.1)


def test_a_round_that_was_disturbed_does_not_decide() -> None:
    pair = Pair("district", "list", rounds(1, 1, 1), rounds(1.2, 9, 1.2))
    assert pair.growth == pytest.approx(1.2)
    assert (pair.before.p50, pair.after.p50, len(pair.after.seconds)) == (1, 2.2, 9)
