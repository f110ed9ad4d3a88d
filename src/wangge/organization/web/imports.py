"""Importing offices and staff, with the report of what was not taken."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from wangge.kernel.access.routes import me, requires
from wangge.kernel.tables.outcomes import Columns, sample
from wangge.kernel.tables.reading import upload
from wangge.kernel.tables.writing import XLSX
from wangge.organization import imports, policy
from wangge.organization.errors import OrganizationError
from wangge.organization.web.desk import refused
from wangge.organization.web.forms import ImportForm


@dataclass(frozen=True, slots=True)
class Importable:
    label: str
    run: imports.Run
    columns: Columns
    list_url: str


WHAT = {
    "offices": Importable("机构", imports.import_offices, imports.OFFICE_COLUMNS, "office_list"),
    "staff": Importable("人员", imports.import_staff, imports.STAFF_COLUMNS, "staff_list"),
}


def _what(what: str) -> Importable:
    found = WHAT.get(what)
    if found is None:
        raise Http404
    return found


@requires(policy.MANAGE)
@never_cache
def organization_import(request: HttpRequest, what: str) -> HttpResponse:
    """The rejected rows and the first passwords travel inside the answer alone; nothing of them is kept."""
    importable = _what(what)
    form = ImportForm(request.POST or None, request.FILES or None)
    context = {"form": form, "what": what, "importable": importable}
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            outcome = importable.run(
                content=upload(wanted["file"]),
                by=me(request),
                on=wanted["on"],
                keep_good=wanted["keep_good"] == "1",
            )
        except OrganizationError as error:
            refused(form, error)
        else:
            file = base64.b64encode(outcome.workbook()).decode() if outcome.rejected or outcome.passwords else ""
            return render(request, "organization/import_result.html", context | {"outcome": outcome, "file": file})
    return render(request, "organization/import.html", context)


@requires(policy.MANAGE)
def organization_sample(request: HttpRequest, what: str) -> HttpResponse:  # noqa: ARG001
    """An empty workbook with the headers."""
    importable = _what(what)
    response = HttpResponse(sample(importable.columns), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{what}.xlsx"'
    return response
