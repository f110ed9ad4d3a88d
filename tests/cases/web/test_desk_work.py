"""My work and the leader's screen: exact numbers, each with its list; bounded queries."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import OTHER_STREET, STREET, World
from tests.cases.web.signing import signed_in

from wangge.cases.actions import Place
from wangge.cases.boxes import BOXES
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Notice
from wangge.cases.web.tables import BoxList
from wangge.kernel.access.models import Grant, User


def work(world: World, who: str) -> Any:
    return signed_in(world, who).get(reverse("case_my_work")).context


def counts(context: Any) -> dict[str, int]:
    return {card.box.code: card.total for card in context["cards"]}


def test_each_box_is_counted_exactly(world: World) -> None:
    for _ in range(8):
        world.dispatched()
    CaseFlow(world.dispatched(), world["街道老王"]).sign()
    world.file()
    found = counts(work(world, "街道老王"))
    assert (found["sign"], found["handle"], found["dispatch"]) == (8, 1, 0)
    assert counts(work(world, "话务小赵"))["dispatch"] == 1


def test_an_empty_box_takes_no_room_while_another_is_full(world: World) -> None:
    world.dispatched()
    page = signed_in(world, "街道老王").get(reverse("case_my_work")).content.decode()
    assert ('id="box-sign"' in page, 'id="box-dispatch"' in page) == (True, False)
    assert "待派单</a>" in page


def test_who_has_no_box_is_not_told_that_the_work_is_done(world: World) -> None:
    Grant.objects.filter(user=world["住建小周"]).update(role="window_clerk", path=STREET, office_id=None)
    page = signed_in(world, "住建小周").get(reverse("case_my_work")).content.decode()
    assert ("您好" in page, "都办完了" in page, "没有要您办理的事项" in page) == (True, False, True)


def test_a_box_and_its_list_agree(world: World) -> None:
    for _ in range(3):
        world.dispatched()
    client = signed_in(world, "街道老王")
    for card in client.get(reverse("case_my_work")).context["cards"]:
        response = client.get(card.url)
        assert response.context["total"] == card.total


def test_the_next_thing_is_what_ends_first(world: World) -> None:
    world.dispatched()
    urgent = world.dispatched()
    type(urgent).objects.filter(pk=urgent.pk).update(next_due_at=timezone.now())
    context = work(world, "街道老王")
    assert context["next"][1] == urgent
    assert context["next"][0].box.code == "sign"


def test_my_work_costs_the_same_for_one_and_for_three(world: World) -> None:
    client = signed_in(world, "街道老王")
    costs = []
    for many in (1, 2):
        for _ in range(many):
            world.dispatched()
            CaseFlow(world.dispatched(), world["街道老王"]).sign()
        client.get(reverse("case_my_work"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("case_my_work"))
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 26


def test_what_i_did_today_is_shown(world: World) -> None:
    CaseFlow(world.dispatched(), world["街道老王"]).sign()
    context = work(world, "街道老王")
    assert context["done_total"] == 1
    assert context["done"][0][1] == "签收"


def test_notices_of_my_offices_are_read_once(world: World) -> None:
    case = world.dispatched()
    for office in ("centre", "housing"):
        Notice.objects.create(
            case=case, office_id=world.offices[office].pk, kind="warning", text="签收时限将到", at=timezone.now()
        )
    client = signed_in(world, "街道老王")
    assert client.get(reverse("case_my_work")).context["notice_total"] == 1
    client.post(reverse("case_notices_seen"))
    assert client.get(reverse("case_my_work")).context["notice_total"] == 0
    assert Notice.objects.filter(seen_at=None).count() == 1


def test_another_street_reads_away_nothing(world: World) -> None:
    case = world.dispatched()
    notice = Notice.objects.create(
        case=case, office_id=world.offices["centre"].pk, kind="warning", text="签收时限将到", at=timezone.now()
    )
    signed_in(world, "外街小孙").post(reverse("case_notices_seen"), {"notice": notice.pk})
    notice.refresh_from_db()
    assert notice.seen_at is None


def test_the_desk_begins_with_my_work(world: World) -> None:
    assert signed_in(world, "街道老王").get("/desk/").url == reverse("case_my_work")


@pytest.mark.parametrize("who", ["话务小赵", "住建小周", "社区小陈", "网格员小李", "区领导"])
def test_every_role_has_its_page(world: World, who: str) -> None:
    world.dispatched(kind=world.kinds["building"])
    assert signed_in(world, who).get(reverse("case_my_work")).status_code == 200


# -- the leader's screen ------------------------------------------------------------------


def district(world: World) -> None:
    world.file()
    world.file(place=Place(path="150203"))
    world.dispatched(place=Place(path="150203002001"))
    late = world.dispatched()
    type(late).objects.filter(pk=late.pk).update(next_due_at=timezone.now())
    for solved, grade in (("yes", "5"), ("basically", "2")):
        case = world.dispatched()
        CaseFlow(case, world["街道老王"]).reply(text="已清运", contacted="phone")
        CaseFlow(case, world["话务小赵"]).call_back(way="phone", reached=True, solved=solved, satisfaction=grade)


def test_every_number_agrees_with_its_list(world: World) -> None:
    district(world)
    client = signed_in(world, "区领导")
    page = client.get(reverse("case_overview"))
    context, found = page.context, page.context["found"]
    numbers = {
        "open": found.open,
        "overdue": found.late,
        "filed": found.filed,
        "dispatched": found.dispatched,
        "closed": found.closed,
        "solved": found.solved,
        "satisfied": found.satisfied,
        "rated": found.rated,
    }
    wanted = [(context["urls"][name], n) for name, n in numbers.items()]
    wanted += [(row["url"], row["n"]) for part in ("states", "streets", "late") for row in context[part]]
    assert [(url, client.get(url).context["total"]) for url, _ in wanted] == wanted
    assert numbers == {
        "open": 4,
        "overdue": 1,
        "filed": 6,
        "dispatched": 4,
        "closed": 2,
        "solved": 2,
        "satisfied": 1,
        "rated": 2,
    }


def test_the_trend_leads_to_the_rows_of_the_day(world: World) -> None:
    district(world)
    client = signed_in(world, "区领导")
    option = client.get(reverse("case_overview_trend")).json()
    today = option["series"][0]["data"][-1]
    assert today["value"] == 6
    assert client.get(today["url"]).context["total"] == 6
    assert len(option["xAxis"]["data"]) == 30


def test_the_screen_costs_the_same_for_many_rows(world: World) -> None:
    client = signed_in(world, "区领导")
    costs = []
    for _ in range(2):
        district(world)
        client.get(reverse("case_overview"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("case_overview"))
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 14


def test_the_map_answers(world: World) -> None:
    district(world)
    assert signed_in(world, "区领导").get(reverse("case_overview_map")).json()["type"] == "FeatureCollection"


@pytest.mark.parametrize("who", ["外街小孙", "审计小吴", "外人", "话务小赵"])
@pytest.mark.parametrize("name", ["case_overview", "case_overview_map", "case_overview_trend"])
def test_the_screen_is_for_leaders(world: World, who: str, name: str) -> None:
    assert signed_in(world, who).get(reverse(name)).status_code == 403


def test_a_leader_sees_no_phone_and_no_name_anywhere(world: World) -> None:
    district(world)
    client = signed_in(world, "区领导")
    for name in ("case_overview", "case_my_work", "case_list"):
        page = client.get(reverse(name)).content.decode()
        assert not re.search(r"138(\*{4}|0{4})0001|张阿姨|张\*\*", page)


def test_other_streets_count_nothing_of_ours(world: World) -> None:
    world.file(place=Place(path=OTHER_STREET))
    assert counts(work(world, "街道老王"))["dispatch"] == 0


def test_a_departments_leader_counts_what_the_department_has_a_part_in(world: World) -> None:
    user = User.objects.create_user(username="chief", password=None, display_name="住建局长")
    office = world.offices["housing"].pk
    Grant.objects.create(user=user, role="department_leader", office_id=office, valid_from=timezone.localdate())
    world.people["住建局长"] = user
    world.dispatched()
    world.dispatched(kind=world.kinds["building"])
    client = signed_in(world, "住建局长")
    page = client.get(reverse("case_overview"))
    assert (page.context["found"].open, page.context["found"].filed) == (1, 1)
    assert [client.get(row["url"]).context["total"] for row in page.context["streets"]] == [1]


def test_a_leader_finds_what_is_under_supervision(world: World) -> None:
    world.dispatched()
    supervised = [world.dispatched() for _ in range(3)]
    elsewhere = world.dispatched(place=Place(path="150203002001"))
    for case in (*supervised, elsewhere):
        CaseFlow(case, world["区领导"]).supervise(reason="群众反映强烈")
    ended = world.dispatched()
    CaseFlow(ended, world["区领导"]).supervise(reason="群众反映强烈")
    CaseFlow(ended, world["街道老王"]).reply(text="已清运", contacted="phone")
    CaseFlow(ended, world["话务小赵"]).call_back(way="phone", reached=True, solved="yes", satisfaction="5")
    last, first, second = supervised
    now = timezone.now()
    for case, hours in ((first, -1), (second, 1), (elsewhere, 2)):
        type(case).objects.filter(pk=case.pk).update(next_due_at=now + timedelta(hours=hours))
    type(last).objects.filter(pk=last.pk).update(next_due_at=None)  # what rests comes after what runs
    client = signed_in(world, "区领导")
    context = client.get(reverse("case_my_work")).context
    card = next(card for card in context["cards"] if card.box.code == "supervised")
    assert (card.total, card.late, card.rows) == (4, 1, [first, second, elsewhere, last])
    assert context["waiting"] == 0
    listed = client.get(card.url)
    assert (listed.context["total"], listed.context["title"]) == (4, "督办中")
    assert [row.pk for row in BoxList("supervised").rows(listed.wsgi_request).order_by("next_due_at", "id")] == [
        case.pk for case in (first, second, elsewhere, last)
    ]
    Grant.objects.filter(user=world["区领导"]).update(role="street_leader", path=STREET)
    assert counts(work(world, "区领导"))["supervised"] == 3
    assert "supervised" not in counts(work(world, "街道老王"))


def test_supervised_cases_are_found_by_an_index_of_their_own(world: World) -> None:
    rows = BOXES["supervised"].rows(world["区领导"]).order_by("next_due_at", "id")
    with connection.cursor() as cursor:
        # Neither the table nor the index of all that is due, which has the same order, may be read instead.
        cursor.execute("DROP INDEX case_due_seen; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    assert "case_supervised" in rows[:50].explain()
