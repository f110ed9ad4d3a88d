"""From figures to points: every shape, missing data, floors, and the words that explain it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge.assessment.scoring import Reading, as_json, plain, reckon
from wangge.assessment.statistics import wilson

D = Decimal


@dataclass
class Item:
    indicator: str
    shape: str = "share"
    weight: Decimal = Decimal(50)
    low: Decimal | None = None
    high: Decimal | None = None
    step: Decimal | None = None
    free: int = 0
    floor: Decimal = Decimal()


def share(top: int, bottom: int, better: str = "high") -> Reading:
    return Reading("解决率", D(top), D(bottom), better)


def test_a_share_earns_its_part_of_the_marks_and_says_how() -> None:
    total, lines = reckon([Item("a", weight=D(100))], {"a": share(47, 50)})
    assert total == D("94.00")
    assert lines[0].words == "47 ÷ 50 = 94.00%；按比率得分；100.00分 × 94.00% = 94.00分。"


def test_what_should_be_low_earns_the_rest() -> None:
    total, _ = reckon([Item("a", weight=D(100))], {"a": share(10, 50, "low")})
    assert total == D("80.00")


def test_marks_of_a_line_without_data_go_to_the_others_in_proportion() -> None:
    items = [Item("a", weight=D(60)), Item("b", weight=D(20)), Item("gone", weight=D(20))]
    total, lines = reckon(items, {"a": share(1, 1), "b": share(1, 2), "gone": share(0, 0)})
    assert [line.effective for line in lines] == ["75.00", "25.00", "0.00"]
    assert total == D("87.50")
    assert lines[2].counted is False
    assert "分摊" in lines[2].words
    assert "原60分" in lines[0].words


def test_a_fact_nobody_counts_is_like_no_data() -> None:
    total, lines = reckon([Item("a", weight=D(50)), Item("whistle", weight=D(50))], {"a": share(1, 2)})
    assert total == D("50.00")
    assert "未启用" in lines[1].words


def test_nothing_at_all_gives_no_score() -> None:
    total, _ = reckon([Item("a")], {"a": share(0, 0)})
    assert total is None


@pytest.mark.parametrize(
    ("value", "better", "points"),
    [(60, "high", "0.00"), (78, "high", "50.00"), (96, "high", "100.00"), (99, "high", "100.00"), (50, "high", "0.00"),
     (60, "low", "100.00"), (96, "low", "0.00"), (78, "low", "50.00")],
)  # fmt: skip
def test_a_line_between_two_ends(value: int, better: str, points: str) -> None:
    item = Item("a", "line", D(100), low=D("0.60"), high=D("0.96"))
    assert reckon([item], {"a": share(value, 100, better)})[0] == D(points)


@pytest.mark.parametrize(("value", "points"), [(2, "40.00"), (5, "100.00"), (9, "100.00"), (15, "50.00"), (30, "0.00")])
def test_a_band_is_full_inside_and_less_on_both_sides(value: int, points: str) -> None:
    item = Item("a", "band", D(100), low=D("0.05"), high=D("0.10"))
    assert reckon([item], {"a": share(value, 100)})[0] == D(points)


def test_deductions_count_over_the_free_ones_up_to_the_cap() -> None:
    items = [Item("a", weight=D(100)), Item("n", "deduct", D(3), step=D("0.5"), free=2)]
    figures = {"a": share(1, 1), "n": Reading("被督办", D(4), None)}
    total, lines = reckon(items, figures)
    assert total == D("99.00")
    assert lines[1].words == "4次，免计2次，每次扣0.5分，最多扣3分：扣1.00分。"
    assert reckon(items, figures | {"n": Reading("被督办", D(40), None)})[0] == D("97.00")


def test_bonuses_come_on_top() -> None:
    items = [Item("a", weight=D(100)), Item("n", "bonus", D(2), step=D(1))]
    assert reckon(items, {"a": share(1, 1), "n": Reading("表扬", D(5), None)})[0] == D("102.00")


def test_a_floor_holds_and_is_said() -> None:
    total, lines = reckon([Item("a", weight=D(100), floor=D(20))], {"a": share(1, 10)})
    assert total == D("20.00")
    assert "保底20分" in lines[0].words


def test_the_whole_is_never_negative() -> None:
    items = [Item("a", weight=D(100)), Item("n", "deduct", D(50), step=D(50))]
    assert reckon(items, {"a": share(1, 10), "n": Reading("被督办", D(9), None)})[0] == D(0)


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8),
)
def test_the_total_is_the_sum_of_its_lines_and_within_the_full_marks(rows: list[tuple[int, int, int]]) -> None:
    items = [Item(str(n), weight=D(weight)) for n, (weight, _, _) in enumerate(rows)]
    figures = {str(n): share(min(top, bottom), bottom) for n, (_, top, bottom) in enumerate(rows)}
    total, lines = reckon(items, figures)
    if total is None:
        assert all(bottom == 0 for _, _, bottom in rows)
        return
    assert total == sum(D(line["points"]) for line in as_json(lines))
    assert 0 <= total <= sum(weight for weight, _, _ in rows) + D("0.01") * len(rows)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"), [(3, 4, 0.3006, 0.9544), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)]
)
def test_the_interval_of_a_small_sample(successes: int, trials: int, low: float, high: float) -> None:
    """The published values of Wilson's interval."""
    assert wilson(successes, trials) == pytest.approx((low, high), abs=0.0005)


def test_no_trial_no_interval() -> None:
    with pytest.raises(ValueError, match="at least one"):
        wilson(0, 0)


def test_numbers_read_plainly() -> None:
    assert [plain(D("47.00")), plain(D("0.50")), plain(D(0)), plain(D(100))] == ["47", "0.5", "0", "100"]
