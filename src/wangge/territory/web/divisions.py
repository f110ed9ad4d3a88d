"""Divisions on the desk: list, one division, reforms, the map's data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.db.models.functions import Substr
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wangge.kernel.access.routes import requires
from wangge.kernel.listing import rendering
from wangge.territory import policy, queries, reform
from wangge.territory.enums import CODE_LENGTHS, Level
from wangge.territory.models import Division, Grid
from wangge.territory.panels import panels_of
from wangge.territory.web.forms import (
    AddForm,
    EndForm,
    MergeForm,
    OutlineForm,
    RecodeForm,
    RenameForm,
    SplitDivisionForm,
)
from wangge.territory.web.tables import DivisionList, grids_on, place_url

# Above a district a map of every grid would be megabytes and say nothing.
_GRIDS_FROM = 6


def complain(request: HttpRequest, form: forms.Form | None = None, error: ValidationError | None = None) -> None:
    """Say as messages what a form or an action refused."""
    for name, errors in form.errors.items() if form is not None else ():
        label = form[name].label if form is not None and name in form.fields else ""
        messages.error(request, f"{label}：{' '.join(map(str, errors))}" if label else " ".join(map(str, errors)))
    for message in error.messages if error is not None else ():
        messages.error(request, message)


def found(code: str) -> Division:
    """The current division; its last row when it has ended. Raises Http404."""
    rows = Division.objects.filter(code=code).order_by("valid_from", "id")
    division = rows.filter(valid_to__isnull=True).first() or rows.last()
    if division is None:
        raise Http404
    return division


def _managed(request: HttpRequest, code: str) -> Division:
    division = found(code)
    if not policy.may_manage(request.user, code) or not division.is_current:
        raise Http404
    return division


@requires(policy.READ)
def division_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, DivisionList)


def grid_counts(path: str, user: Any) -> dict[str, int]:
    """Child code → how many current grids below it ``user`` reads."""
    lengths = [n for n in CODE_LENGTHS if n > len(path)]
    if not lengths:
        return {}
    rows = queries.grids_of(path).filter(policy.visible(user, "code")).order_by()
    counted = rows.annotate(child=Substr("code", 1, lengths[0])).values_list("child").annotate(Count("id"))
    return dict(counted)


def history_of(code: str) -> list[dict[str, Any]]:
    """The changes around ``code`` for the timeline."""
    found = []
    for change in queries.changes_of(code):
        arrow = f"{change.from_name}（{change.from_code}） → {change.to_name}（{change.to_code}）"
        note = f"{arrow if change.to_code else change.from_name}\n{change.note}".strip()
        found.append({"at": change.on, "title": change.get_kind_display(), "note": note})
    return found


@requires(policy.READ)
@never_cache
def division_detail(request: HttpRequest, code: str) -> HttpResponse:
    """What it is, what lies below, its map, its past."""
    division = found(code)
    counts = grid_counts(code, request.user)
    below = [(child, counts.get(child.code, 0)) for child in queries.children(code)]
    may_manage = policy.may_manage(request.user, code) and division.is_current
    context: dict[str, Any] = {
        "division": division,
        "above": queries.ancestors(code),
        "below": below,
        "total_grids": sum(counts.values()),
        "grids": grids_on(code, request.user) if division.level == Level.COMMUNITY else [],
        "is_community": division.level == Level.COMMUNITY,
        "has_map": len(code) >= _GRIDS_FROM or queries.outline(code) is not None,
        "successors": [] if division.is_current else [(c, queries.name_of(c)) for c in queries.successors(code)],
        "history": history_of(code),
        "former": Division.objects.filter(code=code, valid_to__isnull=False).order_by("-valid_to", "-id"),
        "panels": panels_of(request, code),
        "may_manage": may_manage,
    }
    if may_manage:
        context |= {
            "rename_form": RenameForm(initial={"name": division.name}, prefix="rename"),
            "add_form": AddForm(initial={"code": code}, prefix="add"),
            "recode_form": RecodeForm(prefix="recode"),
            "merge_form": MergeForm(prefix="merge"),
            "end_form": EndForm(prefix="end"),
            "outline_form": OutlineForm(prefix="outline"),
        }
    return render(request, "territory/division.html", context)


def _act(
    request: HttpRequest, code: str, form: forms.Form, done: str, act: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    if not form.is_valid():
        complain(request, form)
    else:
        try:
            act(form.cleaned_data)
        except ValidationError as error:
            complain(request, error=error)
        else:
            messages.success(request, done)
    return redirect("division_detail", code=code)


@requires(policy.MANAGE)
@require_POST
def division_rename(request: HttpRequest, code: str) -> HttpResponse:
    _managed(request, code)
    form = RenameForm(request.POST, prefix="rename")
    return _act(request, code, form, "已更名。", lambda v: reform.rename_division(code=code, **v))


@requires(policy.MANAGE)
@require_POST
def division_add(request: HttpRequest, code: str) -> HttpResponse:
    _managed(request, code)

    def act(values: dict[str, Any]) -> None:
        if not values["code"].startswith(code):
            raise ValidationError(f"下级区划的代码须以{code}开头。")
        reform.add_division(**values)

    return _act(request, code, AddForm(request.POST, prefix="add"), "已增设。", act)


def _both(request: HttpRequest, target: str) -> None:
    """A reform that reaches another place asks the right over that place too."""
    if not policy.may_manage(request.user, target):
        raise ValidationError(f"{target}不在您维护的范围内。")


@requires(policy.MANAGE)
@require_POST
def division_recode(request: HttpRequest, code: str) -> HttpResponse:
    _managed(request, code)

    def act(values: dict[str, Any]) -> None:
        _both(request, values["new_code"])
        reform.recode_division(code=code, **values)

    return _act(request, code, RecodeForm(request.POST, prefix="recode"), "代码已变更。", act)


@requires(policy.MANAGE)
@require_POST
def division_merge(request: HttpRequest, code: str) -> HttpResponse:
    _managed(request, code)

    def act(values: dict[str, Any]) -> None:
        _both(request, values["into"])
        reform.merge_divisions(codes=[code], **values)

    return _act(request, code, MergeForm(request.POST, prefix="merge"), "已并入。", act)


@requires(policy.MANAGE)
@require_POST
def division_end(request: HttpRequest, code: str) -> HttpResponse:
    _managed(request, code)
    form = EndForm(request.POST, prefix="end")
    return _act(request, code, form, "已撤销。", lambda v: reform.end_division(code=code, **v))


@requires(policy.MANAGE)
@require_POST
def division_outline(request: HttpRequest, code: str) -> HttpResponse:
    _managed(request, code)
    form = OutlineForm(request.POST, prefix="outline")
    return _act(request, code, form, "边界已保存。", lambda v: reform.set_outline(code=code, **v))


@requires(policy.MANAGE)
def division_split(request: HttpRequest, code: str) -> HttpResponse:
    """New communities out of one, with the way of every grid."""
    division = _managed(request, code)
    grids = list(queries.grids_of(code).defer("polygon"))
    form = SplitDivisionForm(request.POST or None, grids=grids)
    if request.method == "POST" and form.is_valid():
        try:
            for part, _name in form.cleaned_data["parts"]:
                _both(request, part)
            reform.split_division(
                code=code,
                parts=form.cleaned_data["parts"],
                grids=form.targets(),
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, "已拆分。")
            return redirect("division_detail", code=division.parent_code)
    context = {"form": form, "title": f"拆分{division.name}", "back": place_url(code)}
    return render(request, "territory/form.html", context)


@requires(policy.READ)
@require_GET
@never_cache
def territory_map(request: HttpRequest, path: str) -> JsonResponse:
    """GeoJSON of the outlines and grids below ``path`` that the user reads."""
    if not path.isdigit() or len(path) > 15:
        raise Http404
    document = queries.geojson(path, grids=len(path) >= _GRIDS_FROM)
    kept = []
    for feature in document["features"]:
        properties = feature["properties"]
        if properties["kind"] != "division" and not policy.may_read(request.user, properties["path"]):
            continue
        properties["url"] = place_url(properties["path"])
        properties["text"] = f"网格长 {properties['chief']}" if properties["chief"] else ""
        properties["tone"] = "warn" if properties["kind"] == "exclusive" else ""
        kept.append(feature)
    return JsonResponse({"type": "FeatureCollection", "features": kept}, json_dumps_params={"ensure_ascii": False})


def managed_grid(request: HttpRequest, code: str) -> Grid:
    """The current grid that the user maintains. Raises Http404."""
    grid = queries.grid(code)
    if grid is None or not policy.may_manage(request.user, code):
        raise Http404
    return grid
