"""The whole import of a file: read, map, check, store, report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from wangge.cases.importing import mapping as columns
from wangge.cases.importing.reading import read
from wangge.cases.importing.rows import Order, RowChecker
from wangge.cases.importing.storing import CHUNK, Importer
from wangge.kernel.tables.writing import Rejected, rejected_sheet, write


@dataclass(slots=True)
class Report:
    """What became of a file. ``rows == created + known + len(rejected)`` unless nothing was kept.

    ``by_content`` of the ``known`` have no source number; they say what a row imported before says. ``nowhere`` of the
    ``created`` say nothing by which their place within the home division is known.
    """

    rows: int = 0
    created: int = 0
    dispatched: int = 0
    known: int = 0
    by_content: int = 0
    nowhere: int = 0
    kept: bool = True
    rejected: list[Rejected] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)


class _NothingKept(Exception):
    """All or nothing was chosen and a row was rejected: the transaction is undone."""


def import_file(
    path: Path,
    *,
    mapping: dict[str, str] | None = None,
    source_system: str = "12345",
    home: str = "",
    by: Any = None,
    dispatch: bool = True,
    all_or_nothing: bool = False,
    repeat: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Import ``path``. ``home`` holds all its rows, and is the place of those that name none.

    Raises ``UnreadableFile``, ``BadMapping``.

    ``all_or_nothing``: one transaction, nothing is kept when any row is rejected. Otherwise good rows are kept,
    a chunk at a time; running the same file again makes nothing twice, rows without a source number being known by
    their content unless ``repeat`` says that they are meant again.
    """
    report = Report()
    rows = read(path)
    first = next(rows, None)
    if first is None:
        return report
    report.mapping = columns.complete(first[1].keys(), mapping or {})
    home = home or settings.HOME_DIVISION
    checker = RowChecker(report.mapping, home=home, source_system=source_system)
    orders = _good(_chain(first, rows), checker, report)

    def run() -> None:
        with Importer(by=by, dispatch=dispatch, repeat=repeat, home=home) as importer:
            while chunk := list(islice(orders, CHUNK)):
                importer.add(chunk)
                if progress is not None:
                    progress(report.rows)
        report.created, report.dispatched = importer.stored.created, importer.stored.dispatched
        report.known, report.by_content = importer.stored.known, importer.stored.by_content
        report.nowhere = importer.stored.nowhere

    if not all_or_nothing:
        run()
        return report
    try:
        with transaction.atomic():
            run()
            if report.rejected:
                raise _NothingKept
    except _NothingKept:
        report.kept, report.created, report.dispatched, report.nowhere = False, 0, 0, 0
    return report


def _chain(first: tuple[int, dict[str, Any]], rest: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[Any]:
    yield first
    yield from rest


def _good(rows: Iterator[tuple[int, dict[str, Any]]], checker: RowChecker, report: Report) -> Iterator[Order]:
    for number, row in rows:
        report.rows += 1
        checked = checker.check(number, row)
        if isinstance(checked, Rejected):
            report.rejected.append(checked)
        else:
            yield checked


def write_rejected(rejected: list[Rejected], path: Path) -> None:
    """The rejected rows as a workbook: row, field, reason, then the row as it was, ready to mend and send again."""
    write(path, rejected_sheet(rejected))


def as_json(report: Report) -> str:
    """The report's figures as one line of JSON."""
    return json.dumps(
        {
            "rows": report.rows, "created": report.created, "dispatched": report.dispatched, "known": report.known,
            "by_content": report.by_content, "nowhere": report.nowhere,
            "rejected": len(report.rejected), "kept": report.kept,
        }
    )  # fmt: skip
