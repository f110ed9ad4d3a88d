"""A real worker: jobs and sweeps in one process, killed, cut off, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from tests.kernel.jobs.helpers import eventually, status, working

from wangge.kernel.access.models import User
from wangge.kernel.jobs.jobs import take_up_orphans
from wangge.kernel.jobs.models import Heartbeat, JobReceipt
from wangge.kernel.jobs.queue import defer, task
from wangge.kernel.jobs.sweeper import sweep

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def process() -> Iterator[subprocess.Popen[str]]:
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={quote(settings['OPTIONS']['host'], safe='')}"
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("worker_process.py"))],
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait(10)


def test_one_process_runs_jobs_and_sweeps() -> None:
    task("test.add")(lambda: User.objects.create_user("laowang", display_name="街道老王"))
    sweep(name="test.count", every=1)(lambda now: 5)
    job = defer("test.add")
    with working(with_sweeps=True):
        eventually(lambda: status(job) == "succeeded")
        eventually(lambda: Heartbeat.objects.filter(name="test.count", outcome="ok", handled=5).exists())
    assert User.objects.count() == 1


def test_a_sweep_that_takes_long_holds_up_none_that_comes_often() -> None:
    began, go_on, often = threading.Event(), threading.Event(), []

    @sweep(name="test.a_long_one", every=86_400)
    def takes_long(now: datetime) -> int:
        began.set()
        return int(go_on.wait(30))

    @sweep(name="test.often", every=1)
    def comes_often(now: datetime) -> int:
        often.append(now)
        return 0

    with working(with_sweeps=True):
        assert began.wait(20)
        before = len(often)
        eventually(lambda: len(often) >= before + 2)
        assert Heartbeat.objects.get(name="test.a_long_one").outcome == "running"
        go_on.set()
        eventually(lambda: Heartbeat.objects.get(name="test.a_long_one").outcome == "ok")


def test_a_worker_killed_in_mid_step_leaves_nothing_and_the_next_does_it_once() -> None:
    task("test.slow_step")(lambda: None)
    job = defer("test.slow_step")
    with process() as child:
        assert child.stdout is not None
        assert any("in mid-step" in line for line in child.stdout)
        os.kill(child.pid, signal.SIGKILL)
        child.wait(10)
    eventually(lambda: User.objects.count() == 0)
    assert (status(job), JobReceipt.objects.count()) == ("doing", 0)

    with connection.cursor() as cursor:  # a minute without a pulse
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'")
    assert take_up_orphans(timezone.now()) == 1
    del app.tasks["test.slow_step"]
    task("test.slow_step")(lambda: User.objects.create_user("xiaoli", display_name="网格员小李"))
    with working():
        eventually(lambda: status(job) == "succeeded")
    assert take_up_orphans(timezone.now()) == 0
    assert User.objects.count() == 1


def test_a_job_of_a_living_worker_is_left_to_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id")
        worker = cursor.fetchone()[0]
        task("test.add")(lambda: None)
        job = defer("test.add")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, job])
    assert take_up_orphans(timezone.now()) == 0
    assert status(job) == "doing"


def test_a_job_that_took_ten_workers_with_it_is_given_up() -> None:
    task("test.add")(lambda: None)
    job = defer("test.add")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 10 WHERE id = %s", [job])
    take_up_orphans(timezone.now())
    assert status(job) == "failed"


@contextmanager
def outage() -> Iterator[None]:
    """For everybody but this test the database is gone: connections are cut, new ones refused."""
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["OPTIONS"]["host"], user=settings["USER"], dbname="postgres", autocommit=True
    ) as server:
        server.execute(f'ALTER DATABASE "{settings["NAME"]}" ALLOW_CONNECTIONS false')
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
                )
            yield
        finally:
            server.execute(f'ALTER DATABASE "{settings["NAME"]}" ALLOW_CONNECTIONS true')


def listening() -> bool:
    """Whether some worker hears of new jobs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%%'", []
        )
        return bool(cursor.fetchone()[0])


def test_the_worker_outlives_its_database() -> None:
    task("test.add")(lambda name: User.objects.create_user(name, display_name="外人"))
    sweep(name="test.count", every=1)(lambda now: 5)
    with working(with_sweeps=True):
        first = defer("test.add", name="before")
        eventually(lambda: status(first) == "succeeded")
        eventually(listening)
        with outage():
            time.sleep(3)
            second = defer("test.add", name="after")
        back = timezone.now()
        eventually(lambda: status(second) == "succeeded", 40)
        eventually(lambda: Heartbeat.objects.filter(ran_at__gt=back, outcome="ok").exists(), 40)
        eventually(listening, 40)
    assert User.objects.count() == 2


def test_a_job_cut_off_from_the_database_is_done_by_the_next_worker_once() -> None:
    runs: list[datetime] = []

    @task("test.slow")
    def slow() -> None:
        runs.append(timezone.now())
        User.objects.create_user(f"u{len(runs)}", display_name="外人")
        time.sleep(2 if len(runs) == 1 else 0)

    job = defer("test.slow")
    with working():
        eventually(lambda: bool(runs))
        with outage():
            time.sleep(4)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'")
        eventually(lambda: take_up_orphans(timezone.now()) == 1, 30)
        eventually(lambda: status(job) == "succeeded", 40)
    assert (len(runs), list(User.objects.values_list("username", flat=True))) == (2, ["u2"])


def test_asked_to_stop_it_finishes_the_job_at_hand() -> None:
    started: list[datetime] = []

    @task("test.slow")
    def slow() -> None:
        started.append(timezone.now())
        time.sleep(1)

    job = defer("test.slow")
    with working():
        eventually(lambda: bool(started))
    assert status(job) == "succeeded"
