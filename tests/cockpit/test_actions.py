"""Pages are made once, frozen, and say what the facts said."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, NEIGHBOUR, OTHER_STREET, STREET, World
from tests.cockpit.conftest import build, count, figures, weeks_before, yesterday

from wangge.cockpit import actions, showing
from wangge.cockpit.models import Brief, BriefRules, BriefSubscription
from wangge.cockpit.units import Unit, all_units, due_units
from wangge.insight.governance.models import GovernanceTask
from wangge.insight.topics.models import Rise, Topic, TopicMember
from wangge.kernel.api.models import Delivery
from wangge.kernel.api.systems import create_system
from wangge.kernel.api.webhooks import create_webhook
from wangge.kernel.facts.models import DailyFact
from wangge.whistle.models import Summons, Whistle


def at(hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate(), time(hour, minute)))


def page(path: str = STREET, **given: Any) -> Brief:
    return Brief.objects.get(path=path, **({"office": None} | given))


def a_month(town: World) -> None:
    """Eight quiet weekdays and a loud yesterday."""
    day = yesterday()
    build([day, *weeks_before(day), *(day - timedelta(days=n) for n in range(1, 7))])
    for before in weeks_before(day):
        count("cases.filed", before, 4, kind="0101")
    count("cases.filed", day, 30, kind="0101")
    count("cases.rated", day, 20, office=town.offices["centre"].pk)
    count("cases.solved", day, 12, office=town.offices["centre"].pk)
    count("cases.satisfied", day, 10, office=town.offices["centre"].pk)
    count("cases.rated", day, 20, path=NEIGHBOUR)
    count("cases.solved", day, 20, path=NEIGHBOUR)
    count("cases.satisfied", day, 20, path=NEIGHBOUR)
    count("cases.overdue", day, 3, office=town.offices["housing"].pk)


def test_there_is_a_page_for_every_street_district_and_leader(town: World) -> None:
    units = all_units(timezone.localdate())
    assert {u.path for u in units if u.office_id is None} == {DISTRICT, STREET, OTHER_STREET, COMMUNITY}
    assert [u.office_id for u in units if u.office_id is not None] == [town.offices["housing"].pk]


def test_nothing_is_due_before_the_hour(town: World) -> None:
    assert due_units(at(6, 59)) == []
    assert len(due_units(at(7))) == 5


def test_the_hour_is_a_row_of_the_nearest_place(town: World) -> None:
    BriefRules.objects.create(path=STREET, valid_from=timezone.localdate(), make_at=time(6, 0))
    assert {u.path for u in due_units(at(6, 30))} == {STREET, COMMUNITY}


def test_a_place_may_have_no_page(town: World) -> None:
    BriefRules.objects.create(path=STREET, valid_from=timezone.localdate(), enabled=False)
    assert STREET not in {u.path for u in due_units(at(8))}


def test_yesterday_stands_against_the_same_weekday(town: World) -> None:
    a_month(town)
    assert actions.make_due(now=at(7)) == 5
    filed = figures(page().content)["cases.filed"]
    assert (filed["shown"], filed["usual"], filed["way"]) == ("30件", "4件", "up")
    assert filed["change"] == "多26件"


def test_a_figure_is_the_sum_of_what_lies_below(town: World) -> None:
    a_month(town)
    count("cases.filed", yesterday(), 5, path="150203002001")
    actions.make_due(now=at(7))
    shown = {path: figures(page(path).content)["cases.filed"]["shown"] for path in (DISTRICT, STREET, OTHER_STREET)}
    assert shown == {DISTRICT: "35件", STREET: "30件", OTHER_STREET: "5件"}


def test_what_rose_is_named_with_its_usual(town: World) -> None:
    a_month(town)
    actions.make_due(now=at(7))
    assert [(one["what"], one["name"], one["value"], one["usual"]) for one in page().content["rose"]] == [
        ("kind", "垃圾清运", 30, "4"),
        ("place", "友谊社区", 30, "4"),
    ]


def test_best_and_worst_are_places_and_offices_with_enough_call_backs(town: World) -> None:
    a_month(town)
    count("cases.rated", yesterday(), 9, path="150203002001")
    actions.make_due(now=at(7))
    standing = page().content["standing"]
    assert [one["name"] for one in standing["best"]] == ["团结社区"]
    assert [one["name"] for one in standing["worst"]] == ["友谊社区", "少先路街道社会治理综合指挥中心"]
    assert page(DISTRICT).content["standing"]["few"] == 1


def test_late_is_told_by_office(town: World) -> None:
    a_month(town)
    actions.make_due(now=at(7))
    assert [(o["name"], o["value"]) for o in page(DISTRICT).content["late"]["offices"]] == [("区住建局", 3)]
    department = page(DISTRICT, office=town.offices["housing"])
    assert figures(department.content)["cockpit.overdue"]["shown"] == "3件"


def test_danger_is_told_without_the_words_of_the_case(town: World) -> None:
    case = town.dispatched(urgency="emergency", text="王桂花家里燃气泄漏，电话13812345678")
    case.created_at = at(0) - timedelta(hours=5)
    case.next_due_at = at(0)
    case.save(update_fields=["created_at", "next_due_at"])
    actions.make_due(now=at(7))
    told = page().content
    assert (told["danger"]["filed"], told["danger"]["open"], told["danger"]["late"]) == (1, 1, 1)
    assert told["danger"]["matters"][0]["place"] == "少先路街道·友谊社区"
    assert told["decide"]["title"] == "少先路街道友谊社区的垃圾清运涉及人身安全，已超时限"
    whole = str(told)
    assert "王桂花" not in whole
    assert "13812345678" not in whole


def test_the_longest_stuck_problem_order_is_to_decide(town: World) -> None:
    young, old = town.dispatched(), town.dispatched(kind=town.kinds["building"])
    for case, days in ((young, 3), (old, 9)):
        type(case).objects.filter(pk=case.pk).update(
            is_problem=True, created_at=timezone.now() - timedelta(days=days), reworks=3
        )
    actions.make_due(now=at(7))
    decide = page().content["decide"]
    assert decide["title"] == "少先路街道友谊社区的疑难工单（房屋质量）由谁牵头"
    assert decide["url"].endswith(f"/{old.pk}/")
    assert page(OTHER_STREET).content["decide"] is None


def a_topic(town: World, **given: Any) -> Topic:
    day = yesterday()
    values: dict[str, Any] = {
        "name": "东门垃圾", "path": STREET, "kind": town.kinds["rubbish"], "first_on": day, "last_on": day,
        "created_at": timezone.now(), "updated_at": timezone.now(),
    }  # fmt: skip
    topic = Topic.objects.create(**(values | given))
    Rise.objects.create(
        topic=topic, name=topic.name, path=topic.path, on=day, level="high", observed=9, expected=1.4, chance=1e-6,
        created_at=timezone.now(),
    )  # fmt: skip
    return topic


def test_a_topic_that_rose_is_told_and_asked_about_last(town: World) -> None:
    topic = a_topic(town)
    for path in [COMMUNITY] * 9:
        TopicMember.objects.create(topic=topic, case=town.file(), path=path, on=yesterday())
    actions.make_due(now=at(7))
    assert [(one["what"], one["name"], one["text"]) for one in page().content["rose"]] == [
        ("topic", "热点“东门垃圾”", "9件（通常1.4件）")
    ]
    assert page().content["decide"]["title"] == "热点“东门垃圾”明显上升，是否列为治理任务"
    assert page().content["decide"]["url"].endswith(f"/{topic.pk}/")
    assert page(OTHER_STREET).content["decide"] is None


def test_of_a_topic_that_reaches_beyond_the_page_says_how_many_are_its_own(town: World) -> None:
    topic = a_topic(town)
    Rise.objects.update(days=3)
    for back, path in [(0, COMMUNITY)] * 5 + [(2, COMMUNITY), (3, COMMUNITY), (1, OTHER_STREET)]:
        on = yesterday() - timedelta(days=back)
        TopicMember.objects.create(topic=topic, case=town.file(), path=path, on=on)
    actions.make_due(now=at(7))
    (told,) = page().content["rose"]
    assert (told["value"], told["text"]) == (6, "3天9件（通常1.4件，其中本辖区6件）")


def test_a_part_is_told_and_asked_about_where_the_whole_is_not_seen(town: World) -> None:
    part = a_topic(town)
    day = yesterday()
    whole = Topic.objects.create(
        name="全区垃圾", path=DISTRICT, first_on=day, last_on=day, created_at=timezone.now(), updated_at=timezone.now()
    )
    Topic.objects.filter(pk=part.pk).update(within=whole)
    actions.make_due(now=at(7))
    assert [one["name"] for one in page().content["rose"]] == ["热点“东门垃圾”"]
    assert page().content["decide"]["title"] == "热点“东门垃圾”明显上升，是否列为治理任务"
    assert (page(DISTRICT).content["rose"], page(DISTRICT).content["decide"]) == ([], None)
    assert "全区垃圾" not in str(page().content)


def test_a_late_governance_task_comes_before_a_rise(town: World) -> None:
    a_topic(town)
    GovernanceTask.objects.create(
        name="垃圾专项治理", kind=town.kinds["rubbish"], path=STREET, office=town.offices["urban"], state="running",
        goal="日产日清", deadline_on=yesterday(), seen_from_on=yesterday(), seen_to_on=yesterday(),
        created_by_id=town["区委老刘"].pk, created_at=timezone.now(),
    )  # fmt: skip
    actions.make_due(now=at(7))
    assert page().content["decide"]["title"] == "治理任务“垃圾专项治理”已过期限"


def a_whistle(town: World, **given: Any) -> Whistle:
    values: dict[str, Any] = {
        "number": "W1", "kind": "work", "origin": "patrol", "title": "不该出现的标题", "path": COMMUNITY,
        "street_path": STREET, "office": town.offices["centre"], "state": "running",
        "office_ids": [town.offices["housing"].pk], "created_at": timezone.now(),
        "blown_at": timezone.now() - timedelta(days=3),
    }  # fmt: skip
    return Whistle.objects.create(**(values | given))


def test_an_objection_to_a_whistle_is_for_the_district(town: World) -> None:
    whistle = a_whistle(town)
    Summons.objects.create(whistle=whistle, office=town.offices["housing"], role="lead", state="objected")
    actions.make_due(now=at(7))
    assert page(DISTRICT).content["decide"]["title"] == "区住建局对少先路街道友谊社区的吹哨提出异议，由谁来办"
    assert page().content["decide"] is None
    assert "不该出现的标题" not in str(page(DISTRICT).content)


def test_making_again_makes_nothing(town: World) -> None:
    assert actions.make_due(now=at(7)) == 5
    assert actions.make_due(now=at(9)) == 0
    assert actions.make(for_on=timezone.localdate()) == 0
    assert Brief.objects.count() == 5


def test_tomorrow_cannot_be_made(town: World) -> None:
    with pytest.raises(ValidationError, match="还没有到"):
        actions.make(for_on=timezone.localdate() + timedelta(days=1))


def test_later_facts_change_no_page(town: World) -> None:
    a_month(town)
    actions.make_due(now=at(7))
    DailyFact.objects.all().delete()
    actions.make_due(now=at(8))
    assert figures(page().content)["cases.filed"]["shown"] == "30件"
    assert showing.is_genuine(page())


@pytest.mark.parametrize(
    "change", [{"headline": "一切都好"}, {"content": {}}, {"digest": "0"}, {"for_on": "2020-01-01"}]
)
def test_the_database_refuses_to_change_a_page(town: World, change: dict[str, Any]) -> None:
    actions.make_due(now=at(7))
    with pytest.raises(DatabaseError), transaction.atomic():
        Brief.objects.filter(path=STREET).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Brief.objects.filter(path=STREET).delete()


def test_the_facts_of_yesterday_are_built_when_they_lack(town: World) -> None:
    case = town.file()
    type(case).objects.filter(pk=case.pk).update(created_at=at(0) - timedelta(hours=5))
    DailyFact.objects.all().delete()
    actions.make_due(now=at(7))
    assert figures(page().content)["cases.filed"]["shown"] == "1件"


def test_systems_that_listen_are_told_once(town: World, settings: Any) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    system, _ = create_system(name="大屏", scopes=["cases:read"], path=STREET, by=None)
    create_webhook(system=system, url="http://127.0.0.1:9/x", events=["brief.*"])
    actions.make_due(now=at(7))
    actions.make_due(now=at(8))
    told = Delivery.objects.order_by("path").values_list("path", flat=True)
    assert list(told) == [STREET, COMMUNITY]


def test_who_may_subscribe(town: World) -> None:
    with pytest.raises(PermissionDenied):
        actions.subscribe(unit=Unit(DISTRICT), email="a@example.cn", by=town["街道书记"])
    with pytest.raises(PermissionDenied):
        actions.subscribe(unit=Unit(STREET), email="a@example.cn", by=town["街道老王"])
    with pytest.raises(ValidationError, match="邮箱地址不对"):
        actions.subscribe(unit=Unit(STREET), email="没有", by=town["街道书记"])
    assert not BriefSubscription.objects.exists()


def test_the_end_of_a_subscription_clears_the_address(town: World) -> None:
    one = actions.subscribe(unit=Unit(STREET), email="shuji@example.cn", by=town["街道书记"])
    with pytest.raises(PermissionDenied):
        actions.unsubscribe(subscription=one, by=town["外街书记"])
    actions.unsubscribe(subscription=one, by=town["街道书记"])
    one.refresh_from_db()
    assert one.email is None
