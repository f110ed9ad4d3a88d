"""REST for other systems: file, find, follow and move cases. OpenAPI at ``/api/v1/openapi.json``.

Scopes: ``cases:read``, ``cases:write`` (file), ``cases:dispatch``, ``cases:handle`` (every other step but
``cases:call_back``: who handles a case does not say how satisfied the requester is). A system
sees what lies below its path or touches its office; personal data of requesters never leaves through here.
Every write honours ``Idempotency-Key``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.responses import Status

from wangge.cases import actions, queries
from wangge.cases.dispatching import CannotDispatch, best_plan, overridden
from wangge.cases.enums import CaseState, Channel, ContactWay, DemandType, ResultClass, Satisfaction, Solved, Urgency
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseQuerySet
from wangge.cases.placing import place_of
from wangge.duties import snapshot
from wangge.duties.models import Kind
from wangge.kernel.api.auth import requires_scope, system_of
from wangge.kernel.api.idempotency import idempotent
from wangge.kernel.api.pages import Cursor, Limit, page_of
from wangge.kernel.api.problems import Problem
from wangge.kernel.rows import one
from wangge.organization import queries as organization

router = Router(tags=["cases"])

Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Line = Annotated[str, Field(max_length=200)]


class CaseIn(Schema):
    """A matter to file. The place: a division code, or a point, or both; with neither, the one street, community or
    grid of the system's own division that the address and the text speak of; else that division. The answer's ``path``
    says what was found.
    """

    text: Text
    title: Annotated[str, Field(max_length=120)] = ""
    demand_type: DemandType = DemandType.COMPLAINT
    channel: Literal["api", "platform", "grid", "resident", "window", "media"] = "api"
    urgency: Urgency = Urgency.NORMAL
    kind: Annotated[str, Field(max_length=8, description="类别编码")] = ""
    path: Annotated[str, Field(max_length=15, description="区划或网格代码")] = ""
    address: Line = ""
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    crs: Literal["", "CGCS2000", "WGS84", "GCJ02", "BD09"] = ""
    name: Annotated[str, Field(max_length=60)] = ""
    phone: Annotated[str, Field(max_length=20)] = ""
    is_private: bool = False
    is_anonymous: bool = False
    reply_wanted: bool = True
    source_number: Annotated[str, Field(max_length=64)] | None = None
    created_at: datetime | None = None


class CaseOut(Schema):
    """A case as other systems see it: no requester."""

    number: str
    state: str
    state_label: str
    title: str
    text: str
    demand_type: str
    channel: str
    urgency: str
    kind: str | None
    path: str
    address: str
    lng: float | None
    lat: float | None
    lead_office: str | None
    dispatch_reason: str
    next_due_at: datetime | None
    finish_due_at: datetime | None
    reply: str
    result_class: str
    solved: str
    satisfaction: str
    created_at: datetime
    dispatched_at: datetime | None
    closed_at: datetime | None
    version: int
    source_number: str | None


class TransitionOut(Schema):
    step: str
    source: str
    target: str
    actor: str
    reason: str
    at: datetime


class CasePage(Schema):
    """A page of cases, newest first; ``next`` is the cursor of the following page, null on the last."""

    items: list[CaseOut]
    next: str | None
    total: int


class StepIn(Schema):
    """Common to every step. ``seen`` is the version the caller read: a step on a stale version is a 409."""

    reason: Annotated[str, Field(max_length=2000)] = ""
    seen: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class DispatchIn(StepIn):
    """Without ``lead_office_id`` the first plan of the lists is taken."""

    kind: Annotated[str, Field(max_length=8)] = ""
    lead_office_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    assist_office_ids: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]], Field(max_length=20)] = []


class ContactIn(StepIn):
    way: ContactWay = ContactWay.PHONE
    reached: bool = True
    note: Annotated[str, Field(max_length=2000)] = ""


class ReplyIn(StepIn):
    text: Text
    result_class: ResultClass = ResultClass.SOLVED
    contacted: ContactWay | None = None


class CallBackIn(StepIn):
    way: ContactWay = ContactWay.PHONE
    reached: bool
    solved: Solved | None = None
    satisfaction: Satisfaction | None = None
    comment: Annotated[str, Field(max_length=2000)] = ""


ORDER: Final = ("-created_at", "-id")
_PLAIN: Final = tuple(name for name in CaseOut.model_fields if name not in {"state_label", "kind", "lead_office"})


def _out(case: Case) -> CaseOut:
    lead = organization.office(case.lead_office_id) if case.lead_office_id else None
    values = {name: getattr(case, name) for name in _PLAIN}
    return CaseOut(
        **values,
        state_label=case.get_state_display(),
        kind=snapshot.code_of(case.kind_id) if case.kind_id is not None else None,
        lead_office=lead.name if lead is not None else None,
    )


def _rows(request: HttpRequest) -> CaseQuerySet:
    return Case.objects.filter(system_of(request).scope.q())


def _case(request: HttpRequest, number: str) -> Case:
    case = one(Case, number=number)
    if case is None or not system_of(request).scope.covers(case.path, case.office_ids):
        raise Problem(404, "没有这个编号的事项，或不在该系统的范围内。", code="case_not_found")
    return case


def _kind(code: str) -> Kind | None:
    if not code:
        return None
    leaf = snapshot.current().leaf(code)
    found = one(Kind, id=leaf.id) if leaf is not None else None
    if found is None:
        raise Problem(422, f"没有类别编码“{code}”，或它还有下级。", code="unknown_kind")
    return found


def _stepped(request: HttpRequest, number: str, step: str, given: StepIn, **arguments: Any) -> CaseOut:
    case = _case(request, number)
    getattr(CaseFlow(case), step)(reason=given.reason, seen=given.seen, **arguments)
    return _out(case)


@router.post("/cases", response={201: CaseOut}, summary="登记事项")
@requires_scope("cases:write")
@idempotent
def file_case(request: HttpRequest, data: CaseIn) -> Status[CaseOut]:
    """File a matter. The same ``source_number`` again returns the first case."""
    system = system_of(request)
    place = place_of(
        path=data.path,
        address=data.address,
        about=data.text,
        lng=data.lng,
        lat=data.lat,
        crs=data.crs,
        home=system.path or "-",
    )
    case = actions.file_case(
        channel=data.channel,
        demand_type=data.demand_type,
        text=data.text,
        title=data.title,
        place=place,
        kind=_kind(data.kind),
        asker=actions.Asker(name=data.name, phone=data.phone),
        urgency=data.urgency,
        is_private=data.is_private,
        is_anonymous=data.is_anonymous,
        reply_wanted=data.reply_wanted,
        source_system=system.name[:40] if data.source_number else "",
        source_number=data.source_number,
        created_at=data.created_at,
    )
    if not system.scope.covers(case.path, case.office_ids):
        raise Problem(409, "该来源编号已用于其他范围的事项。", code="source_number_taken")
    return Status(201, _out(case))


@router.get("/cases", response=CasePage, summary="查询事项")
@requires_scope("cases:read")
def list_cases(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200, description="编号或文字")] = "",
    state: Annotated[CaseState | None, Query()] = None,
    path: Annotated[str, Query(max_length=15, pattern=r"^\d*$")] = "",
    channel: Annotated[Channel | None, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = 20,
) -> CasePage:
    """Newest first. Pages are equally quick wherever they lie; ``total`` is exact."""
    rows, seen = _rows(request), system_of(request).scope
    few: list[int] | None = None
    if state is not None:
        rows = rows.filter(state=state)
    if path:
        rows = rows.at(path)
    if channel is not None:
        rows = rows.filter(channel=channel)
    if q.strip():
        # Phones are no search key for systems, however they are written: who called whom is nothing to enumerate.
        by_number = q.strip().isdigit() or queries.looks_like_phone(q)
        if by_number:
            rows = rows.filter(number=q.strip())
        else:
            few = queries.few_with(seen, q)
            rows = queries.search(rows, q, within=seen) if few is None else queries.among(rows, few)

    def count() -> int:
        if few is not None:
            alone = state is None and channel is None and not path
            return len(few) if alone else rows.order_by().count()
        where = {"channel": channel} if channel is not None else None
        return queries.total_for(seen, rows, state=state, path=path, words=q.strip(), where=where)

    page, total = page_of(rows, ORDER, limit=limit, cursor=cursor, count=count)
    return CasePage(items=[_out(case) for case in page.rows], next=page.after or None, total=total)


@router.get("/cases/{number}", response=CaseOut, summary="查看事项")
@requires_scope("cases:read")
def read_case(request: HttpRequest, number: Annotated[str, Field(max_length=24)]) -> CaseOut:
    return _out(_case(request, number))


@router.get("/cases/{number}/transitions", response=list[TransitionOut], summary="流转记录")
@requires_scope("cases:read")
def read_transitions(request: HttpRequest, number: Annotated[str, Field(max_length=24)]) -> list[TransitionOut]:
    case = _case(request, number)
    return [
        TransitionOut(step=t.step, source=t.source, target=t.target, actor=t.actor_label, reason=t.reason, at=t.at)
        for t in case.transitions.order_by("at", "pk")
    ]


@router.post("/cases/{number}/dispatch", response=CaseOut, summary="派单")
@requires_scope("cases:dispatch")
@idempotent
def dispatch(request: HttpRequest, number: Annotated[str, Field(max_length=24)], data: DispatchIn) -> CaseOut:
    """By the lists, or to the offices named (then a reason is asked)."""
    case = _case(request, number)
    if data.kind:
        case.kind = _kind(data.kind)
    try:
        plan = best_plan(case)
        if data.lead_office_id is not None:
            plan = overridden(
                plan,
                case,
                lead_id=data.lead_office_id,
                assist_ids=data.assist_office_ids,
                reason=data.reason,
            )
    except CannotDispatch as error:
        raise Problem(422, str(error), code="cannot_dispatch") from error
    CaseFlow(case).dispatch(plan=plan, reason=data.reason, seen=data.seen)
    return _out(case)


@router.post("/cases/{number}/sign", response=CaseOut, summary="签收")
@requires_scope("cases:handle")
@idempotent
def sign(request: HttpRequest, number: Annotated[str, Field(max_length=24)], data: StepIn) -> CaseOut:
    return _stepped(request, number, "sign", data)


@router.post("/cases/{number}/contact", response=CaseOut, summary="联系诉求人")
@requires_scope("cases:handle")
@idempotent
def contact(request: HttpRequest, number: Annotated[str, Field(max_length=24)], data: ContactIn) -> CaseOut:
    return _stepped(request, number, "contact", data, way=data.way, reached=data.reached, note=data.note)


@router.post("/cases/{number}/return", response=CaseOut, summary="退单")
@requires_scope("cases:handle")
@idempotent
def send_back(request: HttpRequest, number: Annotated[str, Field(max_length=24)], data: StepIn) -> CaseOut:
    return _stepped(request, number, "send_back", data)


@router.post("/cases/{number}/reply", response=CaseOut, summary="答复")
@requires_scope("cases:handle")
@idempotent
def reply(request: HttpRequest, number: Annotated[str, Field(max_length=24)], data: ReplyIn) -> CaseOut:
    contacted = data.contacted.value if data.contacted is not None else ""
    return _stepped(request, number, "reply", data, text=data.text, result_class=data.result_class, contacted=contacted)


@router.post("/cases/{number}/call-back", response=CaseOut, summary="回访")
@requires_scope("cases:call_back")
@idempotent
def call_back(request: HttpRequest, number: Annotated[str, Field(max_length=24)], data: CallBackIn) -> CaseOut:
    return _stepped(
        request,
        number,
        "call_back",
        data,
        way=data.way,
        reached=data.reached,
        solved=data.solved or "",
        satisfaction=data.satisfaction or "",
        comment=data.comment,
    )
