"""Jobs: exports in the background and the end of their files."""

from __future__ import annotations

from datetime import datetime

from wangge.kernel.jobs.queue import task
from wangge.kernel.jobs.sweeper import sweep
from wangge.kernel.listing import actions


@task("listing.export", attempts=0, atomic=False)
def export(pk: str) -> None:
    """Not in one transaction, so that the user sees it move; not tried again, the user does that."""
    actions.run_export(pk=pk)


@sweep(name="listing.expire_exports", every=3600, label="清理过期导出")
def expire(now: datetime) -> int:
    return actions.expire_exports(now=now)
