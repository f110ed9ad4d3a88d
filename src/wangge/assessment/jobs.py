"""Background work: load by id, call an action."""

from __future__ import annotations

from datetime import datetime

from wangge.assessment import actions, packing
from wangge.kernel.jobs.queue import task
from wangge.kernel.jobs.sweeper import sweep


@task("assessment.freeze")
def freeze(period_id: int) -> None:
    actions.freeze(period_id=period_id)


@task("assessment.pack", attempts=1, atomic=False)
def pack(pack_id: int) -> None:
    packing.make(pack_id=pack_id)


@sweep(name="assessment.running", every=3600, label="考核暂计")
def sweep_running(now: datetime) -> int:
    """Open the new month's period and write the running figures of every open one."""
    return actions.refresh_open(now=now)
