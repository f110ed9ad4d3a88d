from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from tests.kernel.jobs.helpers import eventually, status, working

from wangge.kernel.access.models import User
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.recording import record
from wangge.kernel.jobs.models import JobReceipt
from wangge.kernel.jobs.queue import UnknownJobError, defer, defer_many, schedule, task

pytestmark = pytest.mark.django_db(transaction=True)


def waiting() -> list[tuple[str, object]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", "args"))


def run_now(name: str, job_id: int, **arguments: object) -> None:
    """The job's body as the worker calls it."""

    class Context:
        job = Job(
            id=job_id, queue="default", lock=None, queueing_lock=None, task_name=name, task_kwargs={}, status="doing"
        )

    app.tasks[name].func(Context(), **arguments)


def test_a_job_asked_for_is_a_row_of_the_callers_transaction() -> None:
    task("test.count")(lambda number: None)
    with transaction.atomic():
        defer("test.count", number=1)
        transaction.set_rollback(True)
    defer("test.count", number=2)
    assert waiting() == [("test.count", {"number": 2})]


def test_a_job_nobody_declares_is_an_error_at_once() -> None:
    with pytest.raises(UnknownJobError, match=r"no job named 'test\.nothing'"):
        defer("test.nothing")
    assert waiting() == []


def test_many_are_asked_for_in_one_statement(django_assert_num_queries: object) -> None:
    task("test.count")(lambda number: None)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(defer_many("test.count", [{"number": n} for n in range(50)])) == 50


def test_once_adds_no_second_while_the_first_waits_and_spoils_no_transaction() -> None:
    task("test.count")(lambda: None)
    with transaction.atomic():
        first = schedule("test.count", once="x")
        assert (first is None, schedule("test.count", once="x")) == (False, None)
        User.objects.create_user("laowang", display_name="街道老王")
    assert (len(waiting()), User.objects.count()) == (1, 1)


def test_a_declared_function_stays_an_ordinary_one() -> None:
    @task("test.double")
    def double(number: int) -> int:
        return number * 2

    assert double(2) == 4


def test_a_worker_runs_a_deferred_job_as_the_system() -> None:
    @task("test.note")
    def note(text: str) -> None:
        record("test.noted", reason=text)

    job = defer("test.note", text="好")
    with working():
        eventually(lambda: status(job) == "succeeded")
    entry = AuditEntry.objects.get(action="test.noted")
    assert (entry.reason, entry.actor_kind, entry.request_id) == ("好", "system", f"job-{job}")
    assert list(JobReceipt.objects.values_list("job_id", flat=True)) == [job]


def test_a_job_deferred_by_a_job_is_part_of_its_transaction() -> None:
    task("test.second")(lambda: None)

    @task("test.first", attempts=0)
    def first(fail: bool) -> None:
        defer("test.second")
        if fail:
            raise LookupError("坏了")

    jobs = [defer("test.first", fail=True), defer("test.first", fail=False)]
    with working():
        eventually(lambda: [status(j) for j in jobs] == ["failed", "succeeded"])
        eventually(lambda: not ProcrastinateJob.objects.filter(status__in=("todo", "doing")).exists())
    assert sorted(ProcrastinateJob.objects.values_list("task_name", flat=True)) == [
        "test.first",
        "test.first",
        "test.second",
    ]


def test_a_failed_job_leaves_nothing_and_is_tried_again_later() -> None:
    @task("test.fails")
    def fails() -> None:
        User.objects.create_user("laowang", display_name="街道老王")
        raise LookupError("坏了")

    job = defer("test.fails")
    with working():
        eventually(lambda: ProcrastinateJob.objects.get(pk=job).attempts == 1)
    again = ProcrastinateJob.objects.get(pk=job)
    assert (again.status, User.objects.count(), JobReceipt.objects.count()) == ("todo", 0, 0)
    assert again.scheduled_at is not None
    assert timedelta(0) < again.scheduled_at - timezone.now() <= timedelta(seconds=4)


def test_a_job_done_but_not_acknowledged_is_not_done_twice() -> None:
    """The worker was killed between the commit and telling the queue: the next one finds the receipt."""
    task("test.add")(lambda: User.objects.create_user("laowang", display_name="街道老王"))
    run_now("test.add", 77)
    run_now("test.add", 77)
    assert User.objects.count() == 1


def test_an_unfinished_job_leaves_no_receipt() -> None:
    def fails() -> None:
        raise LookupError("坏了")

    task("test.fails")(fails)
    with pytest.raises(LookupError):
        run_now("test.fails", 77)
    assert JobReceipt.objects.count() == 0


def test_a_job_not_atomic_opens_its_own_transactions() -> None:
    seen: list[bool] = []
    task("test.send", atomic=False)(lambda: seen.append(connection.in_atomic_block))
    run_now("test.send", 77)
    assert (seen, JobReceipt.objects.count()) == ([False], 0)
