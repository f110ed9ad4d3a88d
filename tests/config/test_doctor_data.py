"""What the doctor finds wrong with the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, NEIGHBOUR, World, world  # noqa: F401 - a fixture

from wangge.cases import tallies
from wangge.cases.models import CaseTally
from wangge.config import doctor_data
from wangge.config.health import Finding
from wangge.kernel.facts.actions import rebuild
from wangge.kernel.facts.models import FactBuilt
from wangge.kernel.jobs.models import Heartbeat, Outcome
from wangge.territory.models import Division

pytestmark = pytest.mark.django_db


def seen(ask: Callable[[], Iterator[Finding]]) -> tuple[bool, str]:
    (finding,) = ask()
    return finding.well, finding.seen


def test_counts_that_agree(world: World) -> None:  # noqa: F811
    world.file()
    assert seen(doctor_data.counts) == (True, "every case counted")


def test_counts_that_are_off_are_found_and_rebuilt(world: World) -> None:  # noqa: F811
    world.file()
    world.dispatched()
    CaseTally.objects.all().delete()
    assert seen(doctor_data.counts) == (False, "off by {'dispatched': -1, 'dispatched (offices)': -1, 'received': -1}")
    assert (tallies.rebuild(), tallies.check()) == (2, {})


def test_a_big_table_is_sampled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(doctor_data, "COUNTED_IN_FULL", -2)
    world.file()
    assert seen(doctor_data.counts) == (True, "1 streets counted (1 cases)")
    CaseTally.objects.create(path=COMMUNITY, office_id=0, state="received", number=3)
    assert seen(doctor_data.counts) == (False, "off by {'150203001': 3}")


@pytest.mark.parametrize("blow", ["DISABLE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"])
def test_protection_switched_off_is_found(blow: str) -> None:
    assert seen(doctor_data.row_security) == (True, "forced on 23 tables")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE cases_requester {blow}")
        cursor.execute(f"ALTER TABLE whistle_checkin {blow}")
    assert seen(doctor_data.row_security) == (False, "not forced on cases_requester, whistle_checkin")


def test_the_doctor_knows_every_protected_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND pg_table_is_visible(oid)")
        assert sorted(name for (name,) in cursor.fetchall()) == sorted(doctor_data.PROTECTED)


def test_a_policy_dropped_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY cases_requester_scope ON cases_requester")
    assert seen(doctor_data.row_security)[0] is False


def test_a_broken_record_is_found() -> None:
    assert seen(doctor_data.audit_chain)[0] is True
    Heartbeat.objects.create(name="audit.verify", ran_at=timezone.now(), outcome=Outcome.FAILED, error="x")
    assert seen(doctor_data.audit_chain) == (False, "changed since it was sealed")


def test_an_office_at_a_place_that_ended_is_named(world: World) -> None:  # noqa: F811
    assert seen(doctor_data.places) == (True, "8 offices and duties")
    Division.objects.filter(code=COMMUNITY).update(valid_to=timezone.localdate())
    assert seen(doctor_data.places) == (False, f"1 at places that ended: 友谊社区居民委员会 ({COMMUNITY})")
    assert NEIGHBOUR not in seen(doctor_data.places)[1]


def test_sessions_without_a_pooler_are_well() -> None:
    assert seen(doctor_data.pooling) == (True, "each session has its server process")


def test_days_of_an_older_rule_are_named() -> None:
    rebuild(day=timezone.localdate(), facts=["cases.filed", "whistle.score"])
    assert seen(doctor_data.definitions) == (True, "by today's rules")
    FactBuilt.objects.filter(fact="whistle.score").update(definition="")
    told = "1 days hold figures of an older or unrecorded definition (whistle.score)"
    assert seen(doctor_data.definitions) == (False, told)
