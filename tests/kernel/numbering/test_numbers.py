"""Numbers are unique, whatever is rolled back, forked or reset."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection, transaction

from wangge.kernel.numbering import numbers
from wangge.kernel.numbering.check import is_valid
from wangge.kernel.numbering.models import NumberSeries
from wangge.kernel.numbering.numbers import next_number, take

DAY = date(2026, 11, 21)
pytestmark = pytest.mark.django_db


@pytest.fixture
def series() -> str:
    return f"test.{uuid4().hex[:12]}"  # leases are committed at once: each test has its own series


def serial(number: str) -> int:
    return int(number[14:-1])


def test_numbers_count_up_from_one_and_are_valid(series: str) -> None:
    given = [next_number(series, day=DAY) for _ in range(25)]
    assert [serial(number) for number in given] == list(range(1, 26))
    assert all(is_valid(number) and number.startswith("15020320261121") for number in given)


def test_each_day_begins_again(series: str) -> None:
    next_number(series, day=DAY)
    assert serial(next_number(series, day=date(2026, 11, 22))) == 1


def test_a_division_as_series_is_the_prefix() -> None:
    assert next_number("150204", day=DAY)[:6] == "150204"
    assert next_number("1502", day=DAY)[:6] == "150200"


def test_a_rollback_does_not_give_a_number_twice(series: str) -> None:
    class UndoError(Exception):
        pass

    given = []
    for _ in range(30):
        try:
            with transaction.atomic():
                given.append(next_number(series, day=DAY))
                raise UndoError
        except UndoError:
            pass
    assert len(set(given)) == 30


def test_a_lost_process_leaves_a_gap_only(series: str) -> None:
    first = next_number(series, day=DAY)
    numbers._blocks.clear()  # what a killed process leaves behind: the lease, nothing else
    assert serial(next_number(series, day=DAY)) > serial(first)


def test_a_reset_table_does_not_bring_numbers_back(series: str) -> None:
    given = [next_number(series, day=DAY) for _ in range(3)]
    with connection.copy().cursor() as cursor:
        cursor.execute("DELETE FROM numbering_numberseries WHERE series = %s", [series])
        cursor.connection.close()
    given += [next_number(series, day=DAY) for _ in range(60)]
    assert len(set(given)) == 63


def test_take_gives_a_run_and_leaves_the_block_alone(series: str) -> None:
    given = [next_number(series, day=DAY)]
    run = take(series, DAY, 500)
    given += [next_number(series, day=DAY) for _ in range(50)]
    assert [serial(n) - serial(run[0]) for n in run] == list(range(500))
    assert len({*given, *run}) == 551
    assert take(series, DAY, 0) == []


def test_more_than_a_million_a_day(series: str) -> None:
    run = take(series, DAY, 999_999)
    above = next_number(series, day=DAY)
    assert (len(run[-1]), len(above), serial(above)) == (21, 22, 1_000_000)
    assert is_valid(above) is True


def test_the_caller_s_transaction_holds_no_lock(series: str) -> None:
    with transaction.atomic():
        next_number(series, day=DAY)
        numbers._blocks.clear()
        assert serial(next_number(series, day=DAY)) == numbers.SMALLEST_BLOCK + 1
    assert NumberSeries.objects.get(series=series).last == 2 * numbers.SMALLEST_BLOCK


@pytest.mark.django_db(transaction=True)
def test_threads_with_rollbacks_get_unique_numbers(series: str) -> None:
    def work(seed: int) -> list[str]:
        got = []
        try:
            for i in range(200):
                with transaction.atomic():
                    got.append(next_number(series, day=DAY))
                    if i % 3 == seed % 3:
                        transaction.set_rollback(True)
        finally:
            connection.close()
        return got

    with ThreadPoolExecutor(8) as pool:
        given = [number for got in pool.map(work, range(8)) for number in got]
    assert len(given) == 1600
    assert len(set(given)) == 1600


def _child(series: str, queue: multiprocessing.SimpleQueue[list[str]]) -> None:
    # The parent's sockets are not ours: forget them without closing.
    connection.connection = None
    queue.put([next_number(series, day=DAY) for _ in range(100)])
    os._exit(0)


@pytest.mark.django_db(transaction=True)
def test_forked_processes_get_unique_numbers(series: str) -> None:
    given = [next_number(series, day=DAY)]
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.SimpleQueue[list[str]] = context.SimpleQueue()
    children = [context.Process(target=_child, args=(series, queue)) for _ in range(3)]
    for child in children:
        child.start()
    for _ in children:
        given += queue.get()
    for child in children:
        child.join(10)
    given += [next_number(series, day=DAY) for _ in range(100)]
    assert len(given) == 401
    assert len(set(given)) == 401


def test_ten_thousand_a_second(series: str) -> None:
    next_number(series, day=DAY)
    started = time.perf_counter()
    for _ in range(20_000):
        next_number(series, day=DAY)
    assert 20_000 / (time.perf_counter() - started) > 10_000
