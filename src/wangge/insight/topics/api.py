"""REST for other systems: hot topics with the numbers of their cases. Scope: ``topics:read``.

A system with a path sees the topics of the places below it; of a topic it is given the cases that it could read
itself. Topics hold no confidential case and name no resident.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from wangge.cases.models import Case
from wangge.insight.topics import queries
from wangge.insight.topics.enums import TopicState, Trend
from wangge.insight.topics.models import Topic
from wangge.kernel.api.auth import requires_scope, system_of
from wangge.kernel.api.pages import Cursor, Limit, page_of
from wangge.kernel.api.problems import Problem

router = Router(tags=["topics"])

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class TopicOut(Schema):
    """A topic. ``heat`` is how hot it is today; ``recent``: cases of the last seven days; ``people``: by phone."""

    id: int
    name: str
    place: str
    path: str
    kind: str | None
    state: str
    trend: str
    trend_label: str
    heat: float
    size: int
    recent: int
    people: int
    first_on: date
    last_on: date


class TopicPage(Schema):
    """A page of topics, the hottest first; ``next`` is the cursor of the following page, null on the last."""

    items: list[TopicOut]
    next: str | None
    total: int


class RiseOut(Schema):
    """A day on which the topic brought more than the days before explain; ``chance`` of so many without a change."""

    on: date
    level: str
    days: int
    observed: int
    expected: float
    chance: float


class DayOut(Schema):
    """A day of a topic."""

    on: date
    cases: int


class TopicDetail(TopicOut):
    """A topic with what gathers its cases, its days (those without a case left out), its parts and its last rises.
    ``cases`` is how many of its cases the system may read; ``size`` counts them all."""

    anchors: list[str]
    cases: int
    days: list[DayOut]
    parts: list[TopicOut]
    rises: list[RiseOut]


class MemberOut(Schema):
    """A case of a topic, to be read under ``/cases/{number}``."""

    number: str
    path: str
    state: str
    created_on: date


class MemberPage(Schema):
    """A page of a topic's cases, newest first."""

    items: list[MemberOut]
    next: str | None
    total: int


ORDER: Final = ("-heat", "-id")
MEMBERS: Final = ("-created_at", "-id")
PARTS: Final = 50
RISES: Final = 10
_PLAIN: Final = ("id", "name", "place", "path", "state", "trend", "heat", "size", "recent", "people", "first_on",
                 "last_on")  # fmt: skip


def _rows(request: HttpRequest) -> QuerySet[Topic]:
    return Topic.objects.filter(system_of(request).scope.q("path", "")).exclude(state=TopicState.MERGED)


def _topic(request: HttpRequest, pk: int) -> Topic:
    topic = _rows(request).select_related("kind").filter(pk=pk).first()
    if topic is None:
        raise Problem(404, "没有这个热点，或不在该系统的范围内。", code="topic_not_found")
    return topic


def _cases(request: HttpRequest, topic: Topic) -> QuerySet[Case]:
    found: QuerySet[Case] = Case.objects.filter(system_of(request).scope.q(), topic_members__topic=topic)
    return found


def _values(topic: Topic) -> dict[str, Any]:
    return {name: getattr(topic, name) for name in _PLAIN} | {
        "kind": topic.kind.code if topic.kind is not None else None,
        "trend_label": topic.get_trend_display(),
    }


@router.get("/topics", response=TopicPage, summary="热点")
@requires_scope("topics:read")
def list_topics(
    request: HttpRequest,
    path: Annotated[str, Query(pattern=r"^[0-9]{0,15}$", description="区划或网格代码")] = "",
    trend: Annotated[Trend | None, Query()] = None,
    parts: Annotated[bool, Query(description="也列出属于更大热点的下级热点")] = False,
    quiet: Annotated[bool, Query(description="也列出已平息的")] = False,
    cursor: Cursor = "",
    limit: Limit = 20,
) -> TopicPage:
    """The hottest first. Without ``parts``: the widest topics of the place asked for, or of the system's own."""
    rows = _rows(request).filter(state__in=queries.SHOWN_STATES if quiet else [TopicState.ACTIVE])
    if path:
        rows = rows.filter(path__startswith=path)
    if trend is not None:
        rows = rows.filter(trend=trend)
    if not parts:
        within = queries.widest(path) if path else queries.no_part(system_of(request).scope.q("within__path", ""))
        rows = rows.filter(within)
    page, total = page_of(rows.select_related("kind"), ORDER, limit=limit, cursor=cursor)
    return TopicPage(items=[TopicOut(**_values(one)) for one in page.rows], next=page.after or None, total=total)


@router.get("/topics/{pk}", response=TopicDetail, summary="查看热点")
@requires_scope("topics:read")
def read_topic(request: HttpRequest, pk: Number) -> TopicDetail:
    """One topic; its cases are under ``/topics/{pk}/cases``."""
    topic = _topic(request, pk)
    own = _rows(request).filter(within=topic).select_related("kind").order_by("-heat", "-pk")[:PARTS]
    rises = topic.rises.order_by("-on", "-pk")[:RISES]
    return TopicDetail(
        **_values(topic),
        anchors=topic.anchors,
        cases=_cases(request, topic).count(),
        days=[DayOut(on=on, cases=number) for on, number in queries.days_of(topic)],
        parts=[TopicOut(**_values(part)) for part in own],
        rises=[RiseOut(**{name: getattr(rise, name) for name in RiseOut.model_fields}) for rise in rises],
    )


@router.get("/topics/{pk}/cases", response=MemberPage, summary="热点中的事项")
@requires_scope("topics:read")
def list_members(request: HttpRequest, pk: Number, cursor: Cursor = "", limit: Limit = 20) -> MemberPage:
    """The numbers of the cases that the system may read, newest first."""
    rows = _cases(request, _topic(request, pk)).only("number", "path", "state", "created_at")
    page, total = page_of(rows, MEMBERS, limit=limit, cursor=cursor)
    items = [MemberOut(number=c.number, path=c.path, state=c.state, created_on=_day(c)) for c in page.rows]
    return MemberPage(items=items, next=page.after or None, total=total)


def _day(case: Case) -> date:
    return timezone.localdate(case.created_at)
