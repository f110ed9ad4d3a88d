"""The audit administrator's page: the record of what was done, newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from wangge.kernel.access import names
from wangge.kernel.access.permissions import AUDIT, AUDIT_EXPORT
from wangge.kernel.access.routes import requires
from wangge.kernel.access.web import acts
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.policy import visible
from wangge.kernel.listing import rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import DateRange, Text
from wangge.kernel.listing.listing import Listing
from wangge.kernel.listing.places import Place

DAYS: Final = 7  # shown when nothing is asked for


def _of_act(entries: QuerySet[AuditEntry], typed: str) -> QuerySet[AuditEntry]:
    """By the beginning of the code (``cases.case.``) or by the words (登录)."""
    if typed.isascii():
        return entries.filter(action__startswith=typed)
    whole, endings = acts.codes(typed)
    wanted = Q(action__in=whole)
    for ending in endings:
        wanted |= Q(action__endswith=f".{ending}")
    return entries.filter(wanted)


def _exactly(field: str) -> Any:
    return lambda entries, typed: entries.filter(**{field: typed})


def _act_cell(entry: Any) -> str:
    return format_html('<div>{}</div><small class="text-secondary">{}</small>', acts.act(entry.action), entry.action)


def _actor_cell(entry: Any) -> str:
    return format_html('<div>{}</div><small class="text-secondary">{}</small>', entry.actor_label, entry.address)


def _object(entry: Any) -> str:
    return f"{acts.noun(entry.object_type)} {entry.object_id}".strip()


def _object_url(entry: Any) -> str:
    if not entry.object_type:
        return ""
    return f"?{urlencode({'object_type': entry.object_type, 'object_id': entry.object_id})}"


def _changed(entry: Any) -> str:
    return format_html_join("", "<div>{}</div>", ([line] for line in acts.changes(entry, entry.called)))


class AuditList(Listing):
    """What was done. An export asks a permission of its own and is itself an act of the record."""

    title = "审计记录"
    columns = (
        Column(
            "at",
            "时间",
            value=lambda entry: f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
            css="wg-nowrap",
            width=20,
        ),
        Column("actor_label", "操作者", render=_actor_cell, css="wg-nowrap", width=14),
        Column("act", "操作", value=lambda entry: acts.act(entry.action), render=_act_cell, css="wg-nowrap", width=16),
        Column("action", "操作代码", screen=False, width=28),
        Column("object", "对象", value=_object, link=_object_url, css="wg-nowrap", width=20),
        Column("place", "区划", value=lambda entry: entry.place, css="wg-nowrap", width=20),
        Column("path", "区划代码", screen=False, width=18),
        Column("reason", "理由", css="wg-some", width=30),
        Column(
            "changes",
            "变化",
            value=lambda entry: "；".join(acts.changes(entry, entry.called)),
            render=_changed,
            css="wg-wide",
            width=60,
        ),
        Column("address", "来源地址", screen=False, width=18),
        Column(
            "request_id",
            "同一请求",
            value=lambda entry: entry.request_id[:8],
            link=lambda entry: f"?{urlencode({'request_id': entry.request_id})}" if entry.request_id else "",
            export=False,
        ),
        Column("request", "请求编号", value=lambda entry: entry.request_id, screen=False, width=34),
    )
    filters = (
        Text("who", "操作者", field="actor_label", longest=80),
        Text("action", "操作", apply=_of_act, placeholder="如 登录、导出、派单", longest=80),
        DateRange("at", "时间"),
        Place("path", "区划"),
        Text("object_type", "对象类别", apply=_exactly("object_type"), placeholder="如 cases.case", longest=60),
        Text("object_id", "对象编号", apply=_exactly("object_id"), longest=64),
        Text("address", "来源地址", apply=_exactly("address"), longest=45),
        Text("request_id", "请求编号", apply=_exactly("request_id"), longest=40),
    )
    sorts: ClassVar = {"new": ("-id",)}
    default_sort = "new"
    page_sizes = (50, 100, 200)
    empty_title = "没有符合条件的记录"
    export_permission = AUDIT_EXPORT

    def rows(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.filter(visible(request.user))

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        places = names.places(entry.path for entry in rows)
        called = acts.names_in(rows)
        for entry in rows:
            entry.place = places.get(entry.path, entry.path)
            entry.called = called


@requires(AUDIT)
@never_cache
def audit_list(request: HttpRequest) -> HttpResponse:
    """The record; the last seven days unless asked otherwise, and saying so."""
    if request.method == "GET" and not request.GET:
        since = timezone.localdate() - timedelta(days=DAYS)
        return redirect(f"{reverse('audit_list')}?at_from={since}")
    return rendering.render(request, AuditList)
