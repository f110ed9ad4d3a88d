"""What the user's offices were told about their appeals."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from wangge.assessment import policy
from wangge.assessment.enums import AppealState
from wangge.assessment.models import AppealNotice
from wangge.assessment.web.shown import APPEAL_TONES
from wangge.kernel.access.routes import me, requires
from wangge.kernel.listing import rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange, Flag
from wangge.kernel.listing.html import badge, moment
from wangge.kernel.listing.listing import Listing, Rows
from wangge.organization import notices
from wangge.organization import queries as organization

DECIDED = [(state.value, str(state.label)) for state in (AppealState.ACCEPTED, AppealState.REFUSED)]


class NoticeList(Listing):
    """Each leads to the appeal with its decision."""

    title = "考核提醒"
    noun = "条"
    columns = (
        Column("kind", "裁定", render=lambda n: badge(n.get_kind_display(), APPEAL_TONES[n.kind])),
        Column(
            "text", "内容", css="wg-wide", link=lambda n: reverse("assessment_appeal", args=[n.appeal_id]), width=50
        ),
        Column("unit", "被考核单位", value=lambda n: n.appeal.unit.name, width=30),
        Column("office", "收到的单位", value=lambda n: n.office_name, width=30),
        Column("at", "时间", render=lambda n: moment(n.at), value=lambda n: n.at, sort="new", css="wg-nowrap"),
        Column(
            "seen_at", "已阅", render=lambda n: moment(n.seen_at) or "未阅", value=lambda n: n.seen_at, css="wg-nowrap"
        ),
    )
    filters = (
        Choice("kind", "裁定", choices=DECIDED),
        Flag("unseen", "未阅", where={"seen_at__isnull": True}),
        DateRange("at", "日期", field="at"),
    )
    sorts = {"new": ("-at", "-id")}
    default_sort = "new"
    export_permission = policy.READ
    template = "assessment/desk/notices.html"
    empty_title = "没有提醒"
    empty_hint = "本单位的申诉裁定后，在这里提醒。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.notices(request.user).select_related("appeal__unit")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = organization.names([row.office_id for row in rows])
        for row in rows:
            row.office_name = names.get(row.office_id, "")


@requires(policy.APPEAL)
def assessment_notices(request: HttpRequest) -> HttpResponse:
    """What my offices were told."""
    return rendering.render(request, NoticeList)


@requires(policy.APPEAL)
@require_POST
def assessment_notices_seen(request: HttpRequest) -> HttpResponse:
    """My offices have read what they were told."""
    rows = policy.notices(request.user).filter(seen_at__isnull=True).values_list("pk", flat=True)
    number = notices.see(AppealNotice, pks=rows, by=me(request))
    messages.success(request, f"已阅 {number} 条考核提醒。")
    return redirect("assessment_notices")
