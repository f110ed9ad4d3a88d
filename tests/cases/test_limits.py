"""Counters for people without an account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from wangge.cases import limits
from wangge.cases.limits import Limit
from wangge.cases.models import Attempt

pytestmark = pytest.mark.django_db
TWO = Limit("t", 2, timedelta(minutes=10))


def test_the_third_waits_until_the_window_ends() -> None:
    assert [limits.hit(TWO, "a") for _ in range(2)] == [0, 0]
    assert 590 <= limits.hit(TWO, "a") <= 600


def test_asking_counts_nothing_and_stops_at_the_limit() -> None:
    assert [limits.wait(TWO, "a") for _ in range(5)] == [0] * 5
    limits.hit(TWO, "a")
    assert limits.wait(TWO, "a") == 0
    limits.hit(TWO, "a")
    assert limits.wait(TWO, "a") > 0


def test_everybody_has_a_counter_of_their_own_for_each_limit() -> None:
    other = Limit("u", 2, timedelta(minutes=10))
    for _ in range(3):
        limits.hit(TWO, "a")
    assert (limits.hit(TWO, "b"), limits.hit(other, "a")) == (0, 0)


def test_a_new_window_begins_anew() -> None:
    for _ in range(3):
        limits.hit(TWO, "a")
    Attempt.objects.update(began_at=timezone.now() - timedelta(minutes=11))
    assert limits.wait(TWO, "a") == 0
    assert limits.hit(TWO, "a") == 0


def test_nobody_is_not_counted() -> None:
    assert (limits.hit(TWO, ""), Attempt.objects.count()) == (0, 0)


def test_old_windows_are_forgotten() -> None:
    limits.hit(TWO, "a")
    limits.hit(TWO, "b")
    Attempt.objects.filter(pk=Attempt.objects.earliest("pk").pk).update(began_at=timezone.now() - timedelta(days=3))
    assert (limits.forget_old(now=timezone.now()), Attempt.objects.count()) == (1, 1)


@pytest.mark.parametrize(("seconds", "words"), [(1, "约1分钟后"), (601, "约11分钟后"), (7200, "约2小时后")])
def test_how_long_in_words(seconds: int, words: str) -> None:
    assert limits.in_words(seconds) == words
