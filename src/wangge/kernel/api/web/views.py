"""Systems that call us, for the system administrator."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.routes import me, requires
from wangge.kernel.api import systems, webhooks
from wangge.kernel.api.models import System
from wangge.kernel.api.web.forms import SystemForm, WebhookForm

PAGE = 50


def _found(request: HttpRequest, pk: int) -> System:
    return get_object_or_404(System.objects.filter(systems.visible(me(request)).q(offices="")), pk=pk)


def _page(request: HttpRequest, system: System, **context: Any) -> HttpResponse:
    hooks = list(system.webhooks.order_by("pk"))
    context = {"system": system, "hooks": hooks, "form": WebhookForm()} | context
    return render(request, "api/system_detail.html", context)


@requires(systems.MANAGE)
@never_cache
def system_list(request: HttpRequest) -> HttpResponse:
    """Every system of the area, those at work first."""
    rows = System.objects.filter(systems.visible(me(request)).q(offices="")).select_related("bucket")
    page = Paginator(rows.order_by("-is_active", "name"), PAGE).get_page(request.GET.get("page"))
    return render(request, "api/system_list.html", {"page": page, "today": timezone.localdate()})


@requires(systems.MANAGE)
@never_cache
def system_create(request: HttpRequest) -> HttpResponse:
    """A new system; its token is shown once."""
    form = SystemForm(request.POST or None, within=systems.visible(me(request)).paths)
    if request.method == "POST" and form.is_valid():
        try:
            system, token = systems.create_system(by=me(request), **form.cleaned_data)
        except AccessError as error:
            form.add_error(None, str(error))
        else:
            return _page(request, system, shown=("令牌", token))
    return render(request, "api/system_create.html", {"form": form})


@requires(systems.MANAGE)
@never_cache
def system_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One system: scopes, limits, webhooks."""
    return _page(request, _found(request, pk))


@requires(systems.MANAGE)
@never_cache
@require_POST
def system_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new token, shown once."""
    system = _found(request, pk)
    try:
        token = systems.rotate_token(system=system, by=me(request), reason=request.POST.get("reason", ""))
    except AccessError as error:
        messages.error(request, str(error))
        return redirect("system_detail", pk=pk)
    return _page(request, system, shown=("新令牌", token))


@requires(systems.MANAGE)
@require_POST
def system_end(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        systems.end_system(system=_found(request, pk), by=me(request), reason=request.POST.get("reason", ""))
    except AccessError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已停用，令牌即刻失效。")
    return redirect("system_detail", pk=pk)


@requires(systems.MANAGE)
@never_cache
@require_POST
def webhook_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A webhook; the secret of its signatures is shown once."""
    system = _found(request, pk)
    form = WebhookForm(request.POST)
    if form.is_valid():
        try:
            _, secret = webhooks.create_webhook(system=system, **form.cleaned_data)
        except AccessError as error:
            form.add_error(None, str(error))
        else:
            return _page(request, system, shown=("回调签名密钥", secret))
    return _page(request, system, form=form)


@requires(systems.MANAGE)
@require_POST
def webhook_end(request: HttpRequest, pk: int, webhook: int) -> HttpResponse:
    hook = get_object_or_404(_found(request, pk).webhooks, pk=webhook)
    webhooks.end_webhook(webhook=hook, why=request.POST.get("reason", "").strip() or "管理员停用")
    messages.success(request, "回调已停用。")
    return redirect("system_detail", pk=pk)


@requires(systems.MANAGE)
@require_POST
def webhook_enable(request: HttpRequest, pk: int, webhook: int) -> HttpResponse:
    system = _found(request, pk)
    hook = get_object_or_404(system.webhooks, pk=webhook)
    if system.ended_at is None:
        webhooks.enable_webhook(webhook=hook)
        messages.success(request, "回调已启用。")
    else:
        messages.error(request, "接入系统已停用。")
    return redirect("system_detail", pk=pk)
