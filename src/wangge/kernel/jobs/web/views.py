"""What runs by itself, what waits and what was given up, for the system administrator."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import User
from wangge.kernel.access.routes import requires
from wangge.kernel.jobs import actions, health, policy

SHOWN = 50


def _check(request: HttpRequest) -> User:
    if not policy.may_manage(request.user) or not isinstance(request.user, User):
        raise PermissionDenied("后台任务由全区的系统管理员管理。")
    return request.user


@requires(policy.MANAGE)
@never_cache
def jobs_health(request: HttpRequest) -> HttpResponse:
    """Sweeps with their last run, the queue, and the jobs given up."""
    _check(request)
    sweeps = health.health()
    context = {
        "sweeps": sorted(sweeps, key=lambda one: (one.ok, one.name)),
        "ill": sum(not one.ok for one in sweeps),
        "queue": health.queue(),
        "failed": health.failed(limit=SHOWN),
        "shown": SHOWN,
    }
    return render(request, "jobs/health.html", context)


@requires(policy.MANAGE)
@require_POST
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a job again that was given up."""
    try:
        name = actions.retry(job_id=pk, by=_check(request))
    except AccessError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"任务 {name} 已重新排队。")
    return redirect("jobs_health")
