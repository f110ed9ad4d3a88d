"""Pages are made when their hour comes; mails go out one by one."""

from __future__ import annotations

from datetime import datetime

from wangge.cockpit import actions, sending
from wangge.kernel.jobs.queue import task
from wangge.kernel.jobs.sweeper import sweep


@task(actions.JOB, attempts=0, atomic=False)
def send(mailing_id: int) -> None:
    """Send one; a failure schedules its own next try."""
    sending.send(mailing_id=mailing_id)


@sweep(name="cockpit.briefs", every=120, label="生成每日民情")
def sweep_briefs(now: datetime) -> int:
    return actions.make_due(now=now)


@sweep(name="cockpit.mailings", every=300, label="补投每日民情")
def sweep_mailings(now: datetime) -> int:
    return actions.ask_lost(now=now, lease=sending.LEASE)
