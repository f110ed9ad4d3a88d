"""Every number of a page opens the cases it counted, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, NEIGHBOUR, STREET, World
from tests.cases.web.signing import signed_in
from tests.cockpit.conftest import town, yesterday  # noqa: F401 - the fixture

from wangge.cases.models import Case
from wangge.cockpit import actions, showing
from wangge.cockpit.models import Brief
from wangge.duties.models import Kind
from wangge.insight.topics.models import Rise, Topic, TopicMember
from wangge.organization.models import Office

STOCK = ("cases.open", "cockpit.overdue")


def at(hour: int, day: int = 0) -> datetime:
    """An hour of yesterday, or of ``day`` days before."""
    return timezone.make_aware(datetime.combine(yesterday() - timedelta(days=day), time(hour)))


def change(case: Case, **values: Any) -> Case:
    Case.objects.filter(pk=case.pk).update(**values)
    return case


def a_full_day(town: World) -> None:  # noqa: F811
    """Late cases of seven offices and of none, danger, praise, call-backs, a topic that rose, three needs."""
    Kind.objects.filter(pk=town.kinds["rubbish"].pk).update(seven_five="yiju")
    Kind.objects.filter(pk=town.kinds["building"].pk).update(seven_five="zhu_you")
    offices = list(Office.objects.order_by("pk")[:7])
    for number, office in enumerate(offices, start=1):
        for _ in range(number):
            change(town.dispatched(), created_at=at(9, 5), lead_office=office, finish_due_at=at(9, 1))
    for _ in range(9):
        change(town.file(kind=None), created_at=at(8), finish_due_at=at(9))
    change(town.file(kind=town.kinds["building"]), created_at=at(8))
    for hour in (9, 10):
        change(town.dispatched(urgency="emergency"), created_at=at(hour), next_due_at=at(hour + 1))
    change(town.file(urgency="emergency"), created_at=at(11), next_due_at=timezone.now() + timedelta(days=1))
    change(town.file(demand_type="praise"), created_at=at(12))
    for number in range(24):
        case = town.dispatched(kind=town.kinds["building"], place=_place(COMMUNITY if number % 2 else NEIGHBOUR))
        good = {"solved": "yes" if number % 2 else "no", "satisfaction": "5" if number % 2 else "1"}
        change(case, created_at=at(9, 2), closed_at=at(15), state="closed", next_due_at=None, **good)
    now = timezone.now()
    topic = Topic.objects.create(
        name="东门垃圾", path=STREET, first_on=yesterday(), last_on=yesterday(), created_at=now, updated_at=now
    )
    for number in range(6):
        case = change(town.file(), created_at=at(10, number % 2))
        TopicMember.objects.create(topic=topic, case=case, path=case.path, on=yesterday() - timedelta(days=number % 2))
    Rise.objects.create(
        topic=topic, name=topic.name, path=STREET, on=yesterday(), level="warning", observed=6, expected=0.5, days=3,
        chance=1e-6, created_at=now,
    )  # fmt: skip


def _place(path: str) -> Any:
    from wangge.cases.actions import Place

    return Place(path=path)


def numbers(brief: Brief) -> Iterator[tuple[str, str, int]]:
    """(what, address, how many) of every number of cases on the page."""
    told = showing.context(brief)
    for one in told["figures"]:
        yield one["label"], one["url"], (one["of"] if one["of"] is not None else one["value"]) or 0
    for one in told["needs"]:
        yield one["label"], one["url"], one["value"]
    for one in told["rose"]:
        yield one["name"], one.get("cases_url") or one["url"], one["value"]
    for one in told["late"]["offices"]:
        yield one["name"], one["url"], one["value"]
    yield "其他单位", told["late"]["rest_url"], told["late"]["rest"]
    danger = told["danger"]
    yield "昨日登记", danger["url"], danger["filed"]
    yield "未办结", danger["open_url"], danger["open"]
    yield "超时限", danger["late_url"], danger["late"]
    for one in (*told["best"], *told["worst"]):
        yield one["name"], one["url"], one["rated"]
    yield "表扬", told["praise_url"], told["praise"]


@pytest.mark.parametrize(("who", "path"), [("区委老刘", DISTRICT), ("街道书记", STREET), ("社区书记", COMMUNITY)])
def test_every_number_opens_as_many_cases_as_it_says(town: World, who: str, path: str) -> None:  # noqa: F811
    a_full_day(town)
    actions.make(for_on=timezone.localdate())
    brief = Brief.objects.get(path=path, office=None)
    client = signed_in(town, who)
    page = client.get(reverse("brief_detail", args=[brief.pk])).content.decode()
    said, opened = {}, {}
    for what, address, number in numbers(brief):
        said[what, address] = number
        if number or address:
            opened[what, address] = client.get(address).context["total"]
        if number:
            assert address.replace("&", "&amp;") in page, what
    assert opened == said
    kinds = {what for (what, _), number in said.items() if number}
    assert {"超期在办", "宜居性", "住有所居", "未归类", "未派单", "超时限", "表扬", "昨日登记"} <= kinds
    assert {"其他单位"} | ({"热点“东门垃圾”", "友谊社区", "团结社区"} if path == STREET else set()) <= kinds


def test_every_link_of_the_page_can_be_opened(town: World) -> None:  # noqa: F811
    a_full_day(town)
    actions.make(for_on=timezone.localdate())
    brief = Brief.objects.get(path=STREET, office=None)
    client = signed_in(town, "街道书记")
    page = client.get(reverse("brief_detail", args=[brief.pk])).content.decode()
    links = set(re.findall(r'href="(/desk/cockpit/[^"]+)"', page))
    assert len(links) > 30
    assert {link for link in links if client.get(link.replace("&amp;", "&")).status_code != 200} == set()


def test_what_was_late_at_the_making_stays_what_was_counted(town: World) -> None:  # noqa: F811
    a_full_day(town)
    actions.make(for_on=timezone.localdate())
    brief = Brief.objects.get(path=STREET, office=None)
    address = reverse("brief_late_danger", args=[brief.pk])
    late = brief.content["danger"]["late_ids"]
    Case.objects.filter(pk__in=late).update(state="closed", closed_at=timezone.now(), next_due_at=None)
    response = signed_in(town, "街道书记").get(address)
    assert {row["pk"] for row in response.context["rows"]} == set(late)
    assert len(late) == 2
    assert "截至" in response.content.decode()
    assert signed_in(town, "外街书记").get(address).status_code == 404
    assert signed_in(town, "街道老王").get(address).status_code == 403


def test_a_department_is_traced_wherever_its_cases_lie(town: World) -> None:  # noqa: F811
    office = town.offices["housing"]
    for path in (COMMUNITY, "150203002001"):
        change(town.file(place=_place(path)), created_at=at(9), lead_office=office, office_ids=[office.pk])
    actions.make(for_on=timezone.localdate())
    brief = Brief.objects.get(office=office)
    client = signed_in(town, "住建局长")
    for what, address, number in numbers(brief):
        if address:
            assert client.get(address).context["total"] == number, what
    filed = showing.context(brief)["figures"][0]
    assert filed["value"] == 2
    assert client.get(filed["url"]).context["listing"].title.startswith("登记：区住建局，")


def test_a_page_of_the_first_version_is_shown_as_it_was(town: World) -> None:  # noqa: F811
    from wangge.cockpit import content

    a_full_day(town)
    actions.make(for_on=timezone.localdate())
    new = Brief.objects.get(path=STREET, office=None)
    told = {name: part for name, part in new.content.items() if name != "needs"} | {"version": 1}
    told["danger"] = {name: part for name, part in told["danger"].items() if name != "late_ids"}
    told["late"] = {name: part for name, part in told["late"].items() if name != "rest_trace"}
    told["standing"] = {name: part for name, part in told["standing"].items() if name != "praise_trace"}
    old = Brief.objects.create(
        path=STREET, level=4, for_on=yesterday(), headline="旧的一页", content=told, made_at=timezone.now(),
        digest=content.digest(path=STREET, office_id=None, for_on=yesterday(), content=told),
    )  # fmt: skip
    client = signed_in(town, "街道书记")
    for name in ("brief_detail", "brief_print", "brief_sheet"):
        assert client.get(reverse(name, args=[old.pk])).status_code == 200, name
    page = client.get(reverse("brief_detail", args=[old.pk])).content.decode()
    assert "七有五性" not in page
    assert "其他单位（全部超期）" in page
