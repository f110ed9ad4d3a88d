from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from django.db import connection
from tests.kernel.jobs.helpers import eventually

from wangge.kernel.access.models import User
from wangge.kernel.jobs import sweeper
from wangge.kernel.jobs.models import Heartbeat, Outcome
from wangge.kernel.jobs.sweeper import each, loop, run_due, run_one, sweep, sweeps

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def breaks(now: datetime) -> int:
    raise LookupError("坏了")


def test_a_sweep_runs_and_leaves_a_heartbeat() -> None:
    seen: list[datetime] = []

    @sweep(name="test.count", every=60)
    def count(now: datetime) -> int:
        seen.append(now)
        return 7

    assert run_due(now=NOON) == ["test.count"]
    beat = Heartbeat.objects.get()
    assert seen == [NOON]
    assert (beat.name, beat.ran_at, beat.outcome, beat.handled, beat.failures, beat.error) == (
        "test.count", NOON, "ok", 7, 0, "",
    )  # fmt: skip
    assert beat.took is not None


def test_it_runs_again_only_after_its_period() -> None:
    sweep(name="test.count", every=60)(lambda now: 0)
    ran = [bool(run_due(now=NOON + timedelta(seconds=s))) for s in (0, 30, 59, 60, 61, 120)]
    assert ran == [True, False, False, True, False, True]


def test_a_clock_set_back_does_not_silence_it() -> None:
    sweep(name="test.count", every=60)(lambda now: 0)
    run_due(now=NOON)
    assert run_due(now=NOON - timedelta(days=1)) == ["test.count"]


def test_a_bad_sweep_is_logged_and_counted_and_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    # A logger used before keeps its processors; a fresh one is captured.
    monkeypatch.setattr(sweeper, "log", structlog.get_logger("test"))
    sweep(name="test.a", every=60)(breaks)
    sweep(name="test.b", every=60)(lambda now: 3)
    counter = sweeper.runs.labels("test.a", "failed")
    before = counter._value.get()
    with structlog.testing.capture_logs() as logs:
        run_due(now=NOON)
    run_due(now=NOON + timedelta(minutes=1))
    assert [(entry["event"], entry["sweep"]) for entry in logs] == [("sweep.failed", "test.a")]
    assert counter._value.get() == before + 2
    assert list(Heartbeat.objects.order_by("name").values_list("outcome", "failures", "error", "handled")) == [
        (Outcome.FAILED, 2, "LookupError: 坏了", 0),
        (Outcome.OK, 0, "", 3),
    ]


def test_a_bad_statement_spoils_nothing_for_the_others() -> None:
    def bad(now: datetime) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        return 0

    sweep(name="test.a", every=60)(bad)
    sweep(name="test.b", every=60)(lambda now: User.objects.count())
    assert run_due(now=NOON) == ["test.a", "test.b"]
    assert list(Heartbeat.objects.order_by("name").values_list("outcome", flat=True)) == ["failed", "ok"]


def test_a_bad_row_does_not_stop_the_rows_after_it() -> None:
    def act(name: str) -> None:
        User.objects.create_user(name, display_name="外人")
        if name == "b":
            raise LookupError("坏了")

    sweep(name="test.rows", every=60)(lambda now: each(["a", "b", "c"], act))
    run_due(now=NOON)
    assert sorted(User.objects.values_list("username", flat=True)) == ["a", "c"]
    assert Heartbeat.objects.values_list("outcome", "handled", "bad_rows", "error").get() == ("partly", 2, 1, "'b'")


def test_after_a_good_run_the_failures_are_forgotten() -> None:
    bad = [True]

    @sweep(name="test.mends", every=60)
    def mends(now: datetime) -> int:
        if bad.pop():
            bad.append(False)
            raise LookupError("坏了")
        return 0

    run_due(now=NOON)
    run_due(now=NOON + timedelta(minutes=1))
    assert Heartbeat.objects.values_list("outcome", "failures", "error").get() == ("ok", 0, "")


def test_only_one_worker_runs_it_at_a_time() -> None:
    inside, go_on = threading.Event(), threading.Event()
    times: list[datetime] = []

    @sweep(name="test.slow", every=60)
    def slow(now: datetime) -> int:
        times.append(now)
        inside.set()
        go_on.wait(10)
        return 0

    def first() -> None:
        try:
            run_due(now=NOON)
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(10)
    assert run_one(sweeps()[0], now=NOON + timedelta(hours=1)) is False
    go_on.set()
    thread.join(10)
    assert times == [NOON]


def test_a_second_worker_sees_that_it_just_ran() -> None:
    sweep(name="test.count", every=60)(lambda now: 0)
    run_due(now=NOON)
    assert run_one(sweeps()[0], now=NOON + timedelta(seconds=1)) is False


def test_two_sweeps_of_one_name_are_refused() -> None:
    sweep(name="test.count", every=60)(breaks)
    sweep(name="test.count", every=60)(breaks)
    with pytest.raises(ValueError, match=r"two sweeps are named 'test\.count'"):
        sweep(name="test.count", every=60)(lambda now: 0)


def test_the_loop_goes_on_after_its_connection_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "_TICK", 0.05)
    stop = threading.Event()
    pids: list[int] = []

    @sweep(name="test.pid", every=0.05)
    def note(now: datetime) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
        return 0

    thread = threading.Thread(target=loop, args=(stop,))
    thread.start()
    try:
        eventually(lambda: bool(pids))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pids[0]])
        eventually(lambda: pids[-1] != pids[0])
    finally:
        stop.set()
        thread.join(10)
    assert Heartbeat.objects.get().outcome == "ok"
