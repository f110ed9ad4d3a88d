"""Forms of the duties' pages. What is allowed is decided by the actions; forms read and explain."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from wangge.duties.enums import ListLevel
from wangge.duties.models import Catalogue, DutyItem, LimitClass
from wangge.duties.resolution import ALTERNATIVES
from wangge.kernel.access.web.picking import PlaceField
from wangge.organization.kinds import table as office_kind_table
from wangge.organization.models import Office


class TryForm(forms.Form):
    text = forms.CharField(
        label="诉求内容",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="像来电人那样说，例如：供暖一周了家里还是不热。",
    )
    place = PlaceField(label="发生地点", required=False)


class WhereForm(forms.Form):
    place = PlaceField(label="地点")


class DutyForm(forms.Form):
    """A duty of one kind: added, or the successor of another."""

    path = PlaceField(label="适用范围", required=False, help_text="区划代码或名称；不填表示全部区划，下级可另行指定。")
    lead_kind = forms.ChoiceField(label="主办机构类型", required=False)
    lead_office = forms.ModelChoiceField(
        label="或指定机构", required=False, queryset=Office.objects.none(), help_text="只在一处由某个机构承担时使用。"
    )
    assist_kinds = forms.MultipleChoiceField(label="协办机构类型", required=False)
    item = forms.ModelChoiceField(label="清单条目", required=False, queryset=DutyItem.objects.none())
    community_item = forms.ModelChoiceField(
        label="社区可承接的依据",
        required=False,
        queryset=DutyItem.objects.none(),
        help_text="社区清单中的条目；不选即不得交社区承担（接诉即办工作条例第17条）。",
    )
    limit = forms.ModelChoiceField(label="时限等级", queryset=LimitClass.objects.none())
    on = forms.DateField(label="生效日期", initial=timezone.localdate)
    note = forms.CharField(label="说明", required=False, max_length=200)
    reason = forms.CharField(label="依据", min_length=4, max_length=200, help_text="如批准文号、会议纪要。")

    def __init__(self, *args: Any, place: str = "", held: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = list(office_kind_table().values())
        choices = [(kind.code, kind.label) for kind in kinds]
        labels = dict(choices)
        lead, assists = self.fields["lead_kind"], self.fields["assist_kinds"]
        assert isinstance(lead, forms.ChoiceField)
        assert isinstance(assists, forms.MultipleChoiceField)
        several = (
            [(held, "或".join(labels.get(k, k) for k in held.split(ALTERNATIVES)))] if ALTERNATIVES in held else []
        )
        lead.choices = [("", "请选择"), *several, *choices]
        assists.choices = [*self._several(labels), *choices]
        items = DutyItem.objects.select_related("duty_list").filter(duty_list__valid_to__isnull=True)
        self._set("lead_office", Office.objects.filter(valid_to__isnull=True, path__startswith=place).order_by("path"))
        self._set("item", items.exclude(duty_list__level=ListLevel.COMMUNITY))
        self._set("community_item", items.filter(duty_list__level=ListLevel.COMMUNITY))
        self._set("limit", LimitClass.objects.all())

    def _several(self, labels: dict[str, str]) -> list[tuple[str, str]]:
        held = [one for one in self.initial.get("assist_kinds", ()) if ALTERNATIVES in one]
        return [(one, "或".join(labels.get(k, k) for k in one.split(ALTERNATIVES))) for one in held]

    def _set(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if bool(values.get("lead_kind")) == bool(values.get("lead_office")):
            self.add_error("lead_kind", "主办机构类型和指定机构请填且只填一项。")
        return values


class EndForm(forms.Form):
    on = forms.DateField(label="终止日期", initial=timezone.localdate, help_text="从这一天起不再有效。")


class VersionForm(forms.Form):
    version = forms.CharField(label="新版本号", max_length=20)
    name = forms.CharField(label="名称", max_length=80, required=False, help_text="不填则沿用原名称。")


class CompareForm(forms.Form):
    before = forms.ModelChoiceField(label="从", queryset=Catalogue.objects.none())
    after = forms.ModelChoiceField(label="到", queryset=Catalogue.objects.none())

    def __init__(self, *args: Any, rows: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


class ImportForm(forms.Form):
    file = forms.FileField(
        label="文件", help_text="Excel（xlsx、xls、ods）或 CSV（UTF-8、GBK），不超过 10 MB、20000 行。"
    )
    catalogue = forms.ModelChoiceField(label="目录", queryset=Catalogue.objects.none(), required=False)
    keep_good = forms.ChoiceField(
        label="有错误的行时",
        choices=[("0", "全部不导入，改好后再来"), ("1", "导入正确的行，退回有错误的行")],
        initial="0",
        widget=forms.RadioSelect,
    )
    on = forms.DateField(label="生效日期", initial=timezone.localdate, required=False)

    def __init__(self, *args: Any, catalogues: Any = None, dated: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if catalogues is None:
            del self.fields["catalogue"]
        else:
            field = self.fields["catalogue"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset, field.required = catalogues, True
        if not dated:
            del self.fields["on"]
