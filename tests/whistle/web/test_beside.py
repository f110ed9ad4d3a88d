"""Meetings, ratings, judgements and appeals by the page; limits and postures at the desk; nobody presses for others."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import OTHER_STREET, STREET
from tests.cases.web.signing import signed_in
from tests.whistle.conftest import Town, again

from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Appeal, Judgement, Meeting, Posture, PostureDuty, Rating, WhistleLimit
from wangge.whistle.postures import put_on_duty, switch
from wangge.whistle.summons_flow import SummonsFlow


def test_every_step_of_another_streets_whistle_is_nowhere(town: Town) -> None:
    whistle = town.blown()
    summons = town.summons(whistle)
    client = signed_in(town.world, "外街主任")
    for name in WhistleFlow.steps():
        address = reverse("whistle_step", args=[whistle.pk, name])
        assert client.post(address, {"seen": whistle.version, "reason": "越权试试"}).status_code == 404
    for name in SummonsFlow.steps():
        address = reverse("summons_step", args=[summons.pk, name])
        assert client.post(address, {"seen": summons.version, "reason": "越权试试"}).status_code == 404
    assert (again(whistle).version, again(summons).version) == (whistle.version, summons.version)


def test_a_meeting_by_the_page(town: Town) -> None:
    whistle = town.blown(kind="hard")
    client = signed_in(town.world, "区长")
    address = reverse("whistle_meeting", args=[whistle.pk])
    data = {"held_at": "2024-01-05T09:00", "chair": "区长", "summary": "三部门联合处置", "office_1": "区城市管理局"}
    response = client.post(address, data)
    assert response.status_code == 400
    assert "须同时写明责任单位和做什么" in response.content.decode()
    assert "三部门联合处置" in response.content.decode()
    assert client.post(address, data | {"text_1": "拆除违建", "due_1": ""}).status_code == 302
    assert "拆除违建" in client.get(reverse("whistle_detail", args=[whistle.pk])).content.decode()
    assert signed_in(town.world, "街道老王").post(address, data).status_code == 403
    assert Meeting.objects.count() == 1


def test_rating_judgement_appeal_and_decision_by_the_page(town: Town) -> None:
    whistle = town.closed()
    summons = town.summons(whistle)
    street, department = signed_in(town.world, "街道老王"), signed_in(town.world, "住建小周")
    scores = {"plan": "2", "result": "3", "attitude": "4", "comment": ""}
    rate = reverse("summons_rate", args=[summons.pk])
    street.post(rate, scores)
    assert Rating.objects.count() == 0
    street.post(rate, scores | {"comment": "方案迟迟不交"})
    rating = Rating.objects.get()
    assert department.post(rate, scores).status_code == 403
    department.post(reverse("whistle_judge", args=[whistle.pk]), {"verdict": "improper", "reason": ""})
    assert Judgement.objects.count() == 0
    department.post(reverse("whistle_judge", args=[whistle.pk]), {"verdict": "improper", "reason": "应由街道自办"})
    assert Judgement.objects.get().office_id == summons.office_id
    appeal = reverse("whistle_appeal", args=["rating", rating.pk])
    assert signed_in(town.world, "供热小韩").post(appeal, {"reason": "不公平不公平"}).status_code == 404
    department.post(appeal, {"reason": "方案按时提交"})
    made = Appeal.objects.get()
    decide = reverse("appeal_decide", args=[made.pk])
    assert street.post(decide, {"uphold": "yes", "decision": "理由成立"}).status_code == 403
    signed_in(town.world, "指挥中心小孙").post(decide, {"uphold": "yes", "decision": "理由成立"})
    rating.refresh_from_db()
    assert rating.set_aside is True
    page = street.get(reverse("whistle_detail", args=[whistle.pk])).content.decode()
    assert "不计入考核" in page
    assert "应由街道自办" in page


def limit(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": "work", "path": STREET, "valid_from": timezone.localdate(), "radius_m": 200}
    for name in ("sign", "arrive", "plan", "report", "check", "decide", "raise"):
        found |= {f"{name}_value": 1, f"{name}_unit": "hour"}
    return found | {"reason": "昆区办发〔2026〕1号"} | changes


def test_limits_follow_one_another_at_the_desk(town: Town) -> None:
    client = signed_in(town.world, "系统管理员")
    assert client.get(reverse("whistle_limits")).status_code == 200
    address = reverse("whistle_limits_add")
    for wrong, words in (
        ({"valid_from": "2020-01-01"}, "今天或以后"),
        ({"radius_m": 5}, "确保该值大于"),
        ({"path": "没有的地方"}, "没有找到"),
        ({"reason": "x"}, "至少"),
    ):
        assert words in client.post(address, limit(**wrong)).content.decode()
    assert client.post(address, limit()).status_code == 302
    whistle = town.blown()
    assert (whistle.limits["arrive"], whistle.radius_m) == ([1, "hour"], 200)
    row = WhistleLimit.objects.get(path=STREET)
    assert client.get(f"{address}?like={row.pk}").context["form"]["radius_m"].value() == 200
    data = {"on": timezone.localdate(), "reason": "恢复全区标准"}
    assert client.post(reverse("whistle_limits_end", args=[row.pk]), data).status_code == 302
    assert town.blown().limits["arrive"] == [1, "working_day"]
    assert signed_in(town.world, "区长").get(reverse("whistle_limits")).status_code == 403


def test_the_desk_switches_rosters_and_switches_back(town: Town) -> None:
    client = signed_in(town.world, "副主任小高")
    data = {
        "path": "少先路街道",
        "title": "7·20强降雨",
        "reason": "红色预警",
        "percent": "50",
        "emergency_arrive_value": "15",
        "emergency_arrive_unit": "minute",
    }
    new = reverse("posture_new")
    assert client.get(new).status_code == 200
    assert "请从列表中选择" in client.post(new, data | {"path": "沼潭街道"}).content.decode()
    assert "启动理由" in client.post(new, data | {"reason": "雨"}).content.decode()
    assert client.post(new, data).status_code == 302
    posture = Posture.objects.get()
    assert [(row.kind, row.clock, row.value) for row in posture.limits.all()] == [("emergency", "arrive", 15)]
    page = reverse("posture_detail", args=[posture.pk])
    assert client.get(page).status_code == 200
    duty = {"post": "指挥长", "office": "少先路街道办事处", "user": "街道老王", "from_at": "2024-01-01T08:00"}
    assert (
        client.post(reverse("posture_duty", args=[posture.pk]), duty | {"to_at": "2023-01-01T08:00"}).status_code == 400
    )
    assert (
        client.post(reverse("posture_duty", args=[posture.pk]), duty | {"to_at": "2099-01-01T08:00"}).status_code == 302
    )
    off = reverse("posture_duty_off", args=[PostureDuty.objects.get().pk])
    assert signed_in(town.world, "外街主任").post(off).status_code == 404
    assert client.post(off).status_code == 302
    assert PostureDuty.objects.get().to_at <= timezone.now()
    back = reverse("posture_back", args=[posture.pk])
    assert signed_in(town.world, "外街主任").post(back, {"reason": "预警解除"}).status_code == 404
    assert client.post(back, {"reason": "预警解除"}).status_code == 302
    posture.refresh_from_db()
    assert posture.ended_at is not None


@pytest.mark.parametrize(
    ("who", "path", "number"),
    [
        ("副主任小高", STREET, 1),
        ("副主任小高", OTHER_STREET, 0),
        ("副主任小高", "150203", 1),
        ("外街主任", STREET, 0),
        ("区长", STREET, 1),
        ("住建小周", STREET, 1),
        ("话务小赵", STREET, 0),
    ],
)
def test_an_emergency_is_seen_where_it_concerns(town: Town, who: str, path: str, number: int) -> None:
    from wangge.whistle.postures import may_see, visible

    by = town["外街主任"] if path == OTHER_STREET else town["区长"]
    posture = switch(path=path, title="强降雨", reason="红色预警", by=by)
    assert visible(town[who]).count() == number
    assert may_see(town[who], posture) == bool(number)


def test_a_turn_called_off_is_kept(town: Town) -> None:
    from datetime import timedelta

    from wangge.whistle.postures import on_duty, take_off_duty

    posture, now = switch(path=STREET, title="强降雨", reason="红色预警", by=town["区长"]), timezone.now()
    given = {"posture": posture, "post": "指挥长", "office": town.office("centre"), "user": town["街道老王"]}
    times = {"from_at": now + timedelta(hours=8), "to_at": now + timedelta(hours=16)}
    duty = put_on_duty(**given, **times, by=town["区长"])  # type: ignore[arg-type]
    take_off_duty(duty=duty, by=town["区长"])
    assert PostureDuty.objects.get().called_off_at is not None
    assert list(on_duty(posture, now + timedelta(hours=9))) == []
    # The person may be put on duty for the same hours again.
    put_on_duty(**given, **times, by=town["区长"])  # type: ignore[arg-type]
