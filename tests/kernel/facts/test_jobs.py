"""What the sweep rebuilds, and what it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.kernel.facts.conftest import Book

from wangge.kernel.facts.actions import mark_stale, rebuild
from wangge.kernel.facts.indicators import value
from wangge.kernel.facts.jobs import keep_fresh
from wangge.kernel.facts.models import FactBuilt, StaleDay

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


def test_a_past_day_that_may_still_change_is_built_again_the_day_after(book: Book) -> None:
    """What was due on it is closed later; what was closed on it is rated later."""
    now = timezone.now()
    past = timezone.localdate() - timedelta(days=5)
    keep_fresh(now)
    book.note("closed", past, "150203001001", 3)
    assert (keep_fresh(now), value("closed_count", from_on=past, to_on=past).numerator) == (0, 0)
    FactBuilt.objects.filter(day__lt=timezone.localdate()).update(built_at=now - timedelta(days=1))
    FactBuilt.objects.filter(day=timezone.localdate() - timedelta(days=1)).update(built_at=now)
    while keep_fresh(now):
        pass
    assert value("closed_count", from_on=past, to_on=past).numerator == 3


def test_days_that_have_settled_are_left(book: Book) -> None:
    now = timezone.now()
    keep_fresh(now)
    rebuild(day=timezone.localdate() - timedelta(days=40))
    FactBuilt.objects.filter(day__lt=timezone.localdate() - timedelta(days=31)).update(built_at=now - timedelta(days=3))
    assert keep_fresh(now) == 0


def test_without_facts_there_is_nothing_to_do(definitions: None) -> None:
    assert keep_fresh(timezone.now()) == 0
