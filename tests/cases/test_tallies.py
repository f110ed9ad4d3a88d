"""Counts kept by trigger: by place, by office, folded, and equal to the rows they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from tests.cases.conftest import COMMUNITY, DISTRICT, STREET, World

from wangge.cases import policy, queries, tallies
from wangge.cases.actions import Place, dispatch_by_list
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case, CaseTally
from wangge.cases.web.filters import TRAITS


def _assisted(world: World) -> tuple[int, int]:
    """A case with a lead and an assisting office; both ids."""
    dispatch_by_list(case=world.file(kind=world.kinds["building"]), by=world["话务小赵"])
    return world.offices["housing"].pk, world.offices["centre"].pk


def test_a_case_counts_once_for_its_place_and_once_for_each_office(world: World) -> None:
    lead, helper = _assisted(world)
    assert tallies.count(paths=[DISTRICT]) == 1
    assert tallies.count(paths=[STREET], office_id=lead) == 1
    assert tallies.count(paths=[STREET], office_id=helper, states=["dispatched"]) == 1
    assert tallies.count(paths=[STREET], office_id=helper, states=["closed"]) == 0
    assert tallies.by_state([DISTRICT]) == {"dispatched": 1}


def test_an_office_that_gave_the_case_back_is_counted_no_more(world: World) -> None:
    case = world.dispatched()
    office = world.offices["centre"].pk
    CaseFlow(case, world["街道老王"]).send_back(reason="不是本单位职责")
    CaseFlow(case, world["热线班长"]).accept_return(reason="同意")
    assert tallies.count(paths=[""], office_id=office) == 0
    assert tallies.check() == {}


def test_folding_changes_no_sum_and_leaves_one_row_a_key(world: World) -> None:
    _assisted(world)
    world.dispatched()
    before = tallies.by_state([DISTRICT])
    assert tallies.compact() > 0
    assert tallies.by_state([DISTRICT]) == before
    assert tallies.check() == {}
    assert tallies.compact() == 0
    kept = list(CaseTally.objects.values_list(*tallies.KEY.split(", ")))
    assert len(kept) == len(set(kept))


@pytest.mark.parametrize("name", ["区领导", "街道老王", "外街小孙", "住建小周", "外人"])
@pytest.mark.parametrize(
    ("states", "path"), [(None, ""), (["dispatched"], ""), (None, STREET), (["received"], COMMUNITY), (None, COMMUNITY)]
)
def test_what_the_tallies_say_is_what_the_user_sees(
    world: World, name: str, states: list[str] | None, path: str
) -> None:
    _assisted(world)
    world.dispatched()
    world.file()
    rows = policy.rows(world[name]).filter(path__startswith=path)
    if states is not None:
        rows = rows.filter(state__in=states)
    known = queries.count(world[name], states=states, path=path)
    assert known is None or known == rows.count()


@pytest.mark.parametrize("name", ["区领导", "街道老王", "住建小周"])
@pytest.mark.parametrize(
    ("trait", "value", "found"),
    [
        ("channel", "hotline", {"channel": "hotline"}),
        ("channel", "visit", {"channel": "visit"}),
        ("demand_type", "complaint", {"demand_type": "complaint"}),
        ("urgency", "normal", {"urgency": "normal"}),
        ("hotline", "12315", {"source_system": "12315"}),
        ("problem", True, {"is_problem": True}),
        ("private", True, {"is_private": True}),
        ("result", "rated", {"satisfaction__gt": ""}),
        ("result", "unsolved", {"solved": "no"}),
    ],
)
def test_each_trait_is_counted_as_the_rows_are(
    world: World, name: str, trait: str, value: str, found: dict[str, Any]
) -> None:
    _assisted(world)
    world.dispatched(is_private=True)
    world.file(source_system="12315", source_number="S1", demand_type="help")
    rows = policy.rows(world[name])
    assert queries.count(world[name], where=TRAITS[trait](value)) == rows.filter(**found).count()
    narrowed = queries.count(world[name], where=TRAITS[trait](value), states=["dispatched"], path=STREET)
    assert narrowed == rows.filter(**found, state="dispatched", path__startswith=STREET).count()


@pytest.mark.parametrize("name", ["区领导", "街道老王", "住建小周"])
@pytest.mark.parametrize("role", ["lead", "holder"])
@pytest.mark.parametrize("office", ["housing", "centre"])
def test_what_an_office_leads_or_holds_is_counted(world: World, name: str, role: str, office: str) -> None:
    _assisted(world)
    world.dispatched()
    pk = world.offices[office].pk
    known = queries.count(world[name], where={role: pk})
    assert known is None or known == policy.rows(world[name]).filter(**{f"{role}_office_id": pk}).count()


def test_a_step_that_changes_no_trait_leaves_no_row(world: World) -> None:
    case = world.dispatched()
    before = CaseTally.objects.count()
    Case.objects.filter(pk=case.pk).update(address="友谊大街2号院", extensions=1)
    assert CaseTally.objects.count() == before
    Case.objects.filter(pk=case.pk).update(is_problem=True)
    assert tallies.count(paths=[DISTRICT], where={"is_problem": True}) == 1
    assert tallies.check() == {}


def test_paths_above_the_street_are_known_by_name(world: World) -> None:
    world.file()
    world.file(place=Place(path=DISTRICT))
    assert tallies.paths_above(9) == [DISTRICT]


def test_a_trait_counted_wrongly_is_found(world: World) -> None:
    world.file()
    CaseTally.objects.filter(office_id=0).update(channel="visit")
    assert tallies.check() == {"received": 2}
    assert (tallies.rebuild(), tallies.check()) == (1, {})


@pytest.mark.parametrize("name", ["区领导", "街道老王"])
def test_words_are_counted_as_they_are_found(world: World, name: str) -> None:
    world.file()
    world.file(text="电梯坏了三天")
    known = queries.count(world[name], words="垃圾")
    assert (known, queries.search(policy.rows(world[name]), "垃圾").count()) == (1, 1)


def test_words_are_not_counted_apart_below_the_street(world: World) -> None:
    world.file()
    assert queries.count(world["外街小孙"], words="垃圾") == 0
    assert queries.count(world["社区小陈"], words="垃圾") is None


PLACES = ["150203001001", "150203002001", "150203003001", "150204001001", "159"]


@pytest.mark.parametrize(
    "paths",
    [
        [],
        [""],
        ["15"],
        ["150203"],
        ["150203", "150204"],
        ["150203001", "150203002"],
        ["150203002", "150203001", "150203", "159"],
        ["150203001", "150203003", "150204", "159"],
        ["150203001", "150203002", "150203003", "150204", "159"],
        ["2"],
    ],
)
def test_what_lies_outside_is_found(world: World, paths: list[str]) -> None:
    CaseTally.objects.all().delete()
    for path in PLACES:
        CaseTally.objects.create(path=path[: tallies.GRAIN], office_id=0, state="received", number=1)
    assert tallies.all_within(paths) == all(path.startswith(tuple(paths)) for path in PLACES)


def test_what_lay_outside_and_was_taken_away_counts_no_more(world: World) -> None:
    CaseTally.objects.create(path="150204001", office_id=0, state="received", number=1)
    assert not tallies.all_within([DISTRICT])
    CaseTally.objects.create(path="150204001", office_id=0, state="received", number=-1)
    CaseTally.objects.create(path="150204001", office_id=7, state="received", number=1)
    assert tallies.all_within([DISTRICT])


@pytest.mark.django_db
def test_what_lies_within_is_not_read_to_know_what_lies_outside() -> None:
    CaseTally.objects.bulk_create(
        CaseTally(path=f"{DISTRICT}{n % 40:03d}", office_id=0, state="closed", hotline=str(n), number=1)
        for n in range(4000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_casetally")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {tallies.OUTSIDE}", tallies.gaps([DISTRICT]))
        plan = cursor.fetchone()[0][0]["Plan"]
    read = [node for node in _nodes(plan) if node.get("Relation Name") == "cases_casetally"]
    assert [(node["Actual Rows"], node.get("Rows Removed by Filter", 0)) for node in read] == [(0, 0)]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
