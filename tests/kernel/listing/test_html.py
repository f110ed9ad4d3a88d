"""Small markup: chips say how much time is left, text is escaped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.html import strip_tags

from wangge.kernel.listing import html
from wangge.kernel.listing.columns import Column, plain

NOW = datetime(2024, 5, 10, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


@pytest.mark.parametrize(
    ("left", "said", "tone"),
    [
        (timedelta(days=5), "剩 5 天", "neutral"),
        (timedelta(hours=47, minutes=59), "剩 47 小时", "neutral"),
        (timedelta(hours=3), "剩 3 小时", "warn"),
        (timedelta(seconds=30), "剩 不足 1 分钟", "warn"),
        (timedelta(minutes=-25), "超时 25 分钟", "danger"),
        (timedelta(days=-2, hours=-1), "超时 2 天", "danger"),
    ],
)
def test_a_running_clock_says_what_is_left(left: timedelta, said: str, tone: str) -> None:
    chip = html.due_chip(NOW + left, now=NOW)
    assert (strip_tags(chip), f"wg-tone-{tone}" in chip) == (said, True)


def test_a_clock_warns_from_its_own_instant_on() -> None:
    chip = html.due_chip(NOW + timedelta(days=2), warn_at=NOW, now=NOW)
    assert "wg-tone-warn" in chip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"paused_at": NOW}, "已暂停"),
        ({"stopped_at": NOW - timedelta(hours=1)}, "按时完成"),
        ({"stopped_at": NOW + timedelta(hours=1)}, "超时完成"),
    ],
)
def test_a_clock_that_does_not_run_says_so(given: dict[str, Any], said: str) -> None:
    assert strip_tags(html.due_chip(NOW, now=NOW, **given)) == said


def test_no_clock_no_chip() -> None:
    assert (html.due_chip(None), html.clock_chip(None)) == ("", "")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "今天 12:00"),
        (NOW - timedelta(hours=13), "昨天 23:00"),
        (NOW + timedelta(hours=12), "明天 00:00"),
        (datetime(2024, 1, 2, 0, 5, tzinfo=UTC), "1月2日 08:05"),
        (datetime(2023, 12, 31, 16, 0, tzinfo=UTC), "1月1日 00:00"),
        (datetime(2023, 12, 31, 15, 59, tzinfo=UTC), "2023-12-31 23:59"),
    ],
)
def test_an_instant_is_shown_by_shanghais_calendar(at: datetime, said: str) -> None:
    assert html.moment(at, NOW) == said


def test_counts_have_a_comma_every_three_digits() -> None:
    assert [html.figure(n) for n in (0, 999, 1234, 12_345_678, None)] == ["0", "999", "1,234", "12,345,678", ""]


def test_a_badge_escapes_its_label() -> None:
    assert "&lt;b&gt;" in html.badge("<b>", "ok")


def test_an_unknown_tone_is_neutral() -> None:
    assert "wg-tone-neutral" in html.badge("x", 'x" onclick="')


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        (True, "是"),
        (False, "否"),
        (12, 12),
        (NOW, "2024-05-10 12:00"),
        (NOW.date(), "2024-05-10"),
        (["甲", "乙"], "甲、乙"),
    ],
)
def test_a_value_as_text(value: Any, said: Any) -> None:
    assert plain(value) == said


def test_a_cell_with_markup_exports_its_words() -> None:
    column = Column("state", "状态", render=lambda row: html.badge("已办结", "ok", "check"))
    assert column.text(object()) == "已办结"
