"""How a test that really commits leaves the database: its rows deleted, table by table.

Django's own way truncates every table and builds permissions and content types anew: a second and more for each such
test. A few rows in some twenty tables are deleted in a fiftieth of that.
"""

from __future__ import annotations

from typing import Final

from django.db import connection, transaction

# Permissions and content types are those of the code; the revisions are written by the triggers of what is deleted.
KEPT: Final = {"auth_permission", "django_content_type", "duties_revision", "organization_revision"}
# Triggers that stand before a deletion and may refuse it, and those that write elsewhere after one.
TRIGGERS: Final = """
SELECT tgrelid::regclass::text, tgname, tgenabled, (tgtype & 2) > 0 AS before
FROM pg_trigger WHERE NOT tgisinternal AND (tgtype & 8) > 0 AND tgenabled <> 'D' ORDER BY 1, 2
"""


def empty() -> None:
    """Delete every row of every table of the application's models, past the triggers that keep rows."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    with transaction.atomic(), connection.cursor() as cursor:
        filled = _filled(cursor, tables)
        if not filled:
            return
        cursor.execute(TRIGGERS)
        triggers = [row for row in cursor.fetchall() if row[0] in filled]
        guards = [(table, name, enabled) for table, name, enabled, before in triggers if before]
        followed = {table for table, _, _, before in triggers if not before}
        for table, name, _ in guards:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        # What a deletion writes elsewhere is deleted after it; foreign keys are looked at last.
        for table in sorted(filled, key=lambda one: one not in followed):
            cursor.execute(f'DELETE FROM "{table}"')
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, name, enabled in guards:
            cursor.execute(f"ALTER TABLE {table} ENABLE {'ALWAYS' if enabled == 'A' else ''} TRIGGER {name}")
        assert _filled(cursor, tables) == []


def _filled(cursor: object, tables: list[str]) -> list[str]:
    asked = ", ".join(f'EXISTS (SELECT FROM "{table}")' for table in tables)
    cursor.execute(f"SELECT {asked}")  # type: ignore[attr-defined]
    return [table for table, some in zip(tables, cursor.fetchone(), strict=True) if some]  # type: ignore[attr-defined]
