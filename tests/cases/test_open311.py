"""Open311 GeoReport v2: the shapes of real answers, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from tests.cases.conftest import DISTRICT, OTHER_STREET, STREET, World

from wangge.cases.models import Case
from wangge.kernel.api.systems import create_system

REAL = Path(__file__).parents[3] / "shared" / "data" / "open311"


def key(path: str) -> str:
    return create_system(name=f"open311 {path}", scopes=("cases:read", "cases:write"), path=path, by=None)[1]


def filed(world: World, **changes: Any) -> Any:
    data = {
        "api_key": key(STREET),
        "service_code": "0101",
        "address_string": "友谊大街1号院",
        "description": "东门垃圾未清运",
        "first_name": "阿姨",
        "last_name": "张",
        "phone": "13800000001",
    }
    return Client().post("/open311/v2/requests.json", data | changes)


def names(element: ET.Element) -> set[str]:
    return {child.tag for child in element}


def real(name: str) -> ET.Element:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the real answers are not here: {path}")
    return ET.fromstring(path.read_text(encoding="utf-8"))


def test_services_have_the_real_shape(world: World) -> None:
    ours = ET.fromstring(Client().get("/open311/v2/services.xml").content)
    theirs = real("services.xml")
    assert ours.tag == theirs.tag
    assert names(ours[0]) == names(theirs[0])


def test_requests_have_the_real_shape(world: World) -> None:
    api_key = key(STREET)
    world.file()
    ours = ET.fromstring(Client().get(f"/open311/v2/requests.xml?api_key={api_key}").content)
    theirs = real("service_requests.xml")
    assert ours.tag == theirs.tag
    assert names(ours[0]) >= names(theirs[0])


def test_a_missing_request_has_the_real_shape(world: World) -> None:
    response = Client().get(f"/open311/v2/requests/none.xml?api_key={key(STREET)}")
    theirs = real("get_service_request_not_found.xml")
    assert response.status_code == 404
    ours = ET.fromstring(response.content)
    assert (ours.tag, names(ours[0])) == (theirs.tag, names(theirs[0]))


def test_filing_answers_with_the_number(world: World) -> None:
    response = filed(world)
    assert response.status_code == 200
    case = Case.objects.get()
    assert response.json()[0]["service_request_id"] == case.number
    assert (case.channel, case.requester.phone) == ("open311", "13800000001")


def test_an_address_finds_its_place_and_the_answer_says_which(world: World) -> None:
    data = filed(world, address_string="友谊社区3号楼").json()[0]
    assert data["service_notice"].endswith("地点：昆都仑区·少先路街道·友谊社区（150203001001）。")
    found = Client().get(f"/open311/v2/requests/{data['service_request_id']}.json?api_key={key(DISTRICT)}").json()[0]
    assert (found["address_id"], found["address"]) == ("150203001001", "友谊社区3号楼")


def test_an_address_elsewhere_stays_in_the_systems_street(world: World) -> None:
    assert filed(world, address_string="沼潭社区门口", description="").status_code == 200
    assert Case.objects.get().path == STREET


def test_json_and_xml_say_the_same(world: World) -> None:
    api_key = key(STREET)
    case = world.dispatched()
    as_json = Client().get(f"/open311/v2/requests/{case.number}.json?api_key={api_key}").json()[0]
    as_xml = ET.fromstring(Client().get(f"/open311/v2/requests/{case.number}.xml?api_key={api_key}").content)[0]
    assert {c.tag: c.text or "" for c in as_xml} == {k: "" if v is None else str(v) for k, v in as_json.items()}


def test_xml_bodies_are_refused_unread(world: World) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><request>&a;</request>'
    response = Client().post("/open311/v2/requests.xml", bomb, content_type="application/xml")
    assert response.status_code == 400
    assert b"root:" not in response.content
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"api_key": "wrong"}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "9999"}, 404),
        ({"address_string": ""}, 400),
        ({"lat": "abc", "long": "1"}, 400),
        ({"lat": "10", "long": "10"}, 400),
        ({"phone": "x"}, 400),
        ({"jurisdiction_id": "elsewhere"}, 404),
    ],
)
def test_bad_requests_are_refused(world: World, changes: dict[str, str], status: int) -> None:
    assert filed(world, **changes).status_code == status
    assert Case.objects.count() == 0


def test_another_street_sees_nothing(world: World) -> None:
    case = world.file()
    api_key = key(OTHER_STREET)
    assert Client().get(f"/open311/v2/requests.json?api_key={api_key}").json() == []
    assert Client().get(f"/open311/v2/requests/{case.number}.json?api_key={api_key}").status_code == 404
    assert Client().get(f"/open311/v2/tokens/{case.number}.json?api_key={api_key}").status_code == 404


def test_without_a_key_no_request_is_shown(world: World) -> None:
    world.file()
    assert Client().get("/open311/v2/requests.json").status_code == 403


def test_open_and_closed_part_the_requests(world: World) -> None:
    api_key = key(STREET)
    case = world.file()
    ask = f"/open311/v2/requests.json?api_key={api_key}&status="
    assert [r["service_request_id"] for r in Client().get(ask + "open").json()] == [case.number]
    assert Client().get(ask + "closed").json() == []
    assert Client().get(ask + "maybe").status_code == 400


def test_more_than_ninety_days_are_refused(world: World) -> None:
    url = (
        f"/open311/v2/requests.json?api_key={key(STREET)}&start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z"
    )
    assert Client().get(url).status_code == 400


def test_an_unknown_format_is_not_found(world: World) -> None:
    assert Client().get("/open311/v2/services.csv").status_code == 404


def test_a_request_filed_twice_with_one_key_is_filed_once(world: World) -> None:
    data = {
        "api_key": key(STREET),
        "service_code": "0101",
        "address_string": "友谊大街1号院",
        "description": "垃圾未清",
    }

    def file(**changes: str) -> Any:
        return Client(headers={"Idempotency-Key": "k-1"}).post("/open311/v2/requests.json", data | changes)

    first, again, other = file(), file(), file(description="路灯不亮")
    assert (first.content, again.headers["Idempotent-Replayed"]) == (again.content, "true")
    assert (other.status_code, Case.objects.count()) == (422, 1)
    refused, mended = file(service_code="9999"), Client(headers={"Idempotency-Key": "k-2"})
    assert refused.status_code == 422
    assert mended.post("/open311/v2/requests.json", data | {"service_code": "9999"}).status_code == 404
    assert mended.post("/open311/v2/requests.json", data).status_code == 200  # what was refused left no answer
    assert Case.objects.count() == 2
