"""Place names and QR codes on the desk."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wangge.kernel.access.routes import requires
from wangge.kernel.listing import rendering
from wangge.kernel.tables.reading import upload
from wangge.territory import places, policy, queries
from wangge.territory.models import PlaceAlias, PlaceCode
from wangge.territory.web.divisions import complain, managed_grid
from wangge.territory.web.forms import ImportForm, PlaceForm, ReasonForm
from wangge.territory.web.grids import reported
from wangge.territory.web.tables import PlaceCodeList, PlaceList, home_of, place_url

SHEET = 120  # codes a printed sheet holds


@requires(policy.READ)
def place_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, PlaceList)


@requires(policy.READ)
@never_cache
def place_detail(request: HttpRequest, pk: int) -> HttpResponse:
    alias = get_object_or_404(PlaceAlias.objects.filter(policy.visible(request.user)), pk=pk)
    context = {
        "alias": alias,
        "place": queries.full_name(alias.path),
        "place_url": place_url(alias.path),
        "may_manage": alias.is_current and policy.may_manage(request.user, alias.path),
    }
    return render(request, "territory/place.html", context)


def _settled(request: HttpRequest, form: PlaceForm) -> places.Place:
    """The place of the form, settled and inside what the user maintains."""
    settled = places.settle(places.Place(**form.cleaned_data))
    if not policy.may_manage(request.user, settled.path):
        raise ValidationError(f"{queries.full_name(settled.path)}不在您维护的范围内。")
    return settled


@requires(policy.MANAGE)
@never_cache
def place_create(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.POST or None, initial={"path": request.GET.get("path", "")})
    if request.method == "POST" and form.is_valid():
        try:
            alias = places.add_alias(place=_settled(request, form))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"已登记{alias.name}，所在{queries.full_name(alias.path, from_level=4)}。")
            return redirect("place_list")
    context = {"form": form, "title": "登记地名", "back": reverse("place_list"), "path": home_of(request.user)}
    return render(request, "territory/pick.html", context)


@requires(policy.MANAGE)
@require_POST
def place_end(request: HttpRequest, pk: int) -> HttpResponse:
    alias = get_object_or_404(PlaceAlias.objects.filter(policy.manageable(request.user)), pk=pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        places.end_alias(alias=alias, reason=form.cleaned_data["reason"])
        messages.success(request, "已停用。")
    else:
        complain(request, form)
    return redirect("place_list")


@requires(policy.MANAGE)
@never_cache
def place_import(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "form": form,
        "title": "导入地名",
        "columns": places.COLUMNS,
        "back": reverse("place_list"),
    }
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = places.import_aliases(
                name=file.name,
                data=upload(file, places.LIMITS),
                crs=form.cleaned_data["crs"],
                within=policy.managed_paths(request.user),
                keep_good=form.cleaned_data["keep_good"] == "1",
            )
            context |= reported(report)
        except ValidationError as error:
            form.add_error(None, error.messages)
    return render(request, "territory/import.html", context)


@requires(policy.READ)
def place_code_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, PlaceCodeList)


def _code(request: HttpRequest, pk: int) -> PlaceCode:
    return get_object_or_404(PlaceCode.objects.filter(policy.visible(request.user)), pk=pk)


def report_address(request: HttpRequest, code: str) -> str:
    """What the QR code holds: the residents' page, which ``cases`` answers."""
    return request.build_absolute_uri(f"/r/q/{code}/")


@requires(policy.READ)
@never_cache
def place_code_detail(request: HttpRequest, pk: int) -> HttpResponse:
    code = _code(request, pk)
    context = {
        "code": code,
        "place": queries.full_name(code.path),
        "place_url": place_url(code.path),
        "address": report_address(request, code.code),
        "may_manage": code.is_current and policy.may_manage(request.user, code.path),
    }
    return render(request, "territory/place_code.html", context)


@requires(policy.MANAGE)
@never_cache
def place_code_create(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.POST or None, initial={"path": request.GET.get("path", ""), "kind": "shop"})
    if request.method == "POST" and form.is_valid():
        try:
            (made,) = places.create_place_codes(places=[_settled(request, form)])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("place_code_detail", pk=made.pk)
    context = {"form": form, "title": "新建二维码", "back": reverse("place_code_list"), "path": home_of(request.user)}
    return render(request, "territory/pick.html", context)


@requires(policy.MANAGE)
@require_POST
def grid_code(request: HttpRequest, code: str) -> HttpResponse:
    """The grid's own QR code, made at the first press."""
    made = places.code_of_grid(grid=managed_grid(request, code))
    return redirect("place_code_detail", pk=made.pk)


@requires(policy.MANAGE)
@require_POST
def place_code_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    code = get_object_or_404(PlaceCode.objects.filter(policy.manageable(request.user)), pk=pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            places.withdraw_place_code(place_code=code, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            complain(request, error=error)
        else:
            messages.success(request, "已停用，扫码不再打开。")
    else:
        complain(request, form)
    return redirect("place_code_detail", pk=pk)


@requires(policy.READ)
@require_GET
def place_code_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The QR code as SVG. Level M: a worn corner still reads."""
    code = _code(request, pk)
    out = io.BytesIO()
    picture = segno.make(report_address(request, code.code), error="m", micro=False)
    picture.save(out, kind="svg", scale=8, border=3, title=code.name)
    response = HttpResponse(out.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=86400"
    return response


@requires(policy.READ)
@require_GET
@never_cache
def place_code_sheet(request: HttpRequest) -> HttpResponse:
    """A sheet of stickers: the codes in force below ``?path=``."""
    path = request.GET.get("path", "")
    if not path.isdigit() or len(path) > 15:
        raise Http404
    rows = PlaceCode.objects.filter(policy.visible(request.user), path__startswith=path, valid_to__isnull=True)
    codes = list(rows.order_by("path", "id")[:SHEET])
    names = queries.names_of(p for c in codes for p in queries.prefixes(c.path))
    context = {
        "codes": [(c, queries.full_name(c.path, from_level=4)) for c in codes],
        "total": rows.count(),
        "limit": SHEET,
        "place": names.get(path, queries.name_of(path)),
    }
    return render(request, "territory/sheet.html", context)
