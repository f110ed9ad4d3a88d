"""What runs by itself."""

from __future__ import annotations

from datetime import date, datetime

from wangge.kernel.jobs.queue import task
from wangge.kernel.jobs.sweeper import sweep
from wangge.whistle import moving, sweeping


@task("whistle.follow_places")
def follow_places(moves: list[tuple[str, str]], on: str) -> int:
    return moving.follow_places(moves=dict(moves), on=date.fromisoformat(on))


@sweep(name="whistle.clocks", every=15, label="吹哨时限预警、升级和提级")
def sweep_clocks(now: datetime) -> int:
    """Warn before, escalate after, raise what is still late. Often: an emergency counts in minutes."""
    return sweeping.warn(now=now) + sweeping.escalate(now=now) + sweeping.raise_late(now=now)


@sweep(name="whistle.tasks", every=600, label="协调会议定事项到期提醒和升级")
def sweep_tasks(now: datetime) -> int:
    return sweeping.warn_tasks(now=now) + sweeping.escalate_tasks(now=now)


@sweep(name="whistle.suspended", every=600, label="吹哨挂起到期恢复")
def sweep_suspended(now: datetime) -> int:
    return sweeping.end_suspensions(now=now)


@sweep(name="whistle.postures", every=60, label="应急状态到期转回常态")
def sweep_postures(now: datetime) -> int:
    return sweeping.end_postures(now=now)
