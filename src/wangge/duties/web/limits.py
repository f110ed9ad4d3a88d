"""Limit classes: added and changed. Cases already dispatched keep the limits copied into them."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from wangge.duties import actions, policy
from wangge.duties.enums import DemandType
from wangge.duties.errors import DutiesError
from wangge.duties.models import LimitClass
from wangge.kernel.access.routes import me, requires
from wangge.kernel.calendar.units import Unit

# Part of the name → label and what it means.
PHASES: Final = {
    "sign": ("签收", "从派单起算；到时未签收即预警、升级。"),
    "contact": ("首次联系", "从派单起算；匿名或不要求回复的事项不计。"),
    "finish": ("办结", "从派单起算，到提交答复为止；退单待审、挂账期间暂停。"),
    "extension": ("每次延期", "批准一次延期，办结时限顺延这么久。"),
}
MOST: Final = 3650
FIELDS: Final = (
    "name",
    *(f"{phase}_{part}" for phase in PHASES for part in ("value", "unit")),
    "max_extensions",
    "for_demand_type",
    "for_urgent",
    "note",
    "source",
)


class LimitForm(forms.Form):
    code = forms.RegexField(
        label="编码",
        regex=r"^[a-z][a-z0-9_]{0,19}$",
        help_text="小写字母、数字和下划线；导入职责时用它指明时限，之后不能改。",
    )
    name = forms.CharField(label="名称", max_length=60, help_text="如 一般（7日）。")
    max_extensions = forms.IntegerField(label="延期次数上限", min_value=0, max_value=20, help_text="0表示不可延期。")
    for_demand_type = forms.ChoiceField(
        label="仅用于诉求类型",
        required=False,
        choices=[("", "不限"), *DemandType.choices],
        help_text="选定后，这类诉求一律用本等级，代替职责上登记的等级；每种诉求类型只能有一个。",
    )
    for_urgent = forms.BooleanField(
        label="用于紧急事项", required=False, help_text="勾选后，紧急事项一律用本等级；只能有一个。"
    )
    note = forms.CharField(label="说明", required=False, max_length=200)
    source = forms.CharField(label="来源", max_length=200, help_text="法规条款或文号。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        timed: dict[str, forms.Field] = {}
        for phase, (label, text) in PHASES.items():
            timed[f"{phase}_value"] = forms.IntegerField(
                label=f"{label}时限", min_value=1, max_value=MOST, help_text=text
            )
            timed[f"{phase}_unit"] = forms.ChoiceField(label=f"{label}时限单位", choices=Unit.choices)
        timed["finish_unit"].help_text = "工作日不计周末和节假日，按工作日历；自然日遇节假日不顺延。"
        self.fields = {"code": self.fields["code"], "name": self.fields["name"], **timed} | self.fields

    @property
    def about(self) -> list[forms.BoundField]:
        return [self["code"], self["name"]]

    @property
    def timed(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Value and unit, side by side."""
        return [(self[f"{phase}_value"], self[f"{phase}_unit"]) for phase in PHASES]

    @property
    def rest(self) -> list[forms.BoundField]:
        return [self[name] for name in ("max_extensions", "for_demand_type", "for_urgent", "note", "source")]


@requires(policy.MANAGE)
@never_cache
def limit_form(request: HttpRequest, code: str = "") -> HttpResponse:
    """A new limit class, or the change of one."""
    if not policy.may_manage(request.user):
        raise PermissionDenied("时限等级适用于全区，由全区的清单管理员维护。")
    held = get_object_or_404(LimitClass, code=code) if code else None
    initial = {name: getattr(held, name) for name in ("code", *FIELDS)} if held else {"max_extensions": 1}
    form = LimitForm(request.POST or None, initial=initial)
    form.fields["code"].disabled = held is not None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if held is None and LimitClass.objects.filter(code=given["code"]).exists():
                raise DutiesError("已有这个编码的等级。", field="code")
            actions.save_limit_class(code=given["code"], by=me(request), **{name: given[name] for name in FIELDS})
        except DutiesError as error:
            form.add_error(error.field or None, str(error))
        except ValidationError as error:
            form.add_error(None, "、".join(error.messages))
        else:
            messages.success(request, "已保存；已派出的事项仍按派单时的时限。")
            return redirect("limit_list")
    return render(request, "duties/limit_form.html", {"form": form, "held": held})
