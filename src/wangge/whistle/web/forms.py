"""The form of each step of a whistle and of a summons, and the arguments it gives to the flow. Desk and phone share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from wangge.cases.web.forms import FilesField
from wangge.kernel.access.web.picking import PickField
from wangge.kernel.flow.forms import StepForm, text_area
from wangge.organization import book
from wangge.whistle.enums import CheckInWay, Rank, TaskState, Verdict
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Summons, Task, Whistle
from wangge.whistle.summons_flow import SummonsFlow

SCORES = [(n, f"{n}分") for n in range(5, 0, -1)]


def department_choices(path: str, without: tuple[int, ...] = ()) -> list[tuple[int, str]]:
    """Departments and companies that serve the place: who may be called."""
    return [
        (o.id, o.name)
        for o in book.current().by_id.values()
        if o.open and o.level in ("district", "enterprise") and path.startswith(o.path) and o.id not in without
    ]


# -- of a whistle ----------------------------------------------------------------------------------


class BlowForm(StepForm):
    hint = "签发后立即通知各被吹单位，签收、到场时限开始计时。"
    tone = "danger"


class SignatureForm(StepForm):
    hint = "攻坚克难哨由党工委书记和办事处主任两人分别签发，第二人签发后立即吹响，并报区领导。"
    tone = "danger"


class SuspendForm(StepForm):
    hint = "挂起期间各单位时限暂停；到期当天自动恢复，不会遗忘。"
    tone = "warning"
    until = forms.DateField(label="挂起至", widget=forms.DateInput())


class CloseForm(StepForm):
    hint = "所有单位的任务都已核实通过，销哨后双方评价。"
    result = forms.CharField(label="销哨意见", max_length=2000, widget=text_area(3))


class WithdrawForm(StepForm):
    hint = "撤回后各单位的报到通知一并免除。"
    tone = "warning"


# -- of a summons ----------------------------------------------------------------------------------


class ObjectForm(StepForm):
    hint = "须写明不属于本单位职责的依据；裁定期间时限暂停。由区指挥中心裁定，被指定后不得再次提出。"
    reason_label = "异议理由和依据"
    tone = "warning"


class ReleaseForm(StepForm):
    hint = "异议单位退出此哨。主办单位退出的，须指定新的主办单位；被指定的单位不得再提异议。"
    reason_label = "裁定理由"
    replace_by = PickField(label="改由哪个单位承办", required=False, placeholder="输入单位名称")

    def build(self) -> None:
        whistle = self.subject.whistle
        options = department_choices(whistle.path, tuple(whistle.office_ids))
        self.fields["replace_by"].options = options  # type: ignore[attr-defined]


class DesignateForm(StepForm):
    hint = "该单位继续承办，不得再次提出异议，时限继续计算。"
    reason_label = "裁定理由"


class ArriveForm(StepForm):
    """By position on the phone; at the desk by the code alone."""

    hint = "请在现场签到：用手机定位，或填写街道出示的6位签到码。"
    way = forms.ChoiceField(label="签到方式", choices=CheckInWay.choices[:2], widget=forms.HiddenInput, initial="code")
    code = forms.CharField(
        label="签到码",
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    rank = forms.ChoiceField(label="到场人职级", choices=Rank.choices, widget=forms.RadioSelect, initial=Rank.SECTION)
    lng = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)


class ArriveAgainForm(ArriveForm):
    hint = "其他人员到场，或改日再次到场，在这里签到；到场时限和职级以第一次签到为准。"
    tone = "secondary"


class ConfirmForm(StepForm):
    hint = "对方没有手机或没有信号时，由街道确认到场。"
    person = forms.CharField(label="到场人", max_length=60)
    rank = forms.ChoiceField(label="职级", choices=Rank.choices)


class ConfirmAgainForm(ConfirmForm):
    hint = "其他人员到场，或改日再次到场；到场时限和职级以第一次签到为准。"
    tone = "secondary"


class PlanForm(StepForm):
    plan = forms.CharField(label="处置方案", max_length=3000, widget=text_area(4))
    proof = FilesField(label="方案附件")


class ReportForm(StepForm):
    """An answer for each task that was not passed yet."""

    report = forms.CharField(label="处置情况", max_length=3000, widget=text_area(3))

    def build(self) -> None:
        self.tasks: list[Task] = list(self.subject.tasks.exclude(state=TaskState.PASSED))
        for task in self.tasks:
            self.fields[f"task_{task.pk}"] = forms.CharField(
                label=f"完成情况：{task.text}",
                max_length=1000,
                initial=task.answer,
                widget=text_area(2),
                help_text=f"上次未通过：{task.note}" if task.note else "",
            )
        self.fields["proof"] = FilesField(label="现场照片、材料")

    def given(self) -> dict[str, Any]:
        clean = self.cleaned_data
        return {"report": clean["report"], "answers": {task.pk: clean[f"task_{task.pk}"] for task in self.tasks}}


class CheckForm(StepForm):
    """A conclusion on each task by itself."""

    hint = "逐项核实。有一项未通过，全部退回该单位继续处置，反馈时限重新计算。"

    def build(self) -> None:
        self.tasks: list[Task] = list(self.subject.tasks.filter(state=TaskState.ANSWERED))
        for task in self.tasks:
            self.fields[f"pass_{task.pk}"] = forms.ChoiceField(
                label=task.text,
                choices=[("yes", "通过"), ("no", "未通过")],
                widget=forms.RadioSelect,
                help_text=f"反馈：{task.answer}",
            )
            self.fields[f"note_{task.pk}"] = forms.CharField(
                label="核实意见", required=False, max_length=300, help_text="未通过的须写明问题。"
            )
        self.fields["proof"] = FilesField(label="核实照片")

    def given(self) -> dict[str, Any]:
        clean = self.cleaned_data
        return {
            "passed": {t.pk: clean[f"pass_{t.pk}"] == "yes" for t in self.tasks},
            "notes": {t.pk: clean[f"note_{t.pk}"] for t in self.tasks},
        }


FORMS: dict[str, type[StepForm]] = {
    "blow": BlowForm,
    "sign_secretary": SignatureForm,
    "sign_director": SignatureForm,
    "suspend": SuspendForm,
    "close": CloseForm,
    "withdraw": WithdrawForm,
    "object_to": ObjectForm,
    "accept_objection": ReleaseForm,
    "designate": DesignateForm,
    "arrive": ArriveForm,
    "arrive_again": ArriveAgainForm,
    "confirm_arrival": ConfirmForm,
    "confirm_again": ConfirmAgainForm,
    "submit_plan": PlanForm,
    "submit_report": ReportForm,
    "check": CheckForm,
}


def step_form(name: str, subject: Whistle | Summons, user: Any, data: Any = None, files: Any = None) -> StepForm:
    """The form of a step, bound when ``data`` is given. Field ids carry subject and step: many stand on one page."""
    flow = WhistleFlow if isinstance(subject, Whistle) else SummonsFlow
    declared = flow.steps()[name]
    prefix = f"{name}-{subject.pk}" if isinstance(subject, Summons) else name
    return FORMS.get(name, StepForm)(
        data, files, subject=subject, user=user, needs_reason=declared.needs_reason, auto_id=f"{prefix}_%s"
    )


# -- beside the steps ------------------------------------------------------------------------------


class MeetingForm(forms.Form):
    """A coordination meeting; up to four resolutions, each for one office."""

    held_at = forms.DateTimeField(label="召开时间", widget=forms.DateTimeInput())
    chair = forms.CharField(label="主持", max_length=60)
    summary = forms.CharField(label="会议纪要", max_length=5000, widget=text_area(3))
    ROWS = 4

    def __init__(self, *args: Any, whistle: Whistle, user: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"held_at": timezone.localtime(), "chair": user.display_name})
        super().__init__(*args, **kwargs)
        options = department_choices(whistle.path)
        for number in range(1, self.ROWS + 1):
            office = PickField(label=f"议定事项{number}：责任单位", required=False, placeholder="输入单位名称")
            self.fields[f"office_{number}"] = office
            office.options = options
            self.fields[f"text_{number}"] = forms.CharField(label="做什么", required=False, max_length=300)
            self.fields[f"due_{number}"] = forms.DateField(label="完成日期", required=False, widget=forms.DateInput())

    def clean(self) -> dict[str, Any]:
        clean: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(1, self.ROWS + 1):
            if bool(clean.get(f"office_{number}")) != bool(clean.get(f"text_{number}")):
                raise ValidationError(f"议定事项{number}须同时写明责任单位和做什么。")
        return clean

    def resolutions(self) -> list[tuple[int, str, Any]]:
        clean = self.cleaned_data
        return [
            (clean[f"office_{n}"], clean[f"text_{n}"], clean[f"due_{n}"])
            for n in range(1, self.ROWS + 1)
            if clean.get(f"office_{n}")
        ]


class RateForm(forms.Form):
    """What the street judges; punctuality and rank are reckoned from the record."""

    plan = forms.TypedChoiceField(label="方案", choices=SCORES, coerce=int)
    result = forms.TypedChoiceField(label="结果", choices=SCORES, coerce=int)
    attitude = forms.TypedChoiceField(label="态度", choices=SCORES, coerce=int)
    comment = forms.CharField(label="评语", required=False, max_length=500, help_text="有2分及以下的须写明原因。")


class JudgeForm(forms.Form):
    verdict = forms.ChoiceField(label="此哨是否该吹", choices=Verdict.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label="理由", required=False, max_length=500, widget=text_area(2))


class AppealForm(forms.Form):
    reason = forms.CharField(label="申诉理由", max_length=2000, widget=text_area(2))


class DecideForm(forms.Form):
    uphold = forms.ChoiceField(
        label="裁定", choices=[("yes", "申诉成立，原评价不计入考核"), ("no", "维持原评价")], widget=forms.RadioSelect
    )
    decision = forms.CharField(label="裁定意见", max_length=2000, widget=text_area(2))
