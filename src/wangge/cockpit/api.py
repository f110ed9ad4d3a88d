"""REST for other systems: the morning page as it was frozen, and its archive. Scope: ``briefs:read``.

A system sees the pages of the places below its path and of its office. Addresses in the answers are those of the desk,
below the installation's own; they say which cases a number counted, and ask for a person to sign in.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from wangge.cockpit import showing
from wangge.cockpit.models import Brief
from wangge.cockpit.units import Unit
from wangge.kernel.api.auth import requires_scope, system_of
from wangge.kernel.api.pages import Limit, page_of
from wangge.kernel.api.problems import Problem
from wangge.organization import queries as organization
from wangge.territory import queries as territory

router = Router(tags=["briefs"])

Path = Annotated[str, Field(pattern=r"^[0-9]{2,12}$", description="区划代码")]
OfficeId = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="机构编号；不填为区划自己的一页")]


class NumberOut(Schema):
    """A number of the page. ``usual`` and ``change`` are words, empty where there is nothing to compare with;
    ``way``: ``up``, ``down`` or empty for what chance explains; ``url`` leads to the cases counted."""

    code: str
    label: str
    value: float | None
    shown: str
    usual: str
    change: str
    way: str
    url: str


class LineOut(Schema):
    """A line of the page: what it is about, what is said of it."""

    name: str
    text: str
    url: str


class LateOut(Schema):
    """Who is late with how many cases at the end of the day; ``rest`` are those of offices not named."""

    offices: list[LineOut]
    rest: int


class DangerOut(Schema):
    """Matters of danger to life: filed on the day, open at its end, late when the page was made."""

    filed: int
    open: int
    late: int
    matters: list[LineOut]


class DecideOut(Schema):
    """The one thing to decide."""

    title: str
    why: str
    url: str


class BriefLine(Schema):
    """A page in the archive. ``for_on`` is the morning; the numbers are those of the day before."""

    for_on: date
    path: str
    office_id: int | None
    name: str
    headline: str
    digest: str
    made_at: datetime
    sent_at: datetime | None


class BriefPage(Schema):
    """A page of the archive, newest first; ``next`` is the cursor of the following page, null on the last."""

    items: list[BriefLine]
    next: str | None
    total: int


class BriefOut(BriefLine):
    """A morning page as it was frozen. ``genuine``: its content still has the digest it was made with.
    ``needs`` (七有五性) together are all that was filed; pages made before they were counted have none."""

    day: date
    weekday: str
    weeks: int
    genuine: bool
    figures: list[NumberOut]
    needs: list[NumberOut]
    rose: list[LineOut]
    late: LateOut
    danger: DangerOut
    best: list[LineOut]
    worst: list[LineOut]
    praise: int
    decide: DecideOut | None


ORDER: Final = ("-for_on", "path", "id")


def _rows(request: HttpRequest) -> QuerySet[Brief]:
    return Brief.objects.filter(system_of(request).scope.q())


def _line(brief: Brief, name: str) -> dict[str, Any]:
    kept = ("for_on", "path", "office_id", "headline", "digest", "made_at", "sent_at")
    return {field: getattr(brief, field) for field in kept} | {"name": name}


def _out(brief: Brief) -> BriefOut:
    told = showing.context(brief)
    plain = {name: told[name] for name in ("day", "weekday", "weeks", "genuine", "praise", "decide")}
    late, danger = told["late"], told["danger"]
    return BriefOut(
        **_line(brief, told["name"]),
        **plain,
        figures=told["figures"],
        needs=told["needs"],
        rose=told["rose"],
        late=LateOut(offices=[_counted(one) for one in late["offices"]], rest=late["rest"]),
        danger=DangerOut(
            filed=danger["filed"],
            open=danger["open"],
            late=danger["late"],
            matters=[LineOut(name=_matter(one), text=one["state"], url=one["url"]) for one in danger["matters"]],
        ),
        best=told["best"],
        worst=told["worst"],
    )


def _counted(one: dict[str, Any]) -> LineOut:
    return LineOut(name=one["name"], text=f"{one['value']}件", url=one["url"])


def _matter(one: dict[str, Any]) -> str:
    return f"{one['place']}：{one['kind']}，{one['office']}，已{one['waited']}{'，超时限' if one['late'] else ''}"


def _found(rows: QuerySet[Brief]) -> BriefOut:
    brief = rows.order_by("-for_on").first()
    if brief is None:
        raise Problem(404, "没有这个单位这一天的每日民情，或不在该系统的范围内。", code="brief_not_found")
    return _out(brief)


@router.get("/briefs", response=BriefPage, summary="每日民情归档")
@requires_scope("briefs:read")
def list_briefs(
    request: HttpRequest,
    path: Annotated[str, Query(pattern=r"^[0-9]{0,12}$", description="区划代码：本级和下级的各页")] = "",
    from_on: Annotated[date | None, Query(description="自哪天早上")] = None,
    to_on: Annotated[date | None, Query(description="至哪天早上")] = None,
    cursor: Annotated[str, Query(max_length=200)] = "",
    limit: Limit = 20,
) -> BriefPage:
    """Newest first, then by place. Pages are equally quick wherever they lie; ``total`` is exact."""
    rows = _rows(request).defer("content")
    if path:
        rows = rows.filter(path__startswith=path)
    if from_on is not None:
        rows = rows.filter(for_on__gte=from_on)
    if to_on is not None:
        rows = rows.filter(for_on__lte=to_on)
    page, total = page_of(rows, ORDER, limit=limit, cursor=cursor)
    places = territory.names_of({brief.path for brief in page.rows})
    offices = organization.names(brief.office_id for brief in page.rows)
    return BriefPage(
        items=[BriefLine(**_line(one, offices.get(one.office_id or 0, places[one.path]))) for one in page.rows],
        next=page.after or None,
        total=total,
    )


@router.get("/briefs/{path}/latest", response=BriefOut, summary="最新的每日民情")
@requires_scope("briefs:read")
def latest_brief(request: HttpRequest, path: Path, office_id: OfficeId = None) -> BriefOut:
    """The newest page of a place, or of one of its offices."""
    return _found(_rows(request).filter(Unit(path, office_id).q))


@router.get("/briefs/{path}/{for_on}", response=BriefOut, summary="某天的每日民情")
@requires_scope("briefs:read")
def read_brief(request: HttpRequest, path: Path, for_on: date, office_id: OfficeId = None) -> BriefOut:
    """The page of one morning."""
    return _found(_rows(request).filter(Unit(path, office_id).q, for_on=for_on))
