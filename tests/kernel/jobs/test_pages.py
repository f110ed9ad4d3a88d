"""The page of the background work: who reaches it, what it says, trying again what was given up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.jobs import queue, sweeper
from wangge.kernel.jobs.models import Heartbeat, Outcome

pytestmark = pytest.mark.django_db


def person(name: str, role: str, path: str = "150203") -> User:
    user = User.objects.create_user(name, None, display_name=name)
    Grant.objects.create(user=user, role=role, path=path, valid_from=date(2024, 1, 1))
    return user


@pytest.fixture
def administrator(client: Client) -> User:
    user = person("系统员小吴", "system_admin")
    client.force_login(user)
    return user


def given_up() -> int:
    """A job that failed for good."""
    if "test.note" not in queue.names():
        queue.task("test.note")(lambda: None)
    job = queue.defer("test.note")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job])
    return job


def status(job: int) -> str:
    return str(ProcrastinateJob.objects.get(pk=job).status)


@pytest.mark.parametrize("role", ["security_admin", "audit_admin", "hotline_leader"])
def test_others_do_not_reach_it(client: Client, role: str) -> None:
    job = given_up()
    client.force_login(person("外人", role))
    assert client.get("/admin/jobs/").status_code == 403
    assert client.post(f"/admin/jobs/{job}/retry/").status_code == 403
    assert status(job) == "failed"


def test_the_administrator_of_a_street_does_not_reach_it(client: Client) -> None:
    client.force_login(person("街道系统员", "system_admin", "150203001"))
    assert client.get("/admin/jobs/").status_code == 403


def test_it_says_what_is_late_and_what_failed(client: Client, administrator: User) -> None:
    for name in ("test.fine", "test.late", "test.broken"):
        sweeper.sweep(name=name, every=60, label=name)(lambda _now: 0)
    now = timezone.now()
    Heartbeat.objects.create(name="test.fine", ran_at=now, outcome=Outcome.OK)
    Heartbeat.objects.create(name="test.late", ran_at=now - timedelta(hours=1), outcome=Outcome.OK)
    Heartbeat.objects.create(name="test.broken", ran_at=now, outcome=Outcome.FAILED, failures=2, error="KeyError: x")
    answer = client.get("/admin/jobs/")
    assert [(s.name, s.ok, s.period) for s in answer.context["sweeps"]] == [
        ("test.broken", False, "1 分钟"),
        ("test.late", False, "1 分钟"),
        ("test.fine", True, "1 分钟"),
    ]
    assert "KeyError: x" in answer.content.decode()
    assert "没有后台进程在运行" in answer.content.decode()


def test_a_job_given_up_is_tried_again_once(client: Client, administrator: User) -> None:
    job = given_up()
    assert [one.id for one in client.get("/admin/jobs/").context["failed"]] == [job]
    client.post(f"/admin/jobs/{job}/retry/")
    assert status(job) == "todo"
    entry = AuditEntry.objects.get(action="jobs.job.retry")
    assert (entry.actor_id, entry.changes) == (administrator.pk, {"job": job, "name": "test.note"})
    again = client.post(f"/admin/jobs/{job}/retry/", follow=True)
    assert "可能已经重试" in again.content.decode()
    assert AuditEntry.objects.filter(action="jobs.job.retry").count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_whatever_it_shows(
    client: Client, administrator: User, rows: int, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        given_up()
    client.get("/admin/jobs/")
    with django_assert_num_queries(7):
        client.get("/admin/jobs/")
