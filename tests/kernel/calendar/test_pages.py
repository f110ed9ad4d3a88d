"""The working calendar on the desk: who reaches it, what a year looks like, days and years entered."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from wangge.kernel.access.models import Grant, User
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.calendar import working
from wangge.kernel.calendar.models import CalendarDay, CalendarYear
from wangge.kernel.calendar.year import months

pytestmark = pytest.mark.django_db


def person(client: Client, role: str, path: str = "150203") -> User:
    user = User.objects.create_user(role, None, display_name="系统员小吴")
    Grant.objects.create(user=user, role=role, path=path, valid_from=date(2024, 1, 1))
    client.force_login(user)
    return user


def the_day(day: date) -> tuple[str, str, bool]:
    found = next(
        one for month in months(day.year) for week in month.weeks for one in week if one is not None and one.day == day
    )
    return found.sort, found.note, found.entered


def a_year(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("2027.csv", "\n".join(["日期,上班,说明", *rows]).encode("gb18030"))  # marks: off


@pytest.mark.parametrize("role", ["security_admin", "hotline_leader", "audit_admin"])
def test_others_change_nothing(client: Client, role: str) -> None:
    person(client, role)
    assert client.get("/admin/calendar/").status_code == 403
    assert client.post("/admin/calendar/day/", {"day": "2027-02-01", "is_workday": "0"}).status_code == 403
    assert CalendarDay.objects.count() == 0


def test_the_administrator_of_a_street_changes_nothing(client: Client) -> None:
    person(client, "system_admin", "150203001")
    assert client.post("/admin/calendar/day/", {"day": "2027-02-01", "is_workday": "0"}).status_code == 403
    assert CalendarDay.objects.count() == 0


def test_a_year_shows_holidays_and_makeup_days() -> None:
    assert the_day(date(2024, 10, 1)) == ("holiday", "国庆节", False)
    assert the_day(date(2024, 9, 29)) == ("makeup", "", False)
    assert the_day(date(2024, 9, 28))[0] == "weekend"
    assert the_day(date(2024, 9, 27))[0] == "work"
    assert [month.workdays for month in months(2024)][8:10] == [21, 19]


def test_a_year_nobody_knows_is_said_so(client: Client) -> None:
    person(client, "system_admin")
    assert "2031年的节假日安排尚未录入" in client.get("/admin/calendar/?year=2031").content.decode()
    assert "尚未录入" not in client.get("/admin/calendar/?year=2024").content.decode()


@pytest.mark.parametrize("year", ["", "1", "99999", "abcd", "٢٠٢٤"])
def test_an_odd_year_is_this_year(client: Client, year: str) -> None:
    person(client, "system_admin")
    assert client.get("/admin/calendar/", {"year": year}).status_code == 200


def test_a_day_entered_counts_at_once(client: Client) -> None:
    by = person(client, "system_admin")
    day = date(2026, 11, 24)
    assert working.is_workday(day)
    client.post("/admin/calendar/day/", {"day": "2026-11-24", "is_workday": "0", "note": "那达慕"})
    working.forget()
    assert (working.is_workday(day), the_day(day)) == (False, ("holiday", "那达慕", True))
    assert AuditEntry.objects.get(action="calendar.calendarday.set").actor_id == by.pk


def test_a_year_is_imported_and_known_from_then_on(client: Client) -> None:
    person(client, "system_admin")
    file = a_year("2027-01-01,休,元旦", "2027-05-01,休,劳动节", "2027-10-01,休,国庆节", "2027-10-09,班,调休")
    client.post("/admin/calendar/import/", {"year": "2027", "source": "国办发明电〔2026〕9号", "file": file})
    assert CalendarYear.objects.get().source == "国办发明电〔2026〕9号"
    working.forget()
    assert working.known(date(2027, 6, 1))
    assert the_day(date(2027, 10, 9))[0] == "makeup"


def test_a_bad_year_is_refused_as_a_whole(client: Client) -> None:
    person(client, "system_admin")
    answer = client.post(
        "/admin/calendar/import/", {"year": "2027", "source": "通知", "file": a_year("2027-13-01,休,")}
    )
    assert "第2行" in answer.content.decode()
    assert (CalendarDay.objects.count(), CalendarYear.objects.count()) == (0, 0)


def test_the_page_costs_the_same_whatever_was_entered(client: Client, django_assert_num_queries: Any) -> None:
    person(client, "system_admin")
    client.get("/admin/calendar/?year=2026")
    for number in (1, 3):
        CalendarDay.objects.create(day=date(2026, 11, 20 + number), is_workday=False)
        with django_assert_num_queries(5):
            client.get("/admin/calendar/?year=2026")
