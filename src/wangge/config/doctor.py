"""``wangge doctor``: looks at everything an operator can get wrong; says what to do."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection
from django.utils import timezone

from wangge.config import doctor_data, health
from wangge.config.health import Finding
from wangge.kernel.access.database import as_system, is_superuser_connection
from wangge.kernel.audit.queries import seal_state
from wangge.kernel.calendar.working import known_until

OLDEST_POSTGRES = 150000
CLOCK_SKEW = timedelta(seconds=5)
FREE_BYTES = 2 * 1024**3
AUDIT_WAIT = timedelta(minutes=10)
CALENDAR_AHEAD = timedelta(days=30)
# Settings of the server → values by which its log quotes nothing.
_SAYS_NOTHING = {
    "log_min_error_statement": {"fatal", "panic"},
    "log_error_verbosity": {"terse"},
    "log_statement": {"none", "ddl"},
    "log_min_duration_statement": {"-1"},
}

Question = Callable[[], Iterator[Finding]]


def database() -> Iterator[Finding]:
    """Version, role, clock and time zone of PostgreSQL."""
    with connection.cursor() as cursor:
        before = datetime.now(UTC)
        cursor.execute("SELECT current_setting('server_version_num')::int, clock_timestamp(), current_database()")
        version, theirs, name = cursor.fetchone()
        after = datetime.now(UTC)
        cursor.execute("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()")
        encoding = cursor.fetchone()[0]
    yield Finding(
        "PostgreSQL",
        version >= OLDEST_POSTGRES,
        f"version {version // 10000}.{version % 10000}, database {name}",
        "PostgreSQL 15 or later is needed.",
    )
    yield Finding("encoding", encoding == "UTF8", encoding, "Make the database again with ENCODING 'UTF8'.")
    yield Finding(
        "database role",
        not is_superuser_connection(),
        f"{connection.settings_dict.get('USER') or 'current user'}",
        "The role stands above row-level security: ALTER ROLE … NOSUPERUSER NOBYPASSRLS.",
    )
    skew = max(before - theirs, theirs - after, timedelta())
    yield Finding(
        "clock",
        skew <= CLOCK_SKEW,
        f"{skew.total_seconds():.1f} s between this machine and the database",
        "Deadlines need one time: run an NTP service on both machines.",
    )


def quoting() -> Iterator[Finding]:
    """What the database's own log says of a statement: its text holds what people said, and where they live."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY (%s) ORDER BY name", [list(_SAYS_NOTHING)]
        )
        loud = [f"{name} = {value}" for name, value in cursor.fetchall() if value not in _SAYS_NOTHING[name]]
    yield Finding(
        "database log",
        not loud,
        ", ".join(loud) or "quotes no statement and no row",
        "As superuser: ALTER ROLE … SET log_min_error_statement = panic; … log_error_verbosity = terse;"
        " log_statement = none; log_min_duration_statement = -1.",
    )


def time_zone() -> Iterator[Finding]:
    """Instants are shown in Asia/Shanghai."""
    offset = timezone.localtime().utcoffset()
    yield Finding(
        "time zone",
        offset == timedelta(hours=8),
        f"{settings.TIME_ZONE}, now {timezone.localtime():%F %T}",
        "The tzdata of this machine is damaged: reinstall the tzdata package.",
    )


def migrations() -> Iterator[Finding]:
    yield health.migrations()


def storage() -> Iterator[Finding]:
    """The folders for uploads and state can be written and have room."""
    for name, folder in (("uploads", Path(settings.MEDIA_ROOT)), ("state", settings.VAR_DIR)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
                pass
        except OSError as error:
            yield Finding(f"storage: {name}", False, str(error), f"Give the service's user write access to {folder}.")
            continue
        free = shutil.disk_usage(folder).free
        yield Finding(
            f"storage: {name}",
            free >= FREE_BYTES,
            f"{folder}, {free / 1024**3:.1f} GB free",
            "Less than 2 GB left: make room, or move the folder (WANGGE_MEDIA, WANGGE_VAR).",
        )


def jobs() -> Iterator[Finding]:
    """What must run every minute did; the queue is short."""
    yield from health.sweepers()
    yield health.queue()


def audit() -> Iterator[Finding]:
    """Records are sealed soon after they are written."""
    state = seal_state()
    oldest = timezone.now() - state.oldest_waiting_at if state.oldest_waiting_at else timedelta()
    yield Finding(
        "audit",
        oldest <= AUDIT_WAIT,
        f"{state.waiting} records wait to be sealed, the oldest for {int(oldest.total_seconds())} s",
        "Is a worker running (wangge worker)? Seal by hand: wangge audit seal",
    )


def calendar() -> Iterator[Finding]:
    """The working days ahead are known."""
    until = known_until()
    yield Finding(
        "calendar",
        until >= timezone.localdate() + CALENDAR_AHEAD,
        f"working days known until {until}",
        "The holiday notice of the coming year, once published: wangge calendar import FILE --year YEAR",
    )


def settings_strength() -> Iterator[Finding]:
    """The production checks, whatever the environment: what a production start would say."""
    if not settings.PRODUCTION:
        yield Finding("settings", True, f"{settings.ENVIRONMENT}: the strength of secrets is not checked")
        return
    messages = [m for m in run_checks(databases=["default"]) if str(m.id).startswith("wangge.")]
    if not messages:
        yield Finding("settings", True, "strong")
    for message in messages:
        yield Finding(f"settings {message.id}", not message.is_serious(), str(message.msg), message.hint or "")


QUESTIONS: tuple[Question, ...] = (
    settings_strength,
    database,
    quoting,
    doctor_data.pooling,
    time_zone,
    migrations,
    storage,
    jobs,
    audit,
    doctor_data.audit_chain,
    calendar,
    doctor_data.row_security,
    doctor_data.counts,
    doctor_data.definitions,
    doctor_data.places,
)


def examine() -> Iterator[Finding]:
    """Every finding. A question that itself fails is a finding too; without a database few are asked."""
    reached = health.database()
    if not reached.well:
        yield reached
    for ask in QUESTIONS if reached.well else (time_zone, storage):
        try:
            yield from ask()
        except Exception as error:  # a doctor who faints helps nobody
            yield Finding(ask.__name__, False, f"{type(error).__name__}: {error}".split("\n", 1)[0], "See the log.")


def run() -> int:
    """Print ✓/✗ lines; return the exit code."""
    began = time.monotonic()
    ill = 0
    with as_system():
        for finding in examine():
            typer.echo(f"{'✓' if finding.well else '✗'} {finding.name}: {finding.seen}")
            if not finding.well:
                ill += 1
                if finding.todo:
                    typer.echo(f"    → {finding.todo}")
    typer.echo(f"{'all well' if not ill else f'{ill} to do'} ({time.monotonic() - began:.1f} s)")
    return 1 if ill else 0
