"""What the sweep rebuilds, and what it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.kernel.facts.conftest import Book

from wangge.kernel.facts.actions import mark_stale
from wangge.kernel.facts.indicators import value
from wangge.kernel.facts.jobs import keep_fresh
from wangge.kernel.facts.models import StaleDay

pytestmark = pytest.mark.django_db


def test_the_first_run_builds_today_and_the_week_before(book: Book) -> None:
    assert keep_fresh(timezone.now()) == 8
    assert keep_fresh(timezone.now()) == 0


def test_today_is_built_again_after_ten_minutes(book: Book) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    keep_fresh(now)
    book.note("closed", today, "150203001001", 3)
    assert (keep_fresh(now), value("closed_count", from_on=today, to_on=today).numerator) == (0, 0)
    later = now + timedelta(minutes=11)
    if timezone.localdate(later) == today:
        keep_fresh(later)
        assert value("closed_count", from_on=today, to_on=today).numerator == 3


def test_a_marked_past_day_is_built_again(book: Book) -> None:
    keep_fresh(timezone.now())
    past = timezone.localdate() - timedelta(days=300)
    book.note("closed", past, "150203001001", 3)
    mark_stale(past)
    assert keep_fresh(timezone.now()) == 1
    assert (value("closed_count", from_on=past, to_on=past).numerator, StaleDay.objects.count()) == (3, 0)


def test_without_facts_there_is_nothing_to_do(definitions: None) -> None:
    assert keep_fresh(timezone.now()) == 0
