"""A day is built as a whole, and the same however often."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kernel.facts.conftest import Book

from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.recording import record
from wangge.kernel.facts import registry
from wangge.kernel.facts.actions import FutureDayError, mark_stale, missing, outdated, rebuild, rebuild_stale
from wangge.kernel.facts.days import bounds
from wangge.kernel.facts.models import DailyFact, FactBuilt, StaleDay
from wangge.kernel.facts.registry import Fact, FactRow, register

DAY = date(2026, 3, 2)
FIELDS = ("fact", "day", "path", "office_id", "kind_code", "value")


def stored() -> list[tuple[Any, ...]]:
    return sorted(DailyFact.objects.values_list(*FIELDS), key=repr)


@pytest.mark.django_db
def test_rows_of_one_place_office_and_kind_are_added_up(book: Book) -> None:
    for path in ("150203001001", "150203001001003", "150203001002"):
        book.note("closed", DAY, path, 2)
    book.note("closed", DAY, "150203001001", 5, office_id=7, kind_code="0101")
    assert rebuild(day=DAY) == 3
    assert stored() == [
        ("closed", DAY, "150203001001", 7, "0101", 5),
        ("closed", DAY, "150203001001", None, "", 4),
        ("closed", DAY, "150203001002", None, "", 2),
    ]


@pytest.mark.django_db
def test_what_sums_to_nothing_leaves_no_row(book: Book) -> None:
    book.note("closed", DAY, "150203001001", 2)
    book.note("closed", DAY, "150203001001", -2)
    assert (rebuild(day=DAY), stored()) == (0, [])


@pytest.mark.django_db
def test_a_rebuild_replaces_the_day_and_leaves_other_days_alone(book: Book) -> None:
    book.note("closed", DAY, "150203001001", 2)
    book.note("closed", DAY + timedelta(days=1), "150203001001", 9)
    rebuild(day=DAY)
    rebuild(day=DAY + timedelta(days=1))
    book.rows["closed", DAY] = [FactRow("150203001002", 1)]
    rebuild(day=DAY)
    assert [(row[1], row[2], row[5]) for row in stored()] == [
        (DAY, "150203001002", 1),
        (DAY + timedelta(days=1), "150203001001", 9),
    ]


@pytest.mark.django_db
def test_only_the_facts_asked_for_are_built(book: Book) -> None:
    book.note("closed", DAY, "150203001001")
    book.note("on_time", DAY, "150203001001")
    rebuild(day=DAY, facts=["on_time"])
    assert [row[0] for row in stored()] == ["on_time"]
    assert list(FactBuilt.objects.values_list("fact", "rows")) == [("on_time", 1)]


@pytest.mark.django_db
def test_a_day_to_come_is_refused(book: Book) -> None:
    with pytest.raises(FutureDayError):
        rebuild(day=timezone.localdate() + timedelta(days=1))


@pytest.mark.django_db
def test_a_fact_nobody_registered_is_an_error_and_changes_nothing(book: Book) -> None:
    book.note("closed", DAY, "150203001001")
    rebuild(day=DAY)
    with pytest.raises(KeyError):
        rebuild(day=DAY, facts=["closed", "unknown"])
    assert len(stored()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_failing_collector_leaves_the_day_as_it_was(book: Book) -> None:
    def fails(day: date) -> list[FactRow]:
        raise LookupError("坏了")

    book.note("closed", DAY, "150203001001")
    rebuild(day=DAY)
    register(Fact("zz_bad", "坏", collect=fails, version=1))
    book.rows["closed", DAY] = []
    with pytest.raises(LookupError):
        rebuild(day=DAY)
    assert len(stored()) == 1


@pytest.mark.django_db
def test_sql_counts_the_calendar_day_in_shanghai() -> None:
    """A day there begins at 16:00 UTC of the day before."""
    register(
        Fact(
            "acts",
            "操作",
            sql="SELECT path, office_id, '' , 1 FROM audit_auditentry WHERE at >= %(start)s AND at < %(end)s;",
        )
    )
    for path in ("150203001001", "150203001001", "150203001002001"):
        record("test.thing.do", path=path)
    today = timezone.localdate()
    assert (rebuild(day=today), rebuild(day=today - timedelta(days=1))) == (2, 0)
    assert [(row[2], row[5]) for row in stored()] == [("150203001001", 2), ("150203001002", 1)]
    assert bounds(DAY) == (datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 2, 16, tzinfo=UTC))
    assert AuditEntry.objects.count() == 3


rows = st.lists(
    st.builds(
        FactRow,
        path=st.sampled_from(["", "15", "150203", "150203001", "150203001001", "150203001002", "150204001001007"]),
        value=st.integers(-5, 100),
        office_id=st.sampled_from([None, 1, 2]),
        kind_code=st.sampled_from(["", "01", "0101", "02"]),
    ),
    max_size=40,
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_rows=rows)
def test_rebuilding_twice_gives_the_same_rows(book: Book, given_rows: list[FactRow]) -> None:
    book.rows["closed", DAY] = given_rows
    rebuild(day=DAY)
    first = stored()
    rebuild(day=DAY)
    assert stored() == first
    assert sum(row[5] for row in first) == sum(row.value for row in given_rows)


@pytest.mark.django_db(transaction=True)
def test_two_rebuilds_of_a_day_wait_for_one_another(book: Book) -> None:
    book.note("closed", DAY, "150203001001")
    errors: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(5):
                rebuild(day=DAY)
        except Exception as problem:
            errors.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (errors, len(stored())) == ([], 1)


@pytest.mark.django_db
def test_a_mark_is_taken_away_by_the_rebuild(book: Book) -> None:
    book.note("closed", DAY, "150203001001")
    mark_stale(DAY, DAY)
    mark_stale(DAY)
    assert rebuild_stale(day=DAY) == 1
    assert StaleDay.objects.count() == 0


@pytest.mark.django_db
def test_a_mark_rolled_back_was_never_made() -> None:
    with transaction.atomic():
        mark_stale(DAY)
        transaction.set_rollback(True)
    assert StaleDay.objects.count() == 0


@pytest.mark.django_db
def test_days_built_before_they_were_over_are_missing(book: Book) -> None:
    rebuild(day=DAY)
    rebuild(day=DAY + timedelta(days=1), facts=["closed"])
    FactBuilt.objects.filter(day=DAY, fact="open").update(built_at=bounds(DAY)[0])
    assert missing(first=DAY, last=DAY + timedelta(days=2)) == {
        DAY: ["open"],
        DAY + timedelta(days=1): ["on_time", "open"],
        DAY + timedelta(days=2): ["closed", "on_time", "open"],
    }


def change_rule(code: str) -> None:
    """Today's rule of ``code`` is another than the days were built by."""
    known = registry._facts[code]
    registry._facts[code] = replace(known, version=known.version + 1)


@pytest.mark.django_db
def test_days_of_an_older_definition_are_outdated_until_built_again(book: Book) -> None:
    days = [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]
    for day in days:
        rebuild(day=day)
    assert outdated() == {}
    change_rule("closed")
    FactBuilt.objects.filter(day=DAY, fact="open").update(definition="")
    assert list(outdated().items()) == [(days[2], ["closed"]), (days[1], ["closed"]), (DAY, ["closed", "open"])]
    assert outdated(first=days[1], last=days[1]) == {days[1]: ["closed"]}
    assert missing(first=DAY, last=days[2]) == outdated()
    rebuild(day=DAY)
    assert list(outdated()) == [days[2], days[1]]


@pytest.mark.django_db
def test_what_was_never_built_or_is_no_longer_counted_is_not_outdated(book: Book) -> None:
    rebuild(day=DAY, facts=["closed"])
    FactBuilt.objects.create(day=DAY, fact="given_up", built_at=timezone.now(), rows=0)
    assert outdated() == {}
