"""One definition for all levels: figures are sums of the day book, whichever way they are cut."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kernel.facts.conftest import Book

from wangge.kernel.facts.actions import rebuild
from wangge.kernel.facts.indicators import Ratio, by_child, by_kind, by_office, series, show, value, values
from wangge.kernel.facts.models import DailyFact
from wangge.kernel.facts.registry import FactRow, Indicator, Unit

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
NEXT = DAY + timedelta(days=1)


def built(book: Book, *days: date) -> None:
    for day in days or (DAY, NEXT):
        rebuild(day=day)


def test_a_rate_is_the_quotient_of_sums_at_every_level(book: Book) -> None:
    for community, closed, on_time in (("150203001001", 10, 9), ("150203001002", 2, 0), ("150204001001", 4, 4)):
        book.note("closed", DAY, community, closed)
        book.note("on_time", DAY, community, on_time)
    built(book)
    got = {
        path: value("on_time_rate", path=path, from_on=DAY, to_on=NEXT)
        for path in ("", "15", "150203", "150203001", "150203001002", "16")
    }
    assert got == {
        "": Ratio(13, 16, 13 / 16),
        "15": Ratio(13, 16, 13 / 16),
        "150203": Ratio(9, 12, 0.75),
        "150203001": Ratio(9, 12, 0.75),
        "150203001002": Ratio(0, 2, 0.0),
        "16": Ratio(0, 0, None),
    }


def test_both_days_of_the_window_count_and_no_other(book: Book) -> None:
    for offset, amount in enumerate((1, 10, 100, 1000)):
        book.note("closed", DAY + timedelta(days=offset), "150203001001", amount)
        rebuild(day=DAY + timedelta(days=offset))
    assert value("closed_count", from_on=NEXT, to_on=DAY + timedelta(days=2)).numerator == 110


def test_a_plain_count_has_no_denominator(book: Book) -> None:
    book.note("closed", DAY, "150203001001", 3)
    built(book)
    assert value("closed_count", from_on=DAY, to_on=DAY) == Ratio(3, None, 3.0)


def test_office_and_kind_narrow_it(book: Book) -> None:
    book.note("closed", DAY, "150203001001", 1, office_id=1, kind_code="0101")
    book.note("closed", DAY, "150203001001", 10, office_id=1, kind_code="02")
    book.note("closed", DAY, "150203001001", 100, office_id=2, kind_code="0102")
    built(book)
    window = {"from_on": DAY, "to_on": DAY}
    assert value("closed_count", office_id=1, **window).numerator == 11
    assert value("closed_count", kind="01", **window).numerator == 101
    assert value("closed_count", kind="_1", **window).numerator == 0
    assert {k: r.numerator for k, r in by_office("closed_count", **window).items()} == {1: 11, 2: 100}
    assert {k: r.numerator for k, r in by_kind("closed_count", length=2, **window).items()} == {"01": 101, "02": 10}


def test_a_stock_is_the_level_on_the_last_day_built(book: Book) -> None:
    for day, level in ((DAY, 5), (NEXT, 7)):
        book.note("open", day, "150203001001", level)
        rebuild(day=day)
    assert value("open_count", from_on=DAY, to_on=NEXT + timedelta(days=5)).numerator == 7
    assert value("open_count", from_on=DAY, to_on=DAY).numerator == 5
    assert [r.numerator for _, r in series("open_count", from_on=DAY, to_on=NEXT)] == [5, 7]


def test_a_stock_that_fell_to_nothing_is_nothing(book: Book) -> None:
    book.note("open", DAY, "150203001001", 5)
    built(book)
    assert value("open_count", from_on=DAY, to_on=NEXT).numerator == 0


def test_a_series_has_every_day_of_the_window(book: Book) -> None:
    book.note("closed", NEXT, "150203001001", 4)
    built(book)
    assert series("closed_count", from_on=DAY, to_on=NEXT + timedelta(days=1)) == [
        (DAY, Ratio(0, None, 0.0)),
        (NEXT, Ratio(4, None, 4.0)),
        (NEXT + timedelta(days=1), Ratio(0, None, 0.0)),
    ]


def test_what_belongs_to_no_sub_division_stays_under_its_own_code(book: Book) -> None:
    book.note("closed", DAY, "150203", 1)
    book.note("closed", DAY, "150203001001", 2)
    book.note("closed", DAY, "150203002001", 3)
    built(book)
    got = by_child("closed_count", path="150203", length=9, from_on=DAY, to_on=DAY)
    assert {code: ratio.numerator for code, ratio in got.items()} == {"150203": 1, "150203001": 2, "150203002": 3}


@pytest.mark.parametrize("path", ["1502030010011", "15%", "１５", "abc"])
def test_a_path_that_is_none_is_refused(book: Book, path: str) -> None:
    with pytest.raises(ValueError, match="12 digits"):
        value("closed_count", path=path, from_on=DAY, to_on=DAY)


notes = st.lists(
    st.tuples(
        st.sampled_from(["closed", "on_time"]),
        st.integers(0, 2),
        st.sampled_from(
            ["1502", "150203", "150203001", "150203001001", "150203001002", "150204001001", "160101001001"]
        ),
        st.integers(1, 50),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noted=notes)
def test_however_cut_the_parts_sum_to_the_whole(book: Book, noted: list[tuple[str, int, str, int]]) -> None:
    book.rows.clear()
    days = [DAY + timedelta(days=n) for n in range(3)]
    for fact, offset, path, amount in noted:
        book.rows[fact, days[offset]].append(FactRow(path, amount))
    built(book, *days)
    window: dict[str, Any] = {"from_on": days[0], "to_on": days[-1]}
    for path in ("", "15", "1502", "150203", "150203001", "150203001001"):
        whole = value("on_time_rate", path=path, **window)
        counted = [sum(n for f, _, p, n in noted if f == fact and p.startswith(path)) for fact in ("on_time", "closed")]
        assert [whole.numerator, whole.denominator] == counted
        cuts = [by_child("on_time_rate", path=path, length=length, **window).values() for length in (2, 4, 6, 9, 12)]
        cuts.append([ratio for _, ratio in series("on_time_rate", path=path, **window)])  # type: ignore[arg-type]
        for parts in cuts:
            assert [sum(r.numerator for r in parts), sum(r.denominator or 0 for r in parts)] == counted


def test_many_figures_cost_one_statement(book: Book, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert list(values(["on_time_rate", "closed_count"], from_on=DAY, to_on=DAY)) == [
            "on_time_rate",
            "closed_count",
        ]


def test_a_figure_reads_only_its_window(book: Book) -> None:
    """Two years of history and one day asked for: the index gives that day's rows and no more."""
    days = [DAY - timedelta(days=n) for n in range(730)]
    DailyFact.objects.bulk_create(
        DailyFact(fact="closed", day=day, path=f"15020300100{n}", value=1) for day in days for n in range(10)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE facts_dailyfact")
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) SELECT sum(value) FROM facts_dailyfact"
            " WHERE fact = ANY(%s) AND day BETWEEN %s AND %s AND path LIKE '150203%%'",
            [["closed"], DAY, DAY],
        )
        node = cursor.fetchone()[0][0]["Plan"]
    while "Plans" in node:
        node = node["Plans"][0]
    assert node["Index Name"] == "facts_daily_once"
    assert (node["Actual Rows"], node.get("Rows Removed by Filter", 0)) == (10, 0)


@pytest.mark.parametrize(
    ("unit", "suffix", "ratio", "text"),
    [
        (Unit.PERCENT, "", Ratio(43, 46, 43 / 46), "93.5%"),
        (Unit.COUNT, "件", Ratio(1204, None, 1204.0), "1,204件"),
        (Unit.NUMBER, "小时", Ratio(23, 10, 2.3), "2.3小时"),
        (Unit.PERCENT, "", Ratio(0, 0, None), "—"),
    ],
)
def test_a_figure_in_words(unit: Unit, suffix: str, ratio: Ratio, text: str) -> None:
    assert show(Indicator("x", "x", ("closed",), unit=unit, suffix=suffix), ratio) == text
