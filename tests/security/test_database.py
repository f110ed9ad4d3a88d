"""Requesters under row-level security: what the database itself gives, whatever the code asks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from tests.cases.conftest import COMMUNITY, DISTRICT, NEIGHBOUR, OTHER_STREET, STREET, World

from wangge.cases.actions import Asker, Place, dispatch_by_list
from wangge.cases.models import Case, Requester
from wangge.config.doctor import database as examine
from wangge.kernel.access import database
from wangge.kernel.access.scopes import Scope

OTHER_COMMUNITY = "150203002001"


def seen() -> set[int]:
    """The cases whose requester the connection gets, by raw SQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id FROM cases_requester")
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def filed(world: World) -> dict[str, Case]:
    """One case in each of three places."""
    asker = Asker(name="李叔叔", phone="13800000002")
    return {
        path: world.file(place=Place(path, "友谊大街"), asker=asker) for path in (COMMUNITY, NEIGHBOUR, OTHER_COMMUNITY)
    }


@pytest.mark.parametrize(
    ("paths", "places"),
    [
        ((), set()),
        ((STREET,), {COMMUNITY, NEIGHBOUR}),
        ((COMMUNITY,), {COMMUNITY}),
        ((OTHER_STREET,), {OTHER_COMMUNITY}),
        ((COMMUNITY, OTHER_STREET), {COMMUNITY, OTHER_COMMUNITY}),
        ((DISTRICT,), {COMMUNITY, NEIGHBOUR, OTHER_COMMUNITY}),
        (("150203001001001",), set()),
        (("1502030",), {COMMUNITY, NEIGHBOUR, OTHER_COMMUNITY}),
    ],
)
def test_a_connection_gets_the_requesters_of_its_places(
    filed: dict[str, Case], paths: tuple[str, ...], places: set[str]
) -> None:
    database.see(Scope(paths=paths))
    assert seen() == {filed[place].pk for place in places}


def test_an_office_gets_the_requesters_of_the_cases_it_takes_part_in(filed: dict[str, Case], world: World) -> None:
    case = filed[COMMUNITY]
    dispatch_by_list(case=case, by=world["话务小赵"])
    database.see(Scope(offices=(world.offices["centre"].pk,)))
    assert seen() == {case.pk}
    database.see(Scope(offices=(world.offices["other_centre"].pk,)))
    assert seen() == set()


def test_a_connection_that_was_told_nothing_gets_nobody(filed: dict[str, Case]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET wangge.paths")
        cursor.execute("SELECT set_config('wangge.paths', '', false), set_config('wangge.offices', '', false)")
    connection._wangge_scope = None  # type: ignore[attr-defined]
    assert seen() == set()


@pytest.mark.parametrize("evil", ["%", "150203%", "_", "' OR true --", "{150203}", "*x", " *", "*,150203"])
def test_no_path_is_a_pattern_or_a_trick(filed: dict[str, Case], evil: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('wangge.paths', %s, false), set_config('wangge.offices', '', false)", [evil])
    connection._wangge_scope = None  # type: ignore[attr-defined]
    expected = {case.pk for case in filed.values()} if evil == "*,150203" else set()
    assert seen() == expected


def test_counting_joining_and_searching_give_no_more(filed: dict[str, Case]) -> None:
    database.see(Scope(paths=(OTHER_STREET,)))
    index = Requester.objects.get().phone_index
    assert Requester.objects.filter(phone_index=index).count() == 1
    assert list(Case.objects.filter(requester__isnull=False).values_list("path", flat=True)) == [OTHER_COMMUNITY]


def test_nobody_elses_requester_is_changed_or_removed(filed: dict[str, Case]) -> None:
    database.see(Scope(paths=(OTHER_STREET,)))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_requester SET is_organization = true")
        changed = cursor.rowcount
        cursor.execute("DELETE FROM cases_requester WHERE case_id = %s", [filed[COMMUNITY].pk])
        removed = cursor.rowcount
    database.see_everything()
    assert (changed, removed, Requester.objects.count()) == (1, 0, 3)


def test_row_security_switched_off_is_an_error_and_no_way_round(filed: dict[str, Case]) -> None:
    database.see(Scope(paths=(OTHER_STREET,)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
    with pytest.raises(ProgrammingError), transaction.atomic():
        seen()


def test_the_settings_are_read_once_a_statement(filed: dict[str, Case]) -> None:
    database.see(Scope(paths=(STREET,)))
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (VERBOSE) SELECT * FROM cases_requester")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    for name in ("paths", "offices"):
        reading = [line for line in plan.splitlines() if f"wangge.{name}" in line]
        assert reading
        assert all(line.strip().startswith("Output:") for line in reading), plan
    assert "InitPlan" in plan


@pytest.mark.django_db(transaction=True)
def test_threads_see_each_their_own(world: World) -> None:
    """Two threads with their own connections, at the same time, over and over."""
    asker = Asker(name="李叔叔", phone="13800000002")
    own = {path[:9]: world.file(place=Place(path, "友谊大街"), asker=asker).pk for path in (COMMUNITY, OTHER_COMMUNITY)}
    wrong: list[Any] = []
    together = threading.Barrier(2)

    def look(path: str) -> None:
        try:
            for _ in range(20):
                together.wait(10)
                database.see(Scope(paths=(path,)))
                if (got := seen()) != {own[path]}:
                    wrong.append((path, got))
        except Exception as error:
            wrong.append(error)
            together.abort()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look, args=[path]) for path in own]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def verdict() -> dict[str, bool]:
    return {finding.name: finding.well for finding in examine()}


def test_the_doctor_accepts_the_role_of_the_application(db: None) -> None:
    assert verdict()["database role"] is True


@pytest.mark.django_db(transaction=True)
def test_the_doctor_refuses_a_role_above_the_security() -> None:
    ours = connection.settings_dict
    if not str(ours["HOST"]).startswith("/") and "host" not in ours["OPTIONS"]:
        pytest.skip("only the embedded server's superuser is ours to use")
    url = f"postgresql://postgres@/{ours['NAME']}?host={ours['OPTIONS'].get('host') or ours['HOST']}"
    done = subprocess.run(
        [str(Path(sys.executable).parent / "wangge"), "doctor"],
        env=os.environ | {"DATABASE_URL": url},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "NOSUPERUSER NOBYPASSRLS" in done.stdout
    assert done.returncode == 1
