"""The small district, a task in it, and complaints of the kind written as facts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, STREET, World, add_people, world  # noqa: F401 - the fixture

from wangge.insight.governance import actions
from wangge.insight.governance.flow import TaskFlow
from wangge.insight.governance.models import GovernanceItem, GovernanceTask
from wangge.kernel.access.models import User
from wangge.kernel.facts.models import DailyFact, FactBuilt
from wangge.organization.models import Office

PEOPLE = {
    "街道书记": ("street_leader", STREET, "street"),
    "指挥中心小钱": ("command_centre", DISTRICT, "command"),
    "住建局长": ("department_leader", "", "housing"),
    "城管科小秦": ("street_office", "", "urban"),
}


@pytest.fixture
def town(world: World) -> World:  # noqa: F811
    world.offices["leader"] = Office.objects.create(
        name="昆都仑区领导", kind="district.leader", level="district", path=DISTRICT, valid_from=timezone.localdate()
    )
    add_people(world, PEOPLE, letter="g")
    return world


def proposed(town: World, **given: Any) -> GovernanceTask:
    """Rubbish in the street, led by its urban management office."""
    values: dict[str, Any] = {
        "name": "垃圾清运专项治理",
        "path": STREET,
        "office_id": town.offices["urban"].pk,
        "kind": town.kinds["rubbish"],
        "goal": "各小区垃圾日产日清",
        "deadline_on": timezone.localdate() + timedelta(days=90),
        "by": town["区领导"],
    }
    return actions.propose(**(values | given))


def planned(task: GovernanceTask, by: User, **given: Any) -> None:
    """A plan is written on the version that ``task`` has in memory."""
    values: dict[str, Any] = {"plan": "增加清运车次", "goal": task.goal, "fall_percent": 30, "seen": task.version}
    actions.take_step(task=task, step="write_plan", by=by, **(values | given))


def listed(town: World, task: GovernanceTask) -> list[GovernanceItem]:
    """A plan, and one line in each list; the measure is the department's."""
    leader = town["区领导"]
    planned(task, leader)
    task.refresh_from_db()
    return [
        actions.add_item(
            task=task,
            list_name=name,
            text=f"{name}一条写清楚",
            office_id=town.offices[office].pk,
            due_on=task.deadline_on,
            by=leader,
        )
        for name, office in (("problem", "urban"), ("duty", "urban"), ("measure", "housing"))
    ]


def again(task: GovernanceTask) -> GovernanceTask:
    """The task as another request reads it."""
    return GovernanceTask.objects.get(pk=task.pk)


def running(town: World, *, days_ago: int = 60, **given: Any) -> GovernanceTask:
    """A task approved so many days ago."""
    task = proposed(town, **given)
    listed(town, task)
    task.refresh_from_db()
    TaskFlow(task, town["区领导"]).approve()
    GovernanceTask.objects.filter(pk=task.pk).update(started_on=timezone.localdate() - timedelta(days=days_ago))
    task.refresh_from_db()
    return task


def complaints(first: date, days: int, each: int, *, path: str = COMMUNITY, kind: str = "0101") -> None:
    """So many a day."""
    DailyFact.objects.bulk_create(
        DailyFact(
            fact="cases.filed", day=first + timedelta(days=n), path=path, office_id=None, kind_code=kind, value=each
        )
        for n in range(days)
    )


def built(first: date, days: int) -> None:
    """These days were counted."""
    FactBuilt.objects.bulk_create(
        FactBuilt(fact="cases.filed", day=first + timedelta(days=n), built_at=timezone.now(), rows=0)
        for n in range(days)
    )
