"""Hints while one writes; afterwards the report by office, its trend and its rows."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from wangge.cases import policy as cases
from wangge.cases.flow import CaseFlow
from wangge.insight.replies import actions, policy, queries
from wangge.insight.replies.enums import SERIOUS, HintCode
from wangge.insight.replies.web.tables import ReplyList
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import permissions
from wangge.kernel.audit.recording import record
from wangge.kernel.listing import rendering
from wangge.kernel.tables.writing import XLSX, Sheet, write

LONGEST: Final = 5000
PERIOD_DAYS: Final = 30
PAGE: Final = 30


@requires("cases.reply")
@require_POST
def reply_hints(request: HttpRequest, pk: int) -> HttpResponse:
    """What the reply in the form lacks; a part of the case's page. Nothing is kept."""
    case = get_object_or_404(cases.rows(request.user), pk=pk)
    if not any(option.step.name == "reply" and option.allowed for option in CaseFlow(case, request.user).options()):
        return HttpResponse(status=204)  # the reply went in while its words were still being looked at
    hints = actions.hints_for(case=case, text=request.POST.get("text", "")[:LONGEST])
    shown = [{"label": HintCode(h.code).label, "text": h.text, "serious": h.code in SERIOUS} for h in hints]
    return render(
        request, "replies/hints.html", {"hints": shown, "written": bool(request.POST.get("text", "").strip())}
    )


class PeriodForm(forms.Form):
    """The days of the report."""

    first = forms.DateField(label="自", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="至", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    q = forms.CharField(label="单位", required=False, max_length=40)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        today = timezone.localdate()
        data["last"] = data.get("last") or today
        data["first"] = data.get("first") or data["last"] - timedelta(days=PERIOD_DAYS - 1)
        if data["first"] > data["last"]:
            raise forms.ValidationError("起始日期晚于结束日期。")
        if data["last"].year > 2200 or data["first"].year < 1990:
            raise forms.ValidationError("年份应在 1990 到 2200 之间。")
        return data


def rows_url(first: date, last: date, **more: Any) -> str:
    return f"{reverse('reply_list')}?{urlencode({'day_from': first, 'day_to': last, **more})}"


@requires(policy.READ)
@require_GET
def reply_report(request: HttpRequest) -> HttpResponse:
    """By office: how many replies, how many lacked what. On screen, on paper, as a workbook."""
    today = timezone.localdate()
    form = PeriodForm(request.GET or None)
    valid = form.is_valid()
    first = form.cleaned_data["first"] if valid else today - timedelta(days=PERIOD_DAYS - 1)
    last = form.cleaned_data["last"] if valid else today
    wrong = form.is_bound and not valid
    lines = [] if wrong else queries.by_office(policy.rows(request.user), first, last)
    if valid and (word := form.cleaned_data["q"]):
        lines = [line for line in lines if word in line.name]
    if request.GET.get("export") and not wrong:
        return _workbook(request, lines, first, last)
    paper = bool(request.GET.get("print"))
    pages = max(1, -(-len(lines) // PAGE))
    given = request.GET.get("page", "")
    number = min(int(given), pages) if given.isdecimal() and 0 < len(given) < 6 and int(given) else 1
    shown = lines if paper else lines[(number - 1) * PAGE : number * PAGE]
    context = {
        "title": "答复质检",
        "form": form,
        "wrong": [error for errors in form.errors.values() for error in errors] if wrong else [],
        "first": first,
        "last": last,
        "labels": HintCode.choices,
        "lines": [_shown(line, first, last) for line in shown],
        "offices": len(lines),
        "number": number,
        "pages": pages,
        "total": sum(line.replies for line in lines),
        "serious": sum(line.serious for line in lines),
        "all_url": rows_url(first, last),
        "serious_url": rows_url(first, last, serious=1),
        "may_export": "cases.export" in permissions(request.user),
        "query": urlencode({"first": str(first), "last": str(last), "q": request.GET.get("q", "")[:40]}),
    }
    template = "replies/print.html" if paper else "replies/report.html"
    return render(request, template, context, status=400 if wrong else 200)


def _shown(line: queries.OfficeLine, first: date, last: date) -> dict[str, Any]:
    office = {"lead": line.office_id}
    return {
        "line": line,
        "share": f"{line.share:.0%}",
        "few": line.replies < queries.FEW,
        "url": rows_url(first, last, **office),
        "serious_url": rows_url(first, last, serious=1, **office),
        "cells": [
            {"n": line.counts[code], "share": line.share_of(code), "url": rows_url(first, last, hint=code, **office)}
            for code in HintCode.values
        ],
    }


def _workbook(request: HttpRequest, lines: list[queries.OfficeLine], first: date, last: date) -> HttpResponse:
    if "cases.export" not in permissions(request.user):
        raise Http404
    header = ["单位", "答复数", "须改", *(label for _, label in HintCode.choices)]
    body: list[list[str | int]] = [
        [line.name, line.replies, line.serious, *(line.counts[c] for c in HintCode.values)] for line in lines
    ]
    file = io.BytesIO()
    write(file, Sheet("答复质检", header, body))
    record("replies.report.export", changes={"first": [None, str(first)], "last": [None, str(last)]})
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="replies-{first}-{last}.xlsx"'
    return response


@requires(policy.READ)
@require_GET
def reply_trend(request: HttpRequest) -> JsonResponse:
    """Share of replies with each hint, by week. ``office`` narrows."""
    given = request.GET.get("office", "")
    office_id = int(given) if given.isdecimal() and len(given) < 19 else None
    weeks = queries.by_week(policy.rows(request.user), timezone.localdate(), office_id)

    def series(code: str, label: str) -> dict[str, Any]:
        data = [
            {
                "value": round(100 * counts[code] / replies, 1) if replies else None,
                "url": rows_url(week, week + timedelta(days=6), **({} if code == "serious" else {"hint": code})),
            }
            for week, replies, counts in weeks
        ]
        return {"name": label, "type": "line", "symbolSize": 6, "data": data}

    shown = [
        ("serious", "须改"),
        (HintCode.NO_ANSWER, "答非所问"),
        (HintCode.COPIED, "套话或照抄"),
        (HintCode.NO_DATE, "承诺没有期限"),
    ]
    return JsonResponse(
        {
            "legend": {"top": 0},
            "xAxis": {"type": "category", "data": [f"{week:%m-%d}" for week, _, _ in weeks]},
            "yAxis": {"type": "value", "axisLabel": {"formatter": "{value}%"}},
            "series": [series(str(code), label) for code, label in shown],
        }
    )


@requires(policy.READ)
def reply_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, ReplyList)
