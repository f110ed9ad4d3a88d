"""Forms of the desk. What they check is only shape: the rules are in the actions."""

from __future__ import annotations

import json
from typing import Any

import shapely
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from shapely.geometry import mapping

from wangge.territory.enums import Crs, GridKind, PlaceKind, Position
from wangge.territory.models import Grid


def _on(label: str = "生效日期") -> forms.DateField:
    return forms.DateField(label=label, initial=timezone.localdate)


def _reason(label: str = "依据", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="文号或批准情况。",
    )


class OutlineField(forms.CharField):
    """A GeoJSON geometry (also a Feature) or WKT as text; cleans to a GeoJSON geometry or None."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 4_000_000)
        super().__init__(widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        if text.startswith("{"):
            try:
                loaded = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise ValidationError("边界不是有效的GeoJSON。") from error
            return loaded.get("geometry") if loaded.get("type") == "Feature" else loaded
        try:
            return mapping(shapely.from_wkt(text))
        except shapely.errors.ShapelyError as error:
            raise ValidationError("边界既不是GeoJSON也不是WKT。") from error

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise ValidationError("请画出或粘贴边界。")

    def run_validators(self, value: Any) -> None:
        """Lengths were bounded as text."""


class GridForm(forms.Form):
    name = forms.CharField(label="名称", required=False, max_length=60, help_text="不填时按编号命名，如“第3网格”。")
    kind = forms.ChoiceField(label="类型", choices=GridKind.choices)
    households = forms.IntegerField(label="户数", required=False, min_value=0, max_value=100_000)
    polygon = OutlineField(
        label="边界", required=False, help_text="在地图上依次点击顶点画出，或粘贴GeoJSON、WKT。可以以后再画。"
    )
    crs = forms.ChoiceField(label="边界的坐标系", choices=Crs.choices, initial=Crs.CGCS2000)
    reason = _reason(required=False)

    def __init__(self, *args: Any, grid: Grid | None = None, **kwargs: Any) -> None:
        if grid is not None:
            kwargs["initial"] = {
                "name": grid.name,
                "kind": grid.kind,
                "households": grid.households,
                "polygon": grid.polygon,
                "crs": grid.crs,
            }
        super().__init__(*args, **kwargs)


class StaffForm(forms.Form):
    username = forms.CharField(label="账号", max_length=64)
    position = forms.ChoiceField(label="岗位", choices=Position.choices, initial=Position.FULL_TIME)
    on = _on("到岗日期")


class RenameForm(forms.Form):
    name = forms.CharField(label="新名称", max_length=60)
    on = _on()
    reason = _reason()


class AddForm(forms.Form):
    code = forms.CharField(label="代码", max_length=12)
    name = forms.CharField(label="名称", max_length=60)
    on = _on()
    reason = _reason()


class RecodeForm(forms.Form):
    new_code = forms.CharField(
        label="新代码", max_length=12, help_text="下级区划和网格的代码随之改变；原代码保留在沿革中。"
    )
    on = _on()
    reason = _reason()


class MergeForm(forms.Form):
    into = forms.CharField(label="并入的区划代码", max_length=12)
    on = _on()
    reason = _reason()


class EndForm(forms.Form):
    on = _on("撤销日期")
    reason = _reason()


class OutlineForm(forms.Form):
    polygon = OutlineField(label="边界")
    crs = forms.ChoiceField(label="边界的坐标系", choices=Crs.choices, initial=Crs.CGCS2000)
    source = forms.CharField(label="来源", max_length=120)


class SplitGridForm(forms.Form):
    """A first draft: the area cut into equal parts, to be corrected on the map."""

    parts = forms.IntegerField(
        label="拆成几个", min_value=2, max_value=20, initial=2, help_text="先按面积等分，再逐个调整边界。"
    )
    reason = _reason()


class MergeGridsForm(forms.Form):
    others = forms.MultipleChoiceField(label="与哪些网格合并", widget=forms.CheckboxSelectMultiple)
    name = forms.CharField(label="合并后的名称", required=False, max_length=60)
    reason = _reason()

    def __init__(self, *args: Any, siblings: list[Grid], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["others"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(g.code, g.name) for g in siblings]


class SplitDivisionForm(forms.Form):
    """Two or more new communities, a line each, and where every grid goes."""

    parts = forms.CharField(
        label="新社区", widget=forms.Textarea(attrs={"rows": 4}), help_text="每行一个：12位代码和名称，以空格分开。"
    )
    on = _on()
    reason = _reason()

    def __init__(self, *args: Any, grids: list[Grid], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for grid in grids:
            self.fields[f"grid_{grid.code}"] = forms.CharField(
                label=f"{grid.name}（{grid.code[12:]}）去向",
                required=False,
                max_length=12,
                help_text="新社区的代码；不填则留在原社区。",
            )

    def clean_parts(self) -> list[tuple[str, str]]:
        found = []
        for line in self.cleaned_data["parts"].splitlines():
            if not line.strip():
                continue
            code, _, name = line.strip().partition(" ")
            if not name.strip():
                raise ValidationError(f"这一行缺少代码或名称：{line}")
            found.append((code, name.strip()))
        return found

    def targets(self) -> dict[str, str]:
        """Grid code → the new community's code."""
        return {name[5:]: value for name, value in self.cleaned_data.items() if name.startswith("grid_") and value}


class ImportForm(forms.Form):
    file = forms.FileField(label="文件")
    crs = forms.ChoiceField(
        label="坐标系", choices=Crs.choices, initial=Crs.CGCS2000, help_text="文件里坐标的来源，入库时转换。"
    )
    keep_good = forms.ChoiceField(
        label="有错误的行时",
        choices=[("0", "全部不导入，改好后再来"), ("1", "导入正确的行，退回有错误的行")],
        initial="0",
        widget=forms.RadioSelect,
    )


class PlaceForm(forms.Form):
    name = forms.CharField(label="名称", min_length=2, max_length=80)
    kind = forms.ChoiceField(label="类别", choices=PlaceKind.choices)
    path = forms.CharField(
        label="所在编码", required=False, max_length=15, help_text="街道、社区或网格的编码；在地图上点了位置可不填。"
    )
    lng = forms.FloatField(label="经度", required=False, widget=forms.NumberInput(attrs={"step": "any"}))
    lat = forms.FloatField(label="纬度", required=False, widget=forms.NumberInput(attrs={"step": "any"}))


class ReasonForm(forms.Form):
    reason = _reason("理由")
