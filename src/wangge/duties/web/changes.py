"""Changing: duties, versions, imports and exports."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wangge.duties import actions, exporting, policy, queries
from wangge.duties.enums import CatalogueState
from wangge.duties.errors import DutiesError
from wangge.duties.importing import duties as duty_rows
from wangge.duties.importing import kinds as kind_rows
from wangge.duties.importing import lists as list_rows
from wangge.duties.models import Catalogue, Duty, Kind
from wangge.duties.web.forms import DutyForm, EndForm, ImportForm, VersionForm
from wangge.kernel.access.routes import me, requires
from wangge.kernel.audit.recording import record
from wangge.kernel.tables.outcomes import Columns, Outcome, sample
from wangge.kernel.tables.reading import upload
from wangge.kernel.tables.writing import XLSX


def refused(form: forms.Form, error: DutiesError) -> None:
    """Put the refusal beside the field it is about, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


# -- duties --------------------------------------------------------------------------------------


@requires(policy.MANAGE)
@never_cache
def duty_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A duty of a kind, at a place that has none of its own yet."""
    visible = policy.visible_catalogues(request.user)
    kind: Kind = get_object_or_404(Kind.objects.filter(catalogue__in=visible), pk=pk)
    form = DutyForm(request.POST or None, place=str(settings.HOME_DIVISION))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.add_duty(kind=kind, by=me(request), valid_from=values.pop("on"), **values)
        except DutiesError as error:
            refused(form, error)
        else:
            messages.success(request, "已登记。")
            return redirect("kind_detail", pk=kind.pk)
    return render(request, "duties/duty_form.html", {"form": form, "kind": kind, "title": "登记职责"})


@requires(policy.MANAGE)
@never_cache
def duty_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends the duty and adds its successor."""
    duty: Duty = get_object_or_404(policy.manageable_duties(request.user).filter(valid_to__isnull=True), pk=pk)
    names = ("path", "lead_kind", "lead_office", "item", "community_item", "limit", "assist_kinds", "note")
    initial = {name: getattr(duty, name) for name in names}
    form = DutyForm(request.POST or None, initial=initial, held=duty.lead_kind, place=str(settings.HOME_DIVISION))
    form.fields["path"].disabled = True
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        values.pop("path")
        try:
            actions.change_duty(duty=duty, on=values.pop("on"), by=me(request), **values)
        except DutiesError as error:
            refused(form, error)
        else:
            messages.success(request, "已变更；此前派出的事项不受影响。")
            return redirect("kind_detail", pk=duty.kind_id)
    return render(request, "duties/duty_form.html", {"form": form, "kind": duty.kind, "title": "变更职责"})


@requires(policy.MANAGE)
@require_POST
def duty_end(request: HttpRequest, pk: int) -> HttpResponse:
    duty: Duty = get_object_or_404(policy.manageable_duties(request.user), pk=pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写终止日期。")
    else:
        try:
            actions.end_duty(
                duty=duty, on=form.cleaned_data["on"], by=me(request), reason=request.POST.get("reason", "")[:200]
            )
            messages.success(request, "已终止。")
        except DutiesError as error:
            messages.error(request, str(error))
    return redirect("kind_detail", pk=duty.kind_id)


# -- versions ------------------------------------------------------------------------------------


@requires(policy.MANAGE)
@require_POST
def catalogue_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft with the same kinds."""
    of: Catalogue = get_object_or_404(policy.visible_catalogues(request.user), pk=pk)
    form = VersionForm(request.POST, prefix="version")
    if not form.is_valid():
        messages.error(request, "请填写新版本号。")
        return redirect("catalogue_list")
    try:
        draft = actions.new_version(of=of, by=me(request), **form.cleaned_data)
    except DutiesError as error:
        messages.error(request, str(error))
        return redirect("catalogue_list")
    messages.success(request, f"已建立草稿{draft.version}，修改后发布。")
    return redirect("catalogue_list")


@requires(policy.MANAGE)
@require_POST
def catalogue_publish(request: HttpRequest, pk: int) -> HttpResponse:
    catalogue: Catalogue = get_object_or_404(policy.visible_catalogues(request.user), pk=pk)
    try:
        actions.publish(catalogue=catalogue, by=me(request))
        messages.success(request, f"{catalogue}已发布。")
    except DutiesError as error:
        messages.error(request, " ".join([str(error), *error.problems[:10]]))
    return redirect("catalogue_list")


# -- imports and exports -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Importable:
    """What can be imported: ``run(content, values, by)`` with the form's values."""

    label: str
    columns: Columns
    back: str
    run: Callable[[bytes, dict[str, Any], Any], Outcome]
    needs_draft: bool = False
    needs_catalogue: bool = False
    dated: bool = False


def _kinds(content: bytes, values: dict[str, Any], by: Any) -> Outcome:
    return kind_rows.import_tree(
        content=content, catalogue=values["catalogue"], by=by, keep_good=values["keep_good"] == "1"
    )


def _duties(content: bytes, values: dict[str, Any], by: Any) -> Outcome:
    on = values["on"] or timezone.localdate()
    return duty_rows.import_duties(
        content=content, catalogue=values["catalogue"], on=on, by=by, keep_good=values["keep_good"] == "1"
    )


def _items(content: bytes, values: dict[str, Any], by: Any) -> Outcome:
    return list_rows.import_items(content=content, by=by, keep_good=values["keep_good"] == "1")


WHAT = {
    "kinds": Importable("类别", kind_rows.COLUMNS, "catalogue_list", _kinds, needs_draft=True, needs_catalogue=True),
    "duties": Importable("职责", duty_rows.COLUMNS, "duty_rows", _duties, needs_catalogue=True, dated=True),
    "items": Importable("清单条目", list_rows.ITEM_COLUMNS, "duty_list", _items),
}


def _what(what: str) -> Importable:
    found = WHAT.get(what)
    if found is None:
        raise Http404
    return found


@requires(policy.MANAGE)
@never_cache
def duties_import(request: HttpRequest, what: str) -> HttpResponse:
    """The report of an import; rejected rows travel inside the answer and are not kept."""
    importable = _what(what)
    catalogues = None
    if importable.needs_catalogue:
        catalogues = policy.visible_catalogues(request.user)
        wanted = [CatalogueState.DRAFT] if importable.needs_draft else [CatalogueState.DRAFT, CatalogueState.PUBLISHED]
        catalogues = catalogues.filter(state__in=wanted)
    form = ImportForm(request.POST or None, request.FILES or None, catalogues=catalogues, dated=importable.dated)
    context: dict[str, Any] = {"form": form, "what": what, "importable": importable}
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            outcome = importable.run(upload(values["file"]), values, me(request))
        except DutiesError as error:
            refused(form, error)
        else:
            file = base64.b64encode(outcome.workbook()).decode() if outcome.rejected else ""
            return render(request, "duties/import_result.html", context | {"outcome": outcome, "file": file})
    return render(request, "duties/import.html", context)


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@requires(policy.MANAGE)
def duties_sample(request: HttpRequest, what: str) -> HttpResponse:  # noqa: ARG001
    """An empty workbook with the headers."""
    return _download(sample(_what(what).columns), f"{what}-sample")


@requires(policy.READ)
def duties_export(request: HttpRequest, what: str) -> HttpResponse:
    """All kinds, duties or items, as a workbook that the import reads back."""
    if what == "duties":
        content = exporting.export_duties(timezone.localdate())
    elif what == "items":
        content = exporting.export_items()
    elif what == "kinds":
        asked = request.GET.get("catalogue", "")
        visible = policy.visible_catalogues(request.user)
        chosen = (
            visible.filter(pk=int(asked)).first()
            if asked.isdecimal() and len(asked) < 18
            else queries.current_catalogue()
        )
        if chosen is None:
            raise Http404
        content = exporting.export_tree(chosen)
    else:
        raise Http404
    record("duties.export", changes={"what": WHAT[what].label})
    return _download(content, what)
