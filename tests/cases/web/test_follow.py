"""A requester follows one matter by number and phone, and reaches nothing of others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.cases.conftest import World
from tests.kernel.attachments.samples import photo

from wangge.cases import following, limits
from wangge.cases.actions import Asker
from wangge.cases.flow import CaseFlow
from wangge.cases.models import CallBack, Case
from wangge.cases.web import entries
from wangge.kernel.attachments.queries import of
from wangge.kernel.audit.models import AuditEntry

FOLLOW = "/r/follow/"
PHONE = "13800000001"


def look(client: Client, number: str, phone: str = PHONE, **extra: Any) -> Any:
    return client.post(FOLLOW, {"number": number, "phone": phone}, **extra)


def page(client: Client, case: Case) -> str:
    return str(client.get(f"/r/matters/{case.number}/").content.decode())


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def answered(world: World) -> Case:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).reply(text="已清运并增加班次", contacted="phone", note="内部备注")
    return again(case)


@pytest.fixture
def followed(world: World, client: Client) -> Case:
    case = answered(world)
    look(client, case.number)
    return case


def test_number_and_phone_open_the_page(world: World, client: Client) -> None:
    case = world.dispatched()
    response = look(client, case.number)
    assert (response.status_code, response.url) == (302, f"/r/matters/{case.number}/")
    assert "小区东门垃圾三天没有清运" in page(client, case)


@pytest.mark.parametrize("phone", ["+86 138 0000 0001", "8613800000001", "138 0000 0001"])
def test_the_phone_may_be_written_in_other_ways(world: World, client: Client, phone: str) -> None:
    assert look(client, world.file().number, phone).status_code == 302


def test_wrong_number_and_wrong_phone_look_the_same(world: World, client: Client) -> None:
    case = world.file()
    wrong_phone, wrong_number = look(client, case.number, "13800000009"), look(client, "150203202601010000017")
    for response in (wrong_phone, wrong_number):
        assert (response.status_code, response.context["form"].non_field_errors()) == (
            422,
            ["没有找到：请核对编号和登记时留的手机号。"],
        )
    assert entries.KEY not in client.session


def test_a_matter_without_a_phone_is_found_by_nobody(world: World, client: Client) -> None:
    case = world.file(asker=Asker(), is_anonymous=True)
    assert look(client, case.number, "").status_code == 422
    assert look(client, case.number, "0").status_code == 422


def test_after_many_wrong_phones_even_the_right_one_waits(world: World, client: Client) -> None:
    case = world.file()
    for _ in range(limits.MISSES_PER_NUMBER.most):
        look(client, case.number, "13800000009")
    response = look(Client(REMOTE_ADDR="10.1.1.1"), case.number)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "查询次数过多" in response.content.decode()


def test_after_many_wrong_numbers_an_address_waits(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MISSES_PER_ADDRESS", limits.Limit("t", 2, timedelta(hours=1)))
    for last in (1, 2):
        look(client, f"15020320260101000001{last}")
    case = world.file()
    assert look(client, case.number).status_code == 429
    assert look(Client(REMOTE_ADDR="10.1.1.1"), case.number).status_code == 302


def test_right_and_wrong_tries_are_recorded(world: World, client: Client) -> None:
    case = world.file()
    look(client, case.number)
    look(client, case.number, "13800000009")
    found = AuditEntry.objects.filter(action__in=["cases.case.read", "cases.follow.miss"]).order_by("id")
    assert [(e.action, e.actor_kind) for e in found] == [
        ("cases.case.read", "resident"),
        ("cases.follow.miss", "resident"),
    ]


# -- what a requester never reaches -------------------------------------------------------------------


def test_another_number_in_the_address_leads_back_to_the_question(followed: Case, world: World, client: Client) -> None:
    other = world.file(text="别人的事", asker=Asker(name="李大爷", phone="13800000002"))
    for number in (other.number, "150203202601010000017"):
        response = client.get(f"/r/matters/{number}/")
        assert (response.status_code, response.url) == (302, f"{FOLLOW}?number={number}")


def test_another_session_sees_nothing(followed: Case) -> None:
    assert Client().get(f"/r/matters/{followed.number}/").status_code == 302


def test_an_expired_entry_sees_nothing(followed: Case, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "SECONDS", -1)
    assert client.get(f"/r/matters/{followed.number}/").status_code == 302


def test_a_forged_entry_sees_nothing(followed: Case, world: World, client: Client) -> None:
    other = world.file(asker=Asker(name="李大爷", phone="13800000002"))
    session = client.session
    mine = session[entries.KEY][followed.number]
    session[entries.KEY] = {other.number: mine, followed.number: mine + "x"}
    session.save()
    assert client.get(f"/r/matters/{other.number}/").status_code == 302
    assert client.get(f"/r/matters/{followed.number}/").status_code == 302


def test_nobody_rates_or_supplements_for_others(world: World, client: Client) -> None:
    case = answered(world)
    for verb, given in (("rate", {"solved": "yes", "satisfaction": "5"}), ("supplement", {"text": "补充"})):
        response = client.post(f"/r/matters/{case.number}/{verb}/", given | {"seen": case.version})
        assert response.status_code == 302
    assert (again(case).state, case.contacts.count(), CallBack.objects.count()) == ("checked", 1, 0)


def test_leaving_ends_it(followed: Case, client: Client) -> None:
    client.post("/r/leave/")
    assert client.get(f"/r/matters/{followed.number}/").status_code == 302


def test_the_page_names_offices_and_no_people_and_no_reasons(world: World, client: Client) -> None:
    case = world.dispatched()
    CaseFlow(case, world["街道老王"]).send_back(reason="不属于我们，推给住建")
    CaseFlow(again(case), world["热线班长"]).uphold(reason="清单写明由街道负责")
    CaseFlow(again(case), world["街道老王"]).reply(text="已清运", contacted="phone", note="内部备注")
    look(client, case.number)
    shown = page(client, case)
    inside = ["街道老王", "话务小赵", "推给住建", "清单写明", "内部备注", "13800000001", "张阿姨", "退单"]
    assert [words for words in inside if words in shown] == []
    assert "少先路街道社会治理综合指挥中心" in shown


def test_no_answer_shows_before_it_was_checked_on_the_spot(world: World, client: Client) -> None:
    case = world.dispatched(channel="resident", by=None)
    CaseFlow(case, world["街道老王"]).reply(text="已清运并增加班次", contacted="phone")
    look(client, case.number)
    assert "已清运并增加班次" not in page(client, case)
    assert "现场核实中" in page(client, case)


def test_own_photos_show_and_those_of_the_staff_do_not(
    world: World, client: Client, settings: Any, tmp_path: Any
) -> None:
    from wangge.kernel.attachments.actions import store

    settings.MEDIA_ROOT = tmp_path
    case = world.file(files=[SimpleUploadedFile("mine.jpg", photo())], by=None)
    store(SimpleUploadedFile("result.jpg", photo(300)), owner=case, purpose="reply", by=world["街道老王"])
    look(client, case.number)
    photos = client.get(f"/r/matters/{case.number}/").context["photos"]
    assert len(photos) == 1
    address = photos[0][0]
    assert client.get(address).status_code == 200
    assert Client().get(address.split("?")[0]).status_code == 302
    others = of(case).get(purpose="reply")
    assert client.get(address.replace(str(of(case, purpose="evidence").get().uuid), str(others.uuid))).status_code in {
        302,
        404,
    }


# -- rating -----------------------------------------------------------------------------------------


def rate(client: Client, case: Case, **given: Any) -> Any:
    values = {"seen": again(case).version, "solved": "yes", "satisfaction": "5", "comment": "很快"}
    return client.post(f"/r/matters/{case.number}/rate/", values | given)


def test_solved_and_satisfied_close_the_case(followed: Case, client: Client) -> None:
    rate(client, followed)
    case = again(followed)
    call = CallBack.objects.get()
    assert (case.state, case.solved, case.satisfaction) == ("closed", "yes", "5")
    assert (call.way, call.reached, call.comment, call.by_id) == ("message", True, "很快", None)
    last = case.transitions.latest("id")
    assert (last.step, last.actor_kind, last.actor_label) == ("call_back", "resident", "诉求人")


def test_not_solved_is_handled_again(followed: Case, client: Client) -> None:
    response = rate(client, followed, solved="no", satisfaction="4")
    assert (again(followed).state, again(followed).reworks) == ("handling", 1)
    assert "重新办理" in client.get(response.url).content.decode()


def test_a_linked_matter_that_is_not_solved_is_handled_by_the_roots_office(world: World, client: Client) -> None:
    root, repeat = world.dispatched(), world.file(asker=Asker(name="李大爷", phone="13800000002"))
    CaseFlow(repeat, world["话务小赵"]).link(root=root)
    CaseFlow(again(root), world["街道老王"]).reply(text="已清运", contacted="phone")
    CaseFlow(again(repeat)).follow_root()
    look(client, repeat.number, "13800000002")
    rate(client, repeat, solved="no", satisfaction="2")
    repeat = again(repeat)
    assert (repeat.state, repeat.holder_office, repeat.next_due_at is None) == (
        "handling",
        world.offices["centre"],
        False,
    )


def test_both_questions_must_be_answered(followed: Case, client: Client) -> None:
    response = rate(client, followed, satisfaction="", comment="写了很多字")
    assert response.status_code == 422
    assert "写了很多字" in response.content.decode()
    assert again(followed).state == "checked"


def test_a_stale_page_rates_nothing_and_names_nobody(followed: Case, world: World, client: Client) -> None:
    CaseFlow(again(followed), world["话务小赵"]).call_back(way="phone", reached=False)
    response = rate(client, followed, seen=followed.version)
    shown = client.get(response.url).content.decode()
    assert (again(followed).state, "话务小赵" in shown, "您的评价没有提交" in shown) == ("checked", False, True)


def closed_unreached(followed: Case, world: World) -> Case:
    for _ in range(3):
        CaseFlow(again(followed), world["话务小赵"]).call_back(way="phone", reached=False)
    return again(followed)


def test_closed_without_being_reached_may_be_rated_for_a_week(followed: Case, world: World, client: Client) -> None:
    case = closed_unreached(followed, world)
    rate(client, case, solved="basically", satisfaction="3")
    assert (again(case).state, again(case).satisfaction, again(case).transitions.latest("id").step) == (
        "closed",
        "3",
        "rate",
    )


def test_closed_and_not_solved_is_handled_again(followed: Case, world: World, client: Client) -> None:
    case = closed_unreached(followed, world)
    rate(client, case, solved="no", satisfaction="1")
    assert (again(case).state, again(case).closed_at, again(case).next_due_at is None) == ("handling", None, False)


def test_after_a_week_it_is_rated_no_more(followed: Case, world: World, client: Client) -> None:
    case = closed_unreached(followed, world)
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=8))
    rate(client, case)
    assert (again(case).satisfaction, "请您评价" in page(client, case)) == ("", False)


def test_it_is_rated_once(followed: Case, client: Client) -> None:
    rate(client, followed)
    rate(client, followed, satisfaction="1", solved="no")
    assert (again(followed).satisfaction, CallBack.objects.count()) == ("5", 1)


# -- more words ---------------------------------------------------------------------------------------


def test_words_and_photos_are_added(world: World, client: Client, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    case = world.dispatched()
    look(client, case.number)
    given = {"text": "今天又堆满了", "photos": [SimpleUploadedFile("a.jpg", photo())]}
    client.post(f"/r/matters/{case.number}/supplement/", given)
    assert (case.contacts.get().note, of(case, purpose="supplement").count()) == ("诉求人补充：今天又堆满了", 1)
    assert again(case).contacted_at is None


def test_an_empty_supplement_is_refused(world: World, client: Client) -> None:
    case = world.dispatched()
    look(client, case.number)
    assert client.post(f"/r/matters/{case.number}/supplement/", {"text": " "}).status_code == 422
    assert case.contacts.count() == 0


def test_nothing_is_added_after_the_end(followed: Case, client: Client) -> None:
    rate(client, followed)
    client.post(f"/r/matters/{followed.number}/supplement/", {"text": "再说一句"})
    assert followed.contacts.filter(way="message").count() == 0


@pytest.mark.parametrize("steps", [1, 3])
def test_the_page_costs_the_same_for_a_long_story(
    world: World, client: Client, django_assert_max_num_queries: Any, steps: int
) -> None:
    case = world.dispatched()
    for _ in range(steps):
        CaseFlow(again(case), world["街道老王"]).contact(way="phone", reached=True)
    look(client, case.number)
    page(client, case)
    with django_assert_max_num_queries(11):
        page(client, case)


def test_every_state_has_plain_words() -> None:
    assert set(following.STANDS) == {choice.value for choice in following.CaseState}
