"""Clocks: begin, pause, resume, extend, stop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wangge.kernel.calendar.clocks import (
    ClockError,
    begin,
    describe,
    extend,
    overdue,
    pause,
    remaining,
    resume,
    share_used,
    stop,
    stop_all,
)
from wangge.kernel.calendar.models import ClockBase, ClockQuerySet, clock_constraints, clock_indexes
from wangge.kernel.calendar.units import Limit, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(ClockBase):
    objects = ClockQuerySet.as_manager()

    class Meta:
        app_label = "calendar_tests"
        indexes = clock_indexes("test_clock")
        constraints = clock_constraints("test_clock")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def five_days(start: str = "2026-11-16 10:00") -> Clock:
    """Five working days: due on Monday 2026-11-23 at 17:00."""
    return Clock(**begin(name="finish", limit=Limit(5, Unit.WORKING_DAY), now=at(start)))


@pytest.fixture
def table(db: None) -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(Clock)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Clock)


def test_begin_gives_due_and_a_warning_when_a_quarter_is_left() -> None:
    clock = Clock(**begin(name="sign", limit=Limit(2, Unit.HOUR), now=at("2026-11-20 10:00")))
    assert (clock.due_at, clock.warn_at) == (at("2026-11-20 12:00"), at("2026-11-20 11:30"))


def test_a_warning_limit_of_its_own_falls_into_working_time() -> None:
    fields = begin(
        name="finish", limit=Limit(5, Unit.WORKING_DAY), now=at("2026-11-16 10:00"), warn=Limit(1, Unit.WORKING_DAY)
    )
    assert (fields["due_at"], fields["warn_at"]) == (at("2026-11-23 17:00"), at("2026-11-23 09:00"))


def test_a_warning_never_lies_before_the_start() -> None:
    fields = begin(name="sign", limit=Limit(2, Unit.HOUR), now=at("2026-11-20 10:00"), warn=Limit(3, Unit.DAY))
    assert fields["warn_at"] == at("2026-11-20 10:00")


def test_a_pause_over_the_weekend_moves_nothing() -> None:
    clock = five_days()
    pause(clock, at("2026-11-20 17:00"))
    assert resume(clock, at("2026-11-23 09:00")) == ["due_at", "warn_at", "paused_at"]
    assert (clock.due_at, clock.paused_at) == (at("2026-11-23 17:00"), None)


def test_a_pause_of_two_working_days_moves_the_due_instant_by_two() -> None:
    clock = five_days()
    left = remaining(clock, at("2026-11-18 11:00"))
    assert pause(clock, at("2026-11-18 11:00")) == ["paused_at"]
    resume(clock, at("2026-11-20 11:00"))
    assert clock.due_at == at("2026-11-25 17:00")
    assert remaining(clock, at("2026-11-20 11:00")) == pytest.approx(left)


def test_an_overdue_clock_stays_overdue_after_a_pause() -> None:
    clock = five_days()
    pause(clock, at("2026-11-24 10:00"))
    resume(clock, at("2026-12-01 10:00"))
    assert clock.due_at == at("2026-11-23 17:00")
    assert overdue(clock, at("2026-12-01 10:00")) is True


@pytest.mark.parametrize("unit", Unit)
def test_a_pause_that_begins_at_the_due_instant_makes_nothing_late(unit: Unit) -> None:
    clock = Clock(**begin(name="finish", limit=Limit(24, unit), now=at("2026-11-16 10:00")))
    pause(clock, clock.due_at)
    resume(clock, again := clock.due_at + timedelta(days=7))
    assert (overdue(clock, again), remaining(clock, again)) == (False, 0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(Unit),
    st.integers(1, 40),
    st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=5),
)
def test_running_time_alone_uses_the_limit(unit: Unit, value: int, pauses: list[tuple[float, float]]) -> None:
    now = at("2026-01-28 15:20")
    clock = Clock(**begin(name="finish", limit=Limit(value, unit), now=now))
    whole = left = remaining(clock, now)
    for run, rest in pauses:
        now += timedelta(days=run)
        if overdue(clock, now):
            return
        pause(clock, now)
        left = remaining(clock, now)
        now += timedelta(days=rest)
        assert remaining(clock, now) == left
        resume(clock, now)
        assert remaining(clock, now) == pytest.approx(left, abs=1e-9)
        assert clock.started_at <= clock.warn_at <= clock.due_at
    assert left <= whole


@pytest.mark.parametrize(("moment", "outcome"), [("2026-11-23 17:00", "on_time"), ("2026-11-23 17:01", "late")])
def test_stop_says_on_time_or_late(moment: str, outcome: str) -> None:
    clock = five_days()
    assert stop(clock, at(moment)) == ["stopped_at", "outcome"]
    assert clock.outcome == outcome


@pytest.mark.usefixtures("table")
def test_stopping_all_says_of_each_what_stopping_one_does() -> None:
    now = at("2026-11-23 17:30")
    clocks = [five_days("2026-11-20 10:00"), *(five_days() for _ in range(4))]
    _, _, paused_in_time, paused_late, over = clocks
    pause(paused_in_time, at("2026-11-23 17:00"))
    pause(paused_late, at("2026-11-23 17:01"))
    stop(over, at("2026-11-20 10:00"))
    other = Clock(**begin(name="sign", limit=Limit(2, Unit.HOUR), now=now))
    for clock in (*clocks, other):
        clock.save()
    assert stop_all(Clock, now, name="finish") == 4
    for clock in clocks[:4]:
        stop(clock, now)
    kept = {row.pk: (row.stopped_at, row.outcome) for row in Clock.objects.all()}
    assert kept == {clock.pk: (clock.stopped_at, clock.outcome) for clock in (*clocks, other)}
    assert [clock.outcome for clock in clocks] == ["on_time", "late", "on_time", "late", "on_time"]


def test_stopping_a_paused_clock_counts_to_the_pause() -> None:
    clock = five_days()
    pause(clock, at("2026-11-20 10:00"))
    stop(clock, at("2026-12-20 10:00"))
    assert clock.outcome == "on_time"


def test_wrong_moves_are_refused_and_change_nothing() -> None:
    clock = five_days()
    with pytest.raises(ClockError, match="没有暂停"):
        resume(clock, at("2026-11-20 10:00"))
    pause(clock, at("2026-11-20 10:00"))
    with pytest.raises(ClockError, match="已经暂停"):
        pause(clock, at("2026-11-20 11:00"))
    stop(clock, at("2026-11-20 12:00"))
    for move in (pause, resume, stop):
        with pytest.raises(ClockError, match="已经停止"):
            move(clock, at("2026-11-20 13:00"))
    assert clock.paused_at == at("2026-11-20 10:00")


def test_an_extension_counts_from_the_due_instant_and_warns_again() -> None:
    clock = five_days()
    distance = clock.due_at - clock.warn_at
    clock.warned_at = clock.escalated_at = now = at("2026-11-23 17:30")
    changed = extend(clock, Limit(5, Unit.WORKING_DAY), now)
    assert changed == ["due_at", "warn_at", "warned_at", "escalated_at"]
    assert clock.due_at == at("2026-11-30 17:00")
    assert clock.warned_at is None
    assert clock.escalated_at is None
    assert (clock.limit_value, clock.due_at - clock.warn_at) == (5, distance)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-20 17:00", "还剩1个工作日"),
        ("2026-11-23 13:30", "还剩0.5个工作日"),
        ("2026-11-23 20:00", "超期3小时"),
        ("2026-11-25 17:00", "超期2个工作日"),
    ],
)
def test_what_is_left_in_words(moment: str, words: str) -> None:
    assert describe(five_days(), at(moment)) == words


def test_paused_and_stopped_in_words() -> None:
    clock = five_days()
    pause(clock, at("2026-11-20 17:00"))
    assert describe(clock, at("2027-01-01 00:00")) == "已暂停（还剩1个工作日）"
    stop(clock, at("2026-12-20 10:00"))
    assert describe(clock, at("2027-01-01 00:00")) == "按期"


def test_share_used_goes_from_nothing_to_one_and_beyond() -> None:
    clock = Clock(**begin(name="sign", limit=Limit(2, Unit.HOUR), now=at("2026-11-20 10:00")))
    shares = [share_used(clock, at(f"2026-11-20 {hour}:00")) for hour in (10, 11, 12, 13)]
    assert shares == [0.0, 0.5, 1.0, 1.5]


@pytest.mark.usefixtures("table")
def test_the_sweeper_asks_for_what_runs_and_is_not_done() -> None:
    now = at("2026-11-23 17:30")
    quiet = five_days("2026-11-20 10:00")
    late, told, paused, stopped = five_days(), five_days(), five_days(), five_days()
    told.warned_at = told.escalated_at = now
    pause(paused, at("2026-11-20 10:00"))
    stop(stopped, at("2026-11-20 10:00"))
    for clock in (quiet, late, told, paused, stopped):
        clock.save()
    assert list(Clock.objects.due_to_warn(now)) == [late]
    assert list(Clock.objects.due_to_escalate(now)) == [late]
    assert set(Clock.objects.running()) == {quiet, late, told}
    assert set(Clock.objects.open()) == {quiet, late, told, paused}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    "wrong", [{"outcome": "late"}, {"stopped_at": at("2026-11-20 10:00")}, {"due_at": at("2026-11-01 10:00")}]
)
def test_the_database_refuses_a_clock_that_contradicts_itself(wrong: dict[str, object]) -> None:
    clock = five_days()
    for name, value in wrong.items():
        setattr(clock, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        clock.save()


@pytest.mark.usefixtures("table")
def test_the_sweep_asks_one_partial_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    now = at("2026-11-23 17:30")
    for asked in (Clock.objects.due_to_warn(now), Clock.objects.due_to_escalate(now)):
        plan = models.QuerySet.explain(asked)
        assert [words for words in ("test_clock_next", "Index Cond") if words not in plan] == []
