"""The queue's own sweeps: jobs of dead workers are taken up again, old ones go."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from django.db import connection

from wangge.kernel.jobs.sweeper import sweep

log = structlog.get_logger(__name__)

# A worker says every 10 s that it lives.
_DEAD_AFTER: Final = "60 seconds"
# A job that took so many workers with it is not tried again.
_MOST_ATTEMPTS: Final = 10

_ORPHANS: Final = """
SELECT j.id, j.task_name, j.attempts FROM procrastinate_jobs j
LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - %s::interval)
ORDER BY j.id FOR UPDATE OF j SKIP LOCKED
"""

_OLD_JOBS: Final = """
DELETE FROM procrastinate_jobs j USING (
    SELECT job_id FROM procrastinate_events
    WHERE (type IN ('succeeded', 'cancelled', 'aborted') AND at < %(now)s - interval '7 days')
       OR (type = 'failed' AND at < %(now)s - interval '90 days')
    LIMIT 20000
) e
WHERE j.id = e.job_id AND j.status IN ('succeeded', 'cancelled', 'aborted', 'failed')
"""

_OLD_RECEIPTS: Final = """
DELETE FROM jobs_jobreceipt r WHERE r.at < %(now)s - interval '8 days'
  AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.id = r.job_id)
"""


@sweep(name="jobs.orphans", every=20, label="接回中断的任务")
def take_up_orphans(now: datetime) -> int:  # noqa: ARG001 - workers' pulses are the database's time
    """Jobs whose worker is gone: again, unless they have gone through too many."""
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS, [_DEAD_AFTER])
        found = cursor.fetchall()
        for job_id, name, attempts in found:
            log.warning("job.orphaned", job=name, job_id=job_id, attempts=attempts)
            if attempts >= _MOST_ATTEMPTS:
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job_id])
            else:
                cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [job_id])
    return len(found)


@sweep(name="jobs.retention", every=3600, label="清理旧任务")
def forget_old_jobs(now: datetime) -> int:
    """Finished jobs go after a week, failed ones after 90 days, receipts after their job."""
    with connection.cursor() as cursor:
        cursor.execute(_OLD_JOBS, {"now": now})
        removed = cursor.rowcount
        cursor.execute(_OLD_RECEIPTS, {"now": now})
    return int(removed)
