"""REST: the morning page for other systems."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.api.calling import Calling
from tests.cases.conftest import COMMUNITY, DISTRICT, OTHER_STREET, STREET, World
from tests.cockpit.conftest import build, count, weeks_before, yesterday

from wangge.cockpit import actions
from wangge.cockpit.models import Brief
from wangge.cockpit.units import Unit

TODAY = timezone.localdate()


def ask(path: str, url: str, *scopes: str) -> tuple[int, Any]:
    return Calling(path, *(scopes or ("briefs:read",))).get(url)


@pytest.fixture
def made(town: World) -> World:
    day = yesterday()
    build([day, *weeks_before(day)])
    count("cases.filed", day, 30, kind="0101")
    count("cases.overdue", day, 3, office=town.offices["housing"].pk)
    count("cases.overdue", day, 2)
    actions.make(for_on=TODAY)
    return town


def test_the_newest_page_is_read_as_it_was_frozen(made: World) -> None:
    status, page = ask(STREET, f"/briefs/{STREET}/latest")
    brief = Brief.objects.get(path=STREET)
    assert (status, page["headline"], page["digest"], page["genuine"]) == (200, brief.headline, brief.digest, True)
    assert page["figures"][0] | {"url": ""} == {
        "code": "cases.filed", "label": "登记量", "value": 30.0, "shown": "30件", "usual": "0件", "change": "多30件",
        "way": "up", "url": "",
    }  # fmt: skip
    assert sum(need["value"] for need in page["needs"]) == 30
    assert [line["text"] for line in page["late"]["offices"]] == ["3件", "2件"]
    assert page["decide"] is None


def test_the_page_of_a_day(made: World) -> None:
    assert ask(STREET, f"/briefs/{STREET}/{TODAY}")[1]["for_on"] == TODAY.isoformat()
    status, problem = ask(DISTRICT, f"/briefs/{STREET}/{TODAY - timedelta(days=1)}")
    assert (status, problem["code"]) == (404, "brief_not_found")


def test_the_page_of_an_office_is_asked_for_by_its_number(made: World) -> None:
    office = made.offices["housing"].pk
    url = f"/briefs/{DISTRICT}/latest"
    assert ask(DISTRICT, f"{url}?office_id={office}")[1]["name"] == "区住建局"
    assert ask("1502", url)[1]["name"] == "昆都仑区"
    caller = Calling("", "briefs:read", office=office)
    assert caller.get(f"{url}?office_id={office}")[0] == 200
    assert caller.get(url)[0] == 404
    assert [one["office_id"] for one in caller.get("/briefs")[1]["items"]] == [office]


@pytest.mark.parametrize("path", [OTHER_STREET, COMMUNITY])
def test_a_page_beyond_the_systems_place_does_not_exist(made: World, path: str) -> None:
    caller = Calling(path, "briefs:read")
    for url in (f"/briefs/{STREET}/latest", f"/briefs/{DISTRICT}/latest", f"/briefs/{STREET}/{TODAY}"):
        assert caller.get(url)[0] == 404
    assert {one["path"] for one in caller.get("/briefs")[1]["items"]} == {path}


@pytest.mark.parametrize("url", ["/briefs", f"/briefs/{STREET}/latest", f"/briefs/{STREET}/{TODAY}"])
def test_another_scope_reads_no_page(made: World, url: str) -> None:
    status, problem = ask(DISTRICT, url, "cases:read", "topics:read")
    assert (status, problem["code"]) == (403, "scope_missing")


def test_the_archive_is_paged_with_an_exact_total(town: World) -> None:
    for back in range(3):
        actions.make(units=[Unit(STREET), Unit(OTHER_STREET)], for_on=TODAY - timedelta(days=back))
    caller, found, cursor = Calling(DISTRICT, "briefs:read"), [], ""
    while True:
        page = caller.get(f"/briefs?limit=4&cursor={cursor}")[1]
        assert page["total"] == 6
        found += [(one["for_on"], one["path"]) for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    days = [(TODAY - timedelta(days=back)).isoformat() for back in range(3)]
    assert found == [(day, path) for day in days for path in (STREET, OTHER_STREET)]
    narrow = caller.get(f"/briefs?path={STREET}&from_on={days[1]}&to_on={days[1]}")[1]
    assert ([one["name"] for one in narrow["items"]], narrow["total"]) == (["少先路街道"], 1)


def test_the_archive_costs_the_same_for_one_page_and_for_three(town: World) -> None:
    caller, costs = Calling(DISTRICT, "briefs:read"), []
    for back in (2, 1, 0):
        actions.make(units=[Unit(STREET)], for_on=TODAY - timedelta(days=back))
        caller.get("/briefs")
        with CaptureQueriesContext(connection) as queries:
            caller.get("/briefs")
        costs.append(len(queries))
    assert len(set(costs)) == 1


@pytest.mark.parametrize(
    "url",
    [
        "/briefs?cursor=x", "/briefs?path=街道", "/briefs?from_on=昨天", "/briefs?limit=0", "/briefs/15020/2026-02-30",
        "/briefs/街道/latest", "/briefs/1/latest", "/briefs/150203/latest?office_id=0",
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told(town: World, url: str) -> None:
    status, problem = ask(DISTRICT, url)
    assert status == 422, problem
    assert problem["detail"]
