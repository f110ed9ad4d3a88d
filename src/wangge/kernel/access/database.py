"""The scope on the database connection, where row-level security checks it again.

The policies read two settings: ``wangge.paths`` and ``wangge.offices`` (comma-separated; ``*`` in
``wangge.paths`` is the system itself: workers, migrations, the command line). A connection that was
told nothing sees no personal row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from wangge.kernel import rows
from wangge.kernel.access.scopes import Scope

EVERYTHING = "*"


def _apply(paths: str, offices: str) -> None:
    wanted = (paths, offices)
    raw = connection.connection
    if raw is not None and getattr(connection, "_wangge_scope", None) == (id(raw), wanted):
        return
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('wangge.paths', %s, false), set_config('wangge.offices', %s, false)", [paths, offices]
        )
    connection._wangge_scope = (id(connection.connection), wanted)  # type: ignore[attr-defined]


def see(scope: Scope) -> None:
    """From here on this connection sees what ``scope`` covers."""
    _apply(",".join(scope.paths), ",".join(map(str, scope.offices)))


def told(paths: str, offices: str) -> None:
    """A statement of the caller's has set what the connection sees, outside any transaction."""
    connection._wangge_scope = (id(connection.connection), (paths, offices))  # type: ignore[attr-defined]


def begin(scope: Scope) -> None:
    """``see`` at the start of a request, whatever this connection is believed to see.

    A setting made inside a transaction falls back when that is rolled back; one statement per request
    makes sure that no belief outlives the request it was true in. It also shows whether the connection still
    lives, so that nothing else need ask (``CONN_HEALTH_CHECKS``): one that does not is opened anew.
    """
    connection._wangge_scope = None  # type: ignore[attr-defined]
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        see(scope)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        see(scope)


def see_everything() -> None:
    """The system itself: workers, migrations, the command line."""
    _apply(EVERYTHING, "")


def see_nothing() -> None:
    """Default deny; set at the start of each request."""
    _apply("", "")


def _current() -> tuple[str, str]:
    held = getattr(connection, "_wangge_scope", None)
    if held is not None and held[0] == id(connection.connection):
        current: tuple[str, str] = held[1]
        return current
    with connection.cursor() as cursor:  # a fresh connection may have been opened as the system
        cursor.execute(
            "SELECT coalesce(current_setting('wangge.paths', true), ''),"
            " coalesce(current_setting('wangge.offices', true), '')"
        )
        row: tuple[str, str] = cursor.fetchone()
    return row


@contextmanager
def as_system() -> Iterator[None]:
    """A step the system takes for somebody who may not see the rows (a resident files a report)."""
    before = _current()
    see_everything()
    try:
        yield
    finally:
        _restore(before)


def _restore(before: tuple[str, str]) -> None:
    if connection.needs_rollback:
        # The transaction is broken: forget what we believe; the next request sets it again.
        connection._wangge_scope = None  # type: ignore[attr-defined]
        return
    _apply(*before)


def covered(row: str, *, path: str = "path", offices: str = "office_ids") -> str:
    """SQL: whether the connection's scope covers ``row`` (a table or an alias with these columns).

    The settings are read in subqueries, once per statement and not once per row. ``^@`` (starts with) is
    leakproof in PostgreSQL, as LIKE is not: conditions of queries written with it keep their index.
    """
    paths, offices_seen = (
        f"(SELECT string_to_array(nullif(current_setting('wangge.{name}', true), ''), ','))::{kind}[]"
        for name, kind in (("paths", "text"), ("offices", "bigint"))
    )
    return f"({row}.{path} ^@ ANY ({paths}) OR {row}.{offices} && {offices_seen})"


def protect(table: str, *, path: str = "path", offices: str = "office_ids", condition: str = "") -> str:
    """SQL for a migration: switch row-level security on for ``table`` (columns ``path``, ``office_ids``).

    A table without these columns gives its own ``condition``, made with ``covered``.
    """
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_scope ON {table} USING (
    (SELECT current_setting('wangge.paths', true) = '*')
    OR {condition or covered(table, path=path, offices=offices)}
) WITH CHECK (true);
"""


def unprotect(table: str) -> str:
    """The reverse of ``protect``."""
    return (
        f"DROP POLICY IF EXISTS {table}_scope ON {table};"
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
    )


def is_superuser_connection() -> bool:
    """Whether the connection's role bypasses row-level security (``wangge doctor`` refuses that)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        row: Any = cursor.fetchone()
    return bool(row[0])
