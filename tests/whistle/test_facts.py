"""The daily facts of whistles: each agrees with the rows behind it, and building them again changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cases.conftest import DISTRICT, OTHER_STREET, STREET
from tests.whistle.conftest import Town, again

from wangge.kernel.facts.actions import rebuild
from wangge.kernel.facts.indicators import value
from wangge.kernel.facts.models import DailyFact
from wangge.kernel.facts.registry import Slice, facts, indicators
from wangge.whistle.evaluating import judge, rate
from wangge.whistle.models import SummonsClock
from wangge.whistle.summons_flow import SummonsFlow


@pytest.fixture
def day(town: Town) -> Town:
    """Blown 4: one closed, rated and judged; one whose lead objects; one decided; one checked and sent back."""
    decided = town.blown()
    closed = town.closed()
    rate(summons=town.summons(closed), plan=5, result=5, attitude=5, by=town["街道老王"])
    judge(whistle=closed, office_id=town.office("housing").pk, verdict="proper", by=town["住建小周"])
    judge(
        whistle=closed, office_id=town.office("urban_bureau").pk, verdict="improper", reason="属街道自办",
        by=town["城管小冯"],
    )  # fmt: skip
    objected = town.summons(town.blown())
    SummonsFlow(objected, town["住建小周"]).object_to(reason="不属于本单位")
    for name, who, in_time in (("housing", "住建小周", True), ("urban_bureau", "城管小冯", False)):
        summons = town.summons(decided, name)
        SummonsFlow(summons, town[who]).object_to(reason="不属于本单位")
        if not in_time:
            SummonsClock.objects.filter(summons=summons, name="decide").update(
                started_at=LATE, warn_at=LATE, due_at=LATE
            )
        SummonsFlow(summons, town["指挥中心小孙"]).designate(reason="属本单位职责")
    returned = town.reported(town.blown(), "urban_bureau", "城管小冯")
    (task,) = returned.tasks.all()
    SummonsFlow(again(returned), town["街道老王"]).check(passed={task.pk: False}, notes={task.pk: "没做"})
    town.draft()
    SummonsClock.objects.filter(summons=returned, name="arrive").update(outcome="late")
    rebuild(day=timezone.localdate())
    return town


LATE = timezone.now() - timedelta(days=1)
EXPECTED = {
    "blown": 4, "closed": 1, "summoned": 8, "signed": 3, "signed_on_time": 3, "arrived": 3, "arrived_on_time": 2,
    "reported": 3, "reported_on_time": 3, "checked": 3, "returned": 1, "objected": 3, "decided": 2,
    "decided_on_time": 1, "judged": 2, "judged_proper": 1, "rated": 1, "score": 96, "running": 3,
}  # fmt: skip


@pytest.mark.parametrize("path", [DISTRICT, STREET])
def test_each_fact_counts_the_day(day: Town, path: str) -> None:
    rows = DailyFact.objects.filter(day=timezone.localdate(), path__startswith=path, fact__startswith="whistle.")
    counted = dict.fromkeys(EXPECTED, 0)
    for row in rows:
        counted[row.fact.removeprefix("whistle.")] += row.value
    assert counted == EXPECTED


def test_every_figure_opens_exactly_its_rows(day: Town) -> None:
    today = timezone.localdate()
    for fact in (one for one in facts() if one.code.startswith("whistle.")):
        assert fact.rows is not None, fact.code
        figure = sum(DailyFact.objects.filter(day=today, fact=fact.code).values_list("value", flat=True))
        worth = [getattr(row, "amount_ref", 1) for row in fact.rows(Slice(today, today, path=DISTRICT))]
        assert sum(worth) == figure, fact.code
        assert fact.rows(Slice(today, today, path=OTHER_STREET)).count() == 0


def test_the_response_rate_of_a_department(day: Town) -> None:
    today = timezone.localdate()
    ratio = value(
        "whistle.response", from_on=today, to_on=today, path=DISTRICT, office_id=day.office("urban_bureau").pk
    )
    assert (ratio.numerator, ratio.denominator) == (1, 2)


def test_decisions_count_for_the_office_that_decides(day: Town) -> None:
    today, decided = timezone.localdate(), "whistle.decide_on_time"
    command = value(decided, from_on=today, to_on=today, path=DISTRICT, office_id=day.office("command").pk)
    housing = value(decided, from_on=today, to_on=today, path=DISTRICT, office_id=day.office("housing").pk)
    assert (command.numerator, command.denominator, housing.denominator) == (1, 2, 0)


def test_every_indicator_can_be_reckoned(day: Town) -> None:
    today = timezone.localdate()
    codes = [one.code for one in indicators() if one.code.startswith("whistle.")]
    assert len(codes) == 11
    assert all(value(code, from_on=today, to_on=today, path=DISTRICT).value is not None for code in codes)


def test_building_again_changes_nothing(day: Town) -> None:
    names = ("fact", "path", "office_id", "kind_code", "value")
    before = list(DailyFact.objects.filter(fact__startswith="whistle.").order_by(*names).values_list(*names))
    rebuild(day=timezone.localdate())
    assert list(DailyFact.objects.filter(fact__startswith="whistle.").order_by(*names).values_list(*names)) == before
