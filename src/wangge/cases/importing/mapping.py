"""Which column is which field: guessed from usual headings, overridden by ``--map field=column,…``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

# Field → headings under which 12345 platforms export it.
USUAL: Final[dict[str, tuple[str, ...]]] = {
    "source_number": ("source_number", "工单编号", "工单号", "编号", "留言编号", "id", "unique_key"),
    "created_at": (
        "created_at",
        "来电时间",
        "受理时间",
        "登记时间",
        "留言时间",
        "诉求时间",
        "created_date",
        "date_raw",
    ),
    "title": ("title", "标题", "主题", "留言主题", "诉求标题"),
    "text": ("text", "内容", "诉求内容", "留言详情", "来电内容", "detail", "content", "描述"),
    "demand_type": ("demand_type", "诉求类型", "工单类型", "类型", "nature", "性质"),
    "kind": ("kind", "类别", "类别编码", "诉求类别", "事项编码"),
    "path": ("path", "区划代码", "区划", "社区代码", "街道代码"),
    "address": ("address", "地址", "事发地址", "事件地址", "诉求地点"),
    "lng": ("lng", "经度", "longitude", "long"),
    "lat": ("lat", "纬度", "latitude"),
    "crs": ("crs", "坐标系"),
    "name": ("name", "姓名", "诉求人", "来电人", "联系人"),
    "phone": ("phone", "电话", "联系电话", "来电号码", "手机"),
    "urgency": ("urgency", "紧急程度"),
    "is_private": ("is_private", "是否保密", "保密"),
    "reply_wanted": ("reply_wanted", "是否回复", "要求回复"),
    "hotline": ("hotline", "来源热线", "热线"),
}
FIELDS: Final = tuple(USUAL)


class BadMapping(ValueError):
    """A field or column that does not exist; the message names it and what there is."""


def parse(text: str) -> dict[str, str]:
    """``"text=留言详情,title=留言主题"`` as a mapping field → column."""
    mapping = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        field, equals, column = part.partition("=")
        if not equals:
            raise BadMapping(f"“{part}”应写成 字段=列名。可用字段：{'、'.join(FIELDS)}。")
        if field not in USUAL:
            raise BadMapping(f"没有字段“{field}”。可用字段：{'、'.join(FIELDS)}。")
        mapping[field] = column
    return mapping


def complete(columns: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """``given`` and, for the other fields, the usual headings found among ``columns``."""
    there = list(columns)
    for field, column in given.items():
        if column not in there:
            raise BadMapping(f"文件中没有列“{column}”（字段{field}）。文件的列：{'、'.join(there)}。")
    mapping = dict(given)
    taken = set(mapping.values())
    lower = {name.lower(): name for name in there}
    for field, headings in USUAL.items():
        if field in mapping:
            continue
        for heading in headings:
            found = lower.get(heading.lower())
            if found is not None and found not in taken:
                mapping[field] = found
                taken.add(found)
                break
    if "text" not in mapping and "title" not in mapping:
        raise BadMapping(f"找不到诉求内容所在的列，请用 --map text=列名 指明。文件的列：{'、'.join(there)}。")
    return mapping
