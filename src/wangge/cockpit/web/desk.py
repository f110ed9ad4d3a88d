"""The leader's morning page: today's own, any page of the archive, its sheet, who gets it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from wangge.cockpit import actions, paper, policy, showing
from wangge.cockpit.models import Brief, BriefSubscription
from wangge.cockpit.units import Hours, Unit
from wangge.cockpit.web.tables import BriefList
from wangge.kernel.access.routes import me, requires
from wangge.kernel.audit.recording import record
from wangge.kernel.listing import rendering
from wangge.organization import queries as organization


def own(user: Any) -> list[Unit]:
    """The units this user leads; an office's path is that of the office."""
    found = []
    for path, office_id in policy.own_units(user):
        office = organization.office(office_id)
        if path:
            found.append(Unit(path))
        elif office is not None:
            found.append(Unit(office.path[:12], office.id))
    return found


def _find(request: HttpRequest, pk: int) -> Brief:
    return get_object_or_404(policy.rows(request.user).select_related("office"), pk=pk)


@requires(policy.READ)
@require_GET
def brief_today(request: HttpRequest) -> HttpResponse:
    """Straight to the newest page of the user's first unit; words when there is none yet."""
    units = own(request.user)
    for unit in units:
        newest = policy.rows(request.user).filter(unit.q).order_by("-for_on").first()
        if newest is not None:
            return redirect("brief_detail", pk=newest.pk)
    newest = policy.rows(request.user).order_by("-for_on", "path", "id").first()
    if newest is not None:
        return redirect("brief_detail", pk=newest.pk)
    at = Hours(timezone.localdate()).of(units[0].path) if units else None
    return render(request, "cockpit/none.html", {"title": "每日民情", "at": at})


@requires(policy.READ)
def brief_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, BriefList)


@requires(policy.READ)
@require_GET
def brief_detail(request: HttpRequest, pk: int) -> HttpResponse:
    brief = _find(request, pk)
    same = policy.rows(request.user).filter(Unit(brief.path, brief.office_id).q)
    context = showing.context(brief, request.user) | {
        "title": "每日民情",
        "before": same.filter(for_on__lt=brief.for_on).order_by("-for_on").values_list("pk", flat=True).first(),
        "after": same.filter(for_on__gt=brief.for_on).order_by("for_on").values_list("pk", flat=True).first(),
        "others": [unit for unit in own(request.user) if (unit.path, unit.office_id) != (brief.path, brief.office_id)],
        "made": showing.made(brief),
        "sent": brief.mailings.count(),
    }
    return render(request, "cockpit/brief.html", context)


@requires(policy.READ)
@require_GET
def brief_print(request: HttpRequest, pk: int) -> HttpResponse:
    brief = _find(request, pk)
    return render(request, "cockpit/print.html", showing.context(brief) | {"made": showing.made(brief)})


@requires(policy.READ)
@require_GET
def brief_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The A4 sheet as PDF."""
    brief = _find(request, pk)
    record("cockpit.brief.sheet", brief)
    name = quote(f"每日民情{brief.content['name']}{brief.for_on}.pdf")
    response = HttpResponse(paper.sheet(brief), content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    return response


@requires(policy.READ)
@require_POST
def brief_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send to whoever has not got it."""
    asked = actions.send_again(brief=_find(request, pk), by=me(request))
    if asked:
        messages.success(request, f"正在投送 {asked} 封；已收到的人不会再收到。")
    else:
        messages.info(request, "没有要补投的：订阅人都已投送，或还没有人订阅。")
    return redirect("brief_detail", pk=pk)


class SubscribeForm(forms.Form):
    unit = forms.ChoiceField(label="单位")
    email = forms.EmailField(label="邮箱", max_length=120, help_text="只用于投送每日民情；退订即清除。")

    def __init__(self, units: list[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {f"{unit.path}-{unit.office_id or 0}": unit for unit in units}
        self.fields["unit"].choices = [(key, unit.name) for key, unit in self.units.items()]  # type: ignore[attr-defined]


@requires(policy.READ)
def brief_subscriptions(request: HttpRequest) -> HttpResponse:
    """Where the user's pages go by mail."""
    units = own(request.user)
    form = SubscribeForm(units, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.subscribe(
                unit=form.units[form.cleaned_data["unit"]], email=form.cleaned_data["email"], by=me(request)
            )
        except ValidationError as error:
            form.add_error("email", error.messages)
        else:
            messages.success(request, "已订阅，明天早上起投送。")
            return redirect("brief_subscriptions")
    mine = BriefSubscription.objects.filter(user=me(request), ended_at__isnull=True).order_by("path", "id")
    rows = [{"one": one, "name": Unit(one.path, one.office_id).name, "email": one.email} for one in mine]
    context = {"title": "邮件订阅", "rows": rows, "form": form, "may": bool(units)}
    return render(request, "cockpit/subscriptions.html", context, status=422 if form.errors else 200)


@requires(policy.READ)
@require_POST
def brief_unsubscribe(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(BriefSubscription, pk=pk, user=me(request), ended_at__isnull=True)
    actions.unsubscribe(subscription=one, by=me(request))
    messages.success(request, "已退订，邮箱已清除。")
    return redirect("brief_subscriptions")
