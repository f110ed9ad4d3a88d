"""What the builder does without, so that thirty thousand steps take a minute and not three.

The rows a case leaves behind are the same. Left out is what serves others at the very moment: jobs and webhooks
(nobody listens to an invented past), a savepoint for every step (a lot is thrown away whole), a statement for
every audit entry (a lot's entries are written together, before it is committed).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from wangge.kernel.api import webhooks
from wangge.kernel.audit.models import AuditEntry


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


@contextmanager
def one_piece() -> Iterator[None]:
    """A transaction that succeeds or is thrown away whole: no savepoints, the audit entries in one statement."""
    held: list[AuditEntry] = []
    save, savepoints = AuditEntry.save, connection.features.uses_savepoints

    def keep(entry: AuditEntry, **_: Any) -> None:
        held.append(entry)

    with transaction.atomic():
        AuditEntry.save = keep  # type: ignore[method-assign,assignment]
        connection.features.uses_savepoints = False
        try:
            yield
        finally:
            AuditEntry.save = save  # type: ignore[method-assign]
            connection.features.uses_savepoints = savepoints
        AuditEntry.objects.bulk_create(held, batch_size=500)
