from __future__ import annotations

import pytest

from wangge.kernel.access.models import User
from wangge.kernel.audit.queries import history, seal_state
from wangge.kernel.audit.recording import record
from wangge.kernel.audit.sealing import head, seal

pytestmark = pytest.mark.django_db


def test_the_history_of_an_object_is_its_own_newest_first() -> None:
    laowang, outsider = (User.objects.create_user(name, display_name=name) for name in ("街道老王", "外人"))
    record("access.user.change", outsider)
    first, second = (record("access.user.change", laowang) for _ in range(2))
    assert list(history(laowang)) == [second, first]


def test_the_state_of_the_seals() -> None:
    assert (seal_state().waiting, seal_state().sealed_at) == (0, None)
    entry = record("test.thing.do")
    entry.refresh_from_db()
    assert (seal_state().waiting, seal_state().oldest_waiting_at) == (1, entry.at)
    seal()
    assert (seal_state().waiting, seal_state().oldest_waiting_at, seal_state().head) == (0, None, head())
