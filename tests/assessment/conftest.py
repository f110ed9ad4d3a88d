"""A small district with two streets, a department and a month whose cases went every way."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from tests.cases.conftest import (
    COMMUNITY,
    DISTRICT,
    OTHER_STREET,
    World,
    add_people,
    small_world,
    world,  # noqa: F401 - the fixture
)
from tests.conftest import see_everything

from wangge.assessment import actions
from wangge.assessment.models import Period, Scheme, Unit
from wangge.cases.actions import Asker, Place, dispatch_by_list
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.duties.models import DutyItem, DutyList
from wangge.kernel.access.models import Grant
from wangge.organization import book
from wangge.organization.models import Office
from wangge.territory import revision
from wangge.whistle.drafting import Called, Spot, draft
from wangge.whistle.evaluating import judge, rate
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Rating, Summons, Whistle
from wangge.whistle.summons_flow import SummonsFlow

LONG_AGO = date(2020, 1, 1)
MORE_PEOPLE: dict[str, tuple[str, str, str | None]] = {
    "指挥小孙": ("command_centre", DISTRICT, "command"),
    "街道书记": ("street_leader", "150203001", "street"),
    "社区书记": ("community_head", COMMUNITY, "community"),
}


def last_month() -> date:
    """The first of the month before this one."""
    return (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)


class Town(World):
    """The small district with its assessment."""

    def unit(self, name: str) -> Unit:
        return Unit.objects.get(office=self.offices[name])

    def at(self, day: int, hour: int = 10) -> datetime:
        """An instant of the last month."""
        return timezone.make_aware(datetime.combine(last_month().replace(day=day), datetime.min.time())).replace(
            hour=hour
        )

    def case(self, day: int = 5, *, to: str = "街道老王", **given: Any) -> Case:
        """A case filed and dispatched on a day of the last month."""
        with moved(self.at(day)):
            if to == "住建小周":
                given.setdefault("kind", self.kinds["building"])
            return self.dispatched(**given)

    def closed(self, day: int = 5, *, to: str = "街道老王", solved: str = "yes", satisfaction: str = "5") -> Case:
        """A case signed, answered and called back within a day."""
        case = self.case(day, to=to)
        return self.finish(case, day, to=to, solved=solved, satisfaction=satisfaction)

    def finish(
        self, case: Case, day: int, *, to: str = "街道老王", solved: str = "yes", satisfaction: str = "5"
    ) -> Case:
        case.refresh_from_db()
        for part in case.parts.filter(role="assist"):
            part.state, part.answer = "answered", "已配合"
            part.save()
        with moved(self.at(day, 12)):
            CaseFlow(case, self[to]).reply(text="已处理", contacted="phone")
        with moved(self.at(day, 14)):
            CaseFlow(case, self["话务小赵"]).call_back(
                way="phone", reached=True, solved=solved, satisfaction=satisfaction, rework=False, reason="已尽力"
            )
        return case


class moved:  # noqa: N801 - reads as a sentence
    """Inside, it is then."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __enter__(self) -> None:
        self.real = timezone.now
        timezone.now = lambda: self.at

    def __exit__(self, *_: object) -> None:
        timezone.now = self.real


def town_in(world: World) -> Town:  # noqa: F811
    """The small district with a second street and those who judge."""
    built = Town(world.offices, world.kinds, world.people)
    built.offices["other_street"] = Office.objects.create(
        name="沼潭街道办事处", kind="street", level="street", path=OTHER_STREET, valid_from=LONG_AGO
    )
    add_people(built, MORE_PEOPLE, letter="v", since=LONG_AGO)
    Grant.objects.update(valid_from=LONG_AGO)
    return built


@pytest.fixture
def town(request: pytest.FixtureRequest, db: None) -> Town:
    """The town; where the module uses ``told``, the one whose month is told already."""
    if "told" in request.fixturenames:
        return deepcopy(request.getfixturevalue("told")[0])
    return town_in(request.getfixturevalue("world"))


def story(town: Town) -> None:
    """A month in which everything happened that an indicator counts."""
    for day in (3, 4, 5, 6):
        town.closed(day)
    town.closed(7, solved="basically", satisfaction="3")
    town.closed(8, solved="no", satisfaction="1")
    town.closed(9, to="住建小周")
    town.closed(10, to="住建小周", solved="no", satisfaction="2")
    late = town.case(1)  # signed late, answered late
    with moved(town.at(12)):
        CaseFlow(late, town["街道老王"]).sign()
    with moved(town.at(13)):
        CaseFlow(late, town["区领导"]).supervise(reason="拖得太久")
    late.refresh_from_db()
    town.finish(late, 14)
    returned = town.case(5)
    with moved(town.at(5, 11)):
        CaseFlow(returned, town["街道老王"]).send_back(reason="不属于本街道")
        CaseFlow(returned, town["热线班长"]).accept_return(reason="确属住建部门")
    returned.refresh_from_db()
    Case.objects.filter(pk=returned.pk).update(kind=town.kinds["building"])
    returned.refresh_from_db()
    with moved(town.at(5, 13)):
        dispatch_by_list(case=returned, by=town["话务小赵"])
    reworked = town.case(15)
    with moved(town.at(15, 12)):
        CaseFlow(reworked, town["街道老王"]).reply(text="已处理", contacted="phone")
    with moved(town.at(15, 15)):
        CaseFlow(reworked, town["话务小赵"]).call_back(way="phone", reached=True, solved="no", satisfaction="1")
    reworked.refresh_from_db()
    town.finish(reworked, 16)
    with moved(town.at(17)):
        patrol = town.file(
            channel="grid", by=town["网格员小李"], place=Place(path="150203001001001"), asker=Asker(), text="井盖破损"
        )
    with moved(town.at(17, 11)):
        dispatch_by_list(case=patrol, by=town["街道老王"])
    with moved(town.at(18)):
        town.file(channel="qr", place=Place(path=COMMUNITY), by=None)
        repeat = town.file()
        CaseFlow(repeat, town["话务小赵"]).link(root=late)


def whistles(town: Town) -> None:
    """Whistles of the street to the housing bureau that went every way an indicator counts."""
    duty_list = DutyList.objects.create(
        code="district", name="区级部门职责清单", level="district", kind="duty", valid_from=LONG_AGO
    )
    item = DutyItem.objects.create(duty_list=duty_list, number="20.1", title="房屋安全：危房鉴定")
    street, clerk = town["街道老王"], town["住建小周"]

    def blown(day: int) -> Summons:
        with moved(town.at(day, 9)):
            whistle = draft(
                kind="work", origin="hidden_danger", title="外墙脱落", text="外墙瓷砖成片脱落", tried="已拉警戒线",
                wanted="请住建局鉴定", spot=Spot(COMMUNITY, "友谊大街1号院", 109.83, 40.66),
                called=[Called(town.offices["housing"].pk, "lead", ("现场鉴定",))], items=[item], by=street,
            )  # fmt: skip
            WhistleFlow(whistle, town["街道书记"]).blow()
        return whistle.summonses.get()

    def come(summons: Summons, day: int, hour: int = 10) -> Summons:
        with moved(town.at(day, hour)):
            SummonsFlow(summons, clerk).arrive(way="position", rank="deputy", lng=109.83, lat=40.66)
        return Summons.objects.get(pk=summons.pk)

    def report(summons: Summons, day: int, *, passed: bool = True) -> Summons:
        with moved(town.at(day, 14)):
            if summons.planned_at is None:
                SummonsFlow(summons, clerk).submit_plan(plan="先围挡再鉴定")
            answers = {task.pk: "已鉴定" for task in summons.tasks.all()}
            SummonsFlow(Summons.objects.get(pk=summons.pk), clerk).submit_report(report="已办", answers=answers)
        with moved(town.at(day, 16)):
            summons = Summons.objects.get(pk=summons.pk)
            tasks = {task.pk: passed for task in summons.tasks.all()}
            notes = {} if passed else dict.fromkeys(tasks, "没有围挡")
            SummonsFlow(summons, street).check(passed=tasks, notes=notes)
        return Summons.objects.get(pk=summons.pk)

    def close(summons: Summons, day: int, *, result: int, verdict: str) -> Rating:
        with moved(town.at(day, 17)):
            WhistleFlow(Whistle.objects.get(pk=summons.whistle_id), street).close(result="已销哨")
            judge(
                whistle=Whistle.objects.get(pk=summons.whistle_id), office_id=summons.office_id, verdict=verdict,
                reason="属实情况说明", by=clerk,
            )  # fmt: skip
            return rate(summons=summons, plan=4, result=result, attitude=3, by=street, comment="现场处置情况")

    close(report(come(blown(3), 3), 4), 4, result=5, verdict="proper")
    late = come(blown(5), 20)  # signed and on the spot two weeks late
    late = report(report(late, 21, passed=False), 22)
    close(late, 22, result=3, verdict="improper")
    objected = blown(10)
    with moved(town.at(10, 11)):
        SummonsFlow(objected, clerk).object_to(reason="不属于本单位职责")
        SummonsFlow(Summons.objects.get(pk=objected.pk), town["指挥小孙"]).designate(reason="属住建职责")
    come(Summons.objects.get(pk=objected.pk), 10, 12)
    disputed = close(report(come(blown(12), 12), 12), 12, result=2, verdict="partly")
    Rating.objects.filter(pk=disputed.pk).update(set_aside=True)
    withdrawn = come(blown(15), 15)
    with moved(town.at(15, 12)):
        whistle = Whistle.objects.get(pk=withdrawn.whistle_id)
        WhistleFlow(whistle, town["街道书记"]).withdraw(reason="已自行解决")


def tell(town: Town) -> Period:
    """The last month, told and reckoned, with one small group minimum so that somebody is ranked."""
    story(town)
    whistles(town)
    period = actions.open_period(path=DISTRICT, month=last_month())
    Scheme.objects.all().update(minimum=2)
    actions.refresh(period=period)
    period.refresh_from_db()
    return period


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Town, Period]]:
    """The town and its month, told once for a module whose tests all want it: ``usefixtures("told")``.

    Each test is a savepoint within the one transaction of the module, which is taken back at the end.
    """
    with django_db_blocker.unblock():
        see_everything()
        book.forget()
        revision.forget()
        whole = transaction.atomic()
        whole.__enter__()
        try:
            town = town_in(small_world())
            yield town, tell(town)
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)
            see_everything()


@pytest.fixture
def month(request: pytest.FixtureRequest, town: Town) -> Period:
    """The last month, told and reckoned."""
    return deepcopy(request.getfixturevalue("told")[1]) if "told" in request.fixturenames else tell(town)
