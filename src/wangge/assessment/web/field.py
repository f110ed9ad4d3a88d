"""The grid worker's own sheet on the phone: what counted this month, case by case, and the way to dispute it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.assessment import actions, notices, policy
from wangge.assessment.models import WorkerSheet
from wangge.cases import policy as cases
from wangge.cases.models import Case
from wangge.kernel.access.routes import me, requires
from wangge.kernel.flow import FlowError
from wangge.kernel.numbering.check import normal

SHOWN = 30


def _numbers(user: Any, ids: set[int]) -> dict[int, Case]:
    """The cases the worker may open; what counted but lies elsewhere keeps its number only."""
    return {case.pk: case for case in cases.rows(user).filter(pk__in=ids)}


@requires(policy.OWN)
@never_cache
def field_sheet(request: HttpRequest) -> HttpResponse:
    """The latest sheet, or the month asked for."""
    sheets = list(policy.sheets(request.user).select_related("period").order_by("-period__month")[:24])
    given, today = request.GET.get("sheet", ""), timezone.localdate()
    sheet = next((s for s in sheets if str(s.pk) == given), sheets[0] if sheets else None)
    lines: list[dict[str, Any]] = []
    appeals: list[Any] = []
    if sheet is not None:
        rows = list(sheet.lines.select_related("item").order_by("item__sort"))
        appeals = list(sheet.appeals.order_by("-at"))
        counted = {case for row in rows for case in row.cases}
        seen = _numbers(request.user, counted | {one.case_id for one in appeals if one.case_id is not None})
        lines = [
            {
                "row": row,
                "cases": [(case, seen.get(case)) for case in row.cases[:SHOWN]],
                "more": max(0, len(row.cases) - SHOWN),
            }
            for row in rows
        ]
        labels = {row.item.code: row.item.label for row in rows}
        for one in appeals:
            one.about = labels.get(one.indicator, "")
            one.title = seen[one.case_id].title if one.case_id in seen else ""
            one.is_new = one.decided_at is not None and one.seen_at is None
    context = {
        "title": "我的考核单",
        "sheet": sheet,
        "sheets": sheets,
        "lines": lines,
        "appeals": appeals,
        "news": any(one.is_new for one in appeals),
        "may_appeal": sheet is not None and sheet.period.takes_appeals(today),
        # The month under way is shown first; what can be disputed now is the one before.
        "disputable": next((s for s in sheets if s != sheet and s.period.takes_appeals(today)), None),
    }
    return render(request, "assessment/field/sheet.html", context)


@requires(policy.OWN)
@require_POST
def field_sheet_seen(request: HttpRequest, pk: int) -> HttpResponse:
    """The worker has read how the appeals of this sheet were decided."""
    sheet: WorkerSheet = get_object_or_404(policy.sheets(request.user), pk=pk)
    notices.see_decisions(sheet=sheet, by=me(request))
    return redirect(f"{reverse('field_sheet')}?sheet={sheet.pk}")


@requires(policy.OWN)
@never_cache
def field_sheet_appeal(request: HttpRequest, pk: int, item: str) -> HttpResponse:
    """Dispute one case of a line, or a case that is missing from it."""
    sheet: WorkerSheet = get_object_or_404(policy.sheets(request.user).select_related("period"), pk=pk)
    line = sheet.lines.select_related("item").filter(item__code=item).first()
    if line is None:
        raise Http404
    typed = {"number": request.GET.get("number", ""), "reason": ""}
    status, problem = 200, ""
    if request.method == "POST":
        typed = {name: request.POST.get(name, "")[:2000] for name in typed}
        found = cases.rows(request.user).filter(number=normal(typed["number"])).first()
        try:
            if found is None:
                raise ValidationError("没有这个编号的事项，或者不在您的网格。")
            actions.appeal_sheet(
                sheet=sheet,
                by=me(request),
                item=item,
                case=found,
                reason=typed["reason"],
                files=request.FILES.getlist("photos"),
            )
        except ValidationError as error:
            status, problem = 400, " ".join(error.messages)
        except FlowError as error:
            status, problem = 400, str(error)
        else:
            messages.success(request, "申诉已提交，由社区或街道负责人裁定。")
            return redirect("field_sheet")
    context = {"title": "申诉", "sheet": sheet, "line": line, "typed": typed, "problem": problem}
    return render(request, "assessment/field/appeal.html", context, status=status)
