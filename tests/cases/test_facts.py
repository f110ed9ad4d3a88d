"""The daily facts of cases: each agrees with the cases behind it, and building them again changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, STREET, World

from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.kernel.facts.actions import rebuild
from wangge.kernel.facts.indicators import value
from wangge.kernel.facts.models import DailyFact
from wangge.kernel.facts.registry import Slice, facts


@pytest.fixture
def day(world: World) -> World:
    """Filed 4: one solved and satisfied, one unsolved and reworked, one returned, one waiting."""
    good, bad, returned = world.dispatched(), world.dispatched(), world.dispatched()
    world.file()
    wang, zhao = world["街道老王"], world["话务小赵"]
    CaseFlow(good, wang).reply(text="已清运", contacted="phone")
    CaseFlow(good, zhao).call_back(way="phone", reached=True, solved="yes", satisfaction="5")
    CaseFlow(bad, wang).reply(text="已清运", contacted="phone")
    CaseFlow(bad, zhao).call_back(way="phone", reached=True, solved="no", satisfaction="1")
    CaseFlow(returned, wang).send_back(reason="不属于本街道")
    rebuild(day=timezone.localdate())
    return world


EXPECTED = {
    "filed": 4, "dispatched": 3, "signed": 2, "signed_on_time": 2, "contacted": 2, "contacted_on_time": 2,
    "replied": 2, "replied_on_time": 2, "closed": 1, "rated": 1, "solved": 1, "satisfied": 1, "called_back": 1,
    "returned": 1, "reworked": 1, "open": 3, "overdue": 0,
}  # fmt: skip


@pytest.mark.parametrize("path", [DISTRICT, STREET, COMMUNITY])
def test_each_fact_counts_the_day(day: World, path: str) -> None:
    today = timezone.localdate()
    rows = DailyFact.objects.filter(day=today, path__startswith=path, fact__startswith="cases.")
    counted = dict.fromkeys(EXPECTED, 0)
    for row in rows:
        counted[row.fact.removeprefix("cases.")] += row.value
    assert counted == EXPECTED


def test_a_rate_is_numerator_over_denominator(day: World) -> None:
    today = timezone.localdate()
    ratio = value("cases.solution", path=DISTRICT, from_on=today, to_on=today)
    assert (ratio.numerator, ratio.denominator, ratio.value) == (1, 1, 1.0)


def test_every_traced_figure_opens_exactly_its_rows(day: World) -> None:
    today = timezone.localdate()
    for fact in facts():
        if fact.code.startswith("cases.") and fact.rows is not None and not fact.stock:
            figure = sum(DailyFact.objects.filter(day=today, fact=fact.code).values_list("value", flat=True))
            assert fact.rows(Slice(today, today, path=DISTRICT)).count() == figure, fact.code


def test_excluded_cases_stay_out_of_the_rates(day: World) -> None:
    Case.objects.filter(state="closed").update(excluded_at=timezone.now())
    rebuild(day=timezone.localdate())
    today = timezone.localdate()
    assert value("cases.solution", path=DISTRICT, from_on=today, to_on=today).denominator == 0
    assert value("cases.closed", path=DISTRICT, from_on=today, to_on=today).numerator == 1


def test_building_again_changes_nothing(day: World) -> None:
    before = list(DailyFact.objects.order_by("fact", "path").values_list("fact", "path", "office_id", "value"))
    rebuild(day=timezone.localdate())
    assert list(DailyFact.objects.order_by("fact", "path").values_list("fact", "path", "office_id", "value")) == before


def test_a_past_day_knows_what_was_open_then(day: World) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Case.objects.update(created_at=timezone.now() - timedelta(days=2))
    rebuild(day=yesterday)
    assert value("cases.open", path=DISTRICT, from_on=yesterday, to_on=yesterday).numerator == 4
