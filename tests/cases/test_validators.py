"""What every way in refuses, and the words it says."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from wangge.cases.validators import check_past, check_phone, check_point, check_text


@pytest.mark.parametrize("text", ["", "   \n", "\x00\x01", "\u200b"])
def test_a_text_without_a_word_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="请填写诉求内容"):
        check_text(text)


def test_control_characters_go_and_lines_stay() -> None:
    assert check_text(" 垃圾\x00没人\x1b清运\n第二行 ") == "垃圾没人清运\n第二行"


def test_ten_megabytes_are_refused_with_their_length() -> None:
    with pytest.raises(ValidationError, match="内容共10485760字，超过20000字"):
        check_text("很" * (10 * 1024 * 1024))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800000000", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("".join(chr(ord(c) + 0xFEE0) for c in "13800000000"), "13800000000"),  # full-width digits
        ("(0472)5555555", "04725555555"),
        ("+8613800000000", "+8613800000000"),
        ("12345", "12345"),
        ("", ""),
    ],
)
def test_phones_as_people_write_them(typed: str, kept: str) -> None:
    assert check_phone(typed) == kept


@pytest.mark.parametrize("typed", ["138****0000", "1380000000", "电话", "١٣٨٠٠٠٠٠٠٠٠", "13800000000;DROP", "1" * 5000])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match="电话号码应为"):
        check_phone(typed)


@pytest.mark.parametrize(
    ("lng", "lat", "said"),
    [
        (40.65, 109.84, "填反"),
        (0.0, 0.0, "不在中国"),
        (-74.0, 40.7, "不在中国"),
        (math.nan, math.nan, "不在中国"),
        (math.inf, 40.0, "不在中国"),
        (109.84, None, "同时填写"),
    ],
)
def test_points_that_cannot_be(lng: float, lat: float | None, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        check_point(lng, lat)


@pytest.mark.parametrize(
    "at",
    [
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2099, 1, 1, tzinfo=UTC),
    ],
)
def test_the_future_is_refused(at: datetime) -> None:
    with pytest.raises(ValidationError, match="在未来"):
        check_past(at)


def test_six_minutes_ahead_are_the_future() -> None:
    with pytest.raises(ValidationError, match="在未来"):
        check_past(timezone.now() + timedelta(minutes=6))


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(1999, 12, 31, tzinfo=UTC)])
def test_the_distant_past_is_refused(at: datetime) -> None:
    with pytest.raises(ValidationError, match="早于2000年"):
        check_past(at)


def test_a_clock_that_runs_a_little_ahead_is_believed() -> None:
    at = timezone.now() + timedelta(minutes=4)
    assert check_past(at) == at
