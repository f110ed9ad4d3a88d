"""The order of an emergency and its rosters at the desk, as a person sends them: limits, who stands, what is back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cases.conftest import DISTRICT, STREET
from tests.cases.web.signing import signed_in
from tests.whistle.conftest import Town

from wangge.kernel.calendar.units import Limit, Unit
from wangge.whistle.limits import limits_for
from wangge.whistle.models import Posture, PostureDuty, Roster
from wangge.whistle.rosters import add_roster, put_in

KINDS, NAMES = ("work", "hard", "emergency"), ("sign", "arrive", "plan", "report", "check", "decide", "raise")


def order(**given: Any) -> dict[str, Any]:
    """What the form sends: every unit is chosen, values only where somebody typed one."""
    units = {f"{kind}_{name}_unit": "minute" for kind in KINDS for name in NAMES}
    general = {"path": "少先路街道", "title": "7·20强降雨", "reason": "红色预警", "percent": "50"}
    return units | general | given


def text(response: Any) -> str:
    return response.content.decode()


@pytest.fixture
def roster(town: Town) -> Roster:
    by = town["副主任小高"]
    made = add_roster(path=STREET, name="防汛值守", hours=12, by=by)
    put_in(roster=made, turn=1, post="指挥长", office=town.office("centre"), user=town["街道老王"], by=by)
    return made


def test_an_order_with_everything_and_the_way_back(town: Town, roster: Roster) -> None:
    client = signed_in(town.world, "副主任小高")
    new = reverse("posture_new")
    shown = text(client.get(new))
    for words in ("应急哨提级时限", "工作推进哨签收时限", "攻坚克难哨反馈时限", "常态30分钟", "防汛值守"):
        assert words in shown
    before = {kind: limits_for(kind, STREET).of for kind in KINDS}
    typed = {f"{kind}_{name}_value": 7 for kind in KINDS for name in NAMES if (kind, name) != ("hard", "plan")}
    given = {"rosters": [roster.pk], "lists": [town.street_item.duty_list_id], "radius_m": "600"}
    made = client.post(new, order(**typed, **given))
    posture = Posture.objects.get()
    assert made.url == reverse("posture_detail", args=[posture.pk])
    seven = Limit(7, Unit.MINUTE)
    assert limits_for("work", STREET).of == dict.fromkeys(NAMES, seven)
    assert limits_for("hard", STREET).of == dict.fromkeys(NAMES, seven) | {"plan": Limit(12, Unit.WORKING_HOUR)}
    page = text(client.get(made.url))
    for words in ("与常态不同", "另定", "按比例", "12个工作小时", "600米", "防汛值守", "街道老王", "在岗"):
        assert words in page
    board = text(signed_in(town.world, "指挥中心小孙").get(reverse("whistle_board")))
    assert "街道老王" in board
    client.post(reverse("posture_back", args=[posture.pk]), {"reason": "预警解除"})
    assert {kind: limits_for(kind, STREET).of for kind in KINDS} == before
    assert "已转回常态" in text(client.get(made.url))
    assert "街道老王" not in text(signed_in(town.world, "指挥中心小孙").get(reverse("whistle_board")))
    assert (posture.limits.count(), posture.rosters.count(), posture.lists.count()) == (20, 1, 1)
    assert PostureDuty.objects.filter(called_off_at__isnull=True).count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"work_sign_value": "0"}, "工作推进哨签收时限应为1至9999的整数"),
        ({"emergency_raise_value": "10000"}, "应急哨提级时限应为1至9999的整数"),
        ({"hard_report_value": "两小时"}, "攻坚克难哨反馈时限应为1至9999的整数"),
        ({"hard_plan_value": "2", "hard_plan_unit": ""}, "请选择攻坚克难哨方案时限的单位"),
        ({"hard_plan_value": "2", "hard_plan_unit": "week"}, "请选择攻坚克难哨方案时限的单位"),
        ({"radius_m": "1"}, "签到半径（米）"),
        ({"percent": "5"}, "时限比例（%）"),
        ({"until_at": "2020-01-01T00:00"}, "预计结束时间须在现在以后"),
        ({"rosters": "999"}, "值守名册"),
        ({"lists": "x"}, "应急清单"),
    ],
)
def test_what_is_wrong_names_its_field_and_keeps_what_was_typed(town: Town, wrong: dict[str, str], words: str) -> None:
    response = signed_in(town.world, "副主任小高").post(reverse("posture_new"), order(work_arrive_value="33") | wrong)
    assert response.status_code == 400
    assert words in text(response)
    assert 'value="33"' in text(response)
    assert Posture.objects.count() == 0


def test_a_roster_without_people_is_refused_beside_its_field(town: Town) -> None:
    empty = add_roster(path=STREET, name="抢险值守", hours=8, by=town["副主任小高"])
    response = signed_in(town.world, "副主任小高").post(reverse("posture_new"), order(rosters=[empty.pk]))
    assert response.status_code == 400
    assert response.context["form"].errors["rosters"] == ["值守名册“抢险值守”还没有人员。"]


def test_another_week_by_the_page(town: Town, roster: Roster) -> None:
    client = signed_in(town.world, "副主任小高")
    client.post(reverse("posture_new"), order(rosters=[roster.pk]))
    posture = Posture.objects.get()
    address = reverse("posture_go_on", args=[posture.pk])
    assert signed_in(town.world, "外街主任").post(address).status_code == 404
    assert signed_in(town.world, "街道老王").post(address).status_code == 403
    assert posture.duties.count() == 14
    assert "已续排至" in text(client.post(address, follow=True))
    assert posture.duties.count() == 28


def test_a_roster_is_written_by_the_pages(town: Town) -> None:
    client = signed_in(town.world, "副主任小高")
    new = reverse("roster_new")
    assert client.get(new).status_code == 200
    assert "每班小时数" in text(client.post(new, {"path": "少先路街道", "name": "防汛值守", "hours": "99"}))
    made = client.post(new, {"path": "少先路街道", "name": "防汛值守", "hours": "8"})
    roster = Roster.objects.get()
    assert made.url == reverse("roster_detail", args=[roster.pk])
    assert "还没有人员" in text(client.get(made.url))
    put = reverse("roster_put_in", args=[roster.pk])
    member = {"turn": "1", "post": "指挥长", "office": "少先路街道办事处", "user": "街道老王"}
    assert client.post(put, member | {"turn": "10"}).status_code == 400
    assert client.post(put, member).status_code == 302
    again = client.post(put, member)
    assert again.context["form"].errors["user"] == ["街道老王已在第1班。"]
    for who, status in (("外街主任", 404), ("街道老王", 403), ("住建小周", 403)):
        stranger = signed_in(town.world, who)
        assert stranger.get(made.url).status_code == status
        assert stranger.post(put, member | {"turn": "2"}).status_code == status
        assert stranger.post(reverse("roster_end", args=[roster.pk])).status_code == status
        out = reverse("roster_take_out", args=[roster.members.get().pk])
        assert stranger.post(out).status_code == status
    assert (roster.members.filter(left_at=None).count(), Roster.objects.get().valid_to) == (1, None)
    client.post(reverse("roster_take_out", args=[roster.members.get().pk]))
    client.post(reverse("roster_end", args=[roster.pk]))
    assert roster.members.filter(left_at=None).count() == 0
    assert "已停用" in text(client.get(made.url))


def test_the_rosters_of_the_district_are_seen_and_not_changed_by_a_street(town: Town) -> None:
    wide = add_roster(path=DISTRICT, name="区级专家组", hours=24, by=town["区长"])
    client = signed_in(town.world, "副主任小高")
    assert "编入人员" not in text(client.get(reverse("roster_detail", args=[wide.pk])))
    client.post(reverse("roster_end", args=[wide.pk]))
    assert Roster.objects.get().valid_to is None


def test_the_list_of_rosters_costs_the_same_for_three_as_for_thirty(town: Town) -> None:
    client = signed_in(town.world, "副主任小高")
    costs = []
    for names in (range(3), range(3, 30)):
        for number in names:
            add_roster(path=STREET, name=f"名册{number}", hours=8, by=town["副主任小高"])
        client.get(reverse("roster_list"))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("roster_list"), {"size": "50"})
        assert response.context["total"] == len(response.context["rows"])
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 18


def test_what_was_raised_stands_on_board_list_and_box_of_the_leader(town: Town) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from wangge.whistle import sweeping

    whistle = town.blown(kind="emergency")
    leader = signed_in(town.world, "区长")
    box = reverse("whistle_box", args=["raised"])
    assert leader.get(box).context["total"] == 0
    sweeping.escalate(now=timezone.now() + timedelta(minutes=6))
    sweeping.raise_late(now=timezone.now() + timedelta(minutes=40))
    assert [row["pk"] for row in leader.get(box).context["rows"]] == [whistle.pk]
    assert leader.get(f"{reverse('whistle_list')}?raised=1").context["total"] == 1
    assert "已报区领导" in text(leader.get(reverse("whistle_board")))
    assert "已报区领导" in text(leader.get(reverse("whistle_detail", args=[whistle.pk])))
    assert "报区领导" in text(leader.get(reverse("whistle_notices")))
    assert signed_in(town.world, "住建小周").get(box).status_code == 403
