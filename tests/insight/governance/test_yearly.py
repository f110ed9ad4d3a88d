"""The twelve months, and what could fill an empty one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import DISTRICT, OTHER_STREET, STREET, World
from tests.insight.governance.conftest import complaints, proposed

from wangge.insight.governance import policy, yearly
from wangge.insight.governance.enums import TaskState
from wangge.insight.governance.models import GovernanceTask
from wangge.insight.topics.models import Topic

YEAR = timezone.localdate().year


def planned(town: World, year: int = YEAR) -> list[yearly.Month]:
    return yearly.months(policy.rows(town["区领导"]), year)


def topic(town: World, name: str, **given: Any) -> Topic:
    today = timezone.localdate()
    values: dict[str, Any] = {
        "name": name, "path": STREET, "kind": town.kinds["rubbish"], "first_on": today, "last_on": today, "size": 12,
        "recent": 5, "heat": 9, "created_at": timezone.now(), "updated_at": timezone.now(),
    }  # fmt: skip
    return Topic.objects.create(**(values | given))


def test_each_month_holds_its_own_tasks(town: World) -> None:
    march = proposed(town, month_on=date(YEAR, 3, 1))
    other = proposed(town, month_on=date(YEAR, 3, 9), path=DISTRICT, name="全区垃圾清运治理")
    proposed(town, month_on=date(YEAR + 1, 3, 1), name="明年的治理任务")
    proposed(town, name="不列入的治理任务")
    months = planned(town)
    assert [month.on for month in months] == [date(YEAR, n, 1) for n in range(1, 13)]
    assert {month.on.month: [t.pk for t in month.tasks] for month in months if month.tasks} == {3: [other.pk, march.pk]}
    assert [month.vacant for month in months].count(True) == 11


def test_a_task_that_was_given_up_fills_no_month(town: World) -> None:
    task = proposed(town, month_on=date(YEAR, 3, 1))
    GovernanceTask.objects.filter(pk=task.pk).update(state=TaskState.DROPPED)
    march = planned(town)[2]
    assert march.tasks == [task]
    assert march.vacant
    proposed(town, month_on=date(YEAR, 3, 1), name="接着办的治理任务")
    assert not planned(town)[2].vacant


def test_hot_topics_and_frequent_kinds_without_a_task_are_offered(town: World) -> None:
    today, leader = timezone.localdate(), town["区领导"]
    hot = topic(town, "东门垃圾")
    taken = topic(town, "西门垃圾", heat=99)
    topic(town, "不作热点的", heat=50, state="aside")
    proposed(town, topic=taken, kind=None)
    complaints(today - timedelta(days=9), 10, 3)
    complaints(today - timedelta(days=200), 10, 50, kind="0201")
    offers = yearly.offers(leader, DISTRICT, today)
    assert [(one.name, one.why) for one in offers] == [
        ("东门垃圾", "热点，12件，近七天5件"),
        (town.kinds["rubbish"].name, "近90天30件"),
    ]
    assert offers[0].url == f"{reverse('governance_propose')}?topic={hot.pk}"
    assert offers[1].url == f"{reverse('governance_propose')}?kind={town.kinds['rubbish'].pk}&path={DISTRICT}"


def test_a_kind_that_has_its_task_is_not_offered_again(town: World) -> None:
    today = timezone.localdate()
    complaints(today - timedelta(days=9), 10, 3)
    task = proposed(town)
    assert yearly.offers(town["街道书记"], STREET, today) == []
    GovernanceTask.objects.filter(pk=task.pk).update(state=TaskState.DROPPED)
    assert [one.name for one in yearly.offers(town["街道书记"], STREET, today)] == [town.kinds["rubbish"].name]


def test_what_lies_elsewhere_is_not_offered(town: World) -> None:
    today = timezone.localdate()
    topic(town, "沼潭的热点", path=OTHER_STREET)
    complaints(today - timedelta(days=9), 10, 3, path="150203002001")
    assert yearly.offers(town["街道书记"], STREET, today) == []
