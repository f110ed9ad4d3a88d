"""Two people at the same moment: one wins, the other is told who, and nothing is written over."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cases.conftest import World
from tests.insight.governance.conftest import again, proposed, running
from tests.together import together

from wangge.insight.governance import actions
from wangge.insight.governance.models import GovernanceItem
from wangge.kernel.flow import Conflict

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_month_of_two_is_kept(town: World) -> None:
    task = proposed(town)
    months = (date(2026, 5, 1), date(2026, 6, 1))
    people = ("区领导", "指挥中心小钱")
    users = [town[name] for name in people]
    told = together(
        *(
            lambda user=user, month=month: actions.take_step(
                task=task, step="place", month_on=month, seen=task.version, by=user
            )
            for user, month in zip(users, months, strict=True)
        )
    )
    assert sorted(type(one).__name__ for one in told) == ["Conflict", "NoneType"]
    winner = told.index(None)
    assert again(task).month_on == months[winner]
    assert f"{people[winner]}已于" in str(told[1 - winner])


def test_one_report_of_two_on_a_line_is_kept(town: World) -> None:
    line = running(town).items.get(list_name="measure")
    people = ("住建局长", "城管科小秦")
    notes = ("住建：鉴定完成", "城管：车次增加")
    users = [town[name] for name in people]
    told = together(
        *(
            lambda user=user, note=note: actions.finish_item(item=line, note=note, by=user)
            for user, note in zip(users, notes, strict=True)
        )
    )
    assert sorted(type(one).__name__ for one in told) == ["Conflict", "NoneType"]
    winner = told.index(None)
    line.refresh_from_db()
    assert (line.done_note, line.done_by_id) == (notes[winner], users[winner].pk)
    loser = told[1 - winner]
    assert isinstance(loser, Conflict)
    assert f"{people[winner]}已于" in str(loser)
    assert notes[winner] in str(loser)
    assert notes[1 - winner] in str(loser)


def test_of_two_who_strike_and_list_one_is_told(town: World) -> None:
    task = running(town)
    line = task.items.get(list_name="duty")
    GovernanceItem.objects.create(
        task=task, list_name="duty", text="第二条责任", office_id=task.office_id, due_on=task.deadline_on
    )
    seen = task.version
    told = together(
        lambda: actions.remove_item(item=line, by=town["区领导"], seen=seen),
        lambda: actions.add_item(
            task=again(task), list_name="duty", text="第三条责任", office_id=task.office_id,
            due_on=task.deadline_on, by=town["指挥中心小钱"], seen=seen,
        ),
    )  # fmt: skip
    assert sum(isinstance(one, Conflict) for one in told) == 1
    assert again(task).version == seen + 1
