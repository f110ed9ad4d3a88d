"""Orders of a 12345 platform: read, validated, given owners and clocks and stored, beside a plain COPY of the rows.

A platform numbers its orders as they come in, and its file is in that order. A second file, of as many orders, is in
none: it shows what it costs when the days of a year come mixed.
"""

from __future__ import annotations

import csv
import tempfile
from operator import itemgetter
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench import _district
from bench.harness import Result, fresh_database

GOAL = 5_000


def run(scale: str) -> Result:
    count = 200_000 if scale == "full" else 20_000
    fresh_database("import")
    from django.db import connection

    from wangge.cases.importing.run import import_file
    from wangge.cases.models import Case
    from wangge.cases.tallies import check

    district = _district.build()
    with tempfile.TemporaryDirectory() as folder:
        file, mixed = Path(folder) / "orders.csv", Path(folder) / "mixed.csv"
        in_order = sorted(_district.orders(district, count), key=itemgetter("受理时间"))
        _write(file, [row | {"工单编号": f"B{number:09d}"} for number, row in enumerate(in_order)])
        _write(mixed, _district.orders(district, count, first=count))
        began, busy = perf_counter(), process_time()
        report = import_file(file, home=_district.HOME)
        seconds, busy = perf_counter() - began, process_time() - busy
        began = perf_counter()
        again = import_file(file, home=_district.HOME)
        repeat = perf_counter() - began
        began = perf_counter()
        other = import_file(mixed, home=_district.HOME)
        without_order = perf_counter() - began
        plain = _plain_copy(connection, file)
    stored = Case.objects.count()
    if (report.created, again.created, again.known, stored, check()) != (count, 0, count, 2 * count, {}):
        raise AssertionError(f"{report} then {again}, then {other}, {stored} stored")
    rate = count / seconds
    return Result(
        name="import",
        value=round(rate),
        unit="orders/s",
        scale=scale,
        reference={"plain COPY of the same rows": round(count / plain)},
        ratio=round(rate / (count / plain), 4),
        rows=[
            ("what", "orders/s"),
            ("import with validation and dispatch", f"{rate:,.0f}"),
            ("of them dispatched by the lists", f"{report.dispatched / count:.1%}"),
            ("processor time of the importing process, an order", f"{busy / count * 1e6:.0f} µs"),
            ("the same file again (all known)", f"{count / repeat:,.0f}"),
            ("another file whose days are mixed", f"{count / without_order:,.0f}"),
            ("plain COPY of the same rows", f"{count / plain:,.0f}"),
        ],
        goal=f"at least {GOAL:,} orders/s",
        met=rate >= GOAL,
    )


def _write(file: Path, rows: list[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _plain_copy(connection: object, file: Path) -> float:
    from django.db import connection as django_connection

    del connection
    with django_connection.cursor() as cursor:
        columns = ", ".join(f"c{n} text" for n in range(10))
        cursor.execute(f"CREATE TABLE plain ({columns})")
        began = perf_counter()
        with cursor.cursor.copy("COPY plain FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
            copy.write(file.read_bytes())
        return perf_counter() - began
