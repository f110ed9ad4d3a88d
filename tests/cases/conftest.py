"""A small district: one street with two communities, its offices, a few kinds, and people with roles for names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from wangge.cases.actions import Asker, Place, dispatch_by_list, file_case
from wangge.cases.models import Case
from wangge.duties.models import Catalogue, Duty, DutyItem, DutyList, Kind, LimitClass
from wangge.kernel.access import database
from wangge.kernel.access.models import Grant, User
from wangge.organization.models import Office
from wangge.territory.models import Division, Grid

LONG_AGO = date(2020, 1, 1)
DISTRICT, STREET, OTHER_STREET = "150203", "150203001", "150203002"
COMMUNITY, NEIGHBOUR, GRID = "150203001001", "150203001002", "150203001001001"


@dataclass
class World:
    """The small district; people are looked up by what they are called."""

    offices: dict[str, Office] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, name: str) -> User:
        return User.objects.get(pk=self.people[name].pk)

    def file(self, **given: Any) -> Case:
        """A complaint about rubbish by 居民张阿姨, filed by the hotline unless told otherwise."""
        values: dict[str, Any] = {
            "channel": "hotline",
            "demand_type": "complaint",
            "text": "小区东门垃圾三天没有清运，气味很大",
            "place": Place(path=COMMUNITY, address="友谊大街1号院"),
            "kind": self.kinds["rubbish"],
            "asker": Asker(name="张阿姨", phone="13800000001"),
            "by": self["话务小赵"],
        }
        return file_case(**(values | given))

    def dispatched(self, **given: Any) -> Case:
        case = self.file(**given)
        return dispatch_by_list(case=case, by=self["话务小赵"])


def divide() -> None:
    rows = [
        ("15", "内蒙古自治区", 1),
        ("1502", "包头市", 2),
        (DISTRICT, "昆都仑区", 3),
        (STREET, "少先路街道", 4),
        (OTHER_STREET, "沼潭街道", 4),
        (COMMUNITY, "友谊社区", 5),
        (NEIGHBOUR, "团结社区", 5),
        ("150203002001", "沼潭社区", 5),
    ]
    parents = {2: "", 4: 2, 6: 4, 9: 6, 12: 9}
    Division.objects.bulk_create(
        Division(code=code, name=name, level=level, parent_code=code[: parents[len(code)] or 0], valid_from=LONG_AGO)
        for code, name, level in rows
    )
    Grid.objects.create(
        code=GRID, community_code=COMMUNITY, name="友谊社区第1网格", valid_from=LONG_AGO, changed_on=LONG_AGO
    )


def open_offices(world: World) -> None:
    for key, name, kind, level, path in (
        ("hotline", "昆都仑区12345热线中心", "hotline", "district", DISTRICT),
        ("command", "区指挥中心", "command_centre", "district", DISTRICT),
        ("housing", "区住建局", "district.housing", "district", DISTRICT),
        ("centre", "少先路街道社会治理综合指挥中心", "street.command_centre", "street", STREET),
        ("street", "少先路街道办事处", "street", "street", STREET),
        ("urban", "少先路街道城市管理部", "street.urban_management", "street", STREET),
        ("other_centre", "沼潭街道社会治理综合指挥中心", "street.command_centre", "street", OTHER_STREET),
        ("community", "友谊社区居民委员会", "community", "community", COMMUNITY),
    ):
        world.offices[key] = Office.objects.create(name=name, kind=kind, level=level, path=path, valid_from=LONG_AGO)


def assign_duties(world: World) -> None:
    catalogue = Catalogue.objects.create(version="t1", name="测试目录", state="published", valid_from=LONG_AGO)
    limit = LimitClass.objects.create(
        code="general",
        name="一般诉求",
        sign_value=2,
        sign_unit="hour",
        contact_value=24,
        contact_unit="hour",
        finish_value=7,
        finish_unit="day",
        extension_value=7,
        extension_unit="day",
        max_extensions=1,
    )
    duty_list = DutyList.objects.create(
        code="street", name="街道职责清单", level="street", kind="duty", valid_from=LONG_AGO
    )
    item = DutyItem.objects.create(duty_list=duty_list, number="4-1", block="城市管理", title="环境卫生管理")
    lawful = DutyList.objects.create(
        code="community", name="社区依法履责清单", level="community", kind="community_lawful", valid_from=LONG_AGO
    )
    lawful_item = DutyItem.objects.create(duty_list=lawful, number="12", title="环境卫生日常巡查")
    top = Kind.objects.create(catalogue=catalogue, code="01", level=1, name="城市管理", is_leaf=False)
    for key, code, name, lead, assists in (
        ("rubbish", "0101", "垃圾清运", "street.command_centre", []),
        ("building", "0102", "房屋质量", "district.housing", ["street.command_centre"]),
    ):
        kind = Kind.objects.create(catalogue=catalogue, code=code, level=2, name=name, parent=top, keywords=[name])
        world.kinds[key] = kind
        listed = lawful_item if key == "rubbish" else None
        Duty.objects.create(
            kind=kind,
            kind_code=kind.code,
            lead_kind=lead,
            assist_kinds=assists,
            item=item,
            limit=limit,
            community_may_handle=listed is not None,
            community_item=listed,
            valid_from=LONG_AGO,
        )


PEOPLE: dict[str, tuple[str, str, str | None]] = {
    "话务小赵": ("hotline_dispatcher", DISTRICT, "hotline"),
    "热线班长": ("hotline_leader", DISTRICT, "hotline"),
    "区领导": ("district_leader", DISTRICT, None),
    "街道老王": ("street_dispatcher", STREET, "centre"),
    "外街小孙": ("street_dispatcher", OTHER_STREET, "other_centre"),
    "社区小陈": ("community_clerk", COMMUNITY, "community"),
    "网格员小李": ("grid_worker", GRID, "community"),
    "住建小周": ("department_clerk", "", "housing"),
    "审计小吴": ("audit_admin", "", None),
}


@pytest.fixture
def world(db: None) -> World:
    database.see_everything()
    built = World()
    divide()
    open_offices(built)
    assign_duties(built)
    for name, (role, path, office) in PEOPLE.items():
        user = User.objects.create_user(username=f"u{len(built.people)}", password=None, display_name=name)
        Grant.objects.create(
            user=user,
            role=role,
            path=path,
            office_id=built.offices[office].pk if office else None,
            valid_from=timezone.localdate(),
        )
        built.people[name] = user
    built.people["外人"] = User.objects.create_user(username="outsider", password=None, display_name="外人")
    return built
