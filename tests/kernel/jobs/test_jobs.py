from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from wangge.kernel.jobs.jobs import forget_old_jobs
from wangge.kernel.jobs.models import JobReceipt
from wangge.kernel.jobs.queue import defer, task

pytestmark = pytest.mark.django_db


def finished(status: str) -> int:
    job = defer("test.add")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, %s, false)", [job, status])
    JobReceipt.objects.create(job_id=job)
    return job


def kept() -> list[int]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("id", flat=True))


def test_finished_jobs_go_after_a_week_failed_ones_later_waiting_ones_never() -> None:
    task("test.add")(lambda: None)
    done, failed, waits = finished("succeeded"), finished("failed"), defer("test.add")
    now = timezone.now()
    assert (forget_old_jobs(now + timedelta(days=6)), kept()) == (0, [done, failed, waits])
    assert (forget_old_jobs(now + timedelta(days=8)), kept()) == (1, [failed, waits])
    assert (forget_old_jobs(now + timedelta(days=91)), kept()) == (1, [waits])


def test_a_receipt_goes_after_its_job() -> None:
    task("test.add")(lambda: None)
    failed = finished("failed")
    finished("succeeded")
    forget_old_jobs(timezone.now() + timedelta(days=9))
    assert list(JobReceipt.objects.values_list("job_id", flat=True)) == [failed]
