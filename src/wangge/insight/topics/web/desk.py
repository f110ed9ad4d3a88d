"""The desk: topics, the page of one, rises, forecasts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from wangge.cases.models import Case
from wangge.insight.topics import actions, outlooks, policy, queries
from wangge.insight.topics.enums import TopicState
from wangge.insight.topics.models import Forecast, Rise, Topic, WeekCount
from wangge.insight.topics.web import tables
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import permissions, scope
from wangge.kernel.listing import rendering
from wangge.territory import queries as territory

SHOWN_CASES = 8
OFFERED = 200  # topics to merge into
PAST_WEEKS = 78
POINTS_AT_MOST = 500
LONGEST_CHART = 180  # days; a longer span is shown by week


class NameForm(forms.Form):
    name = forms.CharField(label="名称", min_length=2, max_length=80)


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(label="并入", queryset=Topic.objects.none(), empty_label="请选择热点")
    reason = forms.CharField(label="理由", max_length=200, required=False)

    def __init__(self, *args: Any, topic: Topic, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = policy.rows(user).filter(path__startswith=topic.path[:6], state__in=queries.SHOWN_STATES)
        hottest = list(rows.exclude(pk=topic.pk).order_by("-heat").values_list("pk", flat=True)[:OFFERED])
        self.fields["into"].queryset = Topic.objects.filter(pk__in=hottest).order_by("-heat")  # type: ignore[attr-defined]

    def clean_into(self) -> Topic:
        found: Topic = self.cleaned_data["into"]
        return found


def find(request: HttpRequest, pk: int) -> Topic:
    """The topic, if the user sees it; otherwise it does not exist."""
    return get_object_or_404(policy.rows(request.user).select_related("kind", "merged_into", "within"), pk=pk)


@requires("insight.read")
def topic_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, tables.TopicList)


@requires("insight.read")
def rise_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, tables.RiseList)


@requires("insight.read")
def topic_cases(request: HttpRequest, pk: int) -> HttpResponse:
    """The members as a list of cases: filters, paging, export as everywhere."""
    topic = find(request, pk)
    return rendering.render(request, tables.TopicCases, topic=topic.pk)


def _seen(request: HttpRequest, topic: Topic | None) -> Topic | None:
    return topic if topic is not None and policy.may_see(request.user, topic) else None


@requires("insight.read")
@require_GET
def topic_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One topic: what, where, since when, how it goes, its newest cases, its parts."""
    topic = find(request, pk)
    listing = tables.TopicCases(topic=topic.pk)
    mine = listing.rows(request)
    cases = list(mine.order_by("-created_at", "-pk")[:SHOWN_CASES])
    listing.prepare(request, cases)
    context = {
        "title": topic.name,
        "topic": topic,
        # A wider topic may be seen by the district alone.
        "whole": _seen(request, topic.within),
        "heir": _seen(request, topic.merged_into),
        "trend": tables.trend_badge(topic),
        "place_name": territory.full_name(topic.path),
        "places": tables.places(topic)[:12],
        "cases": cases,
        "visible": mine.order_by().count(),
        "parts": topic.parts.filter(policy.visible(request.user))
        .exclude(state=TopicState.MERGED)
        .order_by("-heat")[:12],
        "rises": [tables.dressed(rise) for rise in topic.rises.order_by("-on", "-pk")[:6]],
        "may_manage": policy.may_manage(request.user, topic) and topic.state != TopicState.MERGED,
        # The page of tasks stands above this one: known by its permission alone.
        "may_govern": "governance.manage" in permissions(request.user)
        and topic.state in (TopicState.ACTIVE, TopicState.QUIET),
        "name_form": NameForm(initial={"name": topic.name}),
        "merge_form": MergeForm(topic=topic, user=request.user),
    }
    return render(request, "topics/topic.html", context)


@requires("insight.read")
@require_GET
def topic_chart(request: HttpRequest, pk: int) -> JsonResponse:
    """Cases by day; by week where the topic is long."""
    topic = find(request, pk)
    days = queries.days_of(topic)
    weekly = bool(days) and (days[-1][0] - days[0][0]).days > LONGEST_CHART
    sums: dict[date, int] = {}
    for on, number in days:
        at = outlooks.monday(on) if weekly else on
        sums[at] = sums.get(at, 0) + number
    step = timedelta(days=7 if weekly else 1)
    points: list[date] = []
    at = min(sums, default=timezone.localdate())
    last = max(sums, default=at)
    while at <= last:
        points.append(at)
        at += step
    base = reverse("topic_cases", args=[topic.pk])
    data = [
        {"value": sums.get(on, 0), "url": f"{base}?created_from={on}&created_to={on + step - timedelta(days=1)}"}
        for on in points
    ]
    return JsonResponse(
        {
            "xAxis": {"type": "category", "data": [f"{on:%Y-%m-%d}" for on in points]},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [{"name": "每周件数" if weekly else "每天件数", "type": "bar", "data": data}],
        }
    )


@requires("insight.read")
@require_GET
def topic_map(request: HttpRequest, pk: int) -> JsonResponse:
    """The communities with their numbers, and the newest points."""
    topic = find(request, pk)
    features: list[dict[str, Any]] = []
    for row in tables.places(topic):
        geometry = territory.outline(row["path"]) if len(features) < 40 else None
        if geometry is not None:
            url = f"{reverse('topic_cases', args=[topic.pk])}?place={row['path']}"
            shown = {"name": f"{row['name']} {row['n']}", "text": f"{row['n']} 件", "tone": "warn", "url": url}
            features.append({"type": "Feature", "geometry": geometry, "properties": shown})
    listing = tables.TopicCases(topic=topic.pk)
    points = listing.rows(request).filter(lng__isnull=False).order_by("-created_at")[:POINTS_AT_MOST]
    for case in points:
        assert isinstance(case, Case)
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [case.lng, case.lat]},
                "properties": {
                    "name": case.title,
                    "tone": "danger" if case.is_open else "ok",
                    "url": reverse("case_detail", args=[case.pk]),
                },
            }
        )
    return JsonResponse({"type": "FeatureCollection", "features": features})


@requires("insight.manage")
@require_POST
def topic_change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Rename, merge, set aside or bring back."""
    topic = find(request, pk)
    try:
        topic = _changed(request, topic, verb)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已保存。")
    return redirect(tables.topic_url(topic))


def _changed(request: HttpRequest, topic: Topic, verb: str) -> Topic:
    if verb == "rename":
        form: forms.Form = NameForm(request.POST)
        if not form.is_valid():
            raise ValidationError("名称应为2至80个字。")
        return actions.rename(topic=topic, name=form.cleaned_data["name"], by=me(request))
    if verb == "merge":
        form = MergeForm(request.POST, topic=topic, user=request.user)
        if not form.is_valid():
            raise ValidationError("请选择要并入的热点。")
        into, reason = form.cleaned_data["into"], form.cleaned_data["reason"]
        return actions.merge(topic=topic, into=into, by=me(request), reason=reason)
    if verb == "aside":
        return actions.set_aside(topic=topic, by=me(request), reason=request.POST.get("reason", "")[:200])
    if verb == "back":
        return actions.bring_back(topic=topic, by=me(request))
    raise ValidationError("没有这个操作。")


@requires("insight.manage")
@require_POST
def rise_seen(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a rise as read."""
    rise = get_object_or_404(Rise.objects.filter(policy.visible(request.user)), pk=pk)
    actions.note(rise=rise, by=me(request))
    messages.success(request, "已标为已阅。")
    return redirect("topic_list")


def _forecast_path(request: HttpRequest) -> str:
    """The district of the user's area for which there are forecasts."""
    roots = scope(request.user, "insight.read").paths or (str(settings.HOME_DIVISION),)
    wanted = request.GET.get("path", "")
    for root in (wanted, *roots):
        if root and any(root.startswith(one) or one.startswith(root) for one in roots):
            found = Forecast.objects.filter(policy.visible(request.user), path__startswith=root[:6]).order_by("path")
            path = found.values_list("path", flat=True).first()
            if path is not None:
                return str(path)
    return ""


@requires("insight.read")
@require_GET
def topic_forecast(request: HttpRequest) -> HttpResponse:
    """The weeks to come by group, the seasons first, each with its error on past weeks."""
    path = _forecast_path(request)
    rows: dict[str, dict[str, Any]] = {}
    seasonal = {group.code: group for group in outlooks.seasons()}
    for one in Forecast.objects.filter(policy.visible(request.user), path=path).order_by("pk"):
        row = rows.setdefault(
            one.kind_code,
            {
                "first": one,
                "weeks": [],
                "season": seasonal.get(one.kind_code),
                "error": f"{one.error:.0%}",
                "naive": f"{one.naive_error:.0%}",
            },
        )
        row["weeks"].append(one)
    chosen = request.GET.get("group", "")
    shown = rows.get(chosen) or next(iter(rows.values()), None)
    context = {
        "title": "季节预测",
        "rows": list(rows.values()),
        "weeks": [one.week_on for one in shown["weeks"]] if shown else [],
        "shown": shown,
        "place": territory.full_name(path) if path else "",
    }
    return render(request, "topics/forecast.html", context)


@requires("insight.read")
@require_GET
def topic_forecast_chart(request: HttpRequest) -> JsonResponse:
    """The past weeks of a group and those to come with their interval."""
    path = _forecast_path(request)
    code = request.GET.get("group", "")
    ahead = list(Forecast.objects.filter(policy.visible(request.user), path=path, kind_code=code).order_by("week_on"))
    if not ahead:
        return JsonResponse({"series": []})
    counted = WeekCount.objects.filter(policy.visible(request.user), path=path, kind_code=code).order_by("-week_on")
    past = list(counted.values_list("week_on", "number")[:PAST_WEEKS])[::-1]
    labels = [f"{on:%Y-%m-%d}" for on, _ in past] + [f"{one.week_on:%Y-%m-%d}" for one in ahead]
    blank: list[Any] = [None] * len(past)
    flat = {"type": "line", "symbol": "none", "stack": "interval", "lineStyle": {"opacity": 0}}
    return JsonResponse(
        {
            "legend": {"top": 0, "data": ["实际", "预测", "八成区间"]},
            "xAxis": {"type": "category", "data": labels},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [
                {"name": "实际", "type": "line", "symbol": "none", "data": [number for _, number in past]},
                {
                    "name": "预测",
                    "type": "line",
                    "lineStyle": {"type": "dashed"},
                    "data": [*blank, *(o.expected for o in ahead)],
                },
                {"name": "下限", **flat, "data": [*blank, *(one.low for one in ahead)]},
                {
                    "name": "八成区间",
                    **flat,
                    "areaStyle": {"opacity": 0.2},
                    "data": [*blank, *(round(one.high - one.low, 1) for one in ahead)],
                },
            ],
        }
    )
