"""Open311 GeoReport v2 in JSON and XML: services, requests, tokens. https://wiki.open311.org/GeoReport_v2/

Services are the leaves of the published catalogue. The list of services is public; requests are read and
filed with an ``api_key``, because a resident must see nothing of others. Input is form-encoded, as the
standard says: no XML is ever parsed. Times are ISO 8601 with the offset of China. A request filed twice with the same
``Idempotency-Key`` is filed once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final
from xml.etree import ElementTree as ET

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt

from wangge.cases import actions
from wangge.cases.enums import DONE_STATES, Channel, DemandType, ResultClass
from wangge.cases.models import Case
from wangge.cases.placing import place_of
from wangge.duties.models import Kind
from wangge.kernel.access.routes import RouteAccess, declare, public
from wangge.kernel.api.auth import ApiKeyAuth
from wangge.kernel.api.idempotency import once
from wangge.kernel.api.models import System
from wangge.kernel.api.problems import Problem
from wangge.organization import queries as organization
from wangge.territory.queries import full_name

FORMATS: Final = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# The standard: at most 90 days or 1,000 requests an answer; narrower questions for more.
WINDOW: Final = timedelta(days=90)
MOST: Final = 1000
NOTICE: Final = "已登记。请凭编号和登记时的电话查询进度。"

Record = dict[str, Any]


class Open311Error(Exception):
    """An error answer of the standard: ``code`` (the HTTP status) and a description."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status


def _append(parent: ET.Element, name: str, value: Any) -> None:
    child = ET.SubElement(parent, name)
    if isinstance(value, list):
        for item in value:
            _append(child, "value", item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _append(child, key, inner)
    elif isinstance(value, bool):
        child.text = "true" if value else "false"
    elif value is not None:
        child.text = "".join(c for c in str(value) if c in "\t\n" or c >= " ")


def _answer(fmt: str, root: str, item: str, records: Sequence[Record], status: int = 200) -> HttpResponse:
    if fmt == "json":
        body = json.dumps(list(records), ensure_ascii=False).encode()
    else:
        top = ET.Element(root)
        for record in records:
            _append(top, item, record)
        body = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, status=status, content_type=FORMATS[fmt])


def _errors(fmt: str, error: Open311Error) -> HttpResponse:
    record = {"code": error.status, "description": str(error)}
    return _answer(fmt, "errors", "error", [record], error.status)


def _endpoint(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Errors in the asked format; unknown formats and jurisdictions refused."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, fmt: str, **kwargs: Any) -> HttpResponse:
        if fmt not in FORMATS:
            return _errors("json", Open311Error(404, f"格式“{fmt[:10]}”应为 json 或 xml。"))
        try:
            jurisdiction = request.GET.get("jurisdiction_id") or request.POST.get("jurisdiction_id")
            if jurisdiction and jurisdiction != settings.HOME_DIVISION:
                raise Open311Error(404, f"没有 jurisdiction_id “{jurisdiction[:40]}”。")
            if any("\0" in str(value) for value in (*kwargs.values(), *request.GET.values(), *request.POST.values())):
                raise Open311Error(400, "文本中不能含有空字符（NUL）。")
            return view(request, *args, fmt=fmt, **kwargs)
        except Open311Error as error:
            return _errors(fmt, error)
        except Problem as error:
            response = _errors(fmt, Open311Error(error.status, error.detail or error.title))
            for name, value in error.headers.items():
                response[name] = value
            return response

    return wrapped


def _system(request: HttpRequest, scope: str) -> System:
    auth = ApiKeyAuth()
    system = auth.authenticate(request, auth._get_key(request))
    if system is None:
        raise Open311Error(403, "api_key 无效，不能继续。")
    if scope not in system.scopes:
        raise Open311Error(403, f"该系统没有 {scope} 权限。")
    return system


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else timezone.localtime(moment).isoformat(timespec="seconds")


def _service(kind: Kind) -> Record:
    group = kind.parent.name if kind.parent is not None else kind.name
    return {
        "service_code": kind.code,
        "service_name": kind.name,
        "description": kind.filing_condition or kind.name,
        "metadata": False,
        "type": "realtime",
        "keywords": ",".join(kind.keywords),
        "group": group,
    }


def _request(case: Case) -> Record:
    lead = organization.office(case.lead_office_id) if case.lead_office_id else None
    closed = case.state in DONE_STATES
    moments = [case.closed_at, case.replied_at, case.signed_at, case.dispatched_at, case.created_at]
    return {
        "service_request_id": case.number,
        "status": "closed" if closed else "open",
        "status_notes": ("" if case.is_private else case.reply) or case.get_state_display(),
        "service_name": case.kind.name if case.kind is not None else None,
        "service_code": case.kind.code if case.kind is not None else None,
        "description": "" if case.is_private else case.text,
        "agency_responsible": lead.name if lead is not None else None,
        "service_notice": ResultClass(case.result_class).label if case.result_class else NOTICE,
        "requested_datetime": _at(case.created_at),
        "updated_datetime": _at(next(m for m in moments if m is not None)),
        "expected_datetime": _at(case.finish_due_at),
        "address": None if case.is_private else case.address,
        "address_id": case.path,
        "zipcode": None,
        "lat": None if case.is_private else case.lat,
        "long": None if case.is_private else case.lng,
        "media_url": None,
    }


def _leaves() -> Any:
    return Kind.objects.filter(catalogue__state="published", is_leaf=True).select_related("parent").order_by("code")


@public("标准规定服务目录公开，不含任何事项")
@_endpoint
def services(request: HttpRequest, *, fmt: str) -> HttpResponse:  # noqa: ARG001
    return _answer(fmt, "services", "service", [_service(kind) for kind in _leaves()])


@public("标准规定服务定义公开，不含任何事项")
@_endpoint
def service(request: HttpRequest, code: str, *, fmt: str) -> HttpResponse:  # noqa: ARG001
    kind = _leaves().filter(code=code).first()
    if kind is None:
        raise Open311Error(404, f"没有 service_code “{code[:20]}”。")
    definition = {"service_code": kind.code, "attributes": []}
    if fmt == "json":
        return HttpResponse(json.dumps(definition, ensure_ascii=False), content_type=FORMATS[fmt])
    top = ET.Element("service_definition")
    _append(top, "service_code", kind.code)
    ET.SubElement(top, "attributes")
    return HttpResponse(ET.tostring(top, encoding="utf-8", xml_declaration=True), content_type=FORMATS[fmt])


@_endpoint
def requests(request: HttpRequest, *, fmt: str) -> HttpResponse:
    """GET lists, POST files."""
    if request.method == "POST":
        if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
            raise Open311Error(400, "请求须为表单编码（application/x-www-form-urlencoded）；不接受 XML 或 JSON 正文。")
        system = _system(request, "cases:write")
        return once(request, system, lambda: _file(request, fmt, system))
    if request.method != "GET":
        raise Open311Error(405, "只支持 GET 和 POST。")
    system = _system(request, "cases:read")
    rows = Case.objects.filter(system.scope.q()).select_related("kind")
    wanted = request.GET.get("service_request_id", "")
    if wanted:
        rows = rows.filter(number__in=_list(wanted))
    else:
        rows = rows.filter(created_at__range=_window(request))
        if codes := request.GET.get("service_code", ""):
            rows = rows.filter(kind__code__in=_list(codes))
        for status in (asked := _list(request.GET.get("status", ""))):
            if status not in ("open", "closed"):
                raise Open311Error(400, f"status “{status[:20]}”应为 open 或 closed。")
        if len(set(asked)) == 1:
            done = {"state__in": DONE_STATES}
            rows = rows.filter(**done) if asked[0] == "closed" else rows.exclude(**done)
    return _answer(fmt, "service_requests", "request", [_request(case) for case in rows.order_by("-pk")[:MOST]])


@_endpoint
def one(request: HttpRequest, number: str, *, fmt: str) -> HttpResponse:
    system = _system(request, "cases:read")
    case = Case.objects.filter(system.scope.q()).select_related("kind").filter(number=number).first()
    if case is None:
        raise Open311Error(404, f"没有 service_request_id “{number[:40]}”。")
    return _answer(fmt, "service_requests", "request", [_request(case)])


@_endpoint
def token(request: HttpRequest, token: str, *, fmt: str) -> HttpResponse:
    """The id behind a token; here every request has its number at once, and the number is the token."""
    system = _system(request, "cases:read")
    if not Case.objects.filter(system.scope.q()).filter(number=token).exists():
        raise Open311Error(404, f"没有 token “{token[:40]}”。")
    return _answer(fmt, "service_requests", "request", [{"service_request_id": token, "token": token}])


def _list(text: str) -> list[str]:
    return [part.strip()[:64] for part in text.split(",") if part.strip()][:MOST]


def _window(request: HttpRequest) -> tuple[datetime, datetime]:
    """The span asked for: at most 90 days, the last 90 when nothing is said."""
    ends = []
    for name in ("start_date", "end_date"):
        text = request.GET.get(name, "")
        try:
            found = parse_datetime(text.replace(" ", "+")) if text else None
        except ValueError:
            found = None
        if text and found is None:
            raise Open311Error(400, f"{name} “{text[:40]}”应为 ISO 8601 时间，例如 2026-05-01T00:00:00+08:00。")
        ends.append(timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found)
    end = ends[1] or (ends[0] + WINDOW if ends[0] else timezone.now())
    start = ends[0] or end - WINDOW
    if start > end:
        raise Open311Error(400, "start_date 晚于 end_date。")
    if end - start > WINDOW:
        raise Open311Error(400, "时间跨度不能超过90天，请分段查询。")
    return start, end


def _number(request: HttpRequest, name: str) -> float | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise Open311Error(400, f"{name} “{text[:20]}”不是数字。") from None


def _file(request: HttpRequest, fmt: str, system: System) -> HttpResponse:
    code = request.POST.get("service_code", "")
    if not code:
        raise Open311Error(400, "缺少 service_code。")
    kind = _leaves().filter(code=code[:8]).first()
    if kind is None:
        raise Open311Error(404, f"没有 service_code “{code[:20]}”。")
    lat, lng = _number(request, "lat"), _number(request, "long")
    address = request.POST.get("address_string", "").strip()
    address_id = request.POST.get("address_id", "").strip()
    if lat is None and lng is None and not address and not address_id:
        raise Open311Error(400, "须提供 lat 和 long，或 address_string，或 address_id。")
    name = request.POST.get("last_name", "").strip() + request.POST.get("first_name", "").strip()
    media = request.POST.get("media_url", "").strip()
    described = request.POST.get("description", "").strip()
    text = described or kind.name
    try:
        place = place_of(
            path=address_id, address=address[:200], about=described, lng=lng, lat=lat, home=system.path or "-"
        )
        with transaction.atomic():
            case = actions.file_case(
                channel=Channel.OPEN311,
                demand_type=DemandType.REPORT,
                text=f"{text}\n附图：{media[:500]}" if media else text,
                place=place,
                kind=kind,
                asker=actions.Asker(name=name[:60], phone=request.POST.get("phone", "").strip()[:40]),
            )
    except ValidationError as error:
        raise Open311Error(400, "；".join(error.messages)) from error
    notice = f"{NOTICE}地点：{full_name(case.path)}（{case.path}）。"
    record = {"service_request_id": case.number, "service_notice": notice, "account_id": None}
    return _answer(fmt, "service_requests", "request", [record], 200)


@public("标准规定的入口说明，不含数据")
@_endpoint
def discovery(request: HttpRequest, *, fmt: str) -> HttpResponse:
    base = request.build_absolute_uri("/open311/v2")
    about = {
        "changeset": "2026-11-01T00:00:00+08:00",
        "contact": "",
        "key_service": "向系统管理员申请 api_key",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": base,
                "changeset": "2026-11-01T00:00:00+08:00",
                "type": "production" if settings.PRODUCTION else "test",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    if fmt == "json":
        return HttpResponse(json.dumps(about, ensure_ascii=False), content_type=FORMATS[fmt])
    top = ET.Element("discovery")
    for name in ("changeset", "contact", "key_service"):
        _append(top, name, about[name])
    endpoints = ET.SubElement(top, "endpoints")
    for endpoint in about["endpoints"]:
        assert isinstance(endpoint, dict)
        formats = endpoint.pop("formats")
        _append(endpoints, "endpoint", endpoint)
        ET.SubElement(endpoints[-1], "formats").extend(_formats(formats))
    return HttpResponse(ET.tostring(top, encoding="utf-8", xml_declaration=True), content_type=FORMATS[fmt])


def _formats(names: Sequence[str]) -> list[ET.Element]:
    found = []
    for name in names:
        element = ET.Element("format")
        element.text = name
        found.append(element)
    return found


_BY_KEY: Final = RouteAccess("token", reason="api_key 由视图自己核对（GeoReport v2）")

urlpatterns = [
    path("discovery.<str:fmt>", discovery, name="open311_discovery"),
    path("services.<str:fmt>", services, name="open311_services"),
    path("services/<str:code>.<str:fmt>", service, name="open311_service"),
    path("requests.<str:fmt>", csrf_exempt(declare(requests, _BY_KEY)), name="open311_requests"),
    path("requests/<str:number>.<str:fmt>", declare(one, _BY_KEY), name="open311_request"),
    path("tokens/<str:token>.<str:fmt>", declare(token, _BY_KEY), name="open311_token"),
]
