"""Offices on the desk: list, tree, one office, opening and changing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import may, scope
from wangge.kernel.listing import rendering
from wangge.organization import actions, policy
from wangge.organization.enums import Level
from wangge.organization.errors import OrganizationError
from wangge.organization.kinds import table as kind_table
from wangge.organization.models import Office, Staff
from wangge.organization.panels import panels_of
from wangge.organization.queries import staff_of_office
from wangge.organization.templates import templates
from wangge.organization.web.forms import (
    ChangeForm,
    CloseForm,
    EstablishForm,
    MergeForm,
    OfficeForm,
    RenameForm,
    plates,
)
from wangge.organization.web.tables import OfficeList
from wangge.territory import queries as territory


def refused(form: forms.Form, error: OrganizationError) -> None:
    """Put the refusal beside the field it is about, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


@requires(policy.READ)
def office_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, OfficeList)


@requires(policy.READ)
@never_cache
def office_tree(request: HttpRequest) -> HttpResponse:
    """One division at a time: its offices, and the divisions below it with how many offices they hold."""
    home = next(iter(scope(request.user, policy.READ).paths), settings.HOME_DIVISION)
    path = request.GET.get("path", "") or home
    if not path.isdigit() or len(path) > 17:
        return render(request, "400.html", {"message": "区划代码只能是数字。"}, status=400)
    here = policy.visible_offices(request.user).filter(valid_to__isnull=True)
    offices = list(here.filter(path=path).order_by("sort", "id"))
    below = list(territory.children(path))
    counts: dict[str, int] = {}
    if below:
        rows = here.filter(path__startswith=path).exclude(path=path)
        length = len(below[0].code)
        counts = dict(
            rows.annotate(child=Substr("path", 1, length)).values_list("child").annotate(Count("id")).order_by()
        )
    kinds = kind_table()
    groups = [
        (label, [(office, kinds.get(office.kind)) for office in offices if office.level == level])
        for level, label in Level.choices
    ]
    context = {
        "path": path,
        "place": territory.name_of(path),
        "above": territory.ancestors(path),
        "groups": [group for group in groups if group[1]],
        "below": [(division, counts.get(division.code, 0)) for division in below],
        "may_manage": policy.may_manage(request.user, path),
    }
    return render(request, "organization/tree.html", context)


def _found(request: HttpRequest, pk: int) -> Office:
    rows = policy.visible_offices(request.user).select_related("parent", "department", "successor")
    found: Office = get_object_or_404(rows, pk=pk)
    return found


def _managed(request: HttpRequest, pk: int) -> Office:
    found: Office = get_object_or_404(policy.manageable_offices(request.user), pk=pk)
    return found


def _page(request: HttpRequest, office: Office, **given: Any) -> HttpResponse:
    may_manage = policy.may_manage(request.user, office.path) and office.valid_to is None
    members = [s for s in staff_of_office(office.pk) if policy.may_read_staff(request.user, s)]
    # The office is everybody's directory; who worked on it is known where its staff is.
    may_name = may(request.user, policy.READ, path=office.path, offices=(office.pk,))
    history = [
        {
            "at": change.at,
            "title": change.get_what_display(),
            "who": (change.by or "系统") if may_name else "",
            "note": "\n".join([f"生效日期：{change.on}", *_words(change.before, change.after), change.reason]).strip(),
        }
        for change in office.changes.select_related("by")
    ]
    context: dict[str, Any] = {
        "office": office,
        "kind": kind_table().get(office.kind),
        "place": territory.full_name(office.path),
        "children": office.children.filter(valid_to__isnull=True).order_by("sort", "id"),
        "dispatched": office.dispatched.filter(valid_to__isnull=True).order_by("path", "sort", "id"),
        "predecessors": office.predecessors.order_by("valid_to", "id"),
        "posts": office.posts.all(),
        "members": members,
        "history": history,
        "panels": panels_of(request, office),
        "may_manage": may_manage,
    }
    if may_manage:
        names = {"name": office.name, "second_names": "、".join(office.second_names)}
        context |= {
            "rename_form": RenameForm(initial=names, prefix="rename"),
            "change_form": ChangeForm(initial={"phone": office.phone, "address": office.address}, prefix="change"),
            "merge_form": MergeForm(office=office, prefix="merge"),
            "close_form": CloseForm(prefix="close"),
        }
    return render(request, "organization/office.html", context | given)


LABELS = {
    "name": "名称",
    "second_names": "挂牌",
    "phone": "公开电话",
    "address": "公开地址",
    "parent": "上级机构",
    "department": "主管部门",
    "into": "并入",
    "from": "接收",
    "sort": "排序",
}


def _words(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What changed, a line each：名称：城市管理部 → 城市运行部."""

    def text(value: Any) -> str:
        return "、".join(map(str, value)) if isinstance(value, list) else str(value if value is not None else "")

    return [
        f"{LABELS.get(name, name)}：" + (f"{text(before[name])} → {text(value)}" if name in before else text(value))
        for name, value in after.items()
    ]


@requires(policy.READ)
@never_cache
def office_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@requires(policy.MANAGE)
def office_open(request: HttpRequest) -> HttpResponse:
    """A single office that no template has."""
    form = OfficeForm(request.POST or None, initial={"path": request.GET.get("path", "")})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"second_names": plates(form.cleaned_data["second_names"])}
        try:
            office = actions.open_office(by=me(request), **values)
        except OrganizationError as error:
            refused(form, error)
        else:
            messages.success(request, f"已设立{office.name}。")
            return redirect("office_detail", pk=office.pk)
    return render(request, "organization/open.html", {"form": form})


@requires(policy.MANAGE)
@never_cache
def office_establish(request: HttpRequest) -> HttpResponse:
    """Division and template, a preview of what will be opened, and one press."""
    asked = request.POST if request.method == "POST" else request.GET
    form = EstablishForm(asked if asked.get("template") else None, initial={"path": asked.get("path", "")})
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data
        chosen = templates()[wanted["template"]]
        context |= {"chosen": chosen, "place": territory.full_name(wanted["path"], from_level=1)}
        try:
            if not policy.may_manage(request.user, wanted["path"]):
                raise OrganizationError("您没有管理该区划机构的权限。", field="path")
            if request.method == "POST":
                run = actions.establish_below if wanted["below"] else actions.establish
                opened = run(path=wanted["path"], template=chosen.key, by=me(request), on=wanted["on"])
                messages.success(request, f"已设立{len(opened)}个机构。" if opened else "机构已齐全，没有新设。")
                return redirect(f"{reverse('office_tree')}?path={wanted['path']}")
            context |= _preview(wanted["path"], chosen.key, below=wanted["below"])
        except OrganizationError as error:
            refused(form, error)
    return render(request, "organization/establish.html", context)


def _preview(path: str, template: str, *, below: bool) -> dict[str, Any]:
    codes = actions.codes_for(path=path, template=template) if below else [path]
    if not codes:
        raise OrganizationError("该区划之下没有适用这个模板的区划。", field="path")
    places = territory.names_of(codes)
    plans = [(places[code], actions.plan(path=code, template=template)) for code in codes]
    new = sum(planned.existing is None for _, one in plans for planned in one)
    return {"plans": plans, "new": new, "there": sum(len(one) for _, one in plans) - new}


def press(
    request: HttpRequest, one: Office | Staff, form: forms.Form, done: str, act: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """Do ``act`` with the form's values, say how it went, and back to the page of ``one``."""
    if not form.is_valid():
        words = [f"{form[name].label}：{' '.join(map(str, errors))}" for name, errors in form.errors.items()]
        messages.error(request, "；".join(words))
    else:
        try:
            act(form.cleaned_data)
        except OrganizationError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
    return redirect("office_detail" if isinstance(one, Office) else "staff_detail", pk=one.pk)


@requires(policy.MANAGE)
@require_POST
def office_rename(request: HttpRequest, pk: int) -> HttpResponse:
    office = _managed(request, pk)

    def act(values: dict[str, Any]) -> None:
        values |= {"second_names": plates(values["second_names"])}
        actions.rename(office=office, by=me(request), **values)

    return press(request, office, RenameForm(request.POST, prefix="rename"), "名称已更改。", act)


@requires(policy.MANAGE)
@require_POST
def office_change(request: HttpRequest, pk: int) -> HttpResponse:
    office = _managed(request, pk)
    form = ChangeForm(request.POST, prefix="change")
    return press(request, office, form, "已保存。", lambda v: actions.change(office=office, by=me(request), **v))


@requires(policy.MANAGE)
@require_POST
def office_merge(request: HttpRequest, pk: int) -> HttpResponse:
    office = _managed(request, pk)
    form = MergeForm(request.POST, office=office, prefix="merge")
    return press(request, office, form, "已并入。", lambda v: actions.merge(sources=[office], by=me(request), **v))


@requires(policy.MANAGE)
@require_POST
def office_close(request: HttpRequest, pk: int) -> HttpResponse:
    office = _managed(request, pk)
    form = CloseForm(request.POST, prefix="close")
    return press(request, office, form, "已撤销。", lambda v: actions.close(office=office, by=me(request), **v))
