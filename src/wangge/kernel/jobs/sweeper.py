"""Sweeps: registered functions run again and again, each isolated, by one worker at a time."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Model
from django.utils import timezone
from prometheus_client import Counter

from wangge.kernel.access import database
from wangge.kernel.audit.context import SYSTEM, bind
from wangge.kernel.jobs.models import Heartbeat, Outcome

log = structlog.get_logger(__name__)

Run = Callable[[datetime], int]
F = TypeVar("F", bound=Run)
T = TypeVar("T")

runs = Counter("wangge_sweep_runs_total", "Runs of a sweep", ["name", "outcome"])
bad_rows = Counter("wangge_sweep_bad_rows_total", "Rows a sweep could not handle", ["name"])

_TICK: Final = 1.0
_LONGEST_WAIT: Final = 30.0
# Sweeps that come more often than this, in seconds, never wait for the others, which may take minutes: the audit is
# sealed, and a whistle's half hour warned of, while days are counted anew or the whole chain is verified.
_SELDOM: Final = 60.0


@dataclass(frozen=True, slots=True)
class Sweep:
    """``every`` in seconds, from start to start; ``label`` is what an administrator reads."""

    name: str
    every: float
    run: Run
    label: str = ""


_sweeps: dict[str, Sweep] = {}
_running: ContextVar[Sweep | None] = ContextVar("wangge_sweep", default=None)
_failed_rows: ContextVar[list[str] | None] = ContextVar("wangge_sweep_failed_rows", default=None)


def sweep(*, name: str, every: float, label: str = "") -> Callable[[F], F]:
    """Register a function of the present instant, run every ``every`` seconds; it returns how many rows it handled."""

    def register(run: F) -> F:
        held = _sweeps.get(name)
        if held is not None and held.run is not run:
            raise ValueError(f"two sweeps are named {name!r}")
        _sweeps[name] = Sweep(name, every, run, label or name)
        return run

    return register


def sweeps() -> list[Sweep]:
    """Every registered sweep by name."""
    return [_sweeps[name] for name in sorted(_sweeps)]


def each(rows: Iterable[T], act: Callable[[T], object]) -> int:
    """``act`` on each row in a transaction of its own; how many went well.

    A bad row is logged and counted, shows in the heartbeat, and does not stop the others. A lost database does.
    """
    done = 0
    failed = _failed_rows.get()
    name = sweeping.name if (sweeping := _running.get()) else ""
    for row in rows:
        try:
            with transaction.atomic():
                act(row)
        except (OperationalError, InterfaceError):
            if _connection_lost():
                raise
            _note(name, row, failed)
        except Exception:
            _note(name, row, failed)
        else:
            done += 1
    return done


def _note(name: str, row: object, failed: list[str] | None) -> None:
    # A row says what it is called, which may be what somebody wrote: its key is enough to find it.
    told = f"{row._meta.label} {row.pk}" if isinstance(row, Model) else repr(row)
    log.exception("sweep.bad_row", sweep=name, row=told)
    bad_rows.labels(name).inc()
    if failed is not None:
        failed.append(told)


def _connection_lost() -> bool:
    return connection.connection is None or bool(connection.connection.closed) or not connection.is_usable()


def run_due(*, now: datetime | None = None, often: bool | None = None) -> list[str]:
    """Run every sweep whose time has come and which nobody else is running; their names.

    ``often``: only those that come more than once a minute (True), or only the others (False). Raises only when
    the database is lost.
    """
    database.see_everything()
    instant = now or timezone.now()
    last = dict(Heartbeat.objects.values_list("name", "ran_at"))
    return [
        wanted.name
        for wanted in sweeps()
        if often in (None, wanted.every < _SELDOM)
        and _is_due(wanted, last.get(wanted.name), instant)
        and run_one(wanted, now=now)
    ]


def run_one(wanted: Sweep, *, now: datetime | None = None) -> bool:
    """Run ``wanted`` if it is due and no other worker runs it; whether it ran."""
    with _alone(wanted.name) as alone:
        instant = now or timezone.now()
        last = Heartbeat.objects.filter(name=wanted.name).first()
        if not alone or not _is_due(wanted, last.ran_at if last else None, instant):
            return False
        _run(wanted, instant, last.failures if last else 0)
    return True


def _is_due(wanted: Sweep, ran_at: datetime | None, now: datetime) -> bool:
    # A clock set back must not silence a sweep: a start in the future counts as none.
    return ran_at is None or ran_at > now or now - ran_at >= timedelta(seconds=wanted.every)


def _run(wanted: Sweep, now: datetime, failures: int) -> None:
    Heartbeat.objects.update_or_create(
        name=wanted.name, defaults={"ran_at": now, "outcome": Outcome.RUNNING, "took": None, "error": ""}
    )
    started = time.monotonic()
    failed: list[str] = []
    handled, outcome, error = 0, Outcome.OK, ""
    tokens = _running.set(wanted), _failed_rows.set(failed)
    try:
        with bind(actor=SYSTEM, request_id=f"sweep-{wanted.name}"[:40]):
            handled = wanted.run(now)
        if failed:
            outcome, error = Outcome.PARTLY, "、".join(failed[:20])
    except Exception as problem:
        if isinstance(problem, DatabaseError | InterfaceError) and _connection_lost():
            raise
        log.exception("sweep.failed", sweep=wanted.name)
        outcome, error = Outcome.FAILED, f"{type(problem).__name__}: {problem}"
    finally:
        _running.reset(tokens[0])
        _failed_rows.reset(tokens[1])
    runs.labels(wanted.name, outcome.value).inc()
    Heartbeat.objects.filter(name=wanted.name).update(
        took=time.monotonic() - started,
        outcome=outcome,
        handled=handled or 0,
        bad_rows=len(failed),
        failures=failures + 1 if outcome is Outcome.FAILED else 0,
        error=error[:2000],
    )


@contextmanager
def _alone(name: str) -> Iterator[bool]:
    """A lock of the session: it goes with the connection, so a killed worker holds nothing back."""
    key = int.from_bytes(hashlib.sha256(f"wangge.sweep:{name}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held and not _connection_lost():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def loop(stop: threading.Event, often: bool | None = None) -> None:
    """Run what is due (``run_due``) until ``stop``; wait for a lost database, up to half a minute between tries."""
    wait = _TICK
    while not stop.is_set():
        try:
            run_due(often=often)
            wait = _TICK
        except (DatabaseError, InterfaceError) as problem:
            log.warning("sweeper.database_lost", error=str(problem).strip(), next_try_in=wait)
            wait = min(wait * 2, _LONGEST_WAIT)
            connection.close()
        except Exception:
            log.exception("sweeper.failed")
            wait = min(wait * 2, _LONGEST_WAIT)
            connection.close()
        stop.wait(wait)
    connection.close()
