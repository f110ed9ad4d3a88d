"""REST for other systems: read whistles and their summonses, write a whistle that a person then signs.

Scopes: ``whistles:read``, ``whistles:write``. A system sees what lies below its path or to which its office was
summoned; of who came on the spot it learns time and rank, no name. A system never blows: G07 and G08 ask for people.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from ninja.responses import Status

from wangge.cases.models import Case
from wangge.cases.placing import place_of
from wangge.duties.models import DutyItem
from wangge.kernel.api.auth import requires_scope, system_of
from wangge.kernel.api.idempotency import idempotent
from wangge.kernel.api.pages import Cursor, Limit, page_of
from wangge.kernel.api.problems import Problem
from wangge.organization import queries as organization
from wangge.whistle.drafting import Called, Spot, draft
from wangge.whistle.enums import LIVE_SUMMONS, Role, SummonsState, WhistleKind, WhistleState
from wangge.whistle.models import Summons, Whistle

router = Router(tags=["whistles"])

Line = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(min_length=4, max_length=3000)]
Number = Annotated[str, Field(max_length=24)]
Key = Annotated[int, Field(ge=1, le=2**63 - 1)]
Place = Annotated[str, Query(pattern=r"^[0-9]{0,15}$", description="区划或网格代码")]


class ClockOut(Schema):
    """A limit of a summons; ``outcome`` is empty while it runs, then on_time or late. ``check`` is the street's,
    ``decide`` the command centre's; the others are the office's own.
    """

    name: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    outcome: str


class TaskOut(Schema):
    """One thing asked of one office."""

    text: str
    due_on: date | None
    state: str
    answer: str
    note: str


class ArrivalOut(Schema):
    """Somebody came: when, of which rank, proved how. The first counts for the limit."""

    at: datetime
    rank: str
    way: str


class SummonsOut(Schema):
    """One office called to the spot. ``raised_at``: late, escalated, still late, told to the district leader."""

    id: int
    whistle: str
    office_id: int
    office: str
    role: str
    state: str
    state_label: str
    next_due_at: datetime | None
    summoned_at: datetime | None
    signed_at: datetime | None
    arrived_at: datetime | None
    reported_at: datetime | None
    done_at: datetime | None
    raised_at: datetime | None
    returns: int
    objections: int


class SummonsDetail(SummonsOut):
    """A summons with its clocks, tasks and arrivals."""

    plan: str
    report: str
    clocks: list[ClockOut]
    tasks: list[TaskOut]
    arrivals: list[ArrivalOut]


class WhistleOut(Schema):
    """A whistle as other systems see it."""

    number: str
    kind: str
    kind_label: str
    origin: str
    state: str
    state_label: str
    title: str
    path: str
    street_path: str
    office: str | None
    address: str
    lng: float | None
    lat: float | None
    emergency: bool
    next_due_at: datetime | None
    suspended_until_on: date | None
    created_at: datetime
    blown_at: datetime | None
    closed_at: datetime | None
    version: int


class WhistleDetail(WhistleOut):
    """A whistle with what it rests on and every summons."""

    text: str
    tried: str
    wanted: str
    result: str
    limits: dict[str, str]
    items: list[str]
    cases: list[str]
    summonses: list[SummonsDetail]


class WhistlePage(Schema):
    """A page of whistles, newest first; ``next`` is the cursor of the following page, null on the last."""

    items: list[WhistleOut]
    next: str | None
    total: int


class SummonsPage(Schema):
    """A page of summonses, newest first."""

    items: list[SummonsOut]
    next: str | None
    total: int


class CalledIn(Schema):
    """An office to be summoned, and what it is asked for; exactly one leads."""

    office_id: Key
    role: Role
    tasks: Annotated[list[Annotated[str, Field(min_length=1, max_length=300)]], Field(min_length=1, max_length=20)]


class ItemIn(Schema):
    """A list item by the code of its list and its number (C04)."""

    list_code: Annotated[str, Field(max_length=30)]
    number: Annotated[str, Field(max_length=20)]


class WhistleIn(Schema):
    """A whistle to write. It rests on ``cases`` (numbers), or on a matter of its own with a point."""

    kind: WhistleKind = WhistleKind.WORK
    origin: Literal["", "patrol", "enforcement", "hidden_danger"] = ""
    title: Annotated[str, Field(min_length=2, max_length=120)]
    text: Annotated[str, Field(min_length=4, max_length=5000)]
    tried: Text
    wanted: Text
    path: Annotated[str, Field(pattern=r"^[0-9]{0,15}$", description="街道或社区代码")] = ""
    address: Annotated[str, Field(min_length=1, max_length=200)]
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    crs: Literal["", "CGCS2000", "WGS84", "GCJ02", "BD09"] = ""
    cases: Annotated[list[Number], Field(max_length=20)] = []
    called: Annotated[list[CalledIn], Field(min_length=1, max_length=20)]
    items: Annotated[list[ItemIn], Field(min_length=1, max_length=20)]


ORDER: Final = ("-created_at", "-id")
SUMMONS_ORDER: Final = ("-summoned_at", "-id")
_WHISTLE: Final = tuple(
    name for name in WhistleOut.model_fields if name not in {"kind_label", "state_label", "office", "emergency"}
)
_SUMMONS: Final = tuple(name for name in SummonsOut.model_fields if name not in {"whistle", "office", "state_label"})


def _rows(request: HttpRequest) -> QuerySet[Whistle]:
    return Whistle.objects.filter(system_of(request).scope.q())


def _summonses(request: HttpRequest) -> QuerySet[Summons]:
    seen = system_of(request).scope.q("whistle__path", "whistle__office_ids")
    return Summons.objects.filter(seen).exclude(state=SummonsState.PREPARED)


def _whistle(request: HttpRequest, number: str) -> Whistle:
    found = _rows(request).filter(number=number).first()
    if found is None:
        raise Problem(404, "没有这个编号的吹哨，或不在该系统的范围内。", code="whistle_not_found")
    return found


def _plain(whistle: Whistle) -> dict[str, Any]:
    return {name: getattr(whistle, name) for name in _WHISTLE} | {
        "kind_label": whistle.get_kind_display(),
        "state_label": whistle.get_state_display(),
        "office": organization.names([whistle.office_id]).get(whistle.office_id or 0),
        "emergency": whistle.posture_id is not None,
    }


def _called(summons: Summons, number: str) -> dict[str, Any]:
    return {name: getattr(summons, name) for name in _SUMMONS} | {
        "whistle": number,
        "office": organization.names([summons.office_id]).get(summons.office_id, ""),
        "state_label": summons.get_state_display(),
    }


def _whole(summons: Summons, number: str) -> SummonsDetail:
    return SummonsDetail(
        **_called(summons, number),
        plan=summons.plan,
        report=summons.report,
        clocks=[ClockOut.from_orm(one) for one in summons.clocks.all()],
        tasks=[TaskOut.from_orm(one) for one in summons.tasks.all()],
        arrivals=[ArrivalOut.from_orm(one) for one in summons.check_ins.all()],
    )


def _detail(whistle: Whistle) -> WhistleDetail:
    summonses = whistle.summonses.prefetch_related("clocks", "tasks", "check_ins").order_by("-role", "pk")
    limits = {name: f"{value} {unit}" for name, (value, unit) in whistle.limits.items()}
    return WhistleDetail(
        **_plain(whistle),
        text=whistle.text,
        tried=whistle.tried,
        wanted=whistle.wanted,
        result=whistle.result,
        limits=limits,
        items=[item.text for item in whistle.items.all()],
        cases=list(whistle.cases.order_by("pk").values_list("case__number", flat=True)),
        summonses=[_whole(one, whistle.number) for one in summonses],
    )


@router.get("/whistles", response=WhistlePage, summary="查询吹哨")
@requires_scope("whistles:read")
def list_whistles(
    request: HttpRequest,
    state: Annotated[WhistleState | None, Query()] = None,
    kind: Annotated[WhistleKind | None, Query()] = None,
    path: Place = "",
    late: Annotated[bool, Query(description="只要有超时的")] = False,
    cursor: Cursor = "",
    limit: Limit = 20,
) -> WhistlePage:
    """Newest first. ``total`` is exact."""
    rows = _rows(request)
    if state is not None:
        rows = rows.filter(state=state)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if path:
        rows = rows.filter(path__startswith=path)
    if late:
        rows = rows.filter(state=WhistleState.RUNNING, next_due_at__lt=timezone.now())
    page, total = page_of(rows, ORDER, limit=limit, cursor=cursor)
    return WhistlePage(items=[WhistleOut(**_plain(one)) for one in page.rows], next=page.after or None, total=total)


@router.get("/whistles/{whistle}", response=WhistleDetail, summary="查看吹哨")
@requires_scope("whistles:read")
def read_whistle(request: HttpRequest, whistle: Number) -> WhistleDetail:
    """One whistle with every summons, its clocks, tasks and arrivals."""
    return _detail(_whistle(request, whistle))


@router.post("/whistles", response={201: WhistleDetail}, summary="起草吹哨")
@requires_scope("whistles:write")
@idempotent
def write_whistle(request: HttpRequest, data: WhistleIn) -> Status[WhistleDetail]:
    """Write a whistle; it waits for the signature that its kind asks for, and nobody is summoned before."""
    system = system_of(request)
    place = place_of(
        path=data.path, address=data.address, lng=data.lng, lat=data.lat, crs=data.crs, home=system.path or "-"
    )
    made = draft(
        kind=data.kind.value,
        title=data.title,
        text=data.text,
        tried=data.tried,
        wanted=data.wanted,
        spot=Spot(place.path[:12], data.address, place.lng, place.lat),
        called=[Called(one.office_id, one.role.value, tuple(one.tasks)) for one in data.called],
        items=_items(data.items),
        by=None,
        office_id=system.office_id,
        origin=data.origin,
        cases=_cases(request, data.cases),
    )
    return Status(201, _detail(made))


def _items(given: list[ItemIn]) -> list[DutyItem]:
    found = []
    for one in given:
        item = DutyItem.objects.filter(duty_list__code=one.list_code, number=one.number).select_related("duty_list")
        held = item.first()
        if held is None:
            raise Problem(422, f"清单“{one.list_code}”没有条目“{one.number}”。", code="unknown_item")
        found.append(held)
    return found


def _cases(request: HttpRequest, numbers: list[str]) -> list[Case]:
    seen = Case.objects.filter(system_of(request).scope.q()).select_related("kind")
    held = {case.number: case for case in seen.filter(number__in=numbers)}
    missing = [number for number in numbers if number not in held]
    if missing:
        raise Problem(422, f"没有编号为{missing[0]}的事项，或不在该系统的范围内。", code="case_not_found")
    return [held[number] for number in dict.fromkeys(numbers)]


@router.get("/summonses", response=SummonsPage, summary="查询报到通知")
@requires_scope("whistles:read")
def list_summonses(
    request: HttpRequest,
    state: Annotated[SummonsState | None, Query()] = None,
    office_id: Annotated[Key | None, Query()] = None,
    late: Annotated[bool, Query(description="只要超时的")] = False,
    raised: Annotated[bool, Query(description="只要已报区领导的")] = False,
    cursor: Cursor = "",
    limit: Limit = 20,
) -> SummonsPage:
    """Newest first."""
    rows = _summonses(request).select_related("whistle")
    if state is not None:
        rows = rows.filter(state=state)
    if office_id is not None:
        rows = rows.filter(office_id=office_id)
    if late:
        rows = rows.filter(next_due_at__lt=timezone.now())
    if raised:
        rows = rows.filter(raised_at__isnull=False, state__in=LIVE_SUMMONS)
    page, total = page_of(rows, SUMMONS_ORDER, limit=limit, cursor=cursor)
    items = [SummonsOut(**_called(one, one.whistle.number)) for one in page.rows]
    return SummonsPage(items=items, next=page.after or None, total=total)


@router.get("/summonses/{summons}", response=SummonsDetail, summary="查看报到通知")
@requires_scope("whistles:read")
def read_summons(request: HttpRequest, summons: Key) -> SummonsDetail:
    found = _summonses(request).select_related("whistle").filter(pk=summons).first()
    if found is None:
        raise Problem(404, "没有这个报到通知，或不在该系统的范围内。", code="summons_not_found")
    return _whole(found, found.whistle.number)
