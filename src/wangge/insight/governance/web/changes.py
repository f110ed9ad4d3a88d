"""Changing a task: each view parses, calls one action and leads back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from wangge.duties.models import Kind
from wangge.insight.governance import actions, policy
from wangge.insight.governance.flow import TaskFlow
from wangge.insight.governance.models import GovernanceItem, GovernanceTask
from wangge.insight.governance.web import forms
from wangge.insight.governance.web.desk import context_of, find
from wangge.insight.topics import policy as topics
from wangge.insight.topics.models import Topic
from wangge.kernel.access.routes import me, requires
from wangge.kernel.flow import FlowError, seen_version

CHANGING = (policy.MANAGE, policy.HANDLE)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


@requires(policy.MANAGE)
def governance_propose(request: HttpRequest) -> HttpResponse:
    """A new task, from a topic (``?topic=``) or from a kind at a place (``?kind=&path=``)."""
    topic: Topic | None = None
    if (wanted := _whole(request.GET.get("topic"))) is not None:
        topic = get_object_or_404(topics.rows(request.user).select_related("kind"), pk=wanted)
    initial: dict[str, Any] = {k: v for k in ("kind", "path") if (v := request.GET.get(k, "")[:20])}
    if kind := Kind.objects.filter(pk=_whole(request.GET.get("kind")) or 0).first():
        initial["name"] = f"{kind.name}专项治理"
    form = forms.ProposeForm(request.POST or None, user=request.user, topic=topic, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        kind_id = data.pop("kind", None)
        try:
            task = actions.propose(
                by=me(request),
                topic=topic,
                kind=get_object_or_404(Kind, pk=kind_id) if kind_id else None,
                office_id=data.pop("office"),
                **data,
            )
        except ValidationError as error:
            _tell(form, error)
        else:
            messages.success(request, "已提出。请写好方案和三张清单，然后批准实施。")
            return redirect("governance_task", pk=task.pk)
    context = {"title": "提出治理任务", "form": form, "topic": topic}
    return render(request, "governance/propose.html", context, status=422 if form.errors else 200)


def _tell(form: Any, error: ValidationError) -> None:
    """The error beside its field, where the form has it."""
    told = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
    for name, said in told.items():
        form.add_error(name if name in form.fields else None, said)


@requires(*CHANGING)
@require_POST
def governance_plan(request: HttpRequest, pk: int) -> HttpResponse:
    task = find(request, pk)
    form = forms.PlanForm(request.POST)
    if not form.is_valid():
        return _page(request, task, plan_form=form)
    try:
        actions.write_plan(
            task=task, seen=seen_version(request.POST.get("seen", "")), by=me(request), **form.cleaned_data
        )
    except FlowError as error:
        return render(request, "409.html", {"message": str(error)}, status=409)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已保存。")
    return redirect("governance_task", pk=pk)


@requires(*CHANGING)
@require_POST
def governance_item(request: HttpRequest, pk: int) -> HttpResponse:
    """A new line of a list."""
    task = find(request, pk)
    form = forms.ItemForm(request.POST, task=task, auto_id="item_%s")
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_item(
                task=task,
                list_name=data["list_name"],
                text=data["text"],
                office_id=data["office"],
                due_on=data["due_on"],
                by=me(request),
            )
        except ValidationError as error:
            _tell(form, error)
        else:
            messages.success(request, "已列入。")
            return redirect("governance_task", pk=pk)
    return _page(request, task, item_form=form)


def _page(request: HttpRequest, task: GovernanceTask, **more: Any) -> HttpResponse:
    return render(request, "governance/task.html", context_of(request, task, **more), status=422)


def _item(request: HttpRequest, pk: int) -> GovernanceItem:
    seen = policy.rows(request.user).values("pk")
    return get_object_or_404(GovernanceItem.objects.select_related("task"), pk=pk, removed_at=None, task__in=seen)


@requires(*CHANGING)
@require_POST
def governance_item_done(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    try:
        actions.finish_item(item=item, note=request.POST.get("reason", ""), by=me(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已登记完成。")
    return redirect("governance_task", pk=item.task_id)


@requires(*CHANGING)
@require_POST
def governance_item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    try:
        actions.remove_item(item=item, by=me(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已删去。")
    return redirect("governance_task", pk=item.task_id)


@requires(policy.MANAGE)
@require_POST
def governance_month(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the task into a month, or take it out."""
    task = find(request, pk)
    form = forms.MonthForm(request.POST)
    if form.is_valid():
        actions.place_in_year(task=task, month_on=form.cleaned_data["month_on"], by=me(request))
        messages.success(request, "已安排。")
    else:
        messages.error(request, "月份写作 2026-05。")
    return redirect("governance_task", pk=pk)


@requires(*CHANGING)
@require_POST
def governance_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take a step."""
    task = find(request, pk)
    if name not in TaskFlow.steps():
        raise Http404
    given: dict[str, Any] = {}
    if name in forms.STEP_FORMS:
        form = forms.STEP_FORMS[name](request.POST)
        if not form.is_valid():
            messages.error(request, "；".join(str(e) for errors in form.errors.values() for e in errors))
            return redirect("governance_task", pk=pk)
        given = form.cleaned_data
    try:
        getattr(TaskFlow(task, me(request)), name)(
            reason=request.POST.get("reason", "")[:2000], seen=seen_version(request.POST.get("seen", "")), **given
        )
    except FlowError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已{TaskFlow.steps()[name].label}。")
    return redirect("governance_task", pk=pk)
