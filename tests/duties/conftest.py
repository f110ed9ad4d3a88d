"""A street with offices, and a small catalogue with duties."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from wangge.duties.models import Catalogue, Duty, DutyItem, DutyList, Kind, LimitClass
from wangge.organization.models import Office

SINCE = date(2020, 1, 1)
DISTRICT, STREET, COMMUNITY = "150203", "150203001", "150203001001"


def office(name: str, kind: str, level: str, path: str) -> Office:
    return Office.objects.create(name=name, kind=kind, level=level, path=path, valid_from=SINCE)


def limit_class(code: str, days: int = 7, **fields: object) -> LimitClass:
    phases = {"sign": (2, "working_hour"), "contact": (24, "hour"), "finish": (days, "day"), "extension": (7, "day")}
    values = {
        f"{phase}_{part}": v for phase, pair in phases.items() for part, v in zip(("value", "unit"), pair, strict=True)
    }
    return LimitClass.objects.create(code=code, name=code, **values, **fields)


@pytest.fixture
def offices(db) -> SimpleNamespace:
    return SimpleNamespace(
        hotline=office("昆区12345", "hotline", "district", DISTRICT),
        district_centre=office("昆区指挥中心", "command_centre", "district", DISTRICT),
        housing=office("昆区住建局", "district.housing", "district", DISTRICT),
        heating=office("热力公司", "enterprise.heating", "enterprise", DISTRICT),
        street=office("示例街道", "street", "street", STREET),
        centre=office("示例街道指挥中心", "street.command_centre", "street", STREET),
        urban=office("示例街道城市管理部", "street.urban_management", "street", STREET),
        community=office("示例社区", "community", "community", COMMUNITY),
    )


@pytest.fixture
def tree(db) -> SimpleNamespace:
    """03 住房 / 0301 供暖 / 030101 不热，030102 漏水；01 / 0101 / 010101 暴露垃圾."""
    catalogue = Catalogue.objects.create(version="t1", name="目录", state="published", valid_from=SINCE)

    def kind(code: str, name: str, parent: Kind | None = None, *, leaf: bool = False, words: str = "") -> Kind:
        return Kind.objects.create(
            catalogue=catalogue, code=code, name=name, parent=parent, level=len(code) // 2, is_leaf=leaf,
            keywords=words.split(),
        )  # fmt: skip

    top, city = kind("03", "住房"), kind("01", "城市管理")
    heating, clean = kind("0301", "供暖", top), kind("0101", "环境卫生", city)
    return SimpleNamespace(
        catalogue=catalogue,
        housing=top,
        heating=heating,
        cold=kind("030101", "暖气不热", heating, leaf=True, words="暖气不热 室温 供热"),
        leak=kind("030102", "供热管道漏水", heating, leaf=True, words="暖气漏水 热力管道"),
        litter=kind("010101", "暴露垃圾", clean, leaf=True, words="垃圾 没人清理 垃圾堆积"),
    )


@pytest.fixture
def lists(db) -> SimpleNamespace:
    street = DutyList.objects.create(code="street", name="街道职责清单", level="street", kind="duty", valid_from=SINCE)
    lawful = DutyList.objects.create(
        code="lawful", name="社区依法履责清单", level="community", kind="community_lawful", valid_from=SINCE
    )
    assist = DutyList.objects.create(
        code="assist", name="社区依法协助清单", level="community", kind="community_assist", valid_from=SINCE
    )
    return SimpleNamespace(
        street=DutyItem.objects.create(duty_list=street, number="3.01", block="城市管理", title="环境卫生"),
        lawful=DutyItem.objects.create(duty_list=lawful, number="12", title="公共卫生"),
        assist=DutyItem.objects.create(duty_list=assist, number="3", title="协助供热"),
    )


@pytest.fixture
def limits(db) -> SimpleNamespace:
    return SimpleNamespace(
        general=limit_class("general"),
        day=limit_class("day", 1),
        consult=limit_class("consult", 2, for_demand_type="consult"),
        urgent=limit_class("urgent", 1, for_urgent=True),
    )


@pytest.fixture
def duty(limits):
    def add(kind: Kind, lead_kind: str = "", path: str = "", **fields: object) -> Duty:
        fields.setdefault("limit", limits.general)
        fields.setdefault("valid_from", SINCE)
        return Duty.objects.create(kind=kind, kind_code=kind.code, path=path, lead_kind=lead_kind, **fields)

    return add
