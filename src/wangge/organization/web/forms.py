"""Forms of the organization's pages. What is allowed is decided by the actions; forms read and explain."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from wangge.kernel.access.web.picking import PlaceField
from wangge.organization import policy
from wangge.organization.enums import Level, StaffCategory
from wangge.organization.kinds import table as kind_table
from wangge.organization.models import Office, Post, Staff
from wangge.organization.templates import templates


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, initial=timezone.localdate)


def _reason(*, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label="依据", required=required, min_length=4 if required else None, max_length=200, help_text="如批准文号。"
    )


def _plates() -> forms.CharField:
    return forms.CharField(label="挂牌", required=False, max_length=400, help_text="有多块牌子时用顿号分开。")


def plates(text: str) -> list[str]:
    """网格化服务管理中心、市容办 → the two names."""
    return [plate for plate in text.replace("\uff0c", "、").replace(",", "、").split("、") if plate.strip()]


class EstablishForm(forms.Form):
    path = PlaceField(label="区划")
    template = forms.ChoiceField(label="模板")
    below = forms.BooleanField(label="为其下每个街道（社区）设立", required=False)
    on = _day("设立日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = dict(Level.choices)
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (label, [(t.key, t.label) for t in templates().values() if t.level == level])
            for level, label in levels.items()
            if level != Level.ENTERPRISE
        ]


class OfficeForm(forms.Form):
    name = forms.CharField(label="名称", max_length=80)
    kind = forms.ChoiceField(label="类别")
    path = PlaceField(label="服务区划")
    second_names = _plates()
    phone = forms.CharField(label="公开电话", required=False, max_length=32)
    address = forms.CharField(label="公开地址", required=False, max_length=200)
    on = _day("设立日期")
    reason = _reason(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        levels = dict(Level.choices)
        kinds = list(kind_table().values())
        field.choices = [
            (label, [(kind.code, kind.label) for kind in kinds if kind.level == level])
            for level, label in levels.items()
        ]


class RenameForm(forms.Form):
    name = forms.CharField(label="名称", max_length=80)
    second_names = _plates()
    on = _day("生效日期")
    reason = _reason(required=False)


class ChangeForm(forms.Form):
    phone = forms.CharField(label="公开电话", required=False, max_length=32)
    address = forms.CharField(label="公开地址", required=False, max_length=200)
    on = _day("生效日期")


class CloseForm(forms.Form):
    on = _day("撤销日期")
    reason = _reason()


class MergeForm(forms.Form):
    """Into another office of the same division."""

    into = forms.ModelChoiceField(label="并入", queryset=Office.objects.none())
    on = _day("生效日期")
    reason = _reason()

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["into"]
        assert isinstance(field, forms.ModelChoiceField)
        same = Office.objects.filter(path=office.path, valid_to__isnull=True).exclude(pk=office.pk)
        field.queryset = same.order_by("sort", "id")


class HireForm(forms.Form):
    display_name = forms.CharField(label="姓名", max_length=64)
    username = forms.CharField(label="账号", min_length=2, max_length=64)
    staff_no = forms.CharField(label="工号", required=False, max_length=32)
    category = forms.ChoiceField(label="人员类别", choices=StaffCategory.choices)
    post = forms.ModelChoiceField(label="岗位", queryset=Post.objects.none(), required=False)
    phone = forms.CharField(label="手机", required=False, max_length=20)
    roles = forms.MultipleChoiceField(label="角色", required=False, widget=forms.CheckboxSelectMultiple)
    path = PlaceField(
        label="管辖范围",
        required=False,
        help_text="按区划的角色管到哪里，填名称或区划代码；不填为机构的服务区划，网格员请填网格。",
    )
    on = _day("入职日期")

    def __init__(self, *args: Any, office: Office, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        post, role = self.fields["post"], self.fields["roles"]
        assert isinstance(post, forms.ModelChoiceField)
        assert isinstance(role, forms.MultipleChoiceField)
        post.queryset = office.posts.all()
        role.choices = [(r.code, r.label) for r in policy.giveable_roles(by, office.path)]


class TransferForm(forms.Form):
    """To an office that the user manages too; posts are chosen there afterwards."""

    to_office = forms.ModelChoiceField(label="调往机构", queryset=Office.objects.none())
    on = _day("调动日期")
    reason = _reason()

    def __init__(self, *args: Any, staff: Staff, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to_office"]
        assert isinstance(field, forms.ModelChoiceField)
        offices = policy.manageable_offices(by).filter(valid_to__isnull=True).exclude(pk=staff.office_id)
        field.queryset = offices.order_by("path", "sort", "id")


class LeaveForm(forms.Form):
    on = _day("离岗日期")
    reason = _reason()


class PhoneForm(forms.Form):
    phone = forms.CharField(label="手机", required=False, max_length=20, help_text="不填即清除。")


class ImportForm(forms.Form):
    file = forms.FileField(
        label="文件", help_text="Excel（xlsx、xls、ods）或 CSV（UTF-8、GBK），不超过 10 MB、20000 行。"
    )
    keep_good = forms.ChoiceField(
        label="有错误的行时",
        choices=[("0", "全部不导入，改好后再来"), ("1", "导入正确的行，退回有错误的行")],
        initial="0",
        widget=forms.RadioSelect,
    )
    on = forms.DateField(label="默认日期", initial=timezone.localdate, help_text="表中没有填写日期的行用这一天。")
