"""Declaring jobs and asking for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog
from django.db import IntegrityError, connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, TaskNotFound
from procrastinate.job_context import JobContext

from wangge.kernel.access import database
from wangge.kernel.audit.context import SYSTEM, bind
from wangge.kernel.jobs.models import JobReceipt

log = structlog.get_logger(__name__)

F = TypeVar("F", bound=Callable[..., object])

# 4 s, 16 s, 64 s, 4 min, 17 min, 68 min: over an hour and a half of somebody else's outage.
ATTEMPTS: Final = 6


class UnknownJobError(LookupError):
    """No ``jobs.py`` declares a job of this name."""


def task(name: str, *, attempts: int = ATTEMPTS, atomic: bool = True) -> Callable[[F], F]:
    """Declare a job, ``module.verb``. The function stays an ordinary one; its arguments are plain JSON values.

    The body runs as the system, in one transaction with its receipt: once, whatever happens to the worker.
    ``atomic=False`` is for work outside the database (sending a webhook): it may run twice after a crash,
    and opens its own transactions. A failure is tried ``attempts`` times again, each time later.
    """

    def declare(body: F) -> F:
        def run(context: JobContext, /, **arguments: Any) -> None:
            job_id = context.job.id
            assert job_id is not None
            database.see_everything()
            with bind(actor=SYSTEM, request_id=f"job-{job_id}"):
                if not atomic:
                    body(**arguments)
                    return
                with transaction.atomic():
                    if _receipt(job_id):
                        body(**arguments)
                    else:
                        log.info("job.already_done", job=name, job_id=job_id)

        retry = RetryStrategy(max_attempts=attempts, exponential_wait=4) if attempts else False
        app.task(name=name, pass_context=True, retry=retry)(run)
        return body

    return declare


def _receipt(job_id: int) -> bool:
    """Sign for the job; False when it is already signed for. A second runner waits here for the first."""
    try:
        with transaction.atomic():
            JobReceipt.objects.create(job_id=job_id)
    except IntegrityError:
        return False
    return True


def defer(name: str, /, **arguments: Any) -> int:
    """Ask for the job ``name`` soon, in the caller's transaction; its id. Raises ``UnknownJobError``."""
    job_id = schedule(name, arguments)
    assert job_id is not None  # only a job asked for "once" can be refused
    return job_id


def defer_many(name: str, arguments: Iterable[Mapping[str, Any]]) -> list[int]:
    """Ask for the job once for each of ``arguments``, in one statement."""
    wanted = [dict(given) for given in arguments]
    return _configured(name).batch_defer(*wanted) if wanted else []


def schedule(
    name: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
    once: str | None = None,
    one_by_one: str | None = None,
) -> int | None:
    """Ask for the job, not before ``at``; its id.

    ``once``: while a job with the same key still waits, no second is added (then None).
    ``one_by_one``: jobs with the same key run one after the other, in the order they were asked for.
    """
    deferrer = _configured(name, schedule_at=at, queueing_lock=once, lock=one_by_one)
    try:
        if once is None or not connection.in_atomic_block:
            return int(deferrer.defer(**(arguments or {})))
        with transaction.atomic():
            return int(deferrer.defer(**(arguments or {})))
    except AlreadyEnqueued:
        return None


def _configured(name: str, **options: Any) -> Any:
    try:
        return app.configure_task(name, allow_unknown=False, **{k: v for k, v in options.items() if v is not None})
    except TaskNotFound:
        raise UnknownJobError(f"no job named {name!r}") from None


def names() -> list[str]:
    """Every declared job of ours."""
    return sorted(name for name in app.tasks if not name.startswith(("builtin:", "procrastinate.")))
