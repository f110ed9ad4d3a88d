"""Keyset paging walks every row once, forwards and backwards, whatever the order and the NULLs."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from wangge.kernel.access.models import User
from wangge.kernel.listing import paging

pytestmark = pytest.mark.django_db

ORDERS = [
    ("id",),
    ("-id",),
    ("ended_at", "id"),
    ("-ended_at", "-id"),
    ("display_name", "-ended_at", "id"),
    ("-display_name", "ended_at", "-id"),
    ("ended_at", "display_name", "id"),
]


@pytest.fixture
def people() -> list[User]:
    ends = [None, datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 2, tzinfo=UTC)]
    return [
        User.objects.create(username=f"u{n}", display_name=name, ended_at=end)
        for n, (name, end, _) in enumerate(itertools.product(["李", "王"], ends, range(2)))
    ]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_forwards_shows_every_row_once_in_order(people: list[User], order: tuple[str, ...], size: int) -> None:
    rows = User.objects.all()
    found: list[int] = []
    page = paging.page(rows, order, size)
    found += [row.pk for row in page.rows]
    while page.after:
        page = paging.page(rows, order, size, after=page.after)
        found += [row.pk for row in page.rows]
    assert found == list(rows.order_by(*order).values_list("pk", flat=True))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_backwards_from_the_last_page_shows_the_same(people: list[User], order: tuple[str, ...], size: int) -> None:
    rows = User.objects.all()
    page = paging.page(rows, order, size, last=len(people) % size or size)
    found = [row.pk for row in page.rows]
    while page.before:
        page = paging.page(rows, order, size, before=page.before)
        found = [row.pk for row in page.rows] + found
    assert found == list(rows.order_by(*order).values_list("pk", flat=True))


def test_the_first_page_has_nothing_before_it(people: list[User]) -> None:
    page = paging.page(User.objects.all(), ("id",), 5)
    assert (page.before, bool(page.after)) == ("", True)


def test_the_last_page_has_nothing_after_it(people: list[User]) -> None:
    page = paging.page(User.objects.all(), ("id",), 5, last=2)
    assert (len(page.rows), bool(page.before), page.after) == (2, True, "")


def test_going_back_to_the_beginning_fills_the_first_page(people: list[User]) -> None:
    second = paging.page(User.objects.all(), ("id",), 5, after=paging.encode((people[2].pk,)))
    page = paging.page(User.objects.all(), ("id",), 5, before=second.before)
    assert [row.pk for row in page.rows] == [person.pk for person in people[:5]]


def test_a_key_survives_the_address() -> None:
    key = (None, 5, "网格", date(2024, 5, 1), datetime(2024, 5, 1, 8, 30, tzinfo=UTC), Decimal("1.50"))
    assert paging.decode(paging.encode(key), 6) == key


@pytest.mark.parametrize("text", ["", "x", "%%%", "W10", "WzFd", "eyJhIjoxfQ", "W1siZHQiLCJ4Il0sMV0"])
def test_a_broken_place_is_a_cursor_error(text: str) -> None:
    with pytest.raises(paging.CursorError):
        paging.decode(text, 2)


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_read_from_bare_rows_is_filled_with_whole_ones(people: list[User], order: tuple[str, ...]) -> None:
    rows = User.objects.all()
    page = paging.page(paging.bare(rows, order), order, 5, after=paging.page(rows, order, 3).after)
    assert page.rows[0].get_deferred_fields()
    whole = paging.filled(page, rows)
    assert [row.pk for row in whole.rows] == [row.pk for row in page.rows]
    assert not whole.rows[0].get_deferred_fields()
    assert (whole.before, whole.after) == (page.before, page.after)


def test_what_is_gone_or_hidden_meanwhile_is_left_out(people: list[User]) -> None:
    page = paging.page(paging.bare(User.objects.all(), ("id",)), ("id",), 3)
    kept = paging.filled(page, User.objects.exclude(pk=page.rows[1].pk))
    assert [row.pk for row in kept.rows] == [page.rows[0].pk, page.rows[2].pk]
    assert paging.filled(paging.Page([], "", ""), User.objects.all()).rows == []
