"""What runs by itself."""

from __future__ import annotations

from datetime import datetime

from wangge.insight.governance import sweeping
from wangge.kernel.jobs.sweeper import sweep


@sweep(name="governance.clocks", every=600, label="治理任务临期提醒和超期升级")
def sweep_clocks(now: datetime) -> int:
    """Warn before, escalate after. Deadlines are days: every ten minutes is often enough."""
    return sweeping.warn(now=now) + sweeping.escalate(now=now)
