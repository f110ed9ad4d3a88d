"""Handlers hear what was committed, each on its own. Real transactions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import structlog
from django.db import connection, transaction

from wangge.kernel.access.models import User
from wangge.kernel.events import bus
from wangge.kernel.events.bus import on, publish

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class Signed:
    number: str


@dataclass(frozen=True, slots=True)
class Closed:
    number: str


@dataclass(frozen=True, slots=True)
class Unheard:
    number: str


@pytest.fixture(autouse=True)
def heard() -> Iterator[list[str]]:
    """What handlers noted; registrations of a test end with it."""
    before = {event: list(found) for event, found in bus._handlers.items()}
    yield []
    bus._handlers.clear()
    bus._handlers.update(before)


def test_a_handler_hears_after_the_commit(heard: list[str]) -> None:
    on(Signed)(lambda e: heard.append(e.number))
    with transaction.atomic():
        publish(Signed("1"))
        assert heard == []
    assert heard == ["1"]


def test_what_was_rolled_back_was_never_published(heard: list[str]) -> None:
    on(Signed)(lambda e: heard.append(e.number))
    with transaction.atomic():
        publish(Signed("1"))
        with transaction.atomic():
            publish(Signed("2"))
            transaction.set_rollback(True)
    assert heard == ["1"]


def test_outside_a_transaction_it_is_told_at_once(heard: list[str]) -> None:
    on(Signed)(lambda e: heard.append(e.number))
    publish(Signed("1"))
    assert heard == ["1"]


def test_only_handlers_of_this_event_hear_it_in_order(heard: list[str]) -> None:
    on(Signed)(lambda e: heard.append("first"))
    on(Closed)(lambda e: heard.append("other"))
    on(Signed, Closed)(lambda e: heard.append("second"))
    publish(Signed("1"))
    assert heard == ["first", "second"]


def test_registering_twice_is_hearing_once(heard: list[str]) -> None:
    def handler(event: Signed) -> None:
        heard.append(event.number)

    on(Signed)(handler)
    on(Signed)(handler)
    publish(Signed("1"))
    assert heard == ["1"]


def test_a_failing_handler_is_logged_and_counted_and_the_others_still_run(heard: list[str]) -> None:
    def breaks(event: Signed) -> None:
        raise LookupError("坏了")

    on(Signed)(breaks)
    on(Signed)(lambda e: heard.append(e.number))
    counter = bus.failures.labels("Signed", f"{__name__}.{breaks.__qualname__}")
    before = counter._value.get()
    with structlog.testing.capture_logs() as logs, transaction.atomic():
        publish(Signed("1"))
    assert heard == ["1"]
    assert counter._value.get() == before + 1
    assert [(entry["event"], entry["event_type"], entry["handler"], entry["payload"]) for entry in logs] == [
        ("event.handler_failed", "Signed", f"{__name__}.{breaks.__qualname__}", "Signed(number='1')")
    ]


def test_a_handler_that_breaks_its_own_transaction_spoils_nothing(heard: list[str]) -> None:
    def breaks(event: Signed) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    on(Signed)(breaks)
    on(Signed)(lambda e: heard.append(str(User.objects.count())))
    with transaction.atomic():
        User.objects.create_user("laowang", display_name="街道老王")
        publish(Signed("1"))
    assert heard == ["1"]


def test_an_event_published_by_a_handler_is_heard_too(heard: list[str]) -> None:
    on(Signed)(lambda e: publish(Closed(e.number)))
    on(Closed)(lambda e: heard.append(f"closed {e.number}"))
    with transaction.atomic():
        publish(Signed("1"))
    assert heard == ["closed 1"]


def test_an_event_nobody_hears_costs_nothing() -> None:
    with transaction.atomic():
        publish(Unheard("1"))
        assert connection.run_on_commit == []


def test_only_frozen_dataclasses_are_events() -> None:
    @dataclass
    class Loose:
        number: str

    with pytest.raises(TypeError, match="Loose is not a frozen dataclass"):
        on(Loose)
