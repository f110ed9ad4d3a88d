"""Meeting packs: asking for one, watching it, reading it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from wangge.assessment import packing, policy
from wangge.assessment.enums import PackState
from wangge.assessment.models import Pack
from wangge.assessment.web.desk_periods import find as find_period
from wangge.kernel.access.routes import me, polled, requires
from wangge.kernel.attachments import queries as attachments
from wangge.kernel.flow import FlowError
from wangge.kernel.listing import rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice
from wangge.kernel.listing.html import moment
from wangge.kernel.listing.listing import Listing, Rows

UNFINISHED = (PackState.WAITING, PackState.RUNNING)


class PackList(Listing):
    """Every meeting pack of the user's divisions."""

    title = "月度点评材料"
    noun = "份"
    columns = (
        Column(
            "period",
            "月份",
            render=lambda p: format_html(
                '<a href="{}">{}</a>', reverse("assessment_pack", args=[p.pk]), p.period.label
            ),
            value=lambda p: p.period.label,
        ),
        Column("state", "状态", value=lambda p: p.get_state_display()),
        Column("round", "版次", value=lambda p: p.round or "暂计", css="wg-number"),
        Column("asked_at", "申请时间", render=lambda p: moment(p.asked_at), value=lambda p: p.asked_at, sort="new"),
    )
    filters = (Choice("state", "状态", choices=PackState.choices),)
    sorts = {"new": ("-asked_at", "-id")}
    default_sort = "new"
    export_permission = policy.READ
    empty_title = "还没有点评材料"
    empty_hint = "打开“考核期”中的一个月，按“生成点评材料”。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.packs(request.user).select_related("period")

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:  # noqa: ARG002
        return [{"label": "考核期", "url": reverse("assessment_periods"), "icon": "calendar"}]


@requires(policy.READ)
def assessment_packs(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, PackList)


@requires(policy.READ)
@require_POST
def assessment_pack_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a pack of a month."""
    period = find_period(request, pk)
    try:
        pack = packing.ask(period=period, by=me(request))
    except FlowError as error:
        messages.error(request, str(error))
        return redirect("assessment_period", pk=pk)
    return redirect("assessment_pack", pk=pack.pk)


def _find(request: HttpRequest, pk: int) -> Pack:
    return get_object_or_404(policy.packs(request.user).select_related("period"), pk=pk)


def _page(request: HttpRequest, pk: int, template: str) -> HttpResponse:
    pack = _find(request, pk)
    files = list(attachments.of(pack))
    context = {
        "title": f"{pack.period.label}月度点评",
        "pack": pack,
        "content": pack.content,
        "waiting": pack.state in UNFINISHED,
        "word": next((file for file in files if file.purpose == "word"), None),
        "charts": [file for file in files if file.purpose == "chart"],
    }
    return render(request, template, context)


@requires(policy.READ)
@require_GET
def assessment_pack(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, pk, "assessment/desk/pack.html")


@requires(policy.READ)
@require_GET
def assessment_pack_print(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, pk, "assessment/print/pack.html")


@polled
@requires(policy.READ)
@require_GET
def assessment_pack_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; the page asks again until it is done."""
    pack = _find(request, pk)
    response = render(request, "assessment/desk/pack_progress.html", {"pack": pack})
    if pack.state not in UNFINISHED:
        response["HX-Refresh"] = "true"
    return response
