"""Loading a release into the table: differences become history, nothing is overwritten.

One transaction: the release is copied into a temporary table and compared there. A name that differs
closes the old row and links its successor; a code that is gone is closed, or, where exactly one new code
of the same name appeared under the same (or the successor's) parent, taken as a change of code. What was
changed here after the release's day stays as it is, so that loading again is always safe.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from wangge.kernel.audit.recording import record
from wangge.territory.enums import ChangeKind
from wangge.territory.models import Division, DivisionChange
from wangge.territory.releases import Release
from wangge.territory.revision import changed
from wangge.territory.succession import follow

# Two loads at once would see the same differences twice.
_LOCK = 0x77670001

_STAGE = """
CREATE TEMPORARY TABLE territory_release (
    code varchar(12) COLLATE "C" NOT NULL, name varchar(60) NOT NULL, urban_rural varchar(3) NOT NULL
) ON COMMIT DROP
"""
# Closed rows that end on or after the release's day: a later decision, which an older release must not undo.
_APPEARED = """
SELECT r.code, r.name FROM territory_release r
WHERE NOT EXISTS (SELECT FROM territory_division d WHERE d.code = r.code AND d.valid_to IS NULL)
  AND NOT EXISTS (SELECT FROM territory_division d WHERE d.code = r.code AND d.valid_to >= %(on)s)
ORDER BY length(r.code), r.code
"""
_RENAMED = """
SELECT d.code, d.name, r.name FROM territory_release r JOIN territory_division d ON d.code = r.code
WHERE d.valid_to IS NULL AND d.name <> r.name AND d.valid_from < %(on)s
ORDER BY d.code
"""
_MISSING = """
SELECT d.code, d.name FROM territory_division d
WHERE d.valid_to IS NULL AND d.valid_from < %(on)s AND d.code LIKE %(within)s || '%%'
  AND NOT EXISTS (SELECT FROM territory_release r WHERE r.code = d.code)
ORDER BY length(d.code), d.code
"""
_CLOSE = "UPDATE territory_division SET valid_to = %(on)s WHERE code = ANY(%(codes)s) AND valid_to IS NULL"
_INSERT = """
INSERT INTO territory_division (code, name, level, parent_code, urban_rural, valid_from)
SELECT code, name, CASE length(code) WHEN 2 THEN 1 WHEN 4 THEN 2 WHEN 6 THEN 3 WHEN 9 THEN 4 ELSE 5 END,
       CASE length(code) WHEN 2 THEN '' WHEN 4 THEN left(code, 2) WHEN 6 THEN left(code, 4)
            WHEN 9 THEN left(code, 6) ELSE left(code, 9) END,
       urban_rural, %(on)s
FROM territory_release r
WHERE NOT EXISTS (SELECT FROM territory_division d WHERE d.code = r.code AND d.valid_to IS NULL)
  AND NOT EXISTS (SELECT FROM territory_division d WHERE d.code = r.code AND d.valid_to > %(on)s)
"""
# A division of the missing ones under which grids still stand.
_STANDING = """
SELECT DISTINCT m.code FROM unnest(%(codes)s::text[]) AS m(code)
WHERE EXISTS (SELECT FROM territory_grid g WHERE g.valid_to IS NULL AND g.code LIKE m.code || '%%')
"""


@dataclass(slots=True)
class LoadResult:
    """What a load did. ``kept`` are codes that the release lacks but under which grids still stand."""

    rows: int = 0
    added: int = 0
    renamed: int = 0
    recoded: int = 0
    ended: int = 0
    kept: list[str] = field(default_factory=list)
    seconds: float = 0.0


def load(*, release: Release, within: str = "", say: Callable[[str], None] = lambda _: None) -> LoadResult:
    """Bring the table to ``release`` below ``within``. Idempotent; ``say`` is told of the progress."""
    started = time.monotonic()
    result = LoadResult(rows=len(release.names))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _stage(release)
        say(f"已读入 {len(release.names):,} 条")
        _compare(release, within, result, say)
        changed()
        if any((result.added, result.renamed, result.recoded, result.ended)):
            summary = {name: [None, getattr(result, name)] for name in ("added", "renamed", "recoded", "ended")}
            record("territory.division.load", changes=summary, reason=f"{release.on}区划代码", path=within)
    result.seconds = round(time.monotonic() - started, 2)
    say(
        f"完成：新增{result.added:,}，更名{result.renamed:,}，改码{result.recoded:,}，撤销{result.ended:,}；{result.seconds}秒"
    )
    return result


def _stage(release: Release) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS territory_release")
        cursor.execute(_STAGE)
        kinds = release.urban_rural
        with cursor.copy("COPY territory_release FROM STDIN") as copy:
            batch: list[str] = []
            for code, name in release.names.items():
                safe = name.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ")
                batch.append(f"{code}\t{safe}\t{kinds.get(code, '')}\n")
                if len(batch) == 20_000:
                    copy.write("".join(batch))
                    batch.clear()
            copy.write("".join(batch))
        cursor.execute("CREATE UNIQUE INDEX ON territory_release (code)")
        cursor.execute("ANALYZE territory_release")


def _compare(release: Release, within: str, result: LoadResult, say: Callable[[str], None]) -> None:
    on = release.on
    appeared: list[tuple[str, str]] = []
    missing: list[tuple[str, str]] = []
    renamed: list[tuple[str, str, str]] = []
    if Division.objects.current().exists():
        parameters: dict[str, Any] = {"on": on, "within": within}
        with connection.cursor() as cursor:
            cursor.execute(_APPEARED, parameters)
            appeared = cursor.fetchall()
            cursor.execute(_MISSING, parameters)
            missing = cursor.fetchall()
            cursor.execute(_RENAMED, parameters)
            renamed = cursor.fetchall()
        say(f"比对：新出现{len(appeared):,}，不再出现{len(missing):,}，名称不同{len(renamed):,}")
    recoded = pair(dict(missing), dict(appeared))
    gone = {code: name for code, name in missing if code not in recoded}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"codes": list(gone)})
        result.kept = sorted(row[0] for row in cursor.fetchall())
        for code in result.kept:
            del gone[code]
        closing = [*gone, *recoded, *(row[0] for row in renamed)]
        cursor.execute(_CLOSE, {"on": on, "codes": closing})
        cursor.execute(_INSERT, {"on": on})
        result.added = cursor.rowcount - len(renamed) - len(recoded)
        if cursor.rowcount > 1000:
            cursor.execute("ANALYZE territory_division")
    result.renamed, result.recoded, result.ended = len(renamed), len(recoded), len(gone)
    names = release.names
    note = f"{on}区划代码"
    changes = [
        DivisionChange(kind=ChangeKind.RENAME, on=on, from_code=c, to_code=c, from_name=a, to_name=b, note=note)
        for c, a, b in renamed
    ]
    changes += [
        DivisionChange(
            kind=ChangeKind.RECODE, on=on, from_code=a, to_code=b, from_name=names[b], to_name=names[b], note=note
        )
        for a, b in recoded.items()
    ]
    changes += [
        DivisionChange(kind=ChangeKind.END, on=on, from_code=c, from_name=n, note=note) for c, n in gone.items()
    ]
    DivisionChange.objects.bulk_create(changes, batch_size=2000)
    follow(moves=recoded, on=on, reason=note)


def pair(missing: dict[str, str], appeared: dict[str, str]) -> dict[str, str]:
    """Old code → new code where a name vanished and appeared exactly once under the same parent.

    Level by level, so that the children of a recoded street are looked for under its new code. Both
    mappings are code → name, in the order of their levels.
    """
    moved: dict[str, str] = {}

    def places(rows: dict[str, str], *, old: bool) -> dict[tuple[str, int, str], list[str]]:
        table: dict[tuple[str, int, str], list[str]] = {}
        for code, name in rows.items():
            above = code[: -3 if len(code) > 6 else -2]
            table.setdefault((moved.get(above, above) if old else above, len(code), name), []).append(code)
        return table

    for length in (2, 4, 6, 9, 12):
        vanished = places({c: n for c, n in missing.items() if len(c) == length}, old=True)
        arrived = places({c: n for c, n in appeared.items() if len(c) == length}, old=False)
        for key, codes in vanished.items():
            news = arrived.get(key, [])
            if len(codes) == 1 and len(news) == 1:
                moved[codes[0]] = news[0]
    return moved
