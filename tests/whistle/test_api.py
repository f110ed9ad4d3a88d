"""REST: what a system reads of whistles, what it may write, and that it never blows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cases.conftest import DISTRICT, OTHER_STREET, STREET
from tests.cases.test_api import Caller
from tests.whistle.conftest import HERE, Town, again

from wangge.kernel.api.systems import create_system
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Summons, Whistle

READ, WRITE = "whistles:read", "whistles:write"


def numbers(page: dict[str, Any]) -> list[str]:
    return [one["number"] for one in page["items"]]


def written(town: Town, **given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "origin": "hidden_danger",
        "title": "友谊大街1号院外墙脱落",
        "text": "外墙瓷砖成片脱落，下方是人行道",
        "tried": "已拉警戒线，联系物业三次",
        "wanted": "请住建局鉴定",
        "path": STREET,
        "address": "友谊大街1号院东门",
        "lng": HERE[0],
        "lat": HERE[1],
        "called": [{"office_id": town.office("housing").pk, "role": "lead", "tasks": ["现场鉴定"]}],
        "items": [{"list_code": "district", "number": "20.1"}],
    }
    return values | given


def test_a_system_reads_a_whistle_with_every_summons(town: Town) -> None:
    whistle = town.blown()
    town.arrived(whistle)
    system = Caller(STREET, READ)
    status, page = system.call("GET", "/whistles")
    assert (status, numbers(page), page["total"], page["next"]) == (200, [whistle.number], 1, None)
    status, found = system.call("GET", f"/whistles/{whistle.number}")
    lead = found["summonses"][0]
    assert (status, lead["office"], lead["role"], lead["state"]) == (200, "区住建局", "lead", "arrived")
    assert [(clock["name"], clock["outcome"]) for clock in lead["clocks"]] == [
        ("sign", "on_time"), ("arrive", "on_time"), ("plan", ""), ("report", ""),
    ]  # fmt: skip
    assert [(one["rank"], one["way"]) for one in lead["arrivals"]] == [("section", "position")]
    assert found["limits"]["raise"] == "1 working_day"
    own = system.call("GET", f"/summonses/{lead['id']}")[1]
    assert own == lead


def test_who_came_leaves_no_name(town: Town) -> None:
    whistle = town.blown()
    town.arrived(whistle)
    found = Caller(STREET, READ).call("GET", f"/whistles/{whistle.number}")[1]
    assert "住建小周" not in str(found)


def test_pages_follow_each_other_and_filters_narrow(town: Town) -> None:
    made = [town.blown().number for _ in range(3)] + [town.draft().number, town.blown(kind="emergency").number]
    system = Caller(DISTRICT, READ)
    first = system.call("GET", "/whistles?limit=2")[1]
    second = system.call("GET", f"/whistles?limit=2&cursor={first['next']}")[1]
    third = system.call("GET", f"/whistles?limit=2&cursor={second['next']}")[1]
    assert numbers(first) + numbers(second) + numbers(third) == made[::-1]
    assert (first["total"], second["total"], third["next"]) == (5, 5, None)
    assert numbers(system.call("GET", "/whistles?state=draft")[1]) == [made[3]]
    assert numbers(system.call("GET", "/whistles?kind=emergency")[1]) == [made[4]]
    assert system.call("GET", f"/whistles?path={OTHER_STREET}")[1]["total"] == 0
    assert system.call("GET", "/whistles?late=true")[1]["total"] == 0
    summonses = system.call("GET", "/summonses?limit=100")[1]
    assert summonses["total"] == len(summonses["items"]) == 8
    housing = town.office("housing").pk
    assert system.call("GET", f"/summonses?office_id={housing}&state=summoned")[1]["total"] == 4
    assert system.call("GET", "/summonses?raised=true")[1]["total"] == 0
    status, problem = system.call("GET", "/whistles?cursor=zz")
    assert (status, problem["code"]) == (422, "bad_cursor")


def test_a_page_costs_the_same_for_three_as_for_thirty(town: Town) -> None:
    system, costs = Caller(DISTRICT, READ), []
    for number in (3, 27):
        for _ in range(number):
            town.draft()
        for url in ("/whistles?limit=100", "/summonses?limit=100"):
            with CaptureQueriesContext(connection) as queries:
                assert system.call("GET", url)[0] == 200
            costs.append(len(queries))
    assert costs[:2] == costs[2:]


def test_a_system_sees_its_place_and_what_its_office_was_summoned_to(town: Town) -> None:
    whistle = town.blown()
    assert Caller(OTHER_STREET, READ).call("GET", "/whistles")[1]["total"] == 0
    assert Caller(OTHER_STREET, READ, "cases:read").call("GET", f"/whistles/{whistle.number}")[0] == 404
    outside = Caller(OTHER_STREET, READ, "cases:read", "cases:write")
    assert outside.call("GET", f"/summonses/{town.summons(whistle).pk}")[0] == 404
    system = Caller(DISTRICT, READ)
    for name, total in (("housing", 1), ("heat", 0)):
        office = town.office(name).pk
        system.token = create_system(name=f"{name}平台", scopes=[READ], office_id=office, by=None)[1]
        assert system.call("GET", "/whistles")[1]["total"] == total
        assert len(system.call("GET", "/summonses")[1]["items"]) == 2 * total


@pytest.mark.parametrize("url", ["/whistles", "/whistles/1", "/summonses", "/summonses/1"])
def test_without_the_scope_nothing_is_read(town: Town, url: str) -> None:
    status, problem = Caller(DISTRICT, "cases:read").call("GET", url)
    assert (status, problem["code"]) == (403, "scope_missing")


def test_a_system_writes_a_whistle_that_a_person_blows(town: Town) -> None:
    system = Caller(STREET, READ, WRITE)
    status, made = system.post("/whistles", written(town), **{"Idempotency-Key": "a1"})
    assert (status, made["state"], made["summonses"][0]["state"]) == (201, "draft", "prepared")
    again_status, same = system.post("/whistles", written(town), **{"Idempotency-Key": "a1"})
    assert (again_status, same["number"], Whistle.objects.count()) == (201, made["number"], 1)
    whistle = Whistle.objects.get()
    assert (whistle.created_by_id, whistle.street_path, whistle.transitions.get().actor_kind) == (
        None,
        STREET,
        "client",
    )
    WhistleFlow(whistle, town["副主任小高"]).blow()
    assert again(whistle).state == "running"


def test_a_whistle_on_a_case_of_the_system(town: Town) -> None:
    case = town.world.dispatched()
    system = Caller(STREET, READ, WRITE)
    given = {"origin": "", "cases": [case.number], "lng": None, "lat": None}
    status, made = system.post("/whistles", written(town, **given))
    assert (status, made["origin"], made["cases"]) == (201, "case", [case.number])
    status, problem = system.post("/whistles", written(town, **given | {"cases": ["150203202601010000001"]}))
    assert (status, problem["code"]) == (422, "case_not_found")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"path": OTHER_STREET}, 422),
        ({"path": DISTRICT}, 422),
        ({"items": [{"list_code": "district", "number": "99"}]}, 422),
        ({"called": []}, 422),
        ({"title": ""}, 422),
        ({"lng": None, "lat": None}, 422),
        ({"tried": "\x00无效"}, 422),
    ],
)
def test_what_is_wrong_is_refused_in_words_and_leaves_nothing(town: Town, wrong: dict[str, Any], status: int) -> None:
    found, problem = Caller(STREET, READ, WRITE).post("/whistles", written(town, **wrong))
    assert found in {status, 400}
    assert problem["detail"] or problem["errors"]
    assert (Whistle.objects.count(), Summons.objects.count()) == (0, 0)


def test_what_the_street_does_by_itself_is_refused(town: Town) -> None:
    own = [{"list_code": town.street_item.duty_list.code, "number": town.street_item.number}]
    status, problem = Caller(STREET, READ, WRITE).post("/whistles", written(town, items=own))
    assert status == 422
    assert "应由街道自行办理" in str(problem)
    assert Whistle.objects.count() == 0


def test_who_only_reads_writes_nothing(town: Town) -> None:
    status, problem = Caller(STREET, READ).post("/whistles", written(town))
    assert (status, problem["code"], Whistle.objects.count()) == (403, "scope_missing", 0)
