"""The lists of cases: who sees what, exact counts, bounded queries, bulk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import GRID, OTHER_STREET, World
from tests.cases.web.signing import signed_in

from wangge.cases import frequencies, policy
from wangge.cases import queries as case_queries
from wangge.cases.actions import Asker, Place
from wangge.cases.flow import CaseFlow
from wangge.cases.frequencies import Frequencies
from wangge.cases.models import Case
from wangge.cases.web.tables import CaseList

LISTS = [
    ("话务小赵", "case_list"),
    ("话务小赵", "case_dispatch_queue"),
    ("街道老王", "box:sign"),
    ("街道老王", "box:handle"),
]


def address(name: str) -> str:
    return reverse("case_box", args=[name[4:]]) if name.startswith("box:") else reverse(name)


def total(response: Any) -> int:
    return int(response.context["total"])


def numbers(response: Any) -> set[int]:
    return {row["pk"] for row in response.context["rows"]}


def fill(world: World, many: int) -> None:
    for _ in range(many):
        world.file()
        world.dispatched()
        CaseFlow(world.dispatched(), world["街道老王"]).sign()


@pytest.mark.parametrize(("who", "name"), LISTS)
def test_a_list_costs_the_same_for_one_row_and_for_three(world: World, who: str, name: str) -> None:
    client = signed_in(world, who)
    costs = []
    for many in (1, 2):
        fill(world, many)
        client.get(address(name))  # caches are warm
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(address(name))
        assert response.status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 16


@pytest.mark.parametrize("who", ["外街小孙", "审计小吴", "外人"])
def test_others_see_no_row(world: World, who: str) -> None:
    world.dispatched()
    response = signed_in(world, who).get(reverse("case_list"))
    assert response.status_code == 403 or numbers(response) == set()


def test_the_street_sees_its_own_only(world: World) -> None:
    mine = world.file()
    world.file(place=Place(path=OTHER_STREET))
    response = signed_in(world, "街道老王").get(reverse("case_list"))
    assert numbers(response) == {mine.pk}
    assert total(response) == 1


@pytest.mark.parametrize(
    "query",
    ["stage=open", "state=received", "state=dispatched&stage=open", f"place={OTHER_STREET}", "place=none", "overdue=1",
     "kind=0101", "kind=01", "channel=grid", "q=垃圾", "repeats=1", "box=dispatch", "result=rated", "urgency=urgent"],
)  # fmt: skip
def test_the_count_is_that_of_the_rows(world: World, query: str) -> None:
    world.file()
    world.dispatched()
    world.file(place=Place(path=OTHER_STREET), channel="grid", urgency="urgent", kind=None, by=world["热线班长"])
    world.file(place=Place(path="150203"))
    response = signed_in(world, "话务小赵").get(f"{reverse('case_list')}?{query}&size=20")
    assert response.context["applied"].errors == []
    assert total(response) == len(numbers(response))
    listing = response.context["listing"]
    rows = listing.filtered(response.wsgi_request, response.context["applied"])
    assert listing.count(rows, response.context["applied"]) == len(numbers(response))


THIN = [
    "kind=0101",
    "kind=01",
    "created_from={day}",
    "created_from={day}&kind=0101",
    "dispatched_from={day}&sort=-new",
    "dispatched_from={day}&created_to={day}",
    "closed_from={day}",
    "closed_to={day}&kind=0101",
    "q=垃圾",
    "q=垃圾&overdue=1",
    "q=垃圾&kind=0101&created_from={day}",
]


@pytest.mark.parametrize("query", THIN)
@pytest.mark.parametrize("who", ["话务小赵", "街道老王", "住建小周", "外街小孙"])
def test_pages_read_within_an_index_hold_the_same_rows_in_the_same_order(
    world: World, who: str, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in (world.kinds["rubbish"], world.kinds["building"]) * 2:
        world.file(kind=kind)
        world.dispatched(kind=kind)
        closed = world.dispatched(kind=kind)
        Case.objects.filter(pk=closed.pk).update(state="closed", closed_at=timezone.now(), next_due_at=None)
        Case.objects.filter(pk=world.dispatched(kind=kind).pk).update(next_due_at=timezone.now() - timedelta(days=1))
    assert Case.objects.filter(kind__code="0101").exists()
    monkeypatch.setattr(frequencies, "current", lambda: Frequencies(6, {}, 0.5))
    monkeypatch.setattr(CaseList, "page_sizes", (2, 20))
    asked = f"{reverse('case_list')}?{query.format(day=timezone.localdate())}"
    client = signed_in(world, who)

    def walk() -> list[int]:
        found, url = [], asked
        while url:
            context = client.get(url).context
            found += [row["pk"] for row in context["rows"]]
            assert len(context["rows"]) == min(2, context["total"]) or not context["links"]["next"]
            url = f"{reverse('case_list')}{link}" if (link := context["links"]["next"]) else ""
        assert len(found) == context["total"]
        return found

    quick = walk()
    monkeypatch.setattr(CaseList, "thin", lambda *_: None)
    monkeypatch.setattr(case_queries, "few_with", lambda *_: None)
    assert quick == walk()
    assert set(quick) <= set(policy.rows(world[who]).values_list("pk", flat=True))
    assert quick or who == "外街小孙" or (who == "住建小周" and "kind=0101" in query)


def test_bad_filters_give_messages(world: World) -> None:
    client = signed_in(world, "话务小赵")
    for query in ("state=x", "kind=没有这种", "created_from=x", "place=1", "lead=无", "after=zzz", "sort=zz", "q=%00"):
        assert client.get(f"{reverse('case_list')}?{query}").status_code == 200


def test_a_phone_finds_the_callers_cases(world: World) -> None:
    case = world.file()
    world.file(asker=Asker(name="李叔", phone="13800000002"))
    response = signed_in(world, "话务小赵").get(reverse("case_list"), {"q": "13800000001", "sort": "new"})
    assert numbers(response) == {case.pk}


def test_who_may_not_read_requesters_finds_nobody_by_phone(world: World) -> None:
    world.file()
    response = signed_in(world, "区领导").get(reverse("case_list"), {"q": "13800000001", "sort": "new"})
    assert numbers(response) == set()


def test_a_private_matter_is_not_found_by_phone_by_others_than_its_holder(world: World) -> None:
    world.dispatched(kind=world.kinds["building"], is_private=True)
    query = {"q": "13800000001", "sort": "new"}
    assert numbers(signed_in(world, "街道老王").get(reverse("case_list"), query)) == set()
    assert len(numbers(signed_in(world, "住建小周").get(reverse("case_list"), query))) == 1


def test_a_number_opens_the_case(world: World) -> None:
    case = world.file()
    response = signed_in(world, "话务小赵").get(reverse("case_list"), {"q": case.number})
    assert response.url == reverse("case_detail", args=[case.pk])


def test_a_number_of_another_street_opens_nothing(world: World) -> None:
    case = world.file()
    response = signed_in(world, "外街小孙").get(reverse("case_list"), {"q": case.number})
    assert numbers(response) == set()


def test_the_queue_of_a_street_marks_what_the_district_dispatches(world: World) -> None:
    world.file(channel="resident", by=None, kind=world.kinds["building"])
    url = reverse("case_dispatch_queue")
    shown = ["由区级派单" in signed_in(world, who).get(url).content.decode() for who in ("街道老王", "话务小赵")]
    assert shown == [True, False]


def test_accepting_suggestions_dispatches_each(world: World) -> None:
    cases = [world.file(), world.file(kind=None)]
    response = signed_in(world, "话务小赵").post(
        reverse("case_dispatch_queue"), {"_action": "bulk:accept", "pk": [c.pk for c in cases]}
    )
    assert [r["done"] for r in response.context["results"]] == [True, False]
    assert "类别" in response.context["results"][1]["note"]
    assert list(Case.objects.order_by("pk").values_list("state", flat=True)) == ["dispatched", "received"]


def test_bulk_reaches_no_foreign_row(world: World) -> None:
    case = world.file()
    response = signed_in(world, "外街小孙").post(
        reverse("case_dispatch_queue"), {"_action": "bulk:accept", "pk": [case.pk]}
    )
    assert response.context["done"] == 0
    assert Case.objects.get().state == "received"


def test_the_export_holds_what_the_list_holds(world: World) -> None:
    world.file(place=Place(path=GRID), is_private=True)
    world.file(place=Place(path=OTHER_STREET))
    response = signed_in(world, "街道老王").get(reverse("case_list"), {"export": "xlsx"})
    book = openpyxl.load_workbook(__import__("io").BytesIO(b"".join(response.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 2
    assert "（保密事项）" in rows[1]
    assert all("垃圾三天" not in str(cell) for cell in rows[1][2:])


def test_a_role_without_export_gets_none(world: World) -> None:
    world.file(place=Place(path=GRID))
    response = signed_in(world, "网格员小李").get(reverse("case_list"), {"export": "xlsx"})
    assert response.status_code == 403


def test_a_box_of_another_role_is_refused(world: World) -> None:
    client = signed_in(world, "街道老王")
    assert client.get(reverse("case_box", args=["returned"])).status_code == 403
    assert client.get(reverse("case_box", args=["nonsense"])).status_code == 404


def test_the_dispatch_queue_names_the_office_and_why(world: World) -> None:
    world.file()
    page = signed_in(world, "话务小赵").get(reverse("case_dispatch_queue")).content.decode()
    assert "少先路街道社会治理综合指挥中心" in page
    assert "垃圾清运" in page


def test_a_list_prints(world: World) -> None:
    world.file()
    assert signed_in(world, "话务小赵").get(reverse("case_list"), {"print": "1"}).status_code == 200


def test_nobody_signs_in_to_nothing(db: None) -> None:
    assert Client().get(reverse("case_list")).status_code == 302
