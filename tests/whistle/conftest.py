"""The small district of the cases, with the leadership of its street, two departments and what whistles rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from tests.cases.conftest import (  # noqa: F401 - the fixture
    COMMUNITY,
    DISTRICT,
    LONG_AGO,
    OTHER_STREET,
    STREET,
    World,
    add_offices,
    add_people,
    world,
)

from wangge.duties.models import DutyItem, DutyList
from wangge.kernel.access.models import User
from wangge.organization.models import Office
from wangge.whistle.drafting import Called, Spot, draft
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Summons, Whistle
from wangge.whistle.summons_flow import SummonsFlow

T = TypeVar("T")
HERE = (109.8300, 40.6600)
PEOPLE: dict[str, tuple[str, str, str | None]] = {
    "书记老刘": ("street_secretary", STREET, "street"),
    "主任老马": ("street_director", STREET, "street"),
    "副主任小高": ("street_leader", STREET, "street"),
    "外街主任": ("street_director", OTHER_STREET, "other_centre"),
    "指挥中心小孙": ("command_centre", DISTRICT, "command"),
    "指挥中心小丁": ("command_centre", DISTRICT, "command"),
    "区长": ("district_leader", DISTRICT, "leader"),
    "城管小冯": ("department_clerk", "", "urban_bureau"),
    "供热小韩": ("department_clerk", "", "heat"),
    "系统管理员": ("system_admin", DISTRICT, None),
}


@dataclass
class Town:
    """The small district with whistles; people are looked up by what they are called."""

    world: World
    district_item: DutyItem
    street_item: DutyItem

    def __getitem__(self, name: str) -> User:
        return self.world[name]

    def office(self, name: str) -> Office:
        return self.world.offices[name]

    def draft(self, **given: Any) -> Whistle:
        """A work whistle on a hidden danger, written by 街道老王: housing leads, the urban bureau assists."""
        values: dict[str, Any] = {
            "kind": "work",
            "origin": "hidden_danger",
            "title": "友谊大街1号院外墙脱落",
            "text": "外墙瓷砖成片脱落，下方是人行道",
            "tried": "已拉警戒线，联系物业三次",
            "wanted": "请住建局鉴定，请城管局围挡",
            "spot": Spot(COMMUNITY, "友谊大街1号院东门", *HERE),
            "called": (
                Called(self.office("housing").pk, "lead", ("现场鉴定外墙安全", "责令产权单位维修")),
                Called(self.office("urban_bureau").pk, "assist", ("设置围挡",)),
            ),
            "items": [self.district_item],
            "by": self["街道老王"],
        }
        return draft(**(values | given))

    def blown(self, **given: Any) -> Whistle:
        whistle = self.draft(**given)
        if whistle.kind == "hard":
            WhistleFlow(whistle, self["书记老刘"]).sign_secretary()
            WhistleFlow(whistle, self["主任老马"]).sign_director()
        else:
            WhistleFlow(whistle, self["副主任小高"]).blow()
        return again(whistle)

    def summons(self, whistle: Whistle, office: str = "housing") -> Summons:
        return whistle.summonses.exclude(state="released").get(office=self.office(office))

    def arrived(self, whistle: Whistle, office: str = "housing", who: str = "住建小周") -> Summons:
        summons = self.summons(whistle, office)
        flow = SummonsFlow(summons, self[who])
        flow.sign()
        flow.arrive(way="position", rank="section", lng=HERE[0], lat=HERE[1])
        return again(summons)

    def reported(self, whistle: Whistle, office: str = "housing", who: str = "住建小周") -> Summons:
        summons = self.arrived(whistle, office, who)
        flow = SummonsFlow(summons, self[who])
        flow.submit_plan(plan="先围挡，三日内出鉴定意见")
        flow.submit_report(report="已完成", answers={t.pk: "已办" for t in summons.tasks.all()})
        return again(summons)

    def checked(self, whistle: Whistle, office: str = "housing", who: str = "住建小周") -> Summons:
        summons = self.reported(whistle, office, who)
        SummonsFlow(summons, self["街道老王"]).check(passed={t.pk: True for t in summons.tasks.all()})
        return again(summons)

    def closed(self, **given: Any) -> Whistle:
        whistle = self.blown(**given)
        self.checked(whistle, "urban_bureau", "城管小冯")
        self.checked(whistle)
        whistle = again(whistle)
        WhistleFlow(whistle, self["街道老王"]).close(result="现场已恢复")
        return again(whistle)


def again(row: T) -> T:
    """The row as it stands in the database now."""
    return type(row).objects.get(pk=row.pk)  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def town(world: World) -> Town:  # noqa: F811
    add_offices(
        world,
        {
            "urban_bureau": ("区城市管理局", "district.urban_management", "district", DISTRICT),
            "heat": ("昆都仑区供热公司", "enterprise.heat", "enterprise", DISTRICT),
            "leader": ("区政府领导", "district.leader", "district", DISTRICT),
        },
    )
    add_people(world, PEOPLE, letter="w")
    district = DutyList.objects.create(
        code="district", name="区级部门职责清单", level="district", kind="duty", valid_from=LONG_AGO
    )
    item = DutyItem.objects.create(
        duty_list=district, number="20.1", title="房屋安全：危房鉴定", legal_basis="《城市危险房屋管理规定》"
    )
    return Town(world, item, DutyItem.objects.get(number="4-1"))
