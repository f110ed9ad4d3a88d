"""Is it alive, is it ready: ``/healthz`` and ``/readyz``.

Alive: the process answers. Ready: the database answers and no migration is missing; a load balancer asks this
and takes a process that is not ready out of turn. A dead worker shows in the answer (``sweeper``), in the
metrics and on the desk, and takes no web process out of turn: nobody is helped by a closed counter.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from wangge.kernel.access.routes import public
from wangge.kernel.jobs import health as jobs_health
from wangge.kernel.jobs.models import Outcome

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


def sweepers() -> list[Finding]:
    """Every sweep ran when it should have, and handled every row."""
    todo = "Is a worker running (wangge worker)? Its log names the row or the error."
    return [Finding(f"sweep {one.name}", one.ok, str(one), todo) for one in jobs_health.health()]


def queue() -> Finding:
    """Jobs that could run are not waiting long, and none was given up."""
    now = jobs_health.queue()
    return Finding(
        "queue",
        now.waited <= QUEUE_SECONDS and not now.failed,
        f"{now.waiting} wait (the oldest {now.waited:.0f} s), {now.running} run, {now.failed} given up, "
        f"{now.workers} workers",
        "Given up: wangge django procrastinate shell, list_jobs status=failed. Waiting: start more wangge worker.",
    )


def readiness() -> list[Finding]:
    """What must hold for a web process to be given requests."""
    findings = [database()]
    if findings[0].well:
        findings.append(migrations())
    return findings


def sweeper_alive() -> bool:
    """Whether no sweep is late. The system itself asks, so no user's scope is in the way."""
    return not any(one.late for one in jobs_health.health())


def audit_broken() -> bool:
    """Whether the last daily verification found the audit record changed (``kernel/audit/jobs.py``)."""
    return any(one.name == "audit.verify" and one.outcome == Outcome.FAILED for one in jobs_health.health())


@public("A process supervisor asks whether the process lives; the answer says nothing else")
def healthz(_request: HttpRequest) -> HttpResponse:
    """``/healthz``: the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public("A load balancer asks whether to send requests here; the answer names checks, no data")
def readyz(_request: HttpRequest) -> HttpResponse:
    """``/readyz``: 200 when ready, else 503; ``{"ready": …, "checks": {name: bool}}``."""
    findings = readiness()
    ready = all(finding.well for finding in findings)
    checks = {finding.name: finding.well for finding in findings}
    if ready:
        checks |= {"sweeper": sweeper_alive(), "audit": not audit_broken()}
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)
