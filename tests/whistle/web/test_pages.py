"""The pages of whistles: who opens which, what they show, and what comes back when a step fails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.web.signing import signed_in
from tests.whistle.conftest import HERE, Town, again

from wangge.whistle import checkin
from wangge.whistle.models import CheckIn, Summons, SummonsClock, Whistle
from wangge.whistle.summons_flow import SummonsFlow
from wangge.whistle.web.panels import my_whistles

STAFF = ["街道老王", "副主任小高", "指挥中心小孙", "区长", "住建小周"]


def detail(whistle: Whistle) -> str:
    return reverse("whistle_detail", args=[whistle.pk])


def numbers(response: Any) -> set[int]:
    return {row["pk"] for row in response.context["rows"]}


@pytest.mark.parametrize("who", STAFF)
def test_whoever_has_to_do_with_it_opens_the_page(town: Town, who: str) -> None:
    response = signed_in(town.world, who).get(detail(town.blown()))
    assert response.status_code == 200
    assert "友谊大街1号院外墙脱落" in response.content.decode()


@pytest.mark.parametrize("who", ["外街小孙", "外街主任", "供热小韩", "外人", "话务小赵", "网格员小李"])
def test_nobody_else_does(town: Town, who: str) -> None:
    whistle = town.blown()
    client = signed_in(town.world, who)
    assert client.get(detail(whistle)).status_code in {403, 404}
    assert client.get(reverse("whistle_print", args=[whistle.pk])).status_code in {403, 404}
    assert client.get(reverse("whistle_map", args=[whistle.pk])).status_code in {403, 404}
    response = client.get(reverse("whistle_list"))
    assert response.status_code == 403 or numbers(response) == set()


def test_a_department_sees_what_it_was_summoned_to_and_nothing_before(town: Town) -> None:
    drafted, blown = town.draft(), town.blown()
    assert numbers(signed_in(town.world, "住建小周").get(reverse("whistle_list"))) == {blown.pk}
    assert signed_in(town.world, "住建小周").get(detail(drafted)).status_code == 404
    assert numbers(signed_in(town.world, "街道老王").get(reverse("whistle_list"))) == {drafted.pk, blown.pk}


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("街道老王", "whistle_list"),
        ("住建小周", "box:sign"),
        ("副主任小高", "box:issue"),
        ("住建小周", "whistle_notices"),
        ("区长", "posture_list"),
        ("指挥中心小孙", "whistle_board"),
        ("住建小周", "field_whistles"),
    ],
)
def test_a_list_costs_the_same_for_one_row_and_for_three(town: Town, who: str, name: str) -> None:
    from wangge.whistle.postures import switch

    address = reverse("whistle_box", args=[name[4:]]) if name.startswith("box:") else reverse(name)
    client = signed_in(town.world, who)
    costs = []
    for places in (["150203001"], ["150203002", "150203001001"]):
        for place in places:
            town.draft()
            town.blown()
            if name == "posture_list":
                switch(path=place, title="强降雨", reason="红色预警", by=town["区长"])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 18


@pytest.mark.parametrize(
    "query",
    ["q=外墙", "stage=live", "state=running", "kind=work", "origin=patrol", "late=1", "street=150203001",
     "blown_from=2020-01-01"],
)  # fmt: skip
def test_filters_narrow_and_count(town: Town, query: str) -> None:
    town.draft()
    town.blown()
    response = signed_in(town.world, "指挥中心小孙").get(f"{reverse('whistle_list')}?{query}")
    assert response.context["applied"].errors == []
    assert response.context["total"] == len(numbers(response))


def test_bad_filters_give_messages(town: Town) -> None:
    client = signed_in(town.world, "街道老王")
    for query in ("state=x", "kind=没有", "blown_from=x", "office=无", "after=zz", "sort=zz", "q=%00", "page=-1"):
        assert client.get(f"{reverse('whistle_list')}?{query}").status_code == 200


def test_the_list_prints_and_exports(town: Town) -> None:
    town.blown()
    client = signed_in(town.world, "街道老王")
    assert client.get(reverse("whistle_list"), {"print": "1"}).status_code == 200
    assert client.get(reverse("whistle_list"), {"export": "xlsx"}).status_code == 200


def test_a_step_by_the_page_and_one_too_late(town: Town) -> None:
    whistle = town.draft()
    client = signed_in(town.world, "副主任小高")
    step = reverse("whistle_step", args=[whistle.pk, "blow"])
    assert client.post(step, {"seen": whistle.version}).status_code == 302
    response = client.post(step, {"seen": whistle.version})
    assert response.status_code == 409
    assert "副主任小高已于" in response.content.decode()
    assert client.post(reverse("whistle_step", args=[whistle.pk, "nonsense"])).status_code == 404


def test_a_department_cannot_press_what_is_the_streets(town: Town) -> None:
    whistle = town.blown()
    client = signed_in(town.world, "住建小周")
    response = client.post(
        reverse("whistle_step", args=[whistle.pk, "withdraw"]), {"seen": whistle.version, "reason": "不想来"}
    )
    assert (response.status_code, again(whistle).state) == (400, "running")
    other = town.summons(whistle, "urban_bureau")
    response = client.post(reverse("summons_step", args=[other.pk, "sign"]), {"seen": other.version})
    assert (response.status_code, again(other).state) == (400, "summoned")


def test_the_report_and_the_check_item_by_item(town: Town) -> None:
    whistle = town.blown()
    town.checked(whistle, "urban_bureau", "城管小冯")
    summons = town.reported(whistle)
    good, bad = summons.tasks.all()
    client = signed_in(town.world, "街道老王")
    page = client.get(detail(whistle)).content.decode()
    assert "现场鉴定外墙安全" in page
    step = reverse("summons_step", args=[summons.pk, "check"])
    data = {"seen": summons.version, f"pass_{good.pk}": "yes", f"pass_{bad.pk}": "no", f"note_{bad.pk}": ""}
    response = client.post(step, data)
    assert response.status_code == 400
    assert "请写明问题" in response.content.decode()
    assert client.post(step, data | {f"note_{bad.pk}": "瓷砖还在掉"}).status_code == 302
    assert again(summons).state == "handling"
    assert "瓷砖还在掉" in signed_in(town.world, "住建小周").get(detail(whistle)).content.decode()


# -- writing one -----------------------------------------------------------------------------------


def typed(town: Town, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "work",
        "origin": "patrol",
        "numbers": "",
        "title": "占道经营反弹",
        "text": "夜市占道，劝离后又回来",
        "tried": "劝离十二次",
        "wanted": "请城管局联合执法",
        "path": "150203001001",
        "address": "友谊大街路口",
        "lng": str(HERE[0]),
        "lat": str(HERE[1]),
        "item_1": str(town.district_item.pk),
        "office_1": "区城市管理局",
        "tasks_1": "联合执法\n设置隔离桩",
        "do": "draft",
    } | changes


def test_a_whistle_of_its_own_from_the_form(town: Town) -> None:
    client = signed_in(town.world, "副主任小高")
    assert client.get(reverse("whistle_new")).status_code == 200
    response = client.post(reverse("whistle_new"), typed(town, do="blow"))
    assert response.status_code == 302
    whistle = Whistle.objects.get()
    assert (whistle.state, whistle.origin) == ("running", "patrol")
    assert [t.text for t in town.summons(whistle, "urban_bureau").tasks.all()] == ["联合执法", "设置隔离桩"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"item_1": ""}, "这个字段是必填项"),
        ({"tried": "x"}, "请填写街道已做的工作"),
        ({"lng": "", "lat": ""}, "在地图上标出集结地点"),
        ({"office_1": "不存在的局"}, "没有“不存在的局”"),
        ({"office_2": "区城市管理局", "tasks_2": "再来"}, "同一单位只能选择一次"),
        ({"numbers": "123"}, "没有编号为123的事项"),
        ({"path": "150203002001"}, "请从列表中选择"),
        ({"lng": "abc"}, "输入一个数字"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(town: Town, changes: dict[str, str], words: str) -> None:
    response = signed_in(town.world, "副主任小高").post(reverse("whistle_new"), typed(town, **changes))
    page = response.content.decode()
    assert (response.status_code, Whistle.objects.count()) == (400, 0)
    assert words in page
    assert "占道经营反弹" in page


def test_the_streets_own_list_alone_is_stopped_in_words(town: Town) -> None:
    response = signed_in(town.world, "副主任小高").post(
        reverse("whistle_new"), typed(town, item_1=str(town.street_item.pk))
    )
    assert "都在街道自己的清单内，应由街道自行办理" in response.content.decode()
    assert Whistle.objects.count() == 0


def test_from_a_case_the_form_is_filled_and_the_case_shows_its_whistle(town: Town) -> None:
    case = town.world.dispatched(kind=town.world.kinds["building"])
    case.refresh_from_db()
    client = signed_in(town.world, "街道老王")
    page = client.get(reverse("case_detail", args=[case.pk])).content.decode()
    address = f"{reverse('whistle_new')}?case={case.pk}"
    assert address in page
    form = client.get(address).context["form"]
    assert (form["numbers"].value(), form["office_1"].value()) == (case.number, town.office("housing").pk)
    data = typed(town, numbers=case.number, lng="", lat="", office_1="区住建局")
    assert client.post(reverse("whistle_new"), data).status_code == 302
    whistle = Whistle.objects.get()
    assert (whistle.origin, whistle.matter_id, whistle.state) == ("case", case.kind_id, "draft")
    assert whistle.title in client.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert address not in signed_in(town.world, "住建小周").get(reverse("case_detail", args=[case.pk])).content.decode()


def test_several_cases_need_one_root(town: Town) -> None:
    first, second = town.world.file(), town.world.file()
    numbers_ = f"{first.number} {second.number}"
    client = signed_in(town.world, "街道老王")
    response = client.post(reverse("whistle_new"), typed(town, numbers=numbers_))
    assert "多件事项须并入同一主事项" in response.content.decode()
    type(second).objects.filter(pk=second.pk).update(root=first, state="linked")
    assert client.post(reverse("whistle_new"), typed(town, numbers=numbers_)).status_code == 302
    assert Whistle.objects.get().origin == "root"


# -- my work, board, phone -------------------------------------------------------------------------


def test_my_work_shows_what_waits(town: Town) -> None:
    town.blown()
    page = signed_in(town.world, "住建小周").get(reverse("case_my_work")).content.decode()
    assert "哨单待签收" in page
    assert "友谊大街1号院外墙脱落" in page
    assert "哨单待签收" not in signed_in(town.world, "供热小韩").get(reverse("case_my_work")).content.decode()


def test_the_board_counts_and_names_who_is_late(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    past = timezone.now() - timedelta(minutes=12)
    summons = town.summons(whistle)
    SummonsClock.objects.filter(summons=summons).update(
        started_at=past - timedelta(hours=1), warn_at=past - timedelta(minutes=1), due_at=past
    )
    Summons.objects.filter(pk=summons.pk).update(next_due_at=past, due_name="arrive")
    Whistle.objects.filter(pk=whistle.pk).update(next_due_at=past)
    client = signed_in(town.world, "指挥中心小孙")
    page = client.get(reverse("whistle_board")).content.decode()
    assert "到场超 12 分钟" in page
    assert client.get(reverse("whistle_command")).status_code == 200
    features = client.get(reverse("whistle_command_map"), {"points": "1"}).json()["features"]
    assert [f["properties"]["tone"] for f in features] == ["danger"]
    assert client.get(reverse("whistle_list"), {"late": "1"}).context["total"] == 1
    other = signed_in(town.world, "外街主任")
    assert "友谊大街1号院" not in other.get(reverse("whistle_board")).content.decode()
    assert other.get(reverse("whistle_command_map"), {"points": "1"}).json()["features"] == []
    assert signed_in(town.world, "住建小周").get(reverse("whistle_board")).status_code == 403


def test_a_late_decision_stands_on_page_board_and_in_my_work(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    summons = town.summons(whistle)
    early = timezone.now() - timedelta(minutes=42)  # half an hour for deciding
    SummonsFlow(summons, town["住建小周"], now=early).object_to(reason="外墙属市政设施")
    client = signed_in(town.world, "指挥中心小孙")
    assert "裁定超 12 分钟" in client.get(detail(whistle)).content.decode()
    assert "异议待裁 · 裁定超 12 分钟" in client.get(reverse("whistle_board")).content.decode()
    (card,) = [one for one in my_whistles(town["指挥中心小孙"], timezone.now()) if one.code == "whistle-object"]
    assert (card.total, card.late, card.rows[0].due_at) == (1, 1, again(summons).next_due_at)
    assert "超时 12 分钟" in client.get(reverse("case_my_work")).content.decode()
    assert numbers(client.get(reverse("whistle_box", args=["object"]))) == {whistle.pk}
    # The office is not late meanwhile, and is not told to hurry.
    assert "超" not in signed_in(town.world, "住建小周").get(reverse("field_whistles")).content.decode()


def test_check_in_on_the_phone_by_position_and_by_code(town: Town) -> None:
    whistle = town.blown()
    client = signed_in(town.world, "住建小周")
    assert "友谊大街1号院外墙脱落" in client.get(reverse("field_whistles")).content.decode()
    address = reverse("field_whistle", args=[whistle.pk])
    assert client.get(address).status_code == 200
    step = reverse("field_whistle_step", args=[whistle.pk, "arrive"])
    summons = town.summons(whistle)
    data = {"seen": summons.version, "way": "position", "rank": "deputy", "lng": "109.84", "lat": "40.66"}
    response = client.post(step, data)
    assert response.status_code == 422
    assert "须在300米以内签到" in response.content.decode()
    response = client.post(step, data | {"way": "code", "code": "1"})
    assert "签到码不对" in response.content.decode()
    from django.utils import timezone

    code = checkin.code_of(whistle.pk, timezone.now())
    assert client.post(step, data | {"way": "code", "code": f"{code[:3]} {code[3:]}"}).status_code == 302
    assert CheckIn.objects.get().rank == "deputy"
    assert signed_in(town.world, "供热小韩").get(address).status_code == 404


def test_ten_wrong_codes_are_enough(town: Town) -> None:
    whistle = town.blown()
    client = signed_in(town.world, "住建小周")
    step = reverse("field_whistle_step", args=[whistle.pk, "arrive"])
    data = {"seen": town.summons(whistle).version, "way": "code", "rank": "clerk", "code": "1"}
    statuses = [client.post(step, data).status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2


def test_only_the_street_shows_the_code(town: Town) -> None:
    whistle = town.blown()
    address = reverse("whistle_code", args=[whistle.pk])
    response = signed_in(town.world, "街道老王").get(address)
    from django.utils import timezone

    code = checkin.code_of(whistle.pk, timezone.now())
    assert f'data-code="{code}"' in response.content.decode()
    image = signed_in(town.world, "街道老王").get(reverse("whistle_code_image", args=[whistle.pk]))
    assert image["Content-Type"] == "image/svg+xml"
    assert signed_in(town.world, "住建小周").get(address).status_code == 403
    assert signed_in(town.world, "外街小孙").get(address).status_code == 404


def test_what_was_not_blown_is_written_again_from_what_there_was(town: Town) -> None:
    whistle = town.draft()
    client = signed_in(town.world, "街道老王")
    address = f"{reverse('whistle_new')}?again={whistle.pk}"
    assert address in client.get(detail(whistle)).content.decode()
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", [])}
    for name in ("kind", "title", "text", "tried", "wanted", "path", "address"):
        assert values[name] == getattr(whistle, name)
    lead = whistle.summonses.get(role="lead")
    assert values["office_1"] == lead.office_id
    assert values["tasks_1"].splitlines() == [task.text for task in lead.tasks.all()]
    assert values["item_1"] == whistle.items.first().item_id
    sent = {name: value for name, value in values.items() if name != "proof"} | {"title": "改过的标题", "do": "draft"}
    assert client.post(reverse("whistle_new"), sent).status_code == 302
    assert Whistle.objects.filter(title="改过的标题").count() == 1


@pytest.mark.parametrize("who", ["外街小孙", "住建小周"])
def test_nobody_else_writes_it_again(town: Town, who: str) -> None:
    whistle = town.draft()
    assert signed_in(town.world, who).get(f"{reverse('whistle_new')}?again={whistle.pk}").status_code in {403, 404}


def test_what_runs_is_not_written_again(town: Town) -> None:
    whistle = town.blown()
    client = signed_in(town.world, "街道老王")
    assert "?again=" not in client.get(detail(whistle)).content.decode()
    assert client.get(f"{reverse('whistle_new')}?again={whistle.pk}").status_code == 404
