from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wangge.kernel.jobs.health import QueueHealth, alive, health, queue
from wangge.kernel.jobs.queue import defer, schedule, task
from wangge.kernel.jobs.sweeper import run_due, sweep

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def breaks(now: datetime) -> int:
    raise LookupError("坏了")


def test_a_sweep_that_never_ran_is_late() -> None:
    sweep(name="test.count", every=60)(lambda now: 0)
    (found,) = health(now=NOON)
    assert (found.late, found.ok, str(found)) == (True, False, "test.count 从未运行")
    assert not alive(now=NOON)


def test_a_sweep_is_late_after_three_periods() -> None:
    sweep(name="test.count", every=60)(lambda now: 0)
    run_due(now=NOON)
    late = [health(now=NOON + timedelta(seconds=s))[0].late for s in (0, 180, 181)]
    assert late == [False, False, True]
    assert str(health(now=NOON + timedelta(seconds=181))[0]) == (
        "test.count 已停止：上次运行 2026-03-02 12:00:00，应每 60 秒一次"
    )


def test_a_quick_sweep_is_given_half_a_minute() -> None:
    sweep(name="test.count", every=1)(lambda now: 0)
    run_due(now=NOON)
    assert [health(now=NOON + timedelta(seconds=s))[0].late for s in (30, 31)] == [False, True]


def test_a_failing_sweep_is_not_well_though_on_time() -> None:
    sweep(name="test.bad", every=60)(breaks)
    run_due(now=NOON)
    (found,) = health(now=NOON)
    assert (found.late, found.ok, str(found)) == (False, False, "test.bad 连续失败 1 次：LookupError: 坏了")


def test_health_costs_one_statement_however_many_sweeps(django_assert_num_queries: object) -> None:
    for n in range(5):
        sweep(name=f"test.{n}", every=60)(lambda now: 0)
    with django_assert_num_queries(1):  # type: ignore[operator]
        health(now=NOON)


def test_the_queue_counts_what_is_due() -> None:
    task("test.count")(lambda: None)
    defer("test.count")
    schedule("test.count", at=datetime(2100, 1, 1, tzinfo=UTC))
    found = queue()
    assert (found.waiting, found.running, found.failed, found.workers) == (1, 0, 0, 0)
    assert isinstance(found, QueueHealth)
