"""Writes: saved views, exports."""

from __future__ import annotations

import contextlib
import re
import tempfile
from datetime import datetime, timedelta
from typing import IO, Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from wangge.kernel.access import database
from wangge.kernel.access.models import User
from wangge.kernel.access.roles import Reach
from wangge.kernel.access.scopes import Scope, holdings
from wangge.kernel.audit.context import bind, staff_actor
from wangge.kernel.audit.recording import record
from wangge.kernel.jobs import queue
from wangge.kernel.listing.export import WRITERS
from wangge.kernel.listing.listing import OWN, Listing, restore
from wangge.kernel.listing.models import Export, ExportState, SavedView

logger = structlog.get_logger()

KEEP_DAYS = 7
VIEWS_PER_LIST = 30
# Phones (11 digits) and identity numbers (15 or 17 digits and a check character), typed as search words.
PERSONAL_DIGITS = re.compile(r"(?<!\d)(1\d{2}\d{4}\d{4}|\d{15}|\d{17}[\dXx])(?!\d)")


def masked(query: str) -> str:
    """The query for the record: phones and identity numbers in it keep three digits in front and four behind."""
    return PERSONAL_DIGITS.sub(lambda found: f"{found[0][:3]}{'*' * (len(found[0]) - 7)}{found[0][-4:]}", query)


def save_view(*, user: Any, listing: Listing, name: str, query: str) -> SavedView:
    """Keep the filters and the order of ``query`` under ``name``; the same name again replaces it."""
    name = name.strip()
    if not 1 <= len(name) <= 40:
        raise ValidationError("名称应有 1 到 40 个字。")
    kept = QueryDict(query[:4000]).copy()
    for own in OWN - {"sort", "size"}:
        kept.pop(own, None)
    with transaction.atomic():
        mine = SavedView.objects.filter(user=user, listing=listing.key)
        if not mine.filter(name=name).exists() and mine.count() >= VIEWS_PER_LIST:
            raise ValidationError(f"每个列表最多保存 {VIEWS_PER_LIST} 个常用查询，请先删除不用的。")
        view, _ = SavedView.objects.update_or_create(
            user=user, listing=listing.key, name=name, defaults={"query": kept.urlencode()}
        )
        record("listing.savedview.save", view, changes={"query": [None, masked(view.query)]})
    return view


def delete_view(*, user: Any, listing: Listing, pk: int) -> None:
    """Remove one of the user's own saved views; silently nothing when it is not theirs."""
    with transaction.atomic():
        view = SavedView.objects.filter(user=user, listing=listing.key, pk=pk).first()
        if view is not None:
            record("listing.savedview.delete", view, changes={"query": [masked(view.query), None]})
            view.delete()


def record_export(*, listing: Listing, query: str, kind: str, rows: int, export: Export | None = None) -> None:
    """The audit's row of an export: which list, by which filters, how many rows left the system."""
    record(
        "listing.export",
        export,
        changes={"listing": listing.key, "title": listing.title, "query": masked(query), "kind": kind, "rows": rows},
        path="",
    )


def write_now(*, request: HttpRequest, listing: Listing, kind: str) -> IO[bytes]:
    """The export as a temporary file, rewound; recorded with the number of rows."""
    applied = listing.read(request)
    rows = listing.filtered(request, applied).order_by(*applied.order)
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    done = WRITERS[kind](listing, request, rows, file)
    record_export(listing=listing, query=request.GET.urlencode(), kind=kind, rows=done)
    file.seek(0)
    return file


def start_export(*, user: Any, listing: Listing, query: str, kind: str, rows: int) -> Export:
    """Ask for an export in the background; the job begins when this is committed."""
    with transaction.atomic():
        export = Export.objects.create(
            user=user,
            listing=listing.code(),
            params=listing.params,
            title=listing.title,
            query=query,
            kind=kind,
            rows_total=rows,
        )
        record("listing.export.start", export, changes={"query": masked(query), "kind": kind, "rows": rows}, path="")
        queue.defer("listing.export", pk=str(export.pk))
    return export


def _request_of(export: Export) -> HttpRequest:
    """The request as the user made it: the list is read again with the user's present rights."""
    request = HttpRequest()
    request.method = "GET"
    request.GET = QueryDict(export.query)
    request.user = export.user
    return request


def run_export(*, pk: str) -> None:
    """Write the file of an export; nothing when it is finished. One left half by a killed worker begins again."""
    unfinished = [ExportState.WAITING, ExportState.RUNNING]
    if not Export.objects.filter(pk=pk, state__in=unfinished).update(state=ExportState.RUNNING):
        return
    export = Export.objects.select_related("user").get(pk=pk)
    with bind(actor=staff_actor(export.user)):
        try:
            _write(export)
        except Exception as error:
            logger.exception("export failed", export=str(export.pk))
            export.file.unlink(missing_ok=True)
            _finish(export, ExportState.FAILED, error=type(error).__name__)
            raise


def _write(export: Export) -> None:
    listing = restore(export.listing, export.params)
    request = _request_of(export)
    export.file.parent.mkdir(parents=True, exist_ok=True)
    partial = export.file.with_suffix(".part")
    partial.unlink(missing_ok=True)
    with _sight_of(export.user), partial.open("wb") as file:
        applied = listing.read(request)
        rows = listing.filtered(request, applied).order_by(*applied.order)
        done = WRITERS[export.kind](listing, request, rows, file, lambda n: _progress(export, n))
    partial.replace(export.file)
    with transaction.atomic():
        export.rows_done = done
        _finish(export, ExportState.DONE)
        record_export(listing=listing, query=export.query, kind=export.kind, rows=done, export=export)


def _progress(export: Export, rows: int) -> None:
    Export.objects.filter(pk=export.pk).update(rows_done=rows)


def _finish(export: Export, state: ExportState, *, error: str = "") -> None:
    Export.objects.filter(pk=export.pk).update(
        state=state,
        rows_done=export.rows_done,
        error=error[:200],
        query=masked(export.query),  # it will not be read again
        finished_at=timezone.now(),
    )


@contextlib.contextmanager
def _sight_of(user: User) -> Any:
    """The connection sees what the user may see, as in a request; afterwards the worker's own sight again."""
    held = holdings(user)
    database.see(
        Scope(
            paths=tuple(sorted({h.path for h in held if h.role.reach is Reach.PATH and h.path})),
            offices=tuple(sorted({h.office_id for h in held if h.role.reach is Reach.OFFICE and h.office_id})),
        )
    )
    try:
        yield
    finally:
        database.see_everything()


def expire_exports(*, now: datetime) -> int:
    """Remove the files of exports older than ``KEEP_DAYS``; returns how many."""
    old = Export.objects.filter(state=ExportState.DONE, finished_at__lt=now - timedelta(days=KEEP_DAYS))
    done = 0
    for export in old:
        export.file.unlink(missing_ok=True)
        done += Export.objects.filter(pk=export.pk, state=ExportState.DONE).update(state=ExportState.EXPIRED)
    return done
