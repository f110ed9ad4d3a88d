from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from wangge.kernel.audit.models import AuditEntry, AuditPending, AuditSeal
from wangge.kernel.audit.recording import record
from wangge.kernel.audit.sealing import head, seal
from wangge.kernel.audit.verifying import verify

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work: threading.Thread) -> None:
    work.start()
    work.join(10)


def test_everything_committed_is_sealed_once(five: list[AuditEntry]) -> None:
    assert seal() == 0
    assert list(AuditSeal.objects.order_by("position").values_list("position", "entry_id")) == [
        (n + 1, entry.pk) for n, entry in enumerate(five)
    ]
    assert AuditPending.objects.count() == 0


def test_at_most_the_limit_is_sealed_at_once() -> None:
    for _ in range(5):
        record("test.thing.do")
    assert [seal(2), seal(2), seal(2)] == [2, 2, 1]
    assert verify() == []


def test_nothing_to_seal_leaves_the_head_where_it_is(five: list[AuditEntry]) -> None:
    before = head()
    seal()
    assert head() == before


def test_an_entry_of_an_open_transaction_is_sealed_after_it_commits() -> None:
    """An earlier id that commits later still finds its place in the chain."""
    opened, go_on = threading.Event(), threading.Event()
    ids: list[int] = []

    def slow() -> None:
        try:
            with transaction.atomic():
                ids.append(record("test.thing.slow").pk)
                opened.set()
                go_on.wait(10)
        finally:
            connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    opened.wait(10)
    quick = record("test.thing.quick").pk
    assert seal() == 1
    go_on.set()
    writer.join(10)
    assert seal() == 1
    assert ids[0] < quick
    assert list(AuditSeal.objects.order_by("position").values_list("entry_id", flat=True)) == [quick, ids[0]]
    assert verify() == []


def test_an_entry_rolled_back_is_never_sealed() -> None:
    with transaction.atomic():
        record("test.thing.undone")
        transaction.set_rollback(True)
    assert seal() == 0
    assert verify() == []


def test_only_one_process_seals_at_a_time() -> None:
    record("test.thing.do")
    sealed: list[int] = []

    def other() -> None:
        try:
            sealed.append(seal())
        finally:
            connection.close()

    with transaction.atomic():
        seal()
        in_thread(threading.Thread(target=other))
    assert sealed == [0]
    assert AuditSeal.objects.count() == 1
