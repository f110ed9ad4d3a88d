"""The daily facts of cases: each agrees with the cases behind it, and building them again changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, STREET, World

from wangge.cases.actions import ask, decide, dispatch_by_list
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.kernel.facts.actions import rebuild
from wangge.kernel.facts.indicators import value
from wangge.kernel.facts.jobs import keep_fresh
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
    "returned": 1, "reworked": 1, "open": 3, "overdue": 0, "redispatched": 0, "solved_basically": 0,
    "solved_first": 1, "satisfied_fair": 0, "repeated": 0, "supervised": 0, "suspended": 0, "extended": 0,
    "inspected": 0, "established": 0, "due": 0, "due_closed": 0, "due_on_time": 0,
}  # fmt: skip


@pytest.mark.parametrize("path", [DISTRICT, STREET, COMMUNITY])
def test_each_fact_counts_the_day(day: World, path: str) -> None:
    today = timezone.localdate()
    rows = DailyFact.objects.filter(day=today, path__startswith=path, fact__startswith="cases.")
    counted = dict.fromkeys(EXPECTED, 0)
    for row in rows:
        counted[row.fact.removeprefix("cases.")] += row.value
    assert counted == EXPECTED


CLOCKS = ("signed", "signed_on_time", "contacted", "contacted_on_time")


def of_clocks() -> dict[str, int]:
    """What the facts of signing and contact come to today, by their own statements and by their rows alike."""
    today = timezone.localdate()
    rebuild(day=today)
    codes = [f"cases.{name}" for name in CLOCKS]
    counted = Counter(dict.fromkeys(CLOCKS, 0))
    for row in DailyFact.objects.filter(day=today, fact__in=codes):
        counted[row.fact.removeprefix("cases.")] += row.value
    by_rows = {f.code[6:]: f.rows(Slice(today, today)).count() for f in facts() if f.code in codes and f.rows}
    assert by_rows == dict(counted)
    return by_rows


def test_an_accepted_return_leaves_signing_and_contact_above_and_below_the_line(world: World) -> None:
    returned = world.dispatched()
    CaseFlow(returned, world["街道老王"]).send_back(reason="不属于本街道")
    CaseFlow(returned, world["热线班长"]).accept_return(reason="确属住建部门")
    assert returned.clocks.filter(outcome="on_time").count() == 3
    assert of_clocks() == dict.fromkeys(CLOCKS, 0)
    # The next office is counted for what it does itself.
    returned.refresh_from_db()
    Case.objects.filter(pk=returned.pk).update(kind=world.kinds["building"])
    returned.refresh_from_db()
    dispatch_by_list(case=returned, by=world["话务小赵"])
    CaseFlow(returned, world["住建小周"]).contact(way="phone", reached=True)
    assert of_clocks() == dict.fromkeys(CLOCKS, 1)


def test_what_was_signed_before_an_accepted_return_was_signed(world: World) -> None:
    returned = world.dispatched()
    CaseFlow(returned, world["街道老王"]).sign()
    CaseFlow(returned, world["街道老王"]).send_back(reason="不属于本街道")
    CaseFlow(returned, world["热线班长"]).accept_return(reason="确属住建部门")
    assert of_clocks() == {"signed": 1, "signed_on_time": 1, "contacted": 0, "contacted_on_time": 0}


def test_a_refused_return_is_signed_once(world: World) -> None:
    returned = world.dispatched()
    CaseFlow(returned, world["街道老王"]).send_back(reason="不属于本街道")
    CaseFlow(returned, world["热线班长"]).uphold(reason="属街道清单")
    assert of_clocks() == dict.fromkeys(CLOCKS, 0)
    CaseFlow(returned, world["街道老王"]).contact(way="phone", reached=True)
    assert of_clocks() == dict.fromkeys(CLOCKS, 1)


def test_an_order_joined_to_another_was_not_contacted(world: World) -> None:
    root, repeat = world.dispatched(), world.dispatched()
    CaseFlow(repeat, world["话务小赵"]).link(root=root)
    assert of_clocks() == dict.fromkeys(CLOCKS, 0)


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


def test_a_return_counts_for_the_office_that_returned_and_the_second_dispatch_for_the_next(day: World) -> None:
    case = Case.objects.get(state="returned")
    CaseFlow(case, day["热线班长"]).accept_return(reason="确属住建部门")
    case.refresh_from_db()
    case.kind = day.kinds["building"]
    case.save(update_fields=["kind"])
    dispatch_by_list(case=case, by=day["话务小赵"])
    rebuild(day=timezone.localdate())
    centre, housing = day.offices["centre"].pk, day.offices["housing"].pk
    counted = dict(
        DailyFact.objects.filter(fact__in=["cases.returned", "cases.redispatched"]).values_list("fact", "office_id")
    )
    assert counted == {"cases.returned": centre, "cases.redispatched": housing}
    dispatched = Counter[int]()
    for office, number in DailyFact.objects.filter(fact="cases.dispatched").values_list("office_id", "value"):
        dispatched[office] += number
    assert dispatched == {centre: 3, housing: 1}


def test_what_was_due_counts_on_the_day_of_its_limit(day: World) -> None:
    today = timezone.localdate()
    limit = timezone.now() + timedelta(minutes=1)
    Case.objects.exclude(state="received").update(finish_due_at=limit)
    rebuild(day=timezone.localdate(limit))
    days = {"from_on": today, "to_on": today + timedelta(days=1), "path": DISTRICT}
    ratio = value("cases.close_on_time", **days)
    assert (ratio.numerator, ratio.denominator) == (1, 3)


def test_every_row_says_whose_it_is(day: World) -> None:
    """Counted by office and place, the rows agree with the fact's own statement."""
    today = timezone.localdate()
    for fact in facts():
        if not fact.code.startswith("cases.") or fact.rows is None:
            continue
        stored = Counter[tuple[int | None, str, str]]()
        for office, path, kind, number in DailyFact.objects.filter(day=today, fact=fact.code).values_list(
            "office_id", "path", "kind_code", "value"
        ):
            stored[office, path, kind] += number
        rows = fact.rows(Slice(today, today)).values_list("office_ref", "path_ref", "kind_ref", "case_ref")
        assert Counter((office, path[:12], kind or "") for office, path, kind, _ in rows) == stored, fact.code


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


def test_an_order_of_an_earlier_day_has_that_day_counted_anew(world: World) -> None:
    long_ago = timezone.now() - timedelta(days=40)
    rebuild(day=timezone.localdate(long_ago))
    world.file(created_at=long_ago)
    keep_fresh(timezone.now())
    day = timezone.localdate(long_ago)
    assert value("cases.filed", from_on=day, to_on=day).numerator == 1


def test_a_case_left_out_later_leaves_the_days_it_was_counted_on(world: World) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).reply(text="已清运", contacted="phone")
    CaseFlow(case, world["话务小赵"]).call_back(way="phone", reached=True, solved="yes", satisfaction="2")
    earlier = timedelta(days=40)
    day = timezone.localdate() - earlier
    case.transitions.update(at=F("at") - earlier)
    case.clocks.update(stopped_at=F("stopped_at") - earlier)
    Case.objects.filter(pk=case.pk).update(closed_at=F("closed_at") - earlier, created_at=F("created_at") - earlier)
    rebuild(day=day)
    assert value("cases.satisfaction", from_on=day, to_on=day).denominator == 1
    row = ask(
        case=Case.objects.get(pk=case.pk), kind="exclusion", exclusion_class="planned", reason="已列入改造计划",
        by=world["街道老王"],
    )  # fmt: skip
    decide(request=row, approve=True, decision="", by=world["热线班长"])
    keep_fresh(timezone.now())
    assert value("cases.satisfaction", from_on=day, to_on=day).denominator == 0
