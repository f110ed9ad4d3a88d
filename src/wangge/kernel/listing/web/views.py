"""The pages of background exports: the user's own only."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.shortcuts import render as render_template

from wangge.kernel.access.models import User
from wangge.kernel.access.routes import polled, signed_in
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange
from wangge.kernel.listing.html import badge
from wangge.kernel.listing.listing import Listing, Rows
from wangge.kernel.listing.models import Export, ExportState
from wangge.kernel.listing.rendering import download, render

TONES = {"waiting": "neutral", "running": "active", "done": "ok", "failed": "danger", "expired": "neutral"}


class ExportList(Listing):
    """The user's exports."""

    title = "我的导出"
    columns = (
        Column("title", "列表", link=lambda export: f"/exports/{export.pk}/"),
        Column("kind", "格式"),
        Column(
            "state", "状态", render=lambda export: badge(export.get_state_display(), TONES[export.state]), sort="state"
        ),
        Column("rows_done", "行数", css="wg-number"),
        Column("created_at", "申请时间", css="wg-nowrap", sort="new"),
        Column("finished_at", "完成时间", css="wg-nowrap"),
    )
    filters = (
        Choice("state", "状态", choices=ExportState.choices),
        DateRange("created", "申请日期", field="created_at"),
    )
    sorts = {"new": ("-created_at", "-id"), "state": ("state", "id")}
    default_sort = "new"
    empty_title = "还没有导出过"
    empty_hint = "在任何列表的右上角点“导出”；两万行以上的导出在后台进行，完成后在这里下载，文件保留七天。"

    def rows(self, request: HttpRequest) -> Rows:
        return Export.objects.filter(user=cast(User, request.user))


@signed_in
def exports(request: HttpRequest) -> HttpResponse:
    return render(request, ExportList)


@polled
@signed_in
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it is; the page asks again by itself until it is finished."""
    found = get_object_or_404(Export, pk=pk, user=cast(User, request.user))
    part = bool(getattr(request, "htmx", False))
    template = "listing/export_state.html" if part else "listing/export.html"
    return render_template(request, template, {"title": "导出", "export": found})


@signed_in
def export_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Export, pk=pk, user=cast(User, request.user), state=ExportState.DONE)
    try:
        file = found.file.open("rb")
    except FileNotFoundError:
        context = {"message": "文件已经清除，请重新导出。"}
        return render_template(request, "404.html", context, status=404)
    return download(file, found.title, found.kind)
