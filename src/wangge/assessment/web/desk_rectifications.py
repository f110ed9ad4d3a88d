"""Streets under rectification: the list, and one with its grounds and decisions."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html

from wangge.assessment import defining, policy, queries, rectifying
from wangge.assessment.enums import RectificationState
from wangge.assessment.web import shown
from wangge.kernel.access.routes import requires
from wangge.kernel.flow import Conflict, FlowError, seen_version
from wangge.kernel.listing import rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, Text
from wangge.kernel.listing.html import badge
from wangge.kernel.listing.listing import Listing, Rows


class RectificationList(Listing):
    """Streets and townships on the list, proposed for it or off it again."""

    title = "治理类街乡镇"
    noun = "个"
    columns = (
        Column(
            "unit",
            "街乡镇",
            render=lambda r: format_html(
                '<a href="{}">{}</a>', reverse("assessment_rectification", args=[r.pk]), r.unit.name
            ),
            value=lambda r: r.unit.name,
            width=30,
        ),
        Column(
            "state",
            "状态",
            render=lambda r: badge(r.get_state_display(), shown.RECTIFICATION_TONES[r.state]),
        ),
        Column("entered_on", "列入日期", value=lambda r: r.entered_on),
        Column("left_on", "退出日期", value=lambda r: r.left_on),
        Column("grounds", "依据", css="wg-wide", width=60),
        Column("plan", "治理措施", css="wg-wide", width=60),
    )
    filters = (
        Choice("state", "状态", choices=RectificationState.choices, multiple=True),
        Text("q", "名称", field="unit__name"),
    )
    sorts = {"new": ("-id",)}
    default_sort = "new"
    export_permission = policy.READ
    empty_title = "没有治理类街乡镇"
    empty_hint = "月度公布时按规则自动提出，由区里决定是否列入。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.rectifications(request.user).select_related("unit")


@requires(policy.READ)
def assessment_rectifications(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, RectificationList)


@requires(policy.READ)
def assessment_rectification(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them; a post decides."""
    rows = policy.rectifications(request.user).select_related("unit", "proposed_by")
    row = get_object_or_404(rows, pk=pk)
    status = 200
    typed = {"reason": "", "plan": ""}
    if request.method == "POST":
        verb, seen = request.POST.get("verb", ""), seen_version(request.POST.get("seen", ""))
        if verb not in rectifying.STEPS:
            raise Http404
        typed = {name: request.POST.get(name, "")[:2000] for name in typed}
        try:
            rectifying.decide(row=row, verb=verb, by=request.user, seen=seen, **typed)
        except FlowError as error:
            messages.error(request, str(error))
            status = 409 if isinstance(error, Conflict) else 400
            row.refresh_from_db()
        else:
            messages.success(request, f"{rectifying.STEPS[verb][0]}：已登记。")
            return redirect("assessment_rectification", pk=pk)
    period = row.proposed_by
    context = {
        "title": row.unit.name,
        "row": row,
        "badge": badge(row.get_state_display(), shown.RECTIFICATION_TONES[row.state]),
        "verbs": rectifying.verbs(request.user, row),
        "typed": typed,
        "rules": defining.rules(period.path, period.month),
        "past": queries.trend(row.unit, period.path, until=rectifying.months_back(period.month, -24), months=48)[-12:],
    }
    return render(request, "assessment/desk/rectification.html", context, status=status)
