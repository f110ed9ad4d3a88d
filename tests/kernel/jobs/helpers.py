"""A worker in a thread, and waiting for what it does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from wangge.kernel.jobs.worker import run_worker


def eventually(happened: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def status(job_id: int) -> str:
    return str(ProcrastinateJob.objects.values_list("status", flat=True).get(pk=job_id))


@contextmanager
def working(*, with_sweeps: bool = False) -> Iterator[None]:
    """A worker runs for the block; other threads' connections are closed after it."""
    stop = threading.Event()

    def work() -> None:
        try:
            run_worker(stop=stop, concurrency=2, with_sweeps=with_sweeps)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(40)
        assert not thread.is_alive()
        # Pool threads keep their Django connections; the next test's TRUNCATE must not wait for them.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
            )
