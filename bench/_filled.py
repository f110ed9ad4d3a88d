"""Databases with many cases, filled by the import pipeline once and copied for each benchmark.

The template ``bench_filled_<rows>`` stays on the benchmark server; when the schema has changed since, it is migrated
first. As in a district after some years, all but the latest few thousand cases are closed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import psycopg

from bench import _district
from bench.harness import ROOT, another, fresh_database, server, setup_django

OPEN = 5_000
CHUNK = 2_000
YEARS = timedelta(days=3 * 365)


def filled(name: str, rows: int) -> str:
    """A fresh database ``bench_<name>`` with ``rows`` cases, in ``DATABASE_URL``. Returns its URL."""
    url = server()
    template = f"bench_filled_{rows}"
    mine = another(url, f"bench_{name}")
    with psycopg.connect(url, autocommit=True) as connection:
        held = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [template]
        ).fetchone()
    if held is None or held[0] != schema():
        work = "migrate" if held is not None and held[0] else "fill"
        began = perf_counter()
        # In a process of its own: this one is free to set Django up over another database.
        subprocess.run(
            [sys.executable, "-c", f"from bench import _filled; _filled.{work}({rows})"], check=True, cwd=ROOT
        )
        print(f"(template of {rows:,} cases: {work}, {perf_counter() - began:.0f} s)", flush=True)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "bench_{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "bench_{name}" TEMPLATE "{template}" STRATEGY file_copy')
    _warm(mine)
    os.environ["DATABASE_URL"] = mine
    return mine


def _warm(url: str) -> None:
    """Read the cases and their words once, as a server that has run for a day has: a fresh copy lies on the disk."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET enable_indexonlyscan = off")
        connection.execute("SET enable_bitmapscan = off")
        for table, key in (("cases_case", "id"), ("cases_casetext", "case_id")):
            connection.execute(f"SELECT count({key}) FROM {table} WHERE {key} > 0")


def schema() -> str:
    """The schema of the present tree, as a digest of its migrations."""
    files = sorted((ROOT / "src").glob("**/migrations/*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def migrate(rows: int) -> None:
    """Bring an older template to the present schema."""
    os.environ["DATABASE_URL"] = another(server(), f"bench_filled_{rows}")
    setup_django()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    _finish(rows)


def fill(rows: int) -> None:
    fresh_database(f"filled_{rows}")
    from django.utils import timezone

    from wangge.cases.importing import storing
    from wangge.cases.importing.rows import DEMAND, Order

    district = _district.build()
    plain = storing._copy
    now = timezone.now()
    for first in range(0, rows, CHUNK):
        given = _district.orders(district, min(CHUNK, rows - first), seed=first, first=first)
        at = now - YEARS * (1 - first / rows)
        orders = [
            Order(
                row=first + n,
                source_number=row["工单编号"],
                source_system="12345",
                created_at=min(at + timedelta(seconds=n), now),
                title=row["内容"][:40],
                text=row["内容"],
                demand_type=str(DEMAND[row["诉求类型"]]),
                kind_code=row["类别编码"],
                path=row["区划代码"],
                address=row["地址"],
                lng=None,
                lat=None,
                name=row["姓名"],
                phone=row["电话"],
                urgency="normal",
                is_private=False,
                reply_wanted=True,
            )
            for n, row in enumerate(given)
        ]
        storing._copy = plain if first >= rows - min(OPEN, rows // 2) else _closing(plain, at)
        storing.store(orders, now=orders[-1].created_at)
    _finish(rows)


def _closing(plain: Any, at: datetime) -> Any:
    """``storing._copy`` that stores every case as closed: one COPY less time than updating a million rows."""
    closed = at + timedelta(days=3)
    changes: dict[str, dict[str, Any]] = {
        "cases_case": {
            "state": "archived" if at < datetime.now(at.tzinfo) - timedelta(days=40) else "closed",
            "next_due_at": "\\N", "reply": "已办理并告知诉求人。", "result_class": "solved", "solved": "yes",
            "satisfaction": "5", "signed_at": at, "contacted_at": at, "replied_at": closed, "closed_at": closed,
        },
        "cases_caseclock": {"stopped_at": closed, "outcome": "on_time"},
        "cases_casepart": {"state": "answered", "signed_at": at, "answered_at": closed},
    }  # fmt: skip

    def copy(raw: Any, table: str, columns: Sequence[str], lines: Sequence[str]) -> None:
        names = list(columns)
        values = changes.get(table, {})
        kept = [n for n, name in enumerate(names) if name not in values]
        more = [str(value) for value in values.values()]
        split = (line.split("\t") for line in lines) if values else ()
        changed = ["\t".join([*(cells[n] for n in kept), *more]) for cells in split] if values else lines
        plain(raw, table, [names[n] for n in kept] + list(values), changed)

    return copy


def _finish(rows: int) -> None:
    from django.db import connection

    from wangge.cases import tallies

    tallies.compact()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FREEZE, ANALYZE)")
        cursor.execute(f"COMMENT ON DATABASE bench_filled_{rows} IS '{schema()}'")
    connection.close()


if __name__ == "__main__":
    fill(int(sys.argv[1]))
