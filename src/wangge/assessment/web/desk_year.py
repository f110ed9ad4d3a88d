"""The year: months and, for departments, the streets' marks; and the sheet on which a street gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from wangge.assessment import actions, defining, policy, yearly
from wangge.assessment.enums import Group
from wangge.assessment.models import Evaluation, Unit
from wangge.assessment.web.desk_ranking import visible_periods
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import scope
from wangge.kernel.flow import Conflict, FlowError, seen_version

LABELS = {"punctual": "响应及时", "cooperation": "配合程度", "result": "解决效果", "attitude": "服务态度"}


def _year(request: HttpRequest) -> int:
    typed = request.GET.get("year", "")
    return int(typed) if typed.isdecimal() and len(typed) == 4 and 2000 <= int(typed) <= 2100 else _this_year()


def _this_year() -> int:
    return timezone.localdate().year


@requires(policy.READ)
@require_GET
def assessment_year(request: HttpRequest) -> HttpResponse:
    """The published months of a year, by group; with the streets' share for departments."""
    periods = visible_periods(request)
    paths = sorted({p.path for p in periods if p.state == "published" and p.path in policy.homes(request.user)})
    path = request.GET.get("path", "")
    path = path if path in paths else (paths[-1] if paths else "")
    group = request.GET.get("group", "")
    group = group if group in Group.values else Group.DEPARTMENT.value
    year = _year(request)
    rows = yearly.years(path, year, group) if path else []
    tabs = [(g.label, f"?group={g.value}&year={year}", g.value == group) for g in Group if g != Group.DISTRICT]
    months = sorted({month for row in rows for month in row.months})
    context = {
        "title": f"{year}年度考核",
        "rows": [(row, [row.months.get(month) for month in months]) for row in rows],
        "months": months,
        "tabs": tabs,
        "year": year,
        "years": [year - 1, year + 1],
        "group": group,
        "evaluated": group in yearly.EVALUATED,
        "share": defining.rules(path, timezone.localdate()).street_share,
        "evaluates": bool(scope(request.user, policy.EVALUATE)),
    }
    return render(request, "assessment/desk/year.html", context)


def own_streets(user: Any) -> list[Unit]:
    """The streets for which the user gives marks."""
    paths = scope(user, policy.EVALUATE).paths
    rows = Unit.objects.filter(group__in=[Group.STREET, Group.TOWNSHIP], path__in=paths, valid_to__isnull=True)
    return list(rows.order_by("path"))


@requires(policy.EVALUATE)
@never_cache
def assessment_evaluate(request: HttpRequest) -> HttpResponse:
    """A street's sheet of marks: every department in a row; only rows filled in whole are saved."""
    streets = own_streets(request.user)
    if not streets:
        return render(request, "assessment/desk/none.html", {"title": "评议部门"})
    street, year = streets[0], _this_year()
    groups = [Group.DEPARTMENT, Group.ENTERPRISE]
    departments = [
        unit
        for unit in Unit.objects.filter(group__in=groups, valid_to__isnull=True).order_by("group", "pk")
        if street.path.startswith(unit.path)
    ]
    wrong: list[str] = []
    overtaken: set[int] = set()
    if request.method == "POST":
        saved = 0
        for unit in departments:
            typed = {name: request.POST.get(f"{name}-{unit.pk}", "").strip() for name in LABELS}
            if not any(typed.values()):
                continue
            marks = {name: int(text) for name, text in typed.items() if text.isdecimal() and len(text) < 4}
            try:
                actions.evaluate(
                    year=year,
                    street=street,
                    department=unit,
                    marks=marks,
                    by=me(request),
                    seen=max(seen_version(request.POST.get(f"seen-{unit.pk}", "")), 0),
                    comment=request.POST.get(f"comment-{unit.pk}", ""),
                )
                saved += 1
            except (ValidationError, FlowError) as error:
                overtaken |= {unit.pk} if isinstance(error, Conflict) else set()
                said = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
                wrong.append(f"{unit.name}：{said}")
        if saved:
            messages.success(request, f"已保存{saved}个单位的评议。")
        if not wrong:
            return redirect("assessment_evaluate")
    given = {row.department_id: row for row in Evaluation.objects.filter(year=year, street=street)}
    # What somebody else gave meanwhile is shown as it is; the message holds what was typed.
    rows = [_line({} if unit.pk in overtaken else request.POST, unit, given.get(unit.pk)) for unit in departments]
    context = {
        "title": f"{year}年度评议部门",
        "street": street,
        "rows": rows,
        "labels": LABELS,
        "wrong": wrong,
        "most": actions.MOST,
        "share": defining.rules(street.path, timezone.localdate()).street_share,
    }
    return render(request, "assessment/desk/evaluate.html", context, status=409 if overtaken else 400 if wrong else 200)


def _line(typed: Mapping[str, Any], unit: Unit, row: Evaluation | None) -> dict[str, Any]:
    """One department: its fields with what was typed, else what is saved, and the version that they began with."""

    def shown(name: str, saved: Any) -> Any:
        return typed.get(f"{name}-{unit.pk}", saved)

    return {
        "unit": unit,
        "marks": [(f"{name}-{unit.pk}", label, shown(name, getattr(row, name, ""))) for name, label in LABELS.items()],
        "comment": shown("comment", row.comment if row else ""),
        "total": row.total if row else "",
        "seen": shown("seen", row.version if row else 0),
    }
