"""REST: what a system with a token may do, and what it never sees."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from tests.cases.conftest import OTHER_STREET, STREET, World

from wangge.cases import frequencies
from wangge.cases.actions import Place
from wangge.cases.frequencies import Frequencies
from wangge.cases.models import Case
from wangge.kernel.api.models import System
from wangge.kernel.api.systems import create_system

SCOPES = ("cases:read", "cases:write", "cases:dispatch", "cases:handle", "cases:call_back")


class Caller:
    """A system's client; answers ``(status, body)``."""

    def __init__(self, path: str, *scopes: str) -> None:
        self.token = create_system(name=f"系统{path}{len(scopes)}", scopes=scopes or SCOPES, path=path, by=None)[1]

    def call(self, method: str, url: str, data: Any = None, **headers: str) -> tuple[int, Any]:
        response = Client(headers={"Authorization": f"Bearer {self.token}", **headers}).generic(
            method, f"/api/v1{url}", json.dumps(data) if data is not None else "", content_type="application/json"
        )
        return response.status_code, response.json()

    def post(self, url: str, data: Any = None, **headers: str) -> tuple[int, Any]:
        return self.call("POST", url, data or {}, **headers)


@pytest.fixture
def street(world: World) -> Caller:
    return Caller(STREET)


FILED = {"text": "路灯不亮", "kind": "0101", "path": "150203001001", "name": "张阿姨", "phone": "13800000001"}


def test_a_case_goes_its_way(street: Caller) -> None:
    status, case = street.post("/cases", FILED)
    assert (status, case["state"]) == (201, "received")
    url = f"/cases/{case['number']}"
    assert street.post(f"{url}/dispatch")[1]["state"] == "dispatched"
    assert street.post(f"{url}/sign")[1]["state"] == "handling"
    assert street.post(f"{url}/reply", {"text": "已修复", "contacted": "phone"})[1]["state"] == "checked"
    done = street.post(f"{url}/call-back", {"reached": True, "solved": "yes", "satisfaction": "5"})[1]
    assert (done["state"], done["solved"]) == ("closed", "yes")
    steps = [t["step"] for t in street.call("GET", f"{url}/transitions")[1]]
    assert steps == ["create", "dispatch", "sign", "reply", "call_back"]


def test_the_requester_never_leaves(street: Caller) -> None:
    _, case = street.post("/cases", FILED)
    text = json.dumps(street.call("GET", f"/cases/{case['number']}")[1], ensure_ascii=False)
    assert "张阿姨" not in text
    assert "13800000001" not in text


def test_another_street_sees_nothing(street: Caller, world: World) -> None:
    _, case = street.post("/cases", FILED)
    foreign = Caller(OTHER_STREET)
    assert foreign.call("GET", f"/cases/{case['number']}")[0] == 404
    assert foreign.call("GET", f"/cases/{case['number']}/transitions")[0] == 404
    assert foreign.post(f"/cases/{case['number']}/dispatch")[0] == 404
    status, page = foreign.call("GET", "/cases")
    assert (status, page["items"], page["total"]) == (200, [], 0)
    assert Case.objects.get(number=case["number"]).state == "received"


def test_it_may_not_file_elsewhere(street: Caller) -> None:
    status, problem = street.post("/cases", {**FILED, "path": "150203002001"})
    assert (status, problem["errors"][0]["field"]) == (422, "path")
    assert Case.objects.count() == 0


ADDRESSED = {name: value for name, value in FILED.items() if name != "path"}


def test_an_address_finds_its_place_and_so_its_owner(street: Caller) -> None:
    status, case = street.post("/cases", {**ADDRESSED, "address": "友谊社区第1网格3号楼"})
    assert (status, case["path"], case["address"]) == (201, "150203001001001", "友谊社区第1网格3号楼")
    lead = street.post(f"/cases/{case['number']}/dispatch")[1]["lead_office"]
    assert lead == "少先路街道社会治理综合指挥中心"


def test_a_wide_system_finds_the_street_by_the_address(world: World) -> None:
    district = Caller("150203")
    case = district.post("/cases", {**ADDRESSED, "address": "沼潭社区门口"})[1]
    assert case["path"] == "150203002001"
    lead = district.post(f"/cases/{case['number']}/dispatch")[1]["lead_office"]
    assert lead == "沼潭街道社会治理综合指挥中心"


@pytest.mark.parametrize("address", ["沼潭社区门口", "150203002001", "某处", ""])
def test_an_address_never_leads_out_of_the_systems_place(street: Caller, address: str) -> None:
    assert street.post("/cases", {**ADDRESSED, "address": address})[1]["path"] == STREET


@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_opens_only_its_own(world: World, scope: str) -> None:
    caller = Caller(STREET, scope)
    case = world.file()
    tried = {
        "cases:read": caller.call("GET", "/cases")[0],
        "cases:write": caller.post("/cases", FILED)[0],
        "cases:dispatch": caller.post(f"/cases/{case.number}/dispatch")[0],
        "cases:handle": caller.post(f"/cases/{case.number}/sign")[0],
        "cases:call_back": caller.post(f"/cases/{case.number}/call-back", {"reached": False})[0],
    }
    assert {name for name, status in tried.items() if status != 403} == {scope}


def test_the_same_key_files_once(street: Caller) -> None:
    first = street.post("/cases", FILED, **{"Idempotency-Key": "k1"})
    again = street.post("/cases", FILED, **{"Idempotency-Key": "k1"})
    assert first == again
    assert Case.objects.count() == 1


def test_the_same_source_number_files_once(street: Caller) -> None:
    one = street.post("/cases", {**FILED, "source_number": "N1"})[1]
    two = street.post("/cases", {**FILED, "source_number": "N1"})[1]
    assert one["number"] == two["number"]
    assert Case.objects.count() == 1


def test_a_stale_version_is_a_conflict(street: Caller) -> None:
    _, case = street.post("/cases", FILED)
    street.post(f"/cases/{case['number']}/dispatch")
    assert street.post(f"/cases/{case['number']}/sign", {"seen": case["version"]})[0] == 409


def test_the_pages_cover_everything_once(street: Caller, world: World) -> None:
    numbers = {world.file(text=f"第{n}件").number for n in range(5)}
    seen: list[str] = []
    cursor = ""
    while True:
        page = street.call("GET", f"/cases?limit=2&cursor={cursor}")[1]
        assert page["total"] == 5
        seen += [item["number"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == 5
    assert set(seen) == numbers


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 20001}, "text"),
        ({**FILED, "demand_type": "胡说"}, "demand_type"),
        ({**FILED, "lng": 1.0, "lat": 2.0}, "point"),
        ({**FILED, "created_at": "2099-01-01T00:00:00Z"}, "created_at"),
        ({**FILED, "phone": "abc"}, "phone"),
    ],
)
def test_bad_input_names_the_field(street: Caller, data: dict[str, Any], field: str) -> None:
    status, problem = street.post("/cases", data)
    assert (status, problem["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("cursor", ["x", "!!", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_bad_cursor_is_a_problem(street: Caller, cursor: str) -> None:
    assert street.call("GET", f"/cases?cursor={cursor}")[0] == 422


def test_without_a_token_nothing(world: World) -> None:
    assert Client().get("/api/v1/cases").status_code == 401


@pytest.mark.parametrize("phone", ["13800000001", "138-0000-0001", "138 0000 0001", "+8613800000001"])
def test_a_phone_finds_nothing_however_it_is_written(street: Caller, phone: str) -> None:
    street.post("/cases", FILED)
    status, page = street.call("GET", f"/cases?q={quote(phone)}")
    assert (status, page["items"], page["total"]) == (200, [], 0)


NARROWED = {"": 2, "&state=dispatched": 1, "&channel=visit": 0, "&path=150203": 2}


@pytest.mark.parametrize("rare", [True, False])
def test_words_are_counted_exactly_and_within_the_scope(
    street: Caller, world: World, monkeypatch: pytest.MonkeyPatch, rare: bool
) -> None:
    world.file(text="路灯不亮", place=Place(path="150203002001", address="沼潭大街"))
    numbers = [street.post("/cases", FILED)[1]["number"] for _ in range(2)]
    street.post(f"/cases/{numbers[0]}/dispatch")
    monkeypatch.setattr(frequencies, "current", lambda: Frequencies(3, {}, 0.5) if rare else None)
    for narrowed, total in NARROWED.items():
        status, page = street.call("GET", f"/cases?q={quote('路灯')}&limit=1{narrowed}")
        assert (status, page["total"], len(page["items"])) == (200, total, min(total, 1)), narrowed


def test_a_source_number_of_another_street_tells_nothing(street: Caller, world: World) -> None:
    """An import may have used the same name of the source; its matters are not read by guessing numbers."""
    name = System.objects.get().name
    elsewhere = Place(path="150203002001", address="沼潭大街")
    world.file(text="别街的事", place=elsewhere, source_system=name, source_number="N7")
    status, problem = street.post("/cases", {**FILED, "source_number": "N7"})
    assert (status, problem["code"], "text" in problem) == (409, "source_number_taken", False)


def test_a_call_costs_few_statements(street: Caller, django_assert_max_num_queries: Any) -> None:
    street.post(f"/cases/{street.post('/cases', FILED)[1]['number']}/dispatch")  # the offices are read
    with django_assert_max_num_queries(15):
        _, case = street.post("/cases", FILED)
    with django_assert_max_num_queries(15):
        street.post(f"/cases/{case['number']}/dispatch")
    with django_assert_max_num_queries(18):
        street.post(f"/cases/{case['number']}/reply", {"text": "已修复", "contacted": "phone"})
    with django_assert_max_num_queries(7):
        street.call("GET", f"/cases?q={quote('路灯')}")
