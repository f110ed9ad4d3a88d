"""A worker of its own, to be killed: ``python worker_process.py``. Its job takes its time in mid-step."""

from __future__ import annotations

import time

import django

django.setup()

from wangge.kernel.access.models import User  # noqa: E402
from wangge.kernel.jobs import sweeper, worker  # noqa: E402
from wangge.kernel.jobs.queue import task  # noqa: E402


@task("test.slow_step")
def slow_step() -> None:
    User.objects.create_user("xiaoli", display_name="网格员小李")
    print("in mid-step", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    sweeper._sweeps.clear()
    worker.run()
