"""The lists: topics, the cases of one, rises."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wangge.cases.web import filters as case_filters
from wangge.cases.web.tables import CaseTable
from wangge.insight.topics import policy, queries
from wangge.insight.topics.actions import note
from wangge.insight.topics.enums import RiseLevel, TopicState, Trend
from wangge.insight.topics.models import Rise, Topic
from wangge.kernel.access.routes import me
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange, Flag, Text
from wangge.kernel.listing.html import badge, moment
from wangge.kernel.listing.listing import Applied, BulkAction, Listing, Rows
from wangge.territory import queries as territory

TREND_TONES = {
    Trend.NEW: "info",
    Trend.RISING: "danger",
    Trend.STEADY: "neutral",
    Trend.FALLING: "ok",
    Trend.OVER: "neutral",
}
STATE_TONES = {
    TopicState.ACTIVE: "active",
    TopicState.QUIET: "neutral",
    TopicState.MERGED: "neutral",
    TopicState.ASIDE: "hold",
}
LEVEL_TONES = {RiseLevel.NOTICE: "info", RiseLevel.WARNING: "warn", RiseLevel.ALARM: "danger"}
RISING_DAYS = 7


def topic_url(topic: Topic) -> str:
    return reverse("topic_detail", args=[topic.pk])


def trend_badge(topic: Topic) -> SafeString:
    return badge(topic.get_trend_display(), TREND_TONES.get(Trend(topic.trend), "neutral"))


def level_badge(rise: Rise) -> SafeString:
    return badge(rise.get_level_display(), LEVEL_TONES[RiseLevel(rise.level)])


def chance_words(rise: Rise) -> str:
    """The chance in words that a clerk reads: 1 in how many."""
    if rise.chance < 1e-8:
        return "几乎不可能是偶然"
    return f"偶然出现的可能约1/{round(1 / rise.chance):,}"


def rise_words(rise: Rise) -> str:
    """What rose, in one sentence."""
    span = "当天" if rise.days == 1 else f"{rise.days}天"
    return f"{span}{rise.observed}件，通常{rise.expected:.1f}件"


def _name(topic: Any) -> SafeString:
    parts = format_html(" {}", badge(f"含{topic.part_count}个下级", "neutral")) if topic.part_count else ""
    rise = format_html(" {}", level_badge(topic.rise)) if topic.rise is not None else ""
    state = (
        format_html(" {}", badge(topic.get_state_display(), STATE_TONES[topic.state]))
        if topic.state != TopicState.ACTIVE
        else ""
    )
    under = " · ".join(part for part in (topic.kind.name if topic.kind else "", topic.place) if part)
    return format_html(
        '<div class="topic-name"><a href="{}">{}</a>{}{}{}</div><div class="topic-under">{}</div>',
        topic_url(topic),
        topic.name,
        rise,
        parts,
        state,
        under,
    )


def _span(topic: Topic) -> str:
    return f"{topic.first_on:%Y-%m-%d} 至 {topic.last_on:%Y-%m-%d}"


class TopicList(Listing):
    """The topics the user sees, hottest first."""

    title = "热点"
    noun = "个"
    columns = (
        Column("name", "热点", render=_name, value=lambda t: t.name, css="wg-wide", width=40),
        Column("heat", "热度", value=lambda t: round(t.heat, 1), sort="heat", css="wg-number"),
        Column("trend", "走势", render=trend_badge, css="wg-nowrap"),
        Column("recent", "近七天", sort="recent", css="wg-number"),
        Column("size", "件数", sort="size", css="wg-number"),
        Column("people", "人数", css="wg-number"),
        Column("path", "区划", value=lambda t: t.place_name, css="case-place", width=24),
        Column("span", "时间", value=_span, css="wg-nowrap", sort="last", width=26),
        Column("place", "地点", screen=False, width=24),
        Column("kind", "类别", value=lambda t: t.kind.name if t.kind else "", screen=False, width=20),
        Column("anchors", "锚点", screen=False, width=30),
        Column("state", "状态", screen=False),
    )
    filters = (
        Text("q", "搜索", field="name", placeholder="热点名称"),
        Choice("trend", "走势", choices=Trend.choices),
        case_filters.PlaceFilter("place", "区划"),
        case_filters.Pick("kind", "类别", choices=case_filters.kind_options, apply=case_filters.by_kind),
        Flag("rose", "有预警", apply=lambda rows, _value: _rose(rows)),
        DateRange("last", "最近日期", field="last_on"),
        Choice(
            "show",
            "范围",
            choices=[("parts", "含下级热点"), ("aside", "不作热点的")],
            any_label="主要热点",
            apply=lambda r, _v: r,
        ),
    )
    sorts: ClassVar = {
        "heat": ("heat", "id"),
        "recent": ("recent", "id"),
        "size": ("size", "id"),
        "last": ("last_on", "id"),
    }
    default_sort = "-heat"
    export_permission = "cases.export"
    template = "topics/list.html"
    empty_title = "还没有热点"
    empty_hint = "同一件事、同一地点的诉求积累到五件时，夜间会自动归成热点。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.rows(request.user).exclude(state=TopicState.MERGED).select_related("kind")

    def filtered(self, request: HttpRequest, applied: Applied) -> Rows:
        rows = super().filtered(request, applied)
        show = applied.values.get("show")
        if show == "aside":
            return rows.filter(state=TopicState.ASIDE)
        rows = rows.exclude(state=TopicState.ASIDE)
        return rows if show == "parts" or "q" in applied.values else rows.filter(policy.whole(request.user))

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = territory.names_of({topic.path for topic in rows})
        ids = [topic.pk for topic in rows]
        parts: dict[int, int] = {}
        for whole in Topic.objects.filter(within_id__in=ids).values_list("within_id", flat=True):
            if whole is not None:
                parts[whole] = parts.get(whole, 0) + 1
        since = timezone.localdate() - timedelta(days=RISING_DAYS)
        rises: dict[int, Rise] = {}
        for rise in Rise.objects.filter(topic_id__in=ids, on__gte=since).order_by("-chance"):
            if rise.topic_id is not None:
                rises[rise.topic_id] = rise
        for topic in rows:
            topic.place_name = names[topic.path]
            topic.part_count = parts.get(topic.pk, 0)
            topic.rise = rises.get(topic.pk)

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:  # noqa: ARG002
        return [
            {"label": "上升预警", "url": reverse("rise_list"), "icon": "chart-line"},
            {"label": "季节预测", "url": reverse("topic_forecast"), "icon": "calendar"},
        ]

    def context(self, request: HttpRequest) -> dict[str, Any]:
        rises = policy.rises(request.user)
        last = rises.order_by("-on").values_list("on", flat=True).first()
        today = timezone.localdate()
        if last is None or (today - last).days > RISING_DAYS:
            return {"rises": []}
        found = rises.filter(on__gt=today - timedelta(days=RISING_DAYS), seen_at__isnull=True)
        shown = list(found.select_related("topic").order_by("chance", "-pk")[:6])
        return {"rises": [dressed(rise) for rise in shown]}


def _rose(rows: Rows) -> Rows:
    since = timezone.localdate() - timedelta(days=RISING_DAYS)
    return rows.filter(pk__in=Rise.objects.filter(on__gte=since, topic__isnull=False).values("topic_id"))


def dressed(rise: Rise) -> dict[str, Any]:
    """A rise for a card."""
    return {
        "rise": rise,
        "badge": level_badge(rise),
        "words": rise_words(rise),
        "chance": chance_words(rise),
        "url": rise_url(rise),
    }


def rise_url(rise: Rise) -> str:
    """The cases behind a rise: the topic, or the list of the kind at the place in those days."""
    if rise.topic_id is not None:
        return reverse("topic_detail", args=[rise.topic_id])
    first = rise.on - timedelta(days=rise.days - 1)
    place = f"&place={rise.path}" if len(rise.path) > 6 else ""
    return f"{reverse('case_list')}?kind={rise.kind_code}&created_from={first}&created_to={rise.on}{place}"


class TopicCases(CaseTable):
    """The cases of one topic that the user may open. ``params``: ``topic``."""

    title = "热点中的事项"

    def rows(self, request: HttpRequest) -> Rows:
        mine = super().rows(request).filter(topic_members__topic_id=self.params["topic"])
        return mine.select_related("kind")

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:  # noqa: ARG002
        return [
            {"label": "返回热点", "url": reverse("topic_detail", args=[self.params["topic"]]), "icon": "arrow-left"}
        ]


def _seen(request: HttpRequest, row: Rise, _data: dict[str, Any]) -> None:
    note(rise=row, by=me(request))


class RiseList(Listing):
    """Rises, the newest first."""

    title = "上升预警"
    noun = "条"
    columns = (
        Column("on", "日期", sort="on", css="wg-nowrap"),
        Column("level", "级别", render=level_badge, css="wg-nowrap"),
        Column("name", "什么在上升", link=rise_url, css="wg-wide", width=40),
        Column("observed", "件数", value=rise_words, css="wg-nowrap", width=28),
        Column("chance", "偶然的可能", value=chance_words, sort="chance", width=28),
        Column("path", "区划", value=lambda r: r.place_name, width=24),
        Column(
            "seen_at",
            "阅示",
            render=lambda r: moment(r.seen_at) if r.seen_at else badge("未阅", "warn"),
            css="wg-nowrap",
        ),
    )
    filters = (
        Text("q", "搜索", field="name", placeholder="热点或类别名称"),
        Choice("level", "级别", choices=RiseLevel.choices),
        Choice(
            "what",
            "对象",
            choices=[("topic", "热点"), ("kind", "类别")],
            apply=lambda r, v: r.filter(topic__isnull=v != "topic"),
        ),
        case_filters.PlaceFilter("place", "区划"),
        Flag("unseen", "未阅", apply=lambda rows, _value: rows.filter(seen_at__isnull=True)),
        DateRange("on", "日期", field="on"),
    )
    sorts: ClassVar = {"on": ("on", "id"), "chance": ("chance", "id")}
    default_sort = "-on"
    bulk = (BulkAction("seen", "标为已阅", _seen, "insight.manage", icon="check"),)
    export_permission = "cases.export"
    template = "topics/rises.html"
    empty_title = "没有上升预警"
    empty_hint = "每晚检验前一天；比往常明显多、又不像偶然的，才列在这里。"

    def rows(self, request: HttpRequest) -> Rows:
        return policy.rises(request.user)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:  # noqa: ARG002
        names = territory.names_of({rise.path for rise in rows})
        for rise in rows:
            rise.place_name = names[rise.path]


def places(topic: Topic) -> list[dict[str, Any]]:
    """The communities (or what is known) of a topic's members with their numbers, the most first."""
    sums: dict[str, int] = {}
    for path, number in queries.places_of(topic):
        sums[path[:12]] = sums.get(path[:12], 0) + number
    names = territory.names_of({part for path in sums for part in (path, path[:9])})
    rows = [
        {"path": path, "name": names[path] if len(path) < 12 else f"{names[path[:9]]}·{names[path]}", "n": number}
        for path, number in sums.items()
    ]
    return sorted(rows, key=lambda row: (-int(str(row["n"])), str(row["path"])))
