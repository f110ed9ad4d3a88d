"""Forms of a task. Choices are those of the user's own places."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import timezone

from wangge.cases.web.handling import kind_choices, place_choices
from wangge.insight.governance import policy
from wangge.insight.governance.enums import ListName
from wangge.insight.governance.models import GovernanceTask
from wangge.insight.topics.models import Topic
from wangge.kernel.access.scopes import scope
from wangge.kernel.access.web.picking import PickField
from wangge.organization import book
from wangge.territory import queries as territory


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def office_choices(path: str) -> list[tuple[int, str]]:
    """Open offices of the district that ``path`` lies in, and those above it."""
    district = path[:6]
    return [
        (o.id, o.name)
        for o in book.current().by_id.values()
        if o.open and (o.path.startswith(district) or district.startswith(o.path))
    ]


def own_places(user: Any) -> list[tuple[str, str]]:
    """The places over which the user may propose: their own, and those below."""
    roots = [(path, territory.name_of(path)) for path in scope(user, policy.MANAGE).paths]
    return list(dict.fromkeys([*roots, *place_choices(user, policy.MANAGE)]))


class ProposeForm(forms.Form):
    """A task about a topic (given) or about a kind."""

    name = forms.CharField(label="名称", min_length=4, max_length=80, help_text="如：老旧小区电梯故障专项治理。")
    kind = PickField(label="类别", placeholder="输入类别名称或编码")
    path = PickField(label="治理范围", placeholder="输入区划名称")
    seen_from_on = forms.DateField(label="观察期自", required=False, widget=_date())
    seen_to_on = forms.DateField(label="观察期至", required=False, widget=_date(), help_text="不填为近90天。")
    office = PickField(
        label="牵头单位", placeholder="输入单位名称", help_text="一类事项原则上由一个部门负责，其他单位列入责任清单。"
    )
    goal = forms.CharField(label="目标", min_length=4, max_length=200, help_text="做到什么程度算解决。")
    fall_percent = forms.IntegerField(label="目标降幅（%）", required=False, min_value=1, max_value=100)
    deadline_on = forms.DateField(label="完成期限", widget=_date())
    month_on = forms.CharField(
        label="列入每月一题",
        required=False,
        widget=forms.TextInput(attrs={"type": "month"}),
        help_text="不填则不列入。",
    )
    plan = forms.CharField(
        label="方案", required=False, max_length=5000, widget=_area(6), help_text="可以稍后再写；批准实施前须写好。"
    )

    def __init__(self, *args: Any, user: Any, topic: Topic | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topic = topic
        places = own_places(user)
        home = scope(user, policy.MANAGE).paths[:1] or (str(settings.HOME_DIVISION),)
        fields: dict[str, Any] = self.fields
        fields["path"].options = places
        fields["office"].options = office_choices(topic.path if topic is not None else home[0])
        fields["deadline_on"].initial = timezone.localdate() + timedelta(days=90)
        if topic is not None:
            del fields["kind"], fields["seen_from_on"], fields["seen_to_on"]
            fields["name"].initial = f"{topic.name}治理"[:80]
            held = dict(places)
            fields["path"].initial = next(
                (topic.path[:n] for n in range(len(topic.path), 1, -1) if topic.path[:n] in held), ""
            )
        else:
            fields["kind"].options = kind_choices()

    def clean_month_on(self) -> Any:
        return month(self.cleaned_data["month_on"])


def month(text: str) -> Any:
    """The first day of the month typed as 2026-05; None for nothing."""
    if not text:
        return None
    try:
        found = forms.DateField().clean(f"{text}-01")
    except forms.ValidationError:
        raise forms.ValidationError("月份写作 2026-05。") from None
    if not 2000 <= found.year <= 2100:
        raise forms.ValidationError("年份应在 2000 到 2100 之间。")
    return found


class PlanForm(forms.Form):
    goal = forms.CharField(label="目标", min_length=4, max_length=200)
    fall_percent = forms.IntegerField(label="目标降幅（%）", required=False, min_value=1, max_value=100)
    plan = forms.CharField(label="方案", required=False, max_length=5000, widget=_area(10))


class ItemForm(forms.Form):
    list_name = forms.ChoiceField(label="清单", choices=ListName.choices)
    text = forms.CharField(label="内容", min_length=4, max_length=300, widget=_area(2))
    office = PickField(label="责任单位", placeholder="输入单位名称")
    due_on = forms.DateField(label="期限", widget=_date())

    def __init__(self, *args: Any, task: GovernanceTask, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"office": task.office_id, "due_on": task.deadline_on})
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["office"].options = office_choices(task.path)


class FinishForm(forms.Form):
    note = forms.CharField(label="完成情况", min_length=2, max_length=300, widget=_area(3))


class MonthForm(forms.Form):
    month_on = forms.CharField(label="月份", required=False, widget=forms.TextInput(attrs={"type": "month"}))

    def clean_month_on(self) -> Any:
        return month(self.cleaned_data["month_on"])


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=2000, widget=_area(3))


class ExtendForm(ReasonForm):
    deadline_on = forms.DateField(label="新的期限", widget=_date())
    field_order = ("deadline_on", "reason")


# What a step asks for; the others ask for nothing.
STEP_FORMS: Final[dict[str, type[forms.Form]]] = {
    "send_back": ReasonForm,
    "extend": ExtendForm,
    "drop": ReasonForm,
    "write_plan": PlanForm,
    "place": MonthForm,
}


def step_form(name: str, data: Any = None, *, task: GovernanceTask | None = None) -> forms.Form:
    """The form of a step: as it was sent, or filled with what the task holds now."""
    initial = {} if task is None or name == "extend" else _held(task)
    # What was sent may stand on a page beside the same form unsent.
    auto_id = f"{name}_%s" if data is None else f"sent_{name}_%s"
    return STEP_FORMS.get(name, forms.Form)(data, initial=initial, auto_id=auto_id)


def _held(task: GovernanceTask) -> dict[str, Any]:
    month_on = f"{task.month_on:%Y-%m}" if task.month_on else ""
    return {"goal": task.goal, "fall_percent": task.fall_percent, "plan": task.plan, "month_on": month_on}
