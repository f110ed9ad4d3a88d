"""A small district: one street with two communities, its offices, a few kinds, and people with roles for names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from wangge.cases.actions import Asker, Place, dispatch_by_list, file_case
from wangge.cases.models import Case
from wangge.duties.models import Catalogue, Duty, DutyItem, DutyList, Kind, LimitClass
from wangge.kernel.access import database
from wangge.kernel.access.models import Grant, User
from wangge.organization import book
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
    add_offices(
        world,
        {
            "hotline": ("昆都仑区12345热线中心", "hotline", "district", DISTRICT),
            "command": ("区指挥中心", "command_centre", "district", DISTRICT),
            "housing": ("区住建局", "district.housing", "district", DISTRICT),
            "centre": ("少先路街道社会治理综合指挥中心", "street.command_centre", "street", STREET),
            "street": ("少先路街道办事处", "street", "street", STREET),
            "urban": ("少先路街道城市管理部", "street.urban_management", "street", STREET),
            "other_centre": ("沼潭街道社会治理综合指挥中心", "street.command_centre", "street", OTHER_STREET),
            "community": ("友谊社区居民委员会", "community", "community", COMMUNITY),
        },
    )


def add_offices(world: World, offices: dict[str, tuple[str, str, str, str]]) -> None:
    """Offices by name, kind, level and path; all in one statement, for thousands of tests begin with them."""
    world.offices |= dict(
        zip(
            offices,
            Office.objects.bulk_create(
                Office(name=name, kind=kind, level=level, path=path, valid_from=LONG_AGO)
                for name, kind, level, path in offices.values()
            ),
            strict=True,
        )
    )
    book.changed()


def add_people(
    world: World, people: dict[str, tuple[str, str, str | None]], *, letter: str = "u", since: date | None = None
) -> None:
    """People without a password by role, path and office, each with their grant; in two statements."""
    now, nobody = timezone.now(), make_password(None)
    added = User.objects.bulk_create(
        User(username=f"{letter}{number}", password=nobody, display_name=name, password_changed_at=now)
        for number, name in enumerate(people, len(world.people))
    )
    world.people |= dict(zip(people, added, strict=True))
    Grant.objects.bulk_create(
        Grant(
            user=user,
            role=role,
            path=path,
            office_id=world.offices[office].pk if office else None,
            valid_from=since or timezone.localdate(),
        )
        for user, (role, path, office) in zip(added, people.values(), strict=True)
    )


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
    duty_list, lawful = DutyList.objects.bulk_create(
        DutyList(code=level, name=name, level=level, kind=kind, valid_from=LONG_AGO)
        for level, name, kind in (
            ("street", "街道职责清单", "duty"),
            ("community", "社区依法履责清单", "community_lawful"),
        )
    )
    item, lawful_item = DutyItem.objects.bulk_create(
        (
            DutyItem(duty_list=duty_list, number="4-1", block="城市管理", title="环境卫生管理"),
            DutyItem(duty_list=lawful, number="12", title="环境卫生日常巡查"),
        )
    )
    top = Kind.objects.create(catalogue=catalogue, code="01", level=1, name="城市管理", is_leaf=False)
    rubbish, building = Kind.objects.bulk_create(
        Kind(catalogue=catalogue, code=code, level=2, name=name, parent=top, keywords=[name])
        for code, name in (("0101", "垃圾清运"), ("0102", "房屋质量"))
    )
    world.kinds |= {"rubbish": rubbish, "building": building}
    Duty.objects.bulk_create(
        Duty(
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
        for kind, lead, assists, listed in (
            (rubbish, "street.command_centre", [], lawful_item),
            (building, "district.housing", ["street.command_centre"], None),
        )
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


def small_world() -> World:
    """The small district: its places, offices, duties and people."""
    database.see_everything()
    built = World()
    divide()
    open_offices(built)
    assign_duties(built)
    add_people(built, PEOPLE)
    built.people["外人"] = User.objects.create_user(username="outsider", password=None, display_name="外人")
    return built


@pytest.fixture
def world(db: None) -> World:
    return small_world()
