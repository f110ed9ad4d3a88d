"""The list of all cases as a workbook, made as the worker makes it, beside a plain COPY TO of the same rows.

The export runs in a process of its own, whose largest resident size is what is judged.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg

from bench import _district
from bench._filled import filled
from bench.harness import ROOT, Result, peak_memory_mb, setup_django

GOAL_MB = 300
COPY = """
COPY (
    SELECT c.number, c.title, k.name, c.path, c.state, c.next_due_at, o.name, c.channel, c.created_at, c.demand_type,
           c.urgency, c.text, c.dispatch_reason, c.dispatched_at, c.finish_due_at, c.closed_at, c.result_class,
           c.solved, c.satisfaction
    FROM cases_case AS c LEFT JOIN duties_kind AS k ON k.id = c.kind_id
    LEFT JOIN organization_office AS o ON o.id = c.lead_office_id ORDER BY c.created_at DESC, c.id DESC
) TO STDOUT (FORMAT csv)
"""


def run(scale: str) -> Result:
    rows = 1_000_000 if scale == "full" else 50_000
    url = filled("export", rows)
    with tempfile.TemporaryDirectory() as folder:
        few, _, _ = _in_a_child(url, folder, limit="created_from=2100-01-01")
        peak, seconds, size = _in_a_child(url, folder, limit="")
        began = perf_counter()
        with (
            psycopg.connect(url) as connection,
            (Path(folder) / "plain.csv").open("wb") as file,
            connection.cursor().copy(COPY) as copy,
        ):
            for block in copy:
                file.write(block)
        plain = perf_counter() - began
    return Result(
        name="export",
        value=round(peak),
        unit="MB peak",
        scale=scale,
        reference={"an export of no rows": round(few)},
        ratio=round(peak / few, 2),
        rows=[
            ("what", "value"),
            (f"{rows:,} cases to xlsx: peak memory", f"{peak:.0f} MB"),
            ("an export of no rows: peak memory", f"{few:.0f} MB"),
            ("rows/s to xlsx", f"{rows / seconds:,.0f}"),
            ("size of the workbook", f"{size / 1024**2:.0f} MB"),
            ("rows/s, plain COPY TO of the same columns as csv", f"{rows / plain:,.0f}"),
        ],
        goal=f"{rows:,} rows under {GOAL_MB} MB of memory",
        met=peak < GOAL_MB,
    )


def _in_a_child(url: str, folder: str, *, limit: str) -> tuple[float, float, int]:
    """Peak MB, seconds and bytes of one export; ``limit`` is the list's query."""
    done = subprocess.run(
        [sys.executable, "-c", f"from bench import export; export.write_it({limit!r})"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "WANGGE_SYSTEM_PROCESS": "1", "WANGGE_MEDIA": folder, "TMPDIR": folder},
    )
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said["peak"], said["seconds"], said["size"]


def write_it(limit: str) -> None:
    """In the child: ask for an export as the desk does, run it as the worker does."""
    setup_django()
    from django.utils import timezone

    from wangge.cases.models import Case
    from wangge.cases.web.tables import CaseList
    from wangge.kernel.access.models import Grant, User
    from wangge.kernel.listing import actions

    user, new = User.objects.get_or_create(username="bench-leader", defaults={"display_name": "leader"})
    if new:
        Grant.objects.create(user=user, role="hotline_leader", path=_district.HOME, valid_from=timezone.localdate())
    wanted = 0 if limit else Case.objects.count()
    export = actions.start_export(user=user, listing=CaseList(), query=limit, kind="xlsx", rows=wanted)
    began = perf_counter()
    actions.run_export(pk=str(export.pk))
    seconds = perf_counter() - began
    export.refresh_from_db()
    if export.rows_done != wanted:
        raise AssertionError(f"{export.rows_done} of {wanted} rows written: {export.error}")
    print(json.dumps({"peak": peak_memory_mb(), "seconds": seconds, "size": export.file.stat().st_size}))
