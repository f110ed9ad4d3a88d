"""Is it alive, is it ready: ``/healthz`` and ``/readyz``.

Alive: the process answers. Ready: the database answers, no migration is missing, the sweeper is not late.
A load balancer asks the second and takes a process that is not ready out of turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from wangge.kernel.access.routes import public

# A job that could run and has waited longer than this means no worker, or too few.
QUEUE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what, whether it is well, what was seen, what to do when it is not."""

    name: str
    well: bool
    seen: str
    todo: str = ""


def database() -> Finding:
    """The database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Finding(
            "database", False, str(error).strip().split("\n", 1)[0], "Is PostgreSQL running; is DATABASE_URL right?"
        )
    return Finding("database", True, "answers")


def migrations() -> Finding:
    """Every migration of this code is applied."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in missing[:3])
        return Finding("migrations", False, f"{len(missing)} not applied ({names} …)", "Run: wangge migrate")
    return Finding("migrations", True, "all applied")


def queue() -> Finding:
    """Jobs that could run are not waiting long."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), coalesce(extract(epoch FROM now() - min(greatest(e.at, j.scheduled_at))), 0)::bigint
               FROM procrastinate_jobs j
               LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
               WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())"""
        )
        waiting, seconds = cursor.fetchone()
    return Finding(
        "queue",
        seconds <= QUEUE_SECONDS,
        f"{waiting} jobs wait, the oldest for {seconds} s",
        "Is a worker running (wangge worker)? More of them drain a long queue.",
    )


def readiness() -> list[Finding]:
    """What must hold for a web process to be given requests."""
    findings = [database()]
    if findings[0].well:
        findings.append(migrations())
    return findings


@public("A process supervisor asks whether the process lives; the answer says nothing else")
def healthz(_request: HttpRequest) -> HttpResponse:
    """``/healthz``: the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public("A load balancer asks whether to send requests here; the answer names checks, no data")
def readyz(_request: HttpRequest) -> HttpResponse:
    """``/readyz``: 200 when ready, else 503 with the checks that fail."""
    findings = readiness()
    well = all(finding.well for finding in findings)
    body = {"ready": well, "checks": {finding.name: finding.well for finding in findings}}
    return JsonResponse(body, status=200 if well else 503)
