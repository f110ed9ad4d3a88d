"""What the builder does without, so that thirty thousand steps take a minute and not three.

The rows a case leaves behind are the same. Left out is what serves others at the very moment: jobs and webhooks
(nobody listens to an invented past), what guards against others (nobody else is there) and a statement for every
row that is only written (a lot's rows are written together, before it is committed).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, models, transaction
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from wangge.cases.models import CallBack, CaseText, CaseTransition, Contact
from wangge.kernel.api import webhooks
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.flow import Flow


@contextmanager
def nobody_listens() -> Iterator[None]:
    """Jobs asked for meanwhile are forgotten and no webhook is told. For a process that does nothing else."""
    emit = webhooks.emit

    def silent(event: str, payload: Any, path: str = "") -> int:  # noqa: ARG001 - the shape of ``emit``
        return 0

    webhooks.emit = silent
    try:
        with app.replace_connector(InMemoryConnector()):
            yield
    finally:
        webhooks.emit = emit


# Written and not read again by the step that writes them.
HELD: Final[tuple[type[models.Model], ...]] = (AuditEntry, CaseTransition, CaseText, Contact, CallBack)


@contextmanager
def one_piece() -> Iterator[None]:
    """A transaction that succeeds or is thrown away whole, and whose cases nobody else touches: no savepoints, no
    row locks (steps still compare and set), rows of ``HELD`` written at its end, each table in one statement."""
    held: dict[type[models.Model], list[models.Model]] = {model: [] for model in HELD}

    def keep(row: models.Model, **_: Any) -> None:
        held[type(row)].append(row)

    def unlocked(flow: Flow[Any], declared: Any, seen: int | None) -> None: ...

    saved = {model: model.save for model in HELD}
    savepoints, lock = connection.features.uses_savepoints, Flow._lock
    with transaction.atomic():
        connection.features.uses_savepoints = False
        Flow._lock = unlocked  # type: ignore[method-assign,assignment]
        for model in HELD:
            model.save = keep  # type: ignore[method-assign,assignment]
        try:
            yield
        finally:
            connection.features.uses_savepoints = savepoints
            Flow._lock = lock  # type: ignore[method-assign]
            for model, save in saved.items():
                model.save = save  # type: ignore[method-assign]
        for model, rows in held.items():
            model._base_manager.bulk_create(rows, batch_size=500)
