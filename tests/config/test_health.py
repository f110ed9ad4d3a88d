"""Alive, ready, and what the doctor sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from wangge.config import doctor, health
from wangge.kernel.jobs.models import Heartbeat, Outcome
from wangge.kernel.jobs.sweeper import sweeps


def test_healthz_answers_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_healthz_answers_under_any_host_name(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["wangge.example.gov.cn"]
    assert client.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


@pytest.mark.django_db
def test_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = health.Finding("database", False, "connection refused", "Is PostgreSQL running?")
    monkeypatch.setattr(health, "database", lambda: lost)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "checks": {"database": False}})


def every_sweep_ran(ago: timedelta) -> None:
    Heartbeat.objects.all().delete()
    Heartbeat.objects.bulk_create(
        Heartbeat(name=one.name, ran_at=timezone.now() - ago, outcome=Outcome.OK) for one in sweeps()
    )


@pytest.mark.django_db
def test_ready_with_database_migrations_and_sweeper(client: Client) -> None:
    every_sweep_ran(timedelta())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {"database": True, "migrations": True, "sweeper": True, "audit": True},
    }


@pytest.mark.django_db
def test_a_dead_sweeper_shows_but_takes_no_web_process_out_of_turn(client: Client) -> None:
    every_sweep_ran(timedelta(days=2))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["sweeper"] is False


@pytest.mark.django_db
def test_not_ready_with_a_migration_missing(client: Client) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    last = MigrationRecorder.Migration.objects.filter(app="audit").latest("id")
    last.delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "checks": {"database": True, "migrations": False}}


@pytest.mark.django_db
def test_migrations_finding_names_what_is_missing() -> None:
    from django.db.migrations.recorder import MigrationRecorder

    last = MigrationRecorder.Migration.objects.filter(app="audit").latest("id")
    name = last.name
    last.delete()
    finding = health.migrations()
    assert (finding.well, finding.todo) == (False, "Run: wangge migrate")
    assert f"audit.{name}" in finding.seen


def findings() -> dict[str, health.Finding]:
    return {finding.name: finding for finding in doctor.examine()}


@pytest.mark.django_db
def test_doctor_looks_at_everything(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAR_DIR = tmp_path
    every_sweep_ran(timedelta())
    found = findings()
    assert list(found) == [
        "settings",
        "PostgreSQL",
        "encoding",
        "database role",
        "clock",
        "database log",
        "pooling",
        "time zone",
        "migrations",
        "storage: uploads",
        "storage: state",
        *(f"sweep {one.name}" for one in sweeps()),
        "queue",
        "audit",
        "audit chain",
        "calendar",
        "row-level security",
        "counts",
        "facts",
        "places",
    ]
    well = {name for name, finding in found.items() if finding.well}
    assert set(found) - well <= {"calendar"}


@pytest.mark.django_db
def test_a_database_that_quotes_statements_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [finding.well for finding in doctor.quoting()] == [True]
    monkeypatch.setitem(doctor._SAYS_NOTHING, "log_error_verbosity", {"verbose"})
    (found,) = doctor.quoting()
    assert (found.well, found.seen) == (False, "log_error_verbosity = terse")


@pytest.mark.django_db
def test_doctor_says_what_to_do_and_fails(settings: Any, tmp_path: Any, capsys: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.write_text("in the way")
    every_sweep_ran(timedelta(days=1))
    assert doctor.run() == 1
    printed = capsys.readouterr().out
    assert "✗ storage: uploads" in printed
    assert f"→ Give the service's user write access to {settings.MEDIA_ROOT}." in printed
    assert "→ Is a worker running (wangge worker)?" in printed


@pytest.mark.django_db
def test_doctor_outlives_a_question_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fainting() -> Any:
        raise RuntimeError("oh")

    monkeypatch.setattr(doctor, "QUESTIONS", (fainting, doctor.time_zone))
    assert [(f.name, f.well) for f in doctor.examine()] == [("fainting", False), ("time zone", True)]
