"""The check digit: ISO 7064 MOD 11,10."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from wangge.kernel.numbering.check import check_digit, compose, is_valid, normal

DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))
NUMBERS = st.builds(compose, st.from_regex(r"[1-9][0-9]{5}", fullmatch=True), DAYS, st.integers(1, 12_345_678))


def test_the_example_of_the_standard() -> None:
    assert check_digit("0794") == "5"


@given(NUMBERS)
def test_a_composed_number_is_valid(number: str) -> None:
    assert is_valid(number) is True


@given(NUMBERS, st.data())
def test_every_single_wrong_digit_is_found(number: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[position]]))
    assert is_valid(number[:position] + other + number[position + 1 :]) is False


def test_the_form_is_division_day_serial_digit() -> None:
    number = compose("150203", date(2026, 11, 21), 42)
    assert number[:-1] == "15020320261121000042"


def test_the_serial_grows_beyond_six_digits() -> None:
    number = compose("150203", date(2026, 11, 21), 1_000_000)
    assert number[:-1] == "150203202611211000000"
    assert is_valid(number) is True


def test_words_spaces_and_impossible_days_are_not_valid() -> None:
    bad_day = "15020320261341000042"
    for text in ("", "abc", "1502032026112100004", " " + compose("150203", date(2026, 1, 1), 1)):
        assert is_valid(text) is False
    assert is_valid(bad_day + check_digit(bad_day)) is False


def test_typed_numbers_are_made_normal() -> None:
    number = compose("150203", date(2026, 11, 21), 42)
    typed = f" {number[:6]}-{number[6:14]} {number[14:]}\n"
    assert normal(typed) == number
    assert normal(number.translate({48 + i: 0xFF10 + i for i in range(10)})) == number
