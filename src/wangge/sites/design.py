"""All components on one page each, for the eye and for tests. Not in production."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from wangge.kernel.access.routes import signed_in
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice, DateRange, Flag, Text
from wangge.kernel.listing.html import badge, due_chip
from wangge.kernel.listing.listing import BulkAction, Listing, Rows
from wangge.kernel.listing.rendering import render as render_listing


class ExampleForm(forms.Form):
    """One of each control."""

    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), ("rubbish", "垃圾堆放"), ("light", "路灯损坏")])
    text = forms.CharField(
        label="内容", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, help_text="写清楚时间、地点、什么事。"
    )
    seen_on = forms.DateField(label="发现日期", required=False)
    channel = forms.ChoiceField(
        label="来源", choices=[("phone", "电话"), ("window", "窗口")], widget=forms.RadioSelect, initial="phone"
    )
    private = forms.BooleanField(label="不公开", required=False, help_text="只有办理人员看得到。")
    lng = forms.FloatField(label="经度", required=False)
    lat = forms.FloatField(label="纬度", required=False)


def _clocks() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {"due_at": now + timedelta(days=5)},
        {"due_at": now + timedelta(hours=3, minutes=5)},
        {"due_at": now - timedelta(minutes=25)},
        {"due_at": now - timedelta(days=2, hours=3)},
        {"due_at": now + timedelta(days=1), "paused_at": now},
        {"due_at": now, "stopped_at": now - timedelta(hours=1)},
        {"due_at": now - timedelta(hours=2), "stopped_at": now},
    ]


def _entries() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "at": now,
            "title": "处置完成",
            "who": "示例处置员",
            "office": "示例街道城管中心",
            "tone": "ok",
            "icon": "check",
        },
        {
            "at": now - timedelta(hours=5),
            "title": "退回",
            "who": "示例接单员",
            "office": "示例市政局",
            "note": "理由：该路段未移交，应由街道先行处置。",
            "tone": "warn",
            "icon": "arrow-back-up",
        },
        {
            "at": now - timedelta(days=1),
            "title": "派单",
            "who": "示例派单员",
            "office": "示例街道指挥中心",
            "note": "清单第 12 项“垃圾清运”，地点在示例社区第三网格。",
            "tone": "info",
            "icon": "route",
        },
        {"at": now - timedelta(days=40), "title": "登记", "who": "示例话务员"},
    ]


@signed_in
def components(request: HttpRequest) -> HttpResponse:
    form = ExampleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        messages.success(request, "已保存。")
    elif request.method == "GET":
        messages.info(request, "这一页展示全部组件。")
        messages.warning(request, "再过 2 小时就要超时。")
    context = {"title": "组件", "form": form, "clocks": _clocks(), "entries": _entries(), "plain_form": ExampleForm()}
    return render(request, "design/components.html", context)


def _accept(_request: HttpRequest, row: ContentType, _data: dict[str, Any]) -> str | None:
    if row.pk % 3 == 0:
        raise ValidationError("已由别的单位签收")
    return None


class ExampleList(Listing):
    """The tables of the system: rows that every installation has and that say nothing of anybody."""

    title = "数据表"
    columns = (
        Column("model", "表", link=lambda row: f"?q={row.model}", sort="model"),
        Column("app_label", "模块", sort="module", css="wg-nowrap"),
        Column(
            "kind", "状态", render=lambda row: badge("内核", "info") if row.pk % 2 else badge("业务", "ok", "check")
        ),
        Column("due", "时限", render=lambda row: due_chip(timezone.now() + timedelta(hours=6 * (row.pk % 9) - 12))),
        Column("about", "说明", value=lambda row: f"{row.app_label}.{row.model} 的全部记录", css="wg-wide"),
        Column("id", "序号", css="wg-number", sort="number"),
    )
    filters = (
        Text("q", "搜索", field="model", placeholder="表名"),
        Choice("module", "模块", field="app_label", choices=lambda _: [(m, m) for m in ("access", "audit", "listing")]),
        DateRange("made", "建立日期", apply=lambda rows, _: rows),
        Flag("kernel", "只看内核", where={"app_label__in": ["access", "audit", "listing"]}),
    )
    sorts = {"model": ("model", "id"), "module": ("app_label", "id"), "number": ("id",)}
    default_sort = "module"
    bulk = (
        BulkAction("accept", "签收", _accept),
        BulkAction("return", "退回", _accept, needs_reason=True, icon="arrow-back-up"),
    )

    def rows(self, request: HttpRequest) -> Rows:  # noqa: ARG002
        return ContentType.objects.all()


@signed_in
def example_list(request: HttpRequest) -> HttpResponse:
    return render_listing(request, ExampleList)


@signed_in
def phone(request: HttpRequest) -> HttpResponse:
    return render(request, "design/phone.html", {"form": ExampleForm(), "clocks": _clocks(), "entries": _entries()})


@signed_in
def resident(request: HttpRequest) -> HttpResponse:
    return render(request, "design/resident.html", {"form": ExampleForm(), "entries": _entries()})


@signed_in
def paper(request: HttpRequest) -> HttpResponse:
    return render(request, "design/paper.html", {"now": timezone.now()})


@signed_in
def error(request: HttpRequest, code: int) -> HttpResponse:
    if code not in {400, 403, 404, 409, 500}:
        raise Http404
    return render(request, f"{code}.html", {"back": "/design/"}, status=code)


@signed_in
def map_json(_request: HttpRequest) -> JsonResponse:
    """Six squares and two points, nowhere in particular."""
    squares = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [109.80 + x / 100, 40.65 + y / 100],
                        [109.81 + x / 100, 40.65 + y / 100],
                        [109.81 + x / 100, 40.66 + y / 100],
                        [109.80 + x / 100, 40.66 + y / 100],
                        [109.80 + x / 100, 40.65 + y / 100],
                    ]
                ],
            },
            "properties": {"name": f"第{x + 3 * y + 1}网格", "tone": "info"},
        }
        for x in range(3)
        for y in range(2)
    ]
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [109.806 + n / 90, 40.654 + n / 150]},
            "properties": {"name": "垃圾堆放", "text": "示例地点", "tone": tone, "url": "/design/"},
        }
        for n, tone in enumerate(["danger", "warn"])
    ]
    return JsonResponse({"type": "FeatureCollection", "features": squares + points})


@signed_in
def chart_json(_request: HttpRequest) -> JsonResponse:
    """An ECharts option: two series over a week."""
    return JsonResponse(
        {
            "legend": {"top": 0},
            "xAxis": {"type": "category", "data": ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]},
            "yAxis": {"type": "value"},
            "series": [
                {"name": "受理", "type": "bar", "data": [32, 41, 28, 36, 44, 18, 12]},
                {"name": "办结", "type": "line", "data": [28, 39, 31, 33, 40, 22, 15]},
            ],
        }
    )
