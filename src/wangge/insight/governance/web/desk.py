"""Reading: the list, one task with its lists and effect, the year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from wangge.insight.governance import effect, policy, yearly
from wangge.insight.governance.enums import ListName, TaskState, Verdict
from wangge.insight.governance.flow import OF_LINES, TaskFlow
from wangge.insight.governance.models import GovernanceTask
from wangge.insight.governance.web import forms, tables
from wangge.kernel.access.models import User
from wangge.kernel.access.routes import requires
from wangge.kernel.access.scopes import permissions, scope
from wangge.kernel.audit.recording import record
from wangge.kernel.listing import rendering
from wangge.organization import queries as organization
from wangge.territory import queries as territory

VERDICT_TONES = {
    Verdict.FELL: "ok",
    Verdict.SAME: "neutral",
    Verdict.ROSE: "danger",
    Verdict.FEW: "neutral",
    Verdict.EARLY: "info",
}
FIRST_YEAR, LAST_YEAR = 2000, 2100
# Steps whose forms stand beside what they change instead of behind a button.
IN_PLACE = {"write_plan": "plan_form", "place": "month_form"}


def find(request: HttpRequest, pk: int) -> GovernanceTask:
    """The task, if the user sees it; otherwise it does not exist."""
    return get_object_or_404(policy.rows(request.user).select_related("topic__kind", "kind", "office"), pk=pk)


@requires(policy.READ)
def governance_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, tables.TaskList)


@requires(policy.HANDLE)
def governance_mine(request: HttpRequest) -> HttpResponse:
    """What waits for my offices."""
    return rendering.render(request, tables.MyTasks)


@requires(policy.READ)
def governance_notices(request: HttpRequest) -> HttpResponse:
    """What my offices were told."""
    return rendering.render(request, tables.NoticeList)


def lists(task: GovernanceTask, user: Any) -> list[dict[str, Any]]:
    """The three lists with what the user may do with each line."""
    today = timezone.localdate()
    items = list(task.items.filter(removed_at=None).select_related("office").order_by("due_on", "id"))
    by = dict(User.objects.filter(pk__in={i.done_by_id for i in items}).values_list("pk", "display_name"))
    editable = task.state in {TaskState.DRAFT, TaskState.RUNNING} and policy.may_edit(user, task)
    found = []
    for code, label in ListName.choices:
        lines: list[dict[str, Any]] = []
        for item in (i for i in items if i.list_name == code):
            item.task = task
            open_one = item.done_at is None and task.state == TaskState.RUNNING
            lines.append(
                {
                    "item": item,
                    "key": str(item.pk),
                    "late": item.is_late(today) and task.is_open,
                    "by": by.get(item.done_by_id or 0, ""),
                    "finish_form": forms.FinishForm(auto_id=f"done_{item.pk}_%s"),
                    "may_finish": open_one and policy.may_finish(user, item),
                    "may_remove": editable and item.done_at is None,
                }
            )
        found.append(
            {"code": code, "label": label, "lines": lines, "done": sum(bool(x["item"].done_at) for x in lines)}
        )
    return found


def context_of(
    request: HttpRequest,
    task: GovernanceTask,
    *,
    failed: dict[str, Any] | None = None,
    seen: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What the page of a task shows. ``failed``: a form that was not taken; ``seen``: the version it was filled on."""
    today = timezone.localdate()
    found = effect.measure(task, today=today)
    options = TaskFlow(task, request.user).options()
    editable = task.state in {TaskState.DRAFT, TaskState.RUNNING} and policy.may_edit(request.user, task)
    return (
        {
            "title": task.name,
            "task": task,
            "place": territory.full_name(task.path),
            "badge": tables.state_badge(task),
            "late": task.is_late(today),
            "options": [
                {"option": option, "form": forms.step_form(option.step.name)}
                for option in options
                if option.step.name not in IN_PLACE and option.step.name not in OF_LINES
            ],
            "lists": lists(task, request.user),
            "effect": found,
            "verdict": Verdict(found.verdict).label,
            "tone": VERDICT_TONES[Verdict(found.verdict)],
            "links": _links(task, found),
            "editable": editable,
            "may_manage": policy.may_manage(request.user, task),
            "plan_form": forms.step_form("write_plan", task=task),
            "item_form": forms.ItemForm(task=task, auto_id="item_%s"),
            "month_form": forms.step_form("place", task=task),
            "story": _story(task),
            "seen": {"seen": task.version if seen is None else seen},
            "failed": None,
        }
        | _again(failed)
        | more
    )


def _again(failed: dict[str, Any] | None) -> dict[str, Any]:
    """A form that was not taken, with what was typed: in its own place, or above everything."""
    if failed is None or not failed["form"].fields:
        return {}
    place = IN_PLACE.get(failed.get("step", ""))
    return {"failed": failed} if place is None else {place: failed["form"]}


def _story(task: GovernanceTask) -> list[dict[str, Any]]:
    """What happened, newest first, for the timeline."""
    labels = {name: declared.label for name, declared in TaskFlow.steps().items()} | {"create": "提出"}
    rows = list(task.transitions.order_by("-at", "-pk"))
    offices = organization.names(row.office_id for row in rows)
    return [
        {
            "at": row.at,
            "title": labels.get(row.step, row.step),
            "who": row.actor_label,
            "office": offices.get(row.office_id or 0, ""),
            "note": row.reason or row.data.get("month", "") or row.data.get("line", ""),
            "tone": "ok" if row.step == "close" else "danger" if row.step in {"send_back", "drop"} else "info",
        }
        for row in rows
    ]


def _links(task: GovernanceTask, found: effect.Effect) -> dict[str, str]:
    def rows(first: date, last: date | None) -> str:
        if last is None:
            return ""
        return f"{reverse('governance_cases', args=[task.pk])}?{urlencode({'from': str(first), 'to': str(last)})}"

    return {
        "seen": rows(task.seen_from_on, task.seen_to_on),
        "before": rows(found.before_from, found.before_to),
        "after": rows(found.after_from, found.after_to),
    }


@requires(policy.READ)
@require_GET
def governance_task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: what, who, until when; plan and lists; the effect; what happened."""
    return render(request, "governance/task.html", context_of(request, find(request, pk)))


@requires(policy.READ)
@require_GET
def governance_print(request: HttpRequest, pk: int) -> HttpResponse:
    task = find(request, pk)
    record("governance.task.print", task)
    return render(request, "governance/print.html", context_of(request, task))


@requires(policy.READ)
@require_GET
def governance_cases(request: HttpRequest, pk: int) -> HttpResponse:
    """The cases that were counted, between two days."""
    task = find(request, pk)
    try:
        first, last = (date.fromisoformat(request.GET.get(name, "")) for name in ("from", "to"))
    except ValueError:
        raise Http404 from None
    if not 0 <= (last - first).days <= 3660:
        raise Http404
    listing = tables.TaskCases(task=task.pk, first=first.isoformat(), last=last.isoformat())
    listing.title = f"{task.name}：{first} 至 {last}"  # type: ignore[misc]
    return rendering.render(request, listing)


@requires(policy.READ)
@require_GET
def governance_chart(request: HttpRequest, pk: int) -> JsonResponse:
    """Cases by week, from eight weeks before the start (or today) on, with the day the measures began."""
    task = find(request, pk)
    today = timezone.localdate()
    start = task.started_on or today
    first = start - effect.WINDOW
    days = effect.counts(task, first, today)
    weeks: list[tuple[date, int]] = []
    at = first
    while at <= today:
        weeks.append((at, sum(n for day, n in days.items() if at <= day < at + timedelta(days=7))))
        at += timedelta(days=7)
    marks = [("开始实施", task.started_on), ("措施完成", task.done_on)]
    labels = [f"{week:%m-%d}" for week, _ in weeks]
    lines = [
        {"name": label, "xAxis": labels[min(len(weeks) - 1, (on - first).days // 7)]}
        for label, on in marks
        if on is not None
    ]
    cases = reverse("governance_cases", args=[task.pk])
    data = [
        {"value": n, "url": f"{cases}?{urlencode({'from': str(week), 'to': str(week + timedelta(days=6))})}"}
        for week, n in weeks
    ]
    series: dict[str, Any] = {"name": "每周件数", "type": "bar", "data": data}
    if lines:
        series["markLine"] = {"symbol": "none", "label": {"formatter": "{b}"}, "data": lines}
    return JsonResponse(
        {
            "xAxis": {"type": "category", "data": labels},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [series],
        }
    )


@requires(policy.READ)
@require_GET
def governance_year(request: HttpRequest) -> HttpResponse:
    """每月一题: the twelve months, and what could fill the empty ones."""
    today = timezone.localdate()
    given = request.GET.get("year", "")
    year = int(given) if given.isdecimal() and len(given) == 4 else today.year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    rows = policy.rows(request.user)
    months = yearly.months(rows, year)
    managed = scope(request.user, policy.MANAGE).paths
    names = territory.names_of({task.path for month in months for task in month.tasks})
    context = {
        "title": f"{year}年每月一题",
        "year": year,
        "months": [
            {
                "month": month,
                "past": month.on < today.replace(day=1),
                "tasks": [
                    {"task": t, "badge": tables.state_badge(t), "place": names[t.path], "late": t.is_late(today)}
                    for t in month.tasks
                ],
            }
            for month in months
        ],
        "empty": sum(month.vacant for month in months),
        "offers": yearly.offers(request.user, managed[0], today) if managed and year >= today.year else [],
        "may_propose": policy.MANAGE in permissions(request.user),
    }
    template = "governance/year_print.html" if request.GET.get("print") else "governance/year.html"
    return render(request, template, context)
