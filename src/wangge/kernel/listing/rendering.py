"""From a request to the answer: page, htmx part, print view, export, saved views, bulk actions."""

from __future__ import annotations

from typing import Any, Final, cast

import structlog
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.shortcuts import render as render_template
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from wangge.kernel.flow.engine import FlowError
from wangge.kernel.listing import actions, paging
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.export import MIME
from wangge.kernel.listing.listing import PLACE, Applied, BulkAction, Listing, Rows, address
from wangge.kernel.listing.models import SavedView

logger = structlog.get_logger()

EXPORT_AT_ONCE: Final = 20_000  # rows; more go to the background
PRINT_SIZE: Final = 1_000  # rows a printed page of the address
BULK_LIMIT: Final = 500


def render(request: HttpRequest, listing: Listing | type[Listing], **params: Any) -> HttpResponse:
    """Answer a request for a list. ``listing`` is a Listing class (with ``params``) or an instance."""
    shown = listing(**params) if isinstance(listing, type) else listing
    if request.method == "POST":
        return _post(request, shown)
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    if request.GET.get("export"):
        return _export(request, shown)
    if request.GET.get("print"):
        return _print(request, shown)
    return _page(request, shown)


# -- the page ------------------------------------------------------------------------------------


def _read_page(request: HttpRequest, rows: Rows, applied: Applied, size: int, total: int | None) -> paging.Page:
    data = request.GET
    if applied.errors:
        return paging.Page([], "", "")
    last = 0
    if data.get("last") and total:
        last = total % size or size
    if not (data.get("after") or data.get("before") or last):
        return paging.page(rows, applied.order, size)
    try:
        # A place of another list or order may hold a value that the database cannot compare.
        with transaction.atomic():
            found = paging.page(
                rows, applied.order, size, after=data.get("after", ""), before=data.get("before", ""), last=last
            )
    except (paging.CursorError, ValueError, TypeError, OverflowError, ValidationError, DataError):
        messages.warning(request, "翻页位置已失效，现在显示第一页。")
        return paging.page(rows, applied.order, size)
    return found if found.rows else paging.page(rows, applied.order, size)


def _contents(request: HttpRequest, listing: Listing, applied: Applied, size: int) -> dict[str, Any]:
    """Rows, cells, total and the addresses around them."""
    rows = listing.filtered(request, applied)
    data = request.GET
    placed = any(data.get(name) for name in PLACE)
    total = listing.count(rows, applied) if placed and not applied.errors else None
    thin = listing.thin(request, applied)
    page = _read_page(request, rows if thin is None else thin, applied, size, total)
    if thin is not None:
        page = paging.filled(page, rows)
    if total is None:
        complete = not page.after and not page.before
        total = len(page.rows) if complete else listing.count(rows, applied)
    listing.prepare(request, page.rows)
    pages = max(1, -(-total // size))
    number = _page_number(request, page, pages)
    columns = [column for column in listing.columns if column.screen]
    return {
        "applied": applied,
        "columns": columns,
        "rows": [
            {
                "pk": row.pk,
                "css": listing.row_css(row),
                "cells": [(column.label, column.css, column.html(row)) for column in columns],
            }
            for row in page.rows
        ],
        "total": total,
        "first": (number - 1) * size + 1 if page.rows else 0,
        "last": min(total, (number - 1) * size + len(page.rows)),
        "number": number,
        "pages": pages,
        "links": {
            "first": address(data, **_place()) if page.before else "",
            "previous": address(data, **_place(before=page.before, page=number - 1)) if page.before else "",
            "next": address(data, **_place(after=page.after, page=number + 1)) if page.after else "",
            "last": address(data, **_place(last=1, page=pages)) if page.after else "",
        },
    }


def _place(**given: Any) -> dict[str, Any]:
    return dict.fromkeys(PLACE) | given


def _page_number(request: HttpRequest, page: paging.Page, pages: int) -> int:
    """The number of the page: counted along in the address, since a place knows no number."""
    if not page.before:
        return 1
    if not page.after:
        return pages
    given = request.GET.get("page", "")
    return min(max(int(given), 2), max(2, pages - 1)) if given.isdecimal() and len(given) < 10 else 2


def _headers(request: HttpRequest, listing: Listing, applied: Applied, columns: list[Column]) -> list[dict[str, str]]:
    """The table's head: label, class, where a click sorts to, and the present direction."""
    heads = []
    for column in columns:
        head = {"label": column.label, "css": column.css, "url": "", "direction": ""}
        if column.sort and column.sort in listing.sorts:
            active = applied.sort.removeprefix("-") == column.sort
            following = f"-{column.sort}" if active and not applied.sort.startswith("-") else column.sort
            head["url"] = address(request.GET, **_place(sort=following))
            if active:
                head["direction"] = "descending" if applied.order[0].startswith("-") else "ascending"
        heads.append(head)
    return heads


def _page(request: HttpRequest, listing: Listing) -> HttpResponse:
    applied = listing.read(request)
    part = bool(getattr(request, "htmx", False)) and request.headers.get("HX-Target") == "listing"
    context = _contents(request, listing, applied, applied.size)
    data = request.GET
    names = {name for one in listing.filters for name in one.parameters}
    context |= {
        "listing": listing,
        "title": listing.title,
        "part": part,
        "heads": _headers(request, listing, applied, context["columns"]),
        "filters": [{"filter": one, **one.shown(data, request)} for one in listing.filters],
        "chips": listing.chips(request, applied),
        "clear_url": address(data, **dict.fromkeys((*names, *PLACE))),
        "sizes": [(size, address(data, **_place(size=size)), size == applied.size) for size in listing.page_sizes],
        "kept": [(name, data[name]) for name in ("sort", "size") if data.get(name)],
        "bulk": [
            (one, one.form(prefix=one.name, use_required_attribute=False) if one.form else None)
            for one in listing.bulk_for(request.user)
        ],
        "views": _views(request, listing),
        "print_url": address(data, **_place(print=1)),
        "exports": (
            [(kind, address(data, **_place(export=kind))) for kind in ("xlsx", "csv")]
            if listing.may_export(request.user)
            else []
        ),
        "actions": listing.page_actions(request),
        **listing.context(request),
    }
    response = render_template(request, "listing/results.html" if part else listing.template, context)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    response["Cache-Control"] = "private, no-store"
    if part:
        response["HX-Push-Url"] = request.path + address(data).removesuffix("?")
    return response


def _views(request: HttpRequest, listing: Listing) -> list[dict[str, Any]]:
    """The user's saved views of this list; the one that is open now is marked."""
    here = {name: request.GET.getlist(name) for name in request.GET if name not in PLACE}
    return [
        {"pk": view.pk, "name": view.name, "url": f"?{view.query}", "active": _same(view, here)}
        for view in SavedView.objects.filter(user=_user(request), listing=listing.key).order_by("name")
    ]


def _user(request: HttpRequest) -> Any:
    """Lists are for signed-in users; the route has seen to that."""
    return request.user


def _same(view: SavedView, here: dict[str, list[str]]) -> bool:
    saved = QueryDict(view.query)
    return bool(here) and {name: saved.getlist(name) for name in saved} == here


# -- print and export ----------------------------------------------------------------------------


def _print(request: HttpRequest, listing: Listing) -> HttpResponse:
    applied = listing.read(request)
    context = _contents(request, listing, applied, PRINT_SIZE)
    context |= {
        "listing": listing,
        "title": listing.title,
        "chips": listing.chips(request, applied),
        "now": timezone.now(),
        "exports": listing.may_export(request.user),
        "export_url": address(request.GET, **_place(print=None, export="xlsx")),
        "back_url": address(request.GET, **_place(print=None)),
    }
    return render_template(request, "listing/print.html", context)


def _export(request: HttpRequest, listing: Listing) -> HttpResponse:
    kind = request.GET["export"]
    applied = listing.read(request)
    if kind not in MIME or applied.errors:
        said = "、".join(applied.errors) or "只能导出 xlsx 或 csv。"
        return render_template(request, "400.html", {"message": said}, status=400)
    if not listing.may_export(request.user):
        raise PermissionDenied("您可以查看这个列表，但没有导出的权限。需要的话请联系安全管理员。")
    total = listing.count(listing.filtered(request, applied), applied)
    if total > EXPORT_AT_ONCE:
        export = actions.start_export(
            user=request.user, listing=listing, query=request.GET.urlencode(), kind=kind, rows=total
        )
        return redirect("listing_export", pk=export.pk)
    file = actions.write_now(request=request, listing=listing, kind=kind)
    return download(file, listing.title, kind)


def download(file: Any, title: str, kind: str) -> HttpResponse:
    """A file of a list as a download, named in Chinese (RFC 5987)."""
    name = f"{title}_{timezone.localtime():%Y%m%d_%H%M}.{kind}"
    return cast(HttpResponse, FileResponse(file, as_attachment=True, filename=name, content_type=MIME[kind]))


# -- posts ---------------------------------------------------------------------------------------


def _post(request: HttpRequest, listing: Listing) -> HttpResponse:
    wanted = request.POST.get("_action", "")
    if wanted == "save_view":
        try:
            view = actions.save_view(
                user=request.user,
                listing=listing,
                name=request.POST.get("name", ""),
                query=request.GET.urlencode(),
            )
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect(request.get_full_path())
        messages.success(request, f"已保存为“{view.name}”。")
        return redirect(f"{request.path}?{view.query}")
    if wanted == "delete_view":
        pk = request.POST.get("view", "")
        if pk.isdecimal() and len(pk) < 19:
            actions.delete_view(user=request.user, listing=listing, pk=int(pk))
            messages.success(request, "已删除。")
        return redirect(request.get_full_path())
    for action in listing.bulk_for(request.user):
        if wanted == f"bulk:{action.name}":
            return _bulk(request, listing, action)
    return render_template(request, "400.html", {"message": "没有这个操作，或者您没有这项权限。"}, status=400)


def _bulk(request: HttpRequest, listing: Listing, action: BulkAction) -> HttpResponse:
    ids = list(dict.fromkeys(pk for pk in request.POST.getlist("pk") if pk))
    form = action.form(request.POST, request.FILES, prefix=action.name) if action.form else None
    reason = request.POST.get(f"reason-{action.name}", "").strip()
    problem = _problem(ids, action, form, reason)
    if problem:
        messages.error(request, problem)
        return redirect(request.get_full_path())
    data = dict(form.cleaned_data) if form is not None else {}
    if action.needs_reason:
        data["reason"] = reason
    results = [_one(request, listing, action, pk, data) for pk in ids]
    done = sum(one["done"] for one in results)
    context = {
        "title": f"{action.label}结果",
        "action": action,
        "results": results,
        "done": done,
        "refused": len(results) - done,
        "back": request.get_full_path(),
        "listing": listing,
    }
    return render_template(request, "listing/bulk.html", context)


def _problem(ids: list[str], action: BulkAction, form: forms.Form | None, reason: str) -> str:
    """Why nothing was begun, in words; empty when it can begin."""
    if not ids:
        return "请先勾选要处理的行。"
    if len(ids) > BULK_LIMIT:
        return f"一次最多处理 {BULK_LIMIT} 行，您勾选了 {len(ids)} 行。没有处理任何一行。"
    if action.needs_reason and not reason:
        return f"“{action.label}”需要填写理由。没有处理任何一行。"
    if form is not None and not form.is_valid():
        said = "；".join(f"{form[name].label}：{' '.join(map(str, errors))}" for name, errors in form.errors.items())
        return f"没有处理任何一行。{said}"
    return ""


def _one(request: HttpRequest, listing: Listing, action: BulkAction, pk: str, data: dict[str, Any]) -> dict[str, Any]:
    """One row of a bulk action: done with a note, or refused with the reason; the others go on."""
    result: dict[str, Any] = {"pk": pk, "label": pk, "done": False, "note": ""}
    try:
        with transaction.atomic():
            row = listing.rows(request).filter(pk=pk).first()
            if row is None:
                return result | {"label": "—", "note": "不存在，或者不在您的范围内"}
            result["label"] = str(row)
            result["note"] = action.handler(request, row, data) or ""
            result["done"] = True
    except ValidationError as error:
        result |= {"done": False, "note": " ".join(error.messages)}
    except (FlowError, PermissionDenied) as error:
        result |= {"done": False, "note": str(error) or "没有权限"}
    except ValueError:
        result |= {"done": False, "note": "编号无法识别"}
    except Exception:
        logger.exception("bulk action failed on a row", listing=listing.code(), action=action.name, pk=pk)
        result |= {"done": False, "note": "系统出错，这一行没有改动；错误已记入日志"}
    return result
