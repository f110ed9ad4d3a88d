"""The archive of morning pages, and the cases behind one number."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from wangge.cases.web.tables import CaseTable
from wangge.cockpit import policy
from wangge.cockpit.tracing import Trace, case_ids
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange, Text
from wangge.kernel.listing.html import moment
from wangge.kernel.listing.listing import Listing, Rows
from wangge.organization import queries as organization
from wangge.territory import queries as territory
from wangge.territory.enums import Level
from wangge.territory.models import Division

OFFICE_PAGE = "office"


def _by_name(rows: Rows, text: str) -> Rows:
    """Pages of places and offices whose name holds the text."""
    places = Division.objects.current().filter(name__icontains=text).values("code")
    return rows.filter(Q(office__isnull=True, path__in=places) | Q(office__name__icontains=text))


def _by_level(rows: Rows, value: str) -> Rows:
    return rows.filter(office__isnull=False) if value == OFFICE_PAGE else rows.filter(office__isnull=True, level=value)


class BriefList(Listing):
    """Every page the user may read, newest first."""

    title = "每日民情归档"
    noun = "页"
    columns = (
        Column("for_on", "日期", sort="day", css="wg-nowrap", width=12),
        Column("name", "单位", value=lambda b: b.name, link=lambda b: reverse("brief_detail", args=[b.pk]), width=24),
        Column("headline", "提要", css="wg-wide", width=80),
        Column(
            "made_at", "生成", render=lambda b: moment(b.made_at), value=lambda b: b.made_at, css="wg-nowrap", width=17
        ),
        Column(
            "sent_at",
            "投送",
            render=lambda b: moment(b.sent_at) or "—",
            value=lambda b: b.sent_at,
            css="wg-nowrap",
            width=17,
        ),
        Column("digest", "校验码", screen=False, width=66),
    )
    filters = (
        DateRange("day", "日期", field="for_on"),
        Choice(
            "level",
            "层级",
            choices=[*((value, label.split("（")[0]) for value, label in Level.choices), (OFFICE_PAGE, "部门")],
            apply=_by_level,
        ),
        Text("q", "单位", placeholder="区划或机构名称", apply=_by_name),
        Text("words", "提要", placeholder="提要中的字词", field="headline"),
    )
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"day": ("-for_on", "path", "id")}
    default_sort = "day"
    export_permission = "cases.export"
    template = "cockpit/list.html"
    empty_title = "还没有每日民情"
    empty_hint = "每天到点生成；首次使用请等到明天早上。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.rows(request.user).defer("content")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = territory.names_of({row.path for row in rows})
        offices = organization.names({row.office_id for row in rows})
        for row in rows:
            row.name = offices.get(row.office_id, names[row.path])


class TracedCases(CaseTable):
    """The cases behind one number of a page, as far as the user sees them."""

    template = "cockpit/rows.html"

    @property
    def trace(self) -> Trace:
        given = self.params
        return Trace(
            given["fact"],
            date.fromisoformat(given["from_on"]),
            date.fromisoformat(given["to_on"]),
            given["place"],
            given["office"],
            given["kind"],
        )

    def rows(self, request: HttpRequest) -> Rows:
        return super().rows(request).filter(pk__in=case_ids(self.trace))

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:  # noqa: ARG002
        return []


class KeptCases(TracedCases):
    """The matters of danger to life that one page counted as late, by the numbers it kept. ``params``: ``brief``."""

    template = "cockpit/kept.html"

    def rows(self, request: HttpRequest) -> Rows:
        briefs = policy.rows(request.user).filter(pk=self.params["brief"])
        kept = briefs.values_list("content__danger__late_ids", flat=True).first()
        return CaseTable.rows(self, request).filter(pk__in=kept or ())
