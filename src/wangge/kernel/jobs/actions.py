"""What an administrator does with jobs."""

from __future__ import annotations

from django.db import connection, transaction

from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import User
from wangge.kernel.audit.context import actor_for, bind
from wangge.kernel.audit.recording import record
from wangge.kernel.jobs import policy


@transaction.atomic
def retry(*, job_id: int, by: User) -> str:
    """Put a job that was given up back into the queue; its name. Raises ``AccessError``.

    A job that did its work before it failed does it no second time: its receipt says so.
    """
    if not policy.may_manage(by):
        raise AccessError("您没有管理后台任务的权限。")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name FROM procrastinate_jobs WHERE id = %s AND status = 'failed' FOR UPDATE", [job_id]
        )
        row = cursor.fetchone()
        if row is None:
            raise AccessError("这个任务不在失败之列，可能已经重试。")
        cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [job_id])
    name = str(row[0])
    with bind(actor=actor_for(by)):
        record("jobs.job.retry", changes={"job": job_id, "name": name})
    return name
