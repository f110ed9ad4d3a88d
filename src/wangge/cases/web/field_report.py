"""Reporting from the phone, on line or from the queue that the phone kept while it had no signal."""

from __future__ import annotations

import hashlib
import uuid
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from wangge.cases import fieldwork
from wangge.cases.actions import file_case
from wangge.cases.enums import Channel, DemandType, Urgency
from wangge.cases.models import Case
from wangge.cases.web.forms_phone import MOST_PHOTOS, FieldReportForm
from wangge.duties import snapshot
from wangge.duties.models import Kind
from wangge.kernel.access.routes import public, requires
from wangge.kernel.access.scopes import may, permissions, scope
from wangge.kernel.flow import FlowError
from wangge.territory import queries as territory

SOURCE: Final = "field"
MAY: Final = ("field.use", "cases.suggest")
# What the pages of the phone need without a network.
ASSETS: Final = (
    "vendor/tabler-core-1.6.1/tabler.min.css",
    "vendor/tabler-core-1.6.1/tabler.min.js",
    "vendor/htmx.org-2.0.11/htmx.min.js",
    "vendor/tabler-icons-3.51.0/sprite.svg",
    *(f"wangge/{name}.css" for name in ("wangge", "phone", "matters", "print")),
    *(f"wangge/{name}.js" for name in ("wangge", "keys", "forms", "listing", "toast", "photos", "position")),
    *(f"wangge/{name}.js" for name in ("field", "field-queue", "field-report")),
    "wangge/icon.svg",
    "wangge/field.webmanifest",
)


@requires(*MAY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def field_report(request: HttpRequest) -> HttpResponse:
    """The form; a posted one twice is one matter. With ``Accept: application/json`` the answer is JSON."""
    user = request.user
    worker = may(user, fieldwork.USE)
    create = scope(user, "cases.create" if worker else "cases.suggest")
    form = FieldReportForm(
        request.POST or None,
        request.FILES or None,
        places=fieldwork.places(user),
        covers=create.covers,
        initial={"uuid": uuid.uuid4()},
    )
    status = 200
    if request.method == "POST":
        status = 422
        known = _known(request)
        if known is not None and known.created_by_id != user.pk:
            form.add_error(None, "这件上报已由他人提交，请重新填写。")
            status = 409
        elif known is not None:
            return _answer(request, known, worker, again=True)
        elif form.is_valid():
            try:
                case = _file(form, user, worker)
            except ValidationError as error:
                form.add_error(None, error.messages)
            except FlowError as error:
                form.add_error(None, str(error))
                status = 403
            else:
                return _answer(request, case, worker, moved=form.moved)
        if _wants_json(request):
            errors = {name: [str(e) for e in found] for name, found in form.errors.items()}
            return JsonResponse({"errors": errors}, status=status)
    return _page(request, form, worker, status)


def _page(request: HttpRequest, form: FieldReportForm, worker: bool, status: int) -> HttpResponse:
    roots = fieldwork.roots(request.user)
    chosen = str(form["kind"].value() or "")
    common = fieldwork.common_kinds(roots[0] if roots else "")
    leaf = snapshot.current().kinds.get(int(chosen)) if chosen.isdecimal() and len(chosen) < 12 else None
    context = {
        "title": "上报",
        "form": form,
        "worker": worker,
        "common": common,
        "chosen": chosen,
        "other": leaf if leaf is not None and leaf.id not in {k.id for k in common} else None,
        "places": form.places,
        "most_photos": MOST_PHOTOS,
    }
    return render(request, "cases/field/report.html", context, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _known(request: HttpRequest) -> Case | None:
    given = request.POST.get("uuid", "")[:40]
    return Case.objects.filter(source_system=SOURCE, source_number=given).first() if len(given) >= 32 else None


def _file(form: FieldReportForm, user: Any, worker: bool) -> Case:
    clean = form.cleaned_data
    ref, place = clean["kind"], clean["place"]
    where = place.address or territory.name_of(place.path)
    what = ref.name if ref is not None else "现场情况" if worker else "建议"
    return file_case(
        channel=Channel.GRID if worker else Channel.DEPUTY,
        demand_type=DemandType.REPORT if worker else DemandType.SUGGESTION,
        title=f"{where}{what}" if ref is not None or not clean["text"].strip() else "",
        text=clean["text"].strip() or f"{what}（{where}）",
        place=place,
        kind=Kind.objects.get(pk=ref.id) if ref is not None else None,
        urgency=Urgency.URGENT if clean["urgent"] else Urgency.NORMAL,
        reply_wanted=False,
        by=user,
        source_system=SOURCE,
        source_number=str(clean["uuid"]),
        files=clean["photos"],
    )


def _answer(
    request: HttpRequest, case: Case, worker: bool, *, again: bool = False, moved: bool = False
) -> HttpResponse:
    url = reverse("field_case", args=[case.pk]) if worker else reverse("field_grid")
    note = f"定位不在您的网格内，已登记到{territory.name_of(case.path)}。" if moved else ""
    if _wants_json(request):
        body = {"number": case.number, "title": case.title, "url": url, "note": note}
        return JsonResponse(body, status=200 if again else 201)
    messages.success(request, f"已上报，编号{case.number}。{note}")
    return redirect(url)


@requires(*MAY)
@never_cache
@require_GET
def field_kinds(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Every leaf, for the search on the phone: id, name, group, words."""
    held = snapshot.current()
    rows = []
    for leaf in sorted(held.current_leaves(), key=lambda k: k.code):
        above = held.kinds.get(leaf.parent_id) if leaf.parent_id else None
        rows.append([leaf.id, leaf.name, above.name if above else "", " ".join(leaf.keywords[:12])])
    return JsonResponse({"kinds": rows})


@requires(*MAY)
@never_cache
@require_GET
def field_session(request: HttpRequest) -> JsonResponse:
    """Who is signed in, and the token to post with: asked before the queue is sent."""
    return JsonResponse({"user": request.user.pk, "csrf": get_token(request)})


@public("离线提示页，不含数据")
@require_safe
def field_offline(request: HttpRequest) -> HttpResponse:
    """Kept on the phone. Nobody signed in: it is kept for whoever signs in later, with the way to report."""
    may_report = not request.user.is_authenticated or not permissions(request.user).isdisjoint(MAY)
    return render(request, "cases/field/offline.html", {"title": "没有网络", "may_report": may_report})


@cache
def _version() -> str:
    """Changes with every file of the shell."""
    digest = hashlib.sha256()
    for name in ASSETS:
        found = finders.find(name)
        if isinstance(found, str):
            digest.update(Path(found).read_bytes())
    return digest.hexdigest()[:12]


@public("离线脚本，不含数据")
@require_safe
def field_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at an address within its scope ``/field/``."""
    # Pages name files with their hash, modules import each other without.
    addresses = dict.fromkeys(address for name in ASSETS for address in (static(name), settings.STATIC_URL + name))
    context = {
        "version": _version() if settings.PRODUCTION else _version.__wrapped__(),
        "assets": list(addresses),
        "queue": static("wangge/field-queue.js"),
    }
    response = render(request, "cases/field/sw.js", context, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
