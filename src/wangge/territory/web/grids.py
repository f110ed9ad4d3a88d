"""Grids on the desk: list, page, drawing, staff, merging, splitting, ending, files."""

from __future__ import annotations

import base64
import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from shapely.geometry import shape

from wangge.kernel.access.models import User
from wangge.kernel.access.routes import requires
from wangge.kernel.listing import rendering
from wangge.kernel.tables.reading import upload
from wangge.territory import actions, policy, queries
from wangge.territory.checks import warnings_for
from wangge.territory.drawing import divide
from wangge.territory.geometry import to_geojson
from wangge.territory.models import Grid, GridStaff
from wangge.territory.panels import panels_of
from wangge.territory.transfer import COLUMNS, LIMITS, ImportReport, export_geojson, import_grids
from wangge.territory.web.divisions import complain, history_of, managed_grid
from wangge.territory.web.forms import GridForm, ImportForm, MergeGridsForm, ReasonForm, SplitGridForm, StaffForm
from wangge.territory.web.tables import GridList, place_url


@requires(policy.READ)
def grid_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, GridList)


def _found(request: HttpRequest, code: str) -> Grid:
    rows = policy.visible_grids(request.user).filter(code=code)
    grid = rows.filter(valid_to__isnull=True).first() or rows.order_by("-valid_to", "-id").first()
    if grid is None:
        raise Http404
    return grid


@requires(policy.READ)
@never_cache
def grid_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One grid: facts, map, who works there, its past."""
    grid = _found(request, code)
    may_manage = policy.may_manage(request.user, code) and grid.is_current
    staff = list(queries.staff_of(code)) if grid.is_current else []
    history = history_of(code) + [
        {"at": past.valid_to, "title": "调整", "note": f"此前：{past.name}，{past.get_kind_display()}。{past.reason}"}
        for past in grid.past.order_by("-valid_to", "-id").defer("polygon")
    ]
    context: dict[str, Any] = {
        "grid": grid,
        "place": queries.full_name(grid.community_code),
        "above": queries.ancestors(code),
        "staff": staff,
        "warnings": warnings_for(grid) if grid.is_current else [],
        "successors": [] if grid.is_current else [(c, queries.name_of(c)) for c in queries.successors(code)],
        "history": sorted(history, key=lambda entry: entry["at"], reverse=True),
        "panels": panels_of(request, code),
        "may_manage": may_manage,
    }
    if may_manage:
        siblings = list(
            queries.grids_of(grid.community_code).filter(kind=grid.kind).exclude(pk=grid.pk).defer("polygon")
        )
        context |= {
            "staff_form": StaffForm(prefix="staff"),
            "merge_form": MergeGridsForm(siblings=siblings, prefix="merge") if siblings else None,
            "split_form": SplitGridForm(prefix="split"),
        }
    return render(request, "territory/grid.html", context)


@requires(policy.MANAGE)
@never_cache
def grid_create(request: HttpRequest, community: str) -> HttpResponse:
    """A new grid of a community, drawn on the map beside its neighbours."""
    division = queries.division(community)
    if division is None or len(community) != 12 or not policy.may_manage(request.user, community):
        raise Http404
    form = GridForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        reason = values.pop("reason")
        try:
            grid = actions.create_grid(new=actions.NewGrid(community, **values), reason=reason)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"已划定{grid.name}（{grid.code}）。")
            return redirect("grid_detail", code=grid.code)
    context = {"form": form, "title": f"新划网格 · {division.name}", "path": community, "back": place_url(community)}
    return render(request, "territory/draw.html", context)


@requires(policy.MANAGE)
@never_cache
def grid_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Rename, recount, redraw; the state before is kept."""
    grid = managed_grid(request, code)
    form = GridForm(request.POST or None, grid=grid)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        reason, crs = values.pop("reason"), values.pop("crs")
        values["name"] = values["name"] or grid.name
        if values["polygon"] == grid.polygon:
            values.pop("polygon")
        try:
            actions.change_grid(grid=grid, values=values, crs=crs, reason=reason)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, "已保存。")
            return redirect("grid_detail", code=code)
    context = {"form": form, "title": f"调整{grid.name}", "path": grid.community_code, "back": place_url(code)}
    return render(request, "territory/draw.html", context)


def _refused(request: HttpRequest, code: str, form: forms.Form) -> HttpResponse:
    complain(request, form)
    return redirect("grid_detail", code=code)


@requires(policy.MANAGE)
@require_POST
def grid_staff_add(request: HttpRequest, code: str) -> HttpResponse:
    grid = managed_grid(request, code)
    form = StaffForm(request.POST, prefix="staff")
    if not form.is_valid():
        return _refused(request, code, form)
    user = User.objects.filter(username=form.cleaned_data["username"].strip(), ended_at__isnull=True).first()
    if user is None or not policy.may_place(request.user, user):
        messages.error(request, "没有这个账号，或已停用，或不归您安排。")
        return redirect("grid_detail", code=code)
    try:
        post = actions.assign_staff(
            grid=grid, user=user, position=form.cleaned_data["position"], on=form.cleaned_data["on"]
        )
    except ValidationError as error:
        complain(request, error=error)
    else:
        messages.success(request, f"{user}任{grid.name}{post.get_position_display()}。")
    return redirect("grid_detail", code=code)


@requires(policy.MANAGE)
@require_POST
def grid_staff_end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    grid = managed_grid(request, code)
    post = get_object_or_404(GridStaff, pk=pk, grid=grid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _refused(request, code, form)
    try:
        actions.end_staff(post=post, reason=form.cleaned_data["reason"])
    except ValidationError as error:
        complain(request, error=error)
    else:
        messages.success(request, "已免去，授权随之收回。")
    return redirect("grid_detail", code=code)


@requires(policy.MANAGE)
@require_POST
def grid_end(request: HttpRequest, code: str) -> HttpResponse:
    grid = managed_grid(request, code)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _refused(request, code, form)
    actions.end_grid(grid=grid, reason=form.cleaned_data["reason"])
    messages.success(request, f"{grid.name}已撤销。")
    return redirect("division_detail", code=grid.community_code)


@requires(policy.MANAGE)
@require_POST
def grid_merge(request: HttpRequest, code: str) -> HttpResponse:
    grid = managed_grid(request, code)
    siblings = list(queries.grids_of(grid.community_code).filter(kind=grid.kind).exclude(pk=grid.pk))
    form = MergeGridsForm(request.POST, siblings=siblings, prefix="merge")
    if not form.is_valid():
        return _refused(request, code, form)
    chosen = [g for g in siblings if g.code in form.cleaned_data["others"]]
    try:
        merged = actions.merge_grids(
            grids=[grid, *chosen], name=form.cleaned_data["name"], reason=form.cleaned_data["reason"]
        )
    except ValidationError as error:
        complain(request, error=error)
        return redirect("grid_detail", code=code)
    messages.success(request, f"已合并为{merged.name}（{merged.code}）。")
    return redirect("grid_detail", code=merged.code)


@requires(policy.MANAGE)
@require_POST
def grid_split(request: HttpRequest, code: str) -> HttpResponse:
    """Cut into equal parts as a first draft; each part is then redrawn by hand."""
    grid = managed_grid(request, code)
    form = SplitGridForm(request.POST, prefix="split")
    if not form.is_valid():
        return _refused(request, code, form)
    if grid.polygon is None:
        messages.error(request, "网格还没有边界，不能拆分。")
        return redirect("grid_detail", code=code)
    parts = [to_geojson(part) for part in divide(shape(grid.polygon), form.cleaned_data["parts"])]
    try:
        made = actions.split_grid(grid=grid, polygons=parts, reason=form.cleaned_data["reason"])
    except ValidationError as error:
        complain(request, error=error)
        return redirect("grid_detail", code=code)
    messages.success(request, f"已拆分为{'、'.join(g.name for g in made)}。请按实际调整边界。")
    return redirect("division_detail", code=grid.community_code)


def reported(report: ImportReport) -> dict[str, Any]:
    """What a page shows of an import; the rows not taken travel inside the answer and are not kept."""
    return {"report": report, "rejected": base64.b64encode(report.workbook()).decode() if report.errors else ""}


@requires(policy.MANAGE)
@never_cache
def grid_import(request: HttpRequest) -> HttpResponse:
    """Grids from a file, with every bad row named."""
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "title": "导入网格", "columns": COLUMNS, "back": reverse("grid_list")}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = import_grids(
                name=file.name,
                data=upload(file, LIMITS),
                crs=form.cleaned_data["crs"],
                within=policy.managed_paths(request.user),
                keep_good=form.cleaned_data["keep_good"] == "1",
            )
            context |= reported(report)
        except ValidationError as error:
            form.add_error(None, error.messages)
    return render(request, "territory/import.html", context)


@requires(policy.READ)
@require_GET
@never_cache
def grid_geojson(request: HttpRequest) -> HttpResponse:
    """The grids below ``?path=`` as a file that can be imported again."""
    path = request.GET.get("path", "")
    if not path.isdigit() or len(path) > 15:
        raise Http404
    document = export_geojson(path)
    document["features"] = [f for f in document["features"] if policy.may_read(request.user, f["properties"]["code"])]
    body = json.dumps(document, ensure_ascii=False)
    response = HttpResponse(body, content_type="application/geo+json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="grids-{path}.geojson"'
    return response
