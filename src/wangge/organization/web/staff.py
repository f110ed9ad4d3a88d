"""Staff on the desk: list, one person, hiring, transfer, leaving, the work phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.personal import mask_phone
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.unmask import unmask
from wangge.kernel.listing import rendering
from wangge.organization import actions, policy
from wangge.organization.errors import OrganizationError
from wangge.organization.models import Staff
from wangge.organization.web.desk import press, refused
from wangge.organization.web.forms import HireForm, LeaveForm, PhoneForm, TransferForm
from wangge.organization.web.tables import StaffList
from wangge.territory import queries as territory


@requires(policy.READ)
def staff_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, StaffList)


def _found(request: HttpRequest, pk: int) -> Staff:
    rows = policy.visible_staff(request.user).select_related("user", "office", "post")
    found: Staff = get_object_or_404(rows, pk=pk)
    return found


def _page(request: HttpRequest, staff: Staff, **given: Any) -> HttpResponse:
    may_manage = policy.may_manage(request.user, staff.office.path) and staff.valid_to is None
    grants = list(staff.user.grants.in_force(timezone.localdate()).order_by("pk"))
    places = territory.names_of(grant.path for grant in grants if grant.path)
    changes = staff.changes.select_related("by", "from_office", "to_office")
    context = {
        "staff": staff,
        "phone": mask_phone(staff.phone),
        "roles": [(g.definition.label if g.definition else g.role, places.get(g.path, g.path)) for g in grants],
        "history": [
            {
                "at": change.at,
                "title": change.get_what_display(),
                "who": change.by or "系统",
                "note": "\n".join(
                    [
                        f"生效日期：{change.on}",
                        " → ".join(
                            f"{office}{post}"
                            for office, post in (
                                (change.from_office or "", f"({change.from_post})" if change.from_post else ""),
                                (change.to_office or "", f"({change.to_post})" if change.to_post else ""),
                            )
                            if office
                        ),
                        change.reason,
                    ]
                ).strip(),
            }
            for change in changes
        ],
        "may_manage": may_manage and staff.user != request.user,
        "may_unmask": bool(staff.phone) and policy.may_unmask(request.user, staff, "phone"),
    }
    if context["may_manage"]:
        context |= {
            "transfer_form": TransferForm(staff=staff, by=request.user, prefix="transfer"),
            "leave_form": LeaveForm(prefix="leave"),
            "phone_form": PhoneForm(prefix="phone"),
        }
    return render(request, "organization/staff.html", context | given)


@requires(policy.READ)
@never_cache
def staff_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@requires(policy.MANAGE)
@never_cache
def staff_hire(request: HttpRequest, pk: int) -> HttpResponse:
    """Into an office that the user manages; the first password is shown once."""
    office = get_object_or_404(policy.manageable_offices(request.user).filter(valid_to__isnull=True), pk=pk)
    form = HireForm(request.POST or None, office=office, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            hired = actions.hire(office=office, by=me(request), **form.cleaned_data)
        except OrganizationError as error:
            refused(form, error)
        else:
            return _page(request, hired.staff, password=hired.password)
    return render(request, "organization/hire.html", {"form": form, "office": office})


@requires(policy.MANAGE)
@require_POST
def staff_transfer(request: HttpRequest, pk: int) -> HttpResponse:
    staff = _found(request, pk)
    form = TransferForm(request.POST, staff=staff, by=request.user, prefix="transfer")
    return press(request, staff, form, "已调动。", lambda v: actions.transfer(staff=staff, by=me(request), **v))


@requires(policy.MANAGE)
@require_POST
def staff_leave(request: HttpRequest, pk: int) -> HttpResponse:
    staff = _found(request, pk)
    form = LeaveForm(request.POST, prefix="leave")
    done = "已办理离职，账号停用。"
    return press(request, staff, form, done, lambda v: actions.leave(staff=staff, by=me(request), **v))


@requires(policy.MANAGE)
@require_POST
def staff_phone(request: HttpRequest, pk: int) -> HttpResponse:
    staff = _found(request, pk)
    form = PhoneForm(request.POST, prefix="phone")
    return press(request, staff, form, "已保存。", lambda v: actions.change_staff(staff=staff, by=me(request), **v))


@requires(policy.MANAGE)
@never_cache
@require_POST
def staff_phone_show(request: HttpRequest, pk: int) -> HttpResponse:
    """The full number on this one page, with a reason, logged."""
    staff = _found(request, pk)
    try:
        phone = unmask(me(request), staff, "phone", request.POST.get("reason", ""))
    except AccessError as error:
        messages.error(request, str(error))
        return redirect("staff_detail", pk=pk)
    return _page(request, staff, phone=phone, may_unmask=False)
