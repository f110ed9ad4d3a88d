"""An import that runs in the background: asked for at the desk, done by the worker, followed while it runs."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from wangge.cases.enums import ImportState
from wangge.cases.importing import uploads
from wangge.cases.importing.mapping import BadMapping
from wangge.cases.importing.reading import UnreadableFile, read
from wangge.cases.importing.run import Report, import_file, write_rejected
from wangge.cases.models import ImportRun
from wangge.kernel.access.scopes import scope
from wangge.kernel.audit.context import bind, staff_actor
from wangge.kernel.audit.recording import record
from wangge.kernel.jobs import queue

logger = structlog.get_logger()
JOB: Final = "cases.import"
UNFINISHED: Final = (ImportState.WAITING, ImportState.RUNNING)


def start_import(
    *,
    user: Any,
    upload: str,
    name: str,
    mapping: dict[str, str],
    source_system: str,
    dispatch: bool,
    all_or_nothing: bool,
    repeat: bool = False,
) -> ImportRun:
    """Ask for the import of ``upload`` (a name in ``uploads.folder()``); the job begins when this is committed."""
    asked = {
        "mapping": mapping, "source_system": source_system, "dispatch": dispatch, "all_or_nothing": all_or_nothing,
        "repeat": repeat,
    }  # fmt: skip
    with transaction.atomic():
        run = ImportRun.objects.create(user=user, upload=upload, name=name[:100], asked=asked)
        record("cases.import.start", run, changes={"name": run.name, **asked}, path="")
        queue.defer(JOB, pk=str(run.pk))
    return run


def run_import(*, pk: str) -> None:
    """Import the file. One left half by a killed worker begins again and makes nothing twice; a finished one rests."""
    if not ImportRun.objects.filter(pk=pk, state__in=UNFINISHED).update(state=ImportState.RUNNING):
        return
    run = ImportRun.objects.select_related("user").get(pk=pk)
    with bind(actor=staff_actor(run.user)):
        try:
            report = _import(run)
        except (BadMapping, UnreadableFile, FileNotFoundError) as error:
            gone = isinstance(error, FileNotFoundError)
            _finish(run, ImportState.FAILED, error="上传的文件已清除，请重新上传。" if gone else str(error))
        except Exception as error:
            logger.exception("import failed", run=str(run.pk))
            _finish(run, ImportState.FAILED, error=type(error).__name__)
            raise
        else:
            _report(run, report)


def _import(run: ImportRun) -> Report:
    within = scope(run.user, "cases.import").paths
    return import_file(
        uploads.folder() / run.upload,
        **run.asked,
        home=within[0] if within else "",
        by=run.user,
        progress=lambda rows: _progress(run, rows),
    )


def _progress(run: ImportRun, rows: int) -> None:
    ImportRun.objects.filter(pk=run.pk).update(rows=rows)


def _report(run: ImportRun, report: Report) -> None:
    if report.rejected:
        write_rejected(report.rejected, rejected_file(run))
    run.rows, run.created, run.dispatched, run.known = report.rows, report.created, report.dispatched, report.known
    run.by_content, run.rejected, run.kept = report.by_content, len(report.rejected), report.kept
    run.nowhere = report.nowhere
    _finish(run, ImportState.DONE)
    if report.kept:
        (uploads.folder() / run.upload).unlink(missing_ok=True)


@transaction.atomic
def _finish(run: ImportRun, state: ImportState, *, error: str = "") -> None:
    run.state, run.error, run.finished_at = state, error[:300], timezone.now()
    run.save()
    figures = {
        name: getattr(run, name)
        for name in ("rows", "created", "dispatched", "known", "by_content", "nowhere", "rejected", "kept")
    }
    record("cases.import.finish", run, changes={"state": state, **figures}, path="")


def rejected_file(run: ImportRun) -> Path:
    """Where the refused rows of a run wait, as a workbook ready to mend."""
    return uploads.folder() / f"{run.pk}.xlsx"


def refused(run: ImportRun, most: int) -> list[tuple[str, str, str]]:
    """Row, column and reason of the first refused rows, while their file is kept."""
    path = rejected_file(run)
    if not run.rejected or not path.is_file():
        return []
    rows = (list(row.values()) for _, row in islice(read(path), most))
    return [(str(row[0]), str(row[1]), str(row[2])) for row in rows]
