"""Models with their figures, the reliability of the one in use, permits."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from wangge.cases.web.filters import kind_options
from wangge.duties import snapshot
from wangge.insight.learning import actions, policy
from wangge.insight.learning.enums import ModelState
from wangge.insight.learning.models import DispatchPermit, KindModel
from wangge.kernel.access.routes import me, requires
from wangge.kernel.access.scopes import permissions
from wangge.kernel.access.web.picking import PlaceField
from wangge.kernel.listing import rendering
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Choice
from wangge.kernel.listing.html import badge, moment
from wangge.kernel.listing.listing import Listing, Rows
from wangge.territory import queries as territory

TONES = {ModelState.ACTIVE: "ok", ModelState.WORSE: "neutral", ModelState.RETIRED: "neutral"}


class ModelList(Listing):
    """Every training, the newest first."""

    title = "类别模型"
    noun = "次训练"
    columns = (
        Column("trained_at", "训练时间", render=lambda m: moment(m.trained_at), value=lambda m: m.trained_at, width=17),
        Column("state", "状态", render=lambda m: badge(m.get_state_display(), TONES[m.state])),
        Column("macro_f1", "宏平均F1", value=lambda m: round(m.macro_f1, 3), css="wg-number"),
        Column(
            "before_f1",
            "原模型F1",
            value=lambda m: round(m.before_f1, 3) if m.before_f1 is not None else "",
            css="wg-number",
        ),
        Column("accuracy", "准确率", value=lambda m: f"{m.accuracy:.1%}", css="wg-number"),
        Column("calibration_error", "置信误差", value=lambda m: f"{m.calibration_error:.1%}", css="wg-number"),
        Column("classes", "类别数", css="wg-number"),
        Column("rows", "学习件数", css="wg-number"),
        Column("held_rows", "检验件数", css="wg-number"),
        Column("note", "说明", css="wg-wide", width=40),
    )
    filters = (Choice("state", "状态", choices=ModelState.choices),)
    sorts: ClassVar = {"new": ("-trained_at", "-id")}
    default_sort = "new"
    template = "learning/list.html"
    empty_title = "还没有训练过"
    empty_hint = "有300件已办结并有类别的事项后，每晚自动训练；在留出的最新事项上更好才启用。"

    def rows(self, request: HttpRequest) -> Rows:
        return KindModel.objects.filter(policy.visible(request.user))

    def context(self, request: HttpRequest) -> dict[str, Any]:
        active = self.rows(request).filter(state=ModelState.ACTIVE).first()
        names = {kind.code: kind.name for kind in snapshot.current().kinds.values()}
        permits: list[Any] = list(
            DispatchPermit.objects.filter(policy.visible(request.user)).order_by("-valid_from", "-pk")[:100]
        )
        today = timezone.localdate()
        places = territory.names_of({row.path for row in permits})
        for row in permits:
            row.kind_name, row.place_name = names.get(row.kind_code, row.kind_code), places[row.path]
            row.ended = row.valid_to is not None and row.valid_to <= today
            row.percent = f"{row.confidence:.0%}"
        return {"active": active, "permits": permits, "may_permit": "insight.manage" in permissions(request.user)}

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:
        if {"insight.manage", "cases.dispatch"} <= permissions(request.user):
            return [{"label": "新增自动派单许可", "url": reverse("permit_add"), "icon": "plus"}]
        return []


class PermitForm(forms.Form):
    path = PlaceField(label="适用范围")
    kind_code = forms.ChoiceField(label="类别", help_text="只能是最末一级的类别。")
    confidence = forms.IntegerField(label="最低把握（%）", min_value=80, max_value=100, initial=95)
    valid_from = forms.DateField(label="生效日期", initial=timezone.localdate)
    basis = forms.CharField(
        label="依据", min_length=4, max_length=200, help_text="如文号、会议纪要；写在每件自动派出的事项上。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaves = {kind.code for kind in snapshot.current().current_leaves()}
        offered = [(code, label) for code, label in kind_options(HttpRequest()) if code in leaves]
        self.fields["kind_code"].choices = [("", "请选择"), *offered]  # type: ignore[attr-defined]


@requires("insight.read")
def model_list(request: HttpRequest) -> HttpResponse:
    return rendering.render(request, ModelList)


@requires("insight.read")
@require_GET
def model_reliability(request: HttpRequest, pk: int) -> JsonResponse:
    """How often the model was right when it was how sure."""
    row = get_object_or_404(KindModel.objects.filter(policy.visible(request.user)), pk=pk)
    bins = row.reliability
    return JsonResponse(
        {
            "legend": {"top": 0},
            "xAxis": {
                "type": "category",
                "name": "把握",
                "data": [f"{one['from']:.0%}起（{one['cases']}件）" for one in bins],
            },
            "yAxis": {"type": "value", "max": 100, "axisLabel": {"formatter": "{value}%"}},
            "series": [
                {"name": "实际正确", "type": "bar", "data": [round(100 * one["right"], 1) for one in bins]},
                {"name": "模型的把握", "type": "line", "data": [round(100 * one["confidence"], 1) for one in bins]},
            ],
        }
    )


@requires("insight.manage")
def permit_add(request: HttpRequest) -> HttpResponse:
    """A new permit."""
    form = PermitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"confidence": form.cleaned_data["confidence"] / 100}
        try:
            actions.permit(by=me(request), **given)
        except PermissionDenied as error:
            form.add_error("path", str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "已登记，自生效日期起适用。")
            return redirect("model_list")
    return render(request, "learning/permit_add.html", {"form": form})


@requires("insight.manage")
@require_POST
def permit_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a permit today."""
    row = get_object_or_404(DispatchPermit.objects.filter(policy.visible(request.user)), pk=pk)
    actions.end_permit(row=row, on=timezone.localdate(), by=me(request))
    messages.success(request, "已终止。")
    return redirect("model_list")
