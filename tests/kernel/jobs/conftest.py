"""Jobs and sweeps of a test end with it; the queue's tables, which are not Django's to flush, begin empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from wangge.kernel.jobs import sweeper


@pytest.fixture(autouse=True)
def registries() -> Iterator[None]:
    tasks, sweeps = dict(app.tasks), dict(sweeper._sweeps)
    sweeper._sweeps.clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
    yield
    app.tasks.clear()
    app.tasks.update(tasks)
    sweeper._sweeps.clear()
    sweeper._sweeps.update(sweeps)
