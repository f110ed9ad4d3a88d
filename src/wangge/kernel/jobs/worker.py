"""The worker process: procrastinate's loop in the main thread, sweeps in two others, those that come often in one."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from types import FrameType
from typing import Final

import structlog
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.worker import Worker

from wangge.kernel.jobs import sweeper

log = structlog.get_logger(__name__)

_LONGEST_WAIT: Final = 30.0
# How long jobs under way may finish after a request to stop; what does not is done again by the next worker.
_GRACE: Final = 25.0


def run(*, concurrency: int = 2) -> None:
    """Run until SIGTERM or SIGINT. ``wangge worker``."""
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        stop.set()

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        run_worker(stop=stop, concurrency=concurrency)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_worker(*, stop: threading.Event, concurrency: int = 2, with_sweeps: bool = True) -> None:
    """Run jobs (``concurrency`` at once) and sweeps until ``stop`` is set; outlive a restart of the database."""
    sweeping = [
        threading.Thread(target=sweeper.loop, args=(stop, often), name=f"sweeper-{name}", daemon=True)
        for name, often in (("often", True), ("seldom", False))
        if with_sweeps
    ]
    for thread in sweeping:
        thread.start()
    log.info("worker.started", concurrency=concurrency, sweeps=[s.name for s in sweeper.sweeps()])
    try:
        asyncio.run(_work(stop, concurrency))
    finally:
        stop.set()
        until = time.monotonic() + _GRACE
        for thread in sweeping:
            thread.join(max(0.0, until - time.monotonic()))
        log.info("worker.stopped")


async def _work(stop: threading.Event, concurrency: int) -> None:
    wait = 1.0
    while not stop.is_set():
        began = asyncio.get_running_loop().time()
        try:
            await _until_stopped(stop, concurrency)
        except Exception as problem:  # a lost database shows in many ways; whatever it is, the worker goes on
            log.warning("worker.lost", error=str(problem).strip() or type(problem).__name__, next_try_in=wait)
        if asyncio.get_running_loop().time() - began > _LONGEST_WAIT:
            wait = 1.0
        await _stopped(stop, at_most=wait)
        wait = min(wait * 2, _LONGEST_WAIT)


class _Worker(Worker):
    """Ends when its listener or its pulse ends, so that a new one can begin.

    Procrastinate watches its side tasks until the first of them returns, and the periodic deferrer returns at once
    when there are no periodic tasks (ours are sweeps): after an outage the worker went on deaf and without a pulse.
    """

    async def _periodic_deferrer(self) -> None:
        await asyncio.Event().wait()


async def _until_stopped(stop: threading.Event, concurrency: int) -> None:
    """One life of procrastinate's worker: ends when asked to, or with its connections."""
    # An app of its own over the same tasks: what a job defers still goes through Django's connection,
    # into the job's transaction.
    connector = PsycopgConnector(
        kwargs=connector_params(), min_size=1, max_size=concurrency + 3, timeout=10, reconnect_timeout=10
    )
    with_pool = DjangoApp(connector=connector)
    with_pool.tasks = app.tasks
    async with with_pool.open_async():
        options = with_pool.worker_defaults | {
            "concurrency": concurrency,
            "install_signal_handlers": False,
            "shutdown_graceful_timeout": _GRACE,
            "fetch_job_polling_interval": 5.0,
        }
        working = asyncio.create_task(_Worker(app=with_pool, **options).run())  # type: ignore[no-untyped-call]
        asked = asyncio.create_task(_stopped(stop))
        try:
            await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working


async def _stopped(stop: threading.Event, *, at_most: float | None = None) -> None:
    loop = asyncio.get_running_loop()
    until = None if at_most is None else loop.time() + at_most
    while not stop.is_set() and (until is None or loop.time() < until):
        await asyncio.sleep(0.2)
