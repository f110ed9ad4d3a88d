"""Changing a task: each view parses, calls one action and leads back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from wangge.duties.models import Kind
from wangge.insight.governance import actions, policy
from wangge.insight.governance.flow import OF_LINES, TaskFlow
from wangge.insight.governance.models import GovernanceItem, GovernanceNotice, GovernanceTask
from wangge.insight.governance.web import forms
from wangge.insight.governance.web.desk import context_of, find
from wangge.insight.topics import policy as topics
from wangge.insight.topics.models import Topic
from wangge.kernel.access.routes import me, requires
from wangge.kernel.flow import Conflict, FlowError, seen_version
from wangge.organization import notices

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
def governance_item(request: HttpRequest, pk: int) -> HttpResponse:
    """A new line of a list."""
    task = find(request, pk)
    form = forms.ItemForm(request.POST, task=task, auto_id="item_%s")
    seen = seen_version(request.POST.get("seen", ""))
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
                seen=seen,
            )
        except ValidationError as error:
            _tell(form, error)
        except Conflict as error:
            # Told of the other's change, one goes on from what is there now, with what was typed.
            messages.error(request, str(error))
            return _page(request, find(request, pk), status=409, item_form=form)
        else:
            messages.success(request, "已列入。")
            return redirect("governance_task", pk=pk)
    return _page(request, task, item_form=form, seen=seen)


def _page(request: HttpRequest, task: GovernanceTask, *, status: int = 422, **more: Any) -> HttpResponse:
    return render(request, "governance/task.html", context_of(request, task, **more), status=status)


def _item(request: HttpRequest, pk: int) -> GovernanceItem:
    seen = policy.rows(request.user).values("pk")
    return get_object_or_404(GovernanceItem.objects.select_related("task"), pk=pk, task__in=seen)


@requires(*CHANGING)
@require_POST
def governance_item_done(request: HttpRequest, pk: int) -> HttpResponse:
    """A line is done. What fails comes back with the note that was typed."""
    item = _item(request, pk)
    form = forms.FinishForm(request.POST, auto_id="note_%s")
    if form.is_valid():
        try:
            actions.finish_item(item=item, note=form.cleaned_data["note"], by=me(request))
        except ValidationError as error:
            form.add_error(None, error.messages)
        except Conflict as error:
            # It cannot be sent again: what was typed stands in the message.
            messages.error(request, str(error))
            return _page(request, find(request, item.task_id), status=409)
        else:
            messages.success(request, "已登记完成。")
            return redirect("governance_task", pk=item.task_id)
    failed = {"label": f"登记完成：{item.text}", "url": request.path, "form": form}
    return _page(request, find(request, item.task_id), failed=failed)


@requires(*CHANGING)
@require_POST
def governance_item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    status = 422
    try:
        actions.remove_item(item=item, by=me(request), seen=seen_version(request.POST.get("seen", "")))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Conflict as error:
        messages.error(request, str(error))
        status = 409
    else:
        messages.success(request, "已删去。")
        return redirect("governance_task", pk=item.task_id)
    return _page(request, find(request, item.task_id), status=status)


@requires(*CHANGING)
@require_POST
def governance_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take a step on the version that the form was filled on. What fails comes back with what was typed."""
    task = find(request, pk)
    declared = TaskFlow.steps().get(name)
    if declared is None or name in OF_LINES:
        raise Http404
    if not declared.may(request.user, task):
        raise PermissionDenied
    form = forms.step_form(name, request.POST)
    seen, told, status = seen_version(request.POST.get("seen", "")), False, 422
    if form.is_valid():
        try:
            actions.take_step(task=task, step=name, by=me(request), seen=seen, **form.cleaned_data)
        except FlowError as error:
            messages.error(request, str(error))
            told = isinstance(error, Conflict)
            status = 409 if told else 422
        else:
            messages.success(request, f"已{declared.label}。")
            return redirect("governance_task", pk=pk)
    failed = {"label": declared.label, "url": request.path, "form": form, "step": name}
    # Only who was told of the other's change goes on from it.
    return _page(request, find(request, pk), status=status, failed=failed, seen=None if told else seen)


@requires(policy.READ)
@require_POST
def governance_notices_seen(request: HttpRequest) -> HttpResponse:
    """My offices have read what they were told."""
    rows = policy.notices(request.user).filter(seen_at__isnull=True).values_list("pk", flat=True)
    number = notices.see(GovernanceNotice, pks=rows, by=me(request))
    messages.success(request, f"已阅 {number} 条治理提醒。")
    return redirect("governance_notices")
