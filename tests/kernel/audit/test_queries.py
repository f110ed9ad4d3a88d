from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from wangge.kernel.access.models import User
from wangge.kernel.audit.context import Actor, bind
from wangge.kernel.audit.queries import entries, history, seal_state
from wangge.kernel.audit.recording import record
from wangge.kernel.audit.sealing import head, seal

pytestmark = pytest.mark.django_db


def test_entries_come_newest_first() -> None:
    first, second = record("test.thing.do"), record("test.thing.do")
    assert list(entries()) == [second, first]


def test_each_filter_narrows_the_list() -> None:
    with bind(actor=Actor("staff", 7, "网格员小李"), request_id="req-00000001"):
        wanted = record("cases.case.sign", path="150203001")
    record("access.user.change")
    today = timezone.localdate()
    for given in (
        {"actor_id": 7},
        {"actor_kind": "staff"},
        {"action": "cases."},
        {"path": "150203"},
        {"request_id": "req-00000001"},
        {"action": "cases.", "from_on": today, "to_on": today},
    ):
        assert list(entries(**given)) == [wanted]  # type: ignore[arg-type]
    assert list(entries(to_on=today - timedelta(days=1))) == []
    assert list(entries(from_on=today + timedelta(days=1))) == []


def test_the_history_of_an_object_is_its_own() -> None:
    laowang, outsider = (User.objects.create_user(name, display_name=name) for name in ("街道老王", "外人"))
    record("access.user.change", outsider)
    wanted = record("access.user.change", laowang)
    assert list(history(laowang)) == [wanted]


def test_the_state_of_the_seals() -> None:
    assert (seal_state().waiting, seal_state().sealed_at) == (0, None)
    entry = record("test.thing.do")
    entry.refresh_from_db()
    assert (seal_state().waiting, seal_state().oldest_waiting_at) == (1, entry.at)
    seal()
    assert (seal_state().waiting, seal_state().oldest_waiting_at, seal_state().head) == (0, None, head())
