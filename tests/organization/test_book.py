"""Looking offices up in memory."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction

from wangge.organization import book, queries
from wangge.organization.enums import Level, Nature
from wangge.organization.models import Office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _cold() -> None:
    book.forget()


def make(name: str, kind: str = "street.urban_management", path: str = "150203001", **more: object) -> Office:
    values: dict[str, object] = {
        "level": Level.STREET,
        "nature": Nature.INTERNAL,
        "valid_from": date(2024, 1, 1),
    }
    return Office.objects.create(name=name, kind=kind, path=path, **(values | more))


def test_a_warm_lookup_costs_no_query(django_assert_num_queries):
    office = make("城市管理部")
    with django_assert_num_queries(1):
        queries.office(office.pk)
    with django_assert_num_queries(0):
        assert queries.office(office.pk).name == "城市管理部"
        assert queries.office_at("street.urban_management", "150203001001003").id == office.pk
        assert queries.names([office.pk, None, 10**9]) == {office.pk: "城市管理部"}


def test_the_nearest_office_serves_the_place():
    district = make("区城管局", path="150203", level=Level.DISTRICT)
    street = make("街道城管部", path="150203001")
    assert queries.office_at("street.urban_management", "150203001001").id == street.pk
    assert queries.office_at("street.urban_management", "150203002001").id == district.pk
    assert queries.office_at("street.urban_management", "150204") is None
    assert queries.office_at("hotline", "150203001001") is None


def test_a_change_is_seen_at_once_in_its_transaction():
    office = make("城市管理部")
    assert queries.office(office.pk).name == "城市管理部"
    office.name = "城市运行部"
    office.save()
    assert queries.office(office.pk).name == "城市运行部"
    Office.objects.filter(pk=office.pk).update(name="城管部")
    assert queries.office(office.pk).name == "城管部"


def test_a_rolled_back_change_is_forgotten():
    office = make("城市管理部")
    with transaction.atomic():
        Office.objects.filter(pk=office.pk).update(name="错误")
        assert queries.office(office.pk).name == "错误"
        transaction.set_rollback(True)
    assert queries.office(office.pk).name == "城市管理部"


def test_closed_offices_keep_their_names_and_serve_nobody():
    closed = make("旧部", valid_to=date(2024, 6, 1))
    assert queries.names([closed.pk]) == {closed.pk: "旧部"}
    assert queries.office(closed.pk).open is False
    assert queries.office_at("street.urban_management", "150203001") is None


def test_the_successor_answers_for_a_merged_office():
    heir = make("新部")
    middle = make("中部", valid_to=date(2024, 7, 1), successor=heir)
    old = make("旧部", valid_to=date(2024, 6, 1), successor=middle)
    ended = make("无人接手", valid_to=date(2024, 6, 1))
    assert queries.current_office(old.pk).id == heir.pk
    assert queries.current_office(heir.pk).id == heir.pk
    assert queries.current_office(ended.pk) is None


def test_offices_on_the_line_of_a_place():
    street = make("一街道", path="150203001", kind="street")
    other = make("二街道", path="150203002", kind="street")
    community = make("社区", path="150203001001", kind="community", level=Level.COMMUNITY)
    assert [o.id for o in queries.offices_at(Level.STREET, "150203001001")] == [street.pk]
    assert [o.id for o in queries.offices_at(Level.STREET, "150203")] == [street.pk, other.pk]
    assert [o.id for o in queries.offices_at(Level.COMMUNITY, "150203001")] == [community.pk]


def test_the_street_without_a_centre_receives_itself():
    street = make("二街道", path="150203002", kind="street")
    make("一街道", path="150203001", kind="street")
    centre = make("指挥中心", path="150203001", kind="street.command_centre")
    assert queries.street_centre("150203001001").id == centre.pk
    assert queries.street_centre("150203002001").id == street.pk


@pytest.mark.django_db(transaction=True)
def test_another_process_change_is_seen_after_the_revision_check(django_assert_num_queries, monkeypatch):
    office = make("城市管理部")
    assert queries.office(office.pk).name == "城市管理部"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organization_office SET name = '别处改名' WHERE id = %s", [office.pk])
    assert queries.office(office.pk).name == "城市管理部"
    monkeypatch.setattr(book, "TTL", 0)
    assert queries.office(office.pk).name == "别处改名"
    with django_assert_num_queries(1):
        queries.office(office.pk)
    book.forget()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_keeps_its_changes_to_itself_until_it_commits():
    office = make("城市管理部")
    shared = book.current()
    with transaction.atomic():
        Office.objects.filter(pk=office.pk).update(name="未提交")
        assert queries.office(office.pk).name == "未提交"
        assert shared.by_id[office.pk].name == "城市管理部"
    assert queries.office(office.pk).name == "未提交"
    book.forget()


def test_choices_tell_offices_of_one_name_apart_by_their_place() -> None:
    first, second = make("党建办", path="150203001"), make("党建办", path="150203002")
    third = make("城管部", path="150203002")
    make("已撤部", path="150203002", valid_to=date(2024, 2, 1))
    make("外区的部", path="150204001")
    found = dict(queries.choices(["150203"]))
    assert list(found) == [first.pk, second.pk, third.pk]
    assert (found[first.pk] != found[second.pk], found[third.pk]) == (True, "城管部")
    assert queries.choices([]) == []
