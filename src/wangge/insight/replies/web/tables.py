"""The list of checked replies."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join

from wangge.cases.web.filters import QuietPick, lead_options
from wangge.insight.replies import policy
from wangge.insight.replies.enums import SERIOUS, HintCode
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange, Flag
from wangge.kernel.listing.html import badge, moment
from wangge.kernel.listing.listing import Listing, Rows
from wangge.organization import queries as organization
from wangge.territory import queries as territory


def _badges(check: Any) -> str:
    if not check.hints:
        return badge("没有提示", "ok")
    return format_html_join(
        " ", "{}", ((badge(HintCode(code).label, "danger" if code in SERIOUS else "warn"),) for code in check.hints)
    )


def _having(rows: Rows, code: str) -> Rows:
    return rows.filter(hints__contains=[code])


def _from(rows: Rows, office: str) -> Rows:
    return rows.filter(office_id=int(office))


def _seriously(rows: Rows, _value: Any) -> Rows:
    return rows.filter(hints__overlap=sorted(SERIOUS))


class ReplyList(Listing):
    """Replies that were sent, with what each lacked."""

    title = "答复质检"
    noun = "条"
    columns = (
        Column("case__number", "编号", width=24, link=lambda c: reverse("case_detail", args=[c.case_id])),
        Column("title", "事项", value=lambda c: c.case.title, css="wg-wide", width=40),
        Column("place", "地点", value=lambda c: c.place, width=20),
        Column("office", "答复单位", value=lambda c: c.office_name, width=26),
        Column("hints", "提示", render=_badges, value=lambda c: [HintCode(code).label for code in c.hints], width=40),
        Column("length", "字数", css="wg-number"),
        Column("closest", "相似%", css="wg-number"),
        Column("at", "答复", render=lambda c: moment(c.at), value=lambda c: c.at, sort="at", css="wg-nowrap", width=17),
    )
    filters = (
        Choice("hint", "提示", choices=HintCode.choices, apply=_having),
        Flag("serious", "须改", apply=_seriously),
        DateRange("day", "答复日期", field="at"),
        QuietPick("lead", "答复单位", choices=lead_options, apply=_from),
    )
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"at": ("-at", "-id")}
    default_sort = "at"
    export_permission = "cases.export"
    template = "replies/list.html"
    empty_title = "还没有质检过的答复"
    empty_hint = "答复发出后几分钟内自动质检。"

    def rows(self, request: HttpRequest) -> Rows:
        return (
            policy.rows(request.user).select_related("case").defer("pieces", "sentences", "case__text", "case__reply")
        )

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = organization.names({row.office_id for row in rows})
        places = territory.names_of({row.path[:12] for row in rows})
        for row in rows:
            row.office_name = names.get(row.office_id, "")
            row.place = places[row.path[:12]]
