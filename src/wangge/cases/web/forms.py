"""The form of each step: its fields, and the arguments it gives to the flow. Shared by desk and field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils import timezone

from wangge.cases import policy
from wangge.cases.boxes import offices_with
from wangge.cases.dispatching import (
    BELOW_STREET,
    HOTLINE_CHANNELS,
    CannotDispatch,
    giver,
    may_assign_below,
    out_of_reach,
    overridden,
    plans_for,
)
from wangge.cases.enums import TOLD, ContactWay, Disposition, ResultClass, Satisfaction, Solved
from wangge.cases.flow import CaseFlow
from wangge.cases.guards import given_again
from wangge.cases.models import Case
from wangge.duties.resolution import may_assign_to_community
from wangge.kernel.access.web.picking import PickField
from wangge.kernel.flow import forms as flow
from wangge.kernel.flow.forms import text_area
from wangge.organization import book
from wangge.organization import queries as organization
from wangge.territory import queries as territory

YES_NO = [("yes", "是"), ("no", "否")]


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; what they contain is checked when they are stored."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "附件")
        super().__init__(required=False, widget=FilesInput(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[File[bytes]]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given if one]


class StepForm(flow.StepForm):
    """The form of a case's step."""

    @property
    def case(self) -> Case:
        found: Case = self.subject
        return found

    def applies(self) -> bool:
        """Whether there is anything to fill in: a step that nobody here has to take is not offered."""
        return True


class DispatchForm(StepForm):
    """A plan of the lists, or an office of one's own choice with the reason."""

    plan = forms.ChoiceField(label="派给", required=False, widget=forms.RadioSelect)
    other = PickField(
        label="改派其他单位",
        required=False,
        placeholder="输入单位名称",
        help_text="只列出服务该地点的单位；派给街道请先定好地点。",
    )
    assists = PickField(label="增加协办单位", required=False, many=True, placeholder="可填多个，用顿号隔开")
    why = forms.CharField(label="改派理由", required=False, max_length=500, widget=text_area(2))

    def build(self) -> None:
        self.plans = plans_for(self.case)
        within = policy.dispatch_path(self.user, self.case)
        self.fields["plan"].choices = [(str(i), p.lead.name) for i, p in enumerate(self.plans)]  # type: ignore[attr-defined]
        # The list may name an office that only the district gives matters to: shown, and not to be pressed.
        self.beyond = [str(i) for i, p in enumerate(self.plans) if out_of_reach(p, within)]
        self.first = next((str(i) for i in range(len(self.plans)) if str(i) not in self.beyond), "0")
        self.fields["plan"].initial = self.first
        below = self.case.channel not in HOTLINE_CHANNELS
        # Only offices that serve the place: whoever works for them sees the case. A street is offered once the
        # place is known.
        offices = [
            (o.id, o.name)
            for o in book.current().by_id.values()
            if o.open
            and within
            and o.path.startswith(within)
            and self.case.path.startswith(o.path)
            and (below or o.level != BELOW_STREET)
        ]
        for name in ("other", "assists"):
            self.fields[name].options = offices  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        clean = self.cleaned_data
        if not self.plans:
            raise CannotDispatch("请先选择类别和地点，系统才能按职责清单找到承办单位。")
        plan = self.plans[int(clean["plan"] or self.first)]
        if clean["other"] or clean["assists"]:
            lead = clean["other"] or plan.lead.id
            assists = [*(o.id for o in plan.assists), *clean["assists"]]
            plan = overridden(plan, self.case, lead_id=lead, assist_ids=assists, reason=clean["why"].strip())
        return {"plan": plan}

    def said(self) -> str:
        return str(self.cleaned_data.get("why", ""))


class AnswerForm(StepForm):
    reply = forms.CharField(label="答复内容", max_length=5000, widget=text_area(4))


class DeclineForm(StepForm):
    hint = "六类不予派单的事项（条例第11条）。告知语可以修改，诉求人查询时看到的就是它。"
    reason_label = "内部理由"
    tone = "warning"
    disposition = forms.ChoiceField(
        label="类别", choices=[(d.value, d.label) for d in Disposition if d != Disposition.ANSWERED]
    )
    told = forms.CharField(
        label="告知诉求人", required=False, max_length=1000, widget=text_area(3), help_text="留空则用该类的标准告知语。"
    )

    def build(self) -> None:
        self.fields["told"].widget.attrs["placeholder"] = TOLD[Disposition.EMERGENCY]


class SignForm(StepForm):
    hint = "签收后开始办理，签收时限停止计时。"


class ReturnForm(StepForm):
    hint = "退单须写明不属于本单位职责的依据；时限暂停，由派单单位审核。"
    tone = "warning"


class ContactForm(StepForm):
    way = forms.ChoiceField(label="方式", choices=ContactWay.choices)
    reached = forms.ChoiceField(label="联系上了吗", choices=YES_NO, widget=forms.RadioSelect, initial="yes")
    note = forms.CharField(label="沟通情况", required=False, max_length=2000, widget=text_area())

    def given(self) -> dict[str, Any]:
        return super().given() | {"reached": self.cleaned_data["reached"] == "yes"}


class AssignForm(StepForm):
    hint = "社区只能承担依法履责、依法协助清单内的事项。"
    office_id = PickField(label="交给", placeholder="输入单位或社区名称")
    path = forms.ChoiceField(label="落到网格", required=False)
    asked = forms.CharField(label="要求", required=False, max_length=300, widget=text_area(2))

    def build(self) -> None:
        case = self.case
        by = giver(self.user, case)
        below = may_assign_below(self.user, case)
        self.paths = {
            o.id: o.path
            for o in book.current().by_id.values()
            if o.open
            and by is not None
            and o.id not in (by.id, case.lead_office_id)
            and o.path.startswith(by.path)
            and (below or o.level != BELOW_STREET)
            and (case.path.startswith(o.path) or o.path.startswith(case.path))
        }
        self.fields["office_id"].options = list(organization.names(self.paths).items())  # type: ignore[attr-defined]
        if below and case.kind_id is not None:
            rule = may_assign_to_community(case.kind_id, case.path, timezone.localdate())
            self.hint = rule.reason  # type: ignore[misc]
        inside: list[tuple[str, str]] = []
        if len(case.path) == 9:
            inside = [(d.code, d.name) for d in territory.children(case.path)]
        elif len(case.path) == 12:
            inside = [(g.code, g.name) for g in territory.grids_of(case.path)]
        self.fields["path"].choices = [("", "不变"), *inside]  # type: ignore[attr-defined]

    def applies(self) -> bool:
        return bool(self.paths)

    def clean(self) -> dict[str, Any]:
        """Given to a community, the matter lies in that community: its people see what is below their path."""
        clean: dict[str, Any] = super().clean() or self.cleaned_data
        below = self.paths.get(clean.get("office_id") or 0, "")
        if below.startswith(self.case.path):
            clean["path"] = clean.get("path") or below
            if not clean["path"].startswith(below):
                raise ValidationError("所选网格不在该单位的辖区内。")
        return clean


class PartForm(StepForm):
    """The answer for a part; of a user with several offices it asks for which."""

    office_id = forms.TypedChoiceField(label="以哪个单位反馈", coerce=int)
    answer = forms.CharField(label="办理情况", max_length=5000, widget=text_area(4))
    proof = FilesField(label="现场照片、材料")

    def build(self) -> None:
        mine = self.case.parts.unanswered().filter(office_id__in=offices_with(self.user, "cases.handle"))
        choices = [(p.office_id, p.office.name) for p in mine.select_related("office") if self.takes(p.office_id)]
        self.fields["office_id"].choices = choices  # type: ignore[attr-defined]

    def takes(self, _office_id: int) -> bool:
        return True

    def applies(self) -> bool:
        return bool(self.fields["office_id"].choices)  # type: ignore[attr-defined]


class HandBackForm(PartForm):
    """A part that is none of this office's; given again, it may not be handed back again."""

    hint = "写明为什么不是本单位的任务，由交办单位另行安排；再次交给本单位的，不能再退回。"
    tone = "warning"
    office_id = forms.TypedChoiceField(label="以哪个单位退回", coerce=int)
    answer = None  # type: ignore[assignment]

    def takes(self, office_id: int) -> bool:
        return not given_again(self.case, office_id)


class ReplyForm(StepForm):
    text = forms.CharField(label="答复内容", max_length=5000, widget=text_area(5))
    result_class = forms.ChoiceField(label="办理结果", choices=ResultClass.choices)
    contacted = forms.ChoiceField(
        label="同时登记已联系诉求人", required=False, choices=[("", "不登记"), *ContactWay.choices]
    )
    note = forms.CharField(label="联系情况", required=False, max_length=2000)
    proof = FilesField(label="处置后照片、材料")

    def build(self) -> None:
        case = self.case
        if case.contacted_at is not None or case.is_anonymous or not case.reply_wanted:
            del self.fields["contacted"], self.fields["note"]


class CheckForm(StepForm):
    reason_label = "哪里没有做到"
    proof = FilesField(label="核查照片")


class PassForm(CheckForm):
    reason = forms.CharField(label="核查情况", required=False, max_length=2000, widget=text_area(2))


class CallBackForm(StepForm):
    hint = "分别询问是否解决、是否满意。未解决的退回重办；不重办须写理由。"
    way = forms.ChoiceField(label="方式", choices=ContactWay.choices)
    reached = forms.ChoiceField(label="接通了吗", choices=YES_NO, widget=forms.RadioSelect, initial="yes")
    solved = forms.ChoiceField(label="问题解决了吗", required=False, choices=Solved.choices, widget=forms.RadioSelect)
    satisfaction = forms.ChoiceField(
        label="对办理满意吗", required=False, choices=Satisfaction.choices, widget=forms.RadioSelect
    )
    comment = forms.CharField(label="诉求人的话", required=False, max_length=2000, widget=text_area(2))
    rework = forms.ChoiceField(
        label="是否重办", required=False, choices=[("", "按规定（未解决则重办）"), ("yes", "重办"), ("no", "不重办")]
    )
    why = forms.CharField(label="不重办的理由", required=False, max_length=500)

    def given(self) -> dict[str, Any]:
        clean = dict(super().given())
        clean.pop("why")
        clean["reached"] = clean["reached"] == "yes"
        clean["rework"] = {"yes": True, "no": False}.get(clean["rework"])
        return clean

    def said(self) -> str:
        return str(self.cleaned_data.get("why", ""))


class SuperviseForm(StepForm):
    reason_label = "督办意见"
    tone = "warning"


class LinkForm(StepForm):
    hint = "并入后随主事项一并答复，本事项的时限停止。"
    root = forms.CharField(label="主事项编号", max_length=24)

    def clean_root(self) -> Case:
        number = "".join(str(self.cleaned_data["root"]).split())
        found = policy.rows(self.user).filter(number=number).first()
        if found is None:
            raise ValidationError("没有这个编号的事项，或者不在您的范围内。")
        return found


FORMS: dict[str, type[StepForm]] = {
    "dispatch": DispatchForm,
    "answer": AnswerForm,
    "decline": DeclineForm,
    "sign": SignForm,
    "send_back": ReturnForm,
    "contact": ContactForm,
    "assign": AssignForm,
    "report_part": PartForm,
    "hand_back": HandBackForm,
    "reply": ReplyForm,
    "check_pass": PassForm,
    "check_fail": CheckForm,
    "call_back": CallBackForm,
    "supervise": SuperviseForm,
    "link": LinkForm,
}


def step_form(name: str, case: Case, user: Any, data: Any = None, files: Any = None) -> StepForm:
    """The form of a step, bound when ``data`` is given. Field ids carry the step's name: many stand on one page."""
    declared = CaseFlow.steps()[name]
    return FORMS.get(name, StepForm)(
        data, files, subject=case, user=user, needs_reason=declared.needs_reason, auto_id=f"{name}_%s"
    )
