"""Row-level security: what a connection sees, whatever the query asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from tests import serving
from tests.kernel.access.conftest import MakeUser

from wangge.kernel.access import database
from wangge.kernel.access.routes import public
from wangge.kernel.access.scopes import Scope

TABLE = "test_protected"


def rows() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM {TABLE} ORDER BY name")
        return [row[0] for row in cursor.fetchall()]


def create_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE {TABLE} (name text, path varchar(17) COLLATE "C", office_ids bigint[])')
        cursor.execute(database.protect(TABLE))
        cursor.execute(
            f"INSERT INTO {TABLE} VALUES ('a', '150203001', '{{}}'), ('b', '150203002', '{{7}}'),"
            " ('c', '150602', '{7,8}')"
        )


@pytest.fixture
def table(db: None) -> None:
    create_table()


@pytest.fixture
def kept_table(transactional_db: None) -> Iterator[None]:
    create_table()
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope(), []),
        (Scope(paths=("150203",)), ["a", "b"]),
        (Scope(paths=("150203001", "1506")), ["a", "c"]),
        (Scope(paths=("1502030012",)), []),
        (Scope(offices=(7,)), ["b", "c"]),
        (Scope(offices=(9,)), []),
        (Scope(paths=("150203001",), offices=(8,)), ["a", "c"]),
    ],
)
def test_a_connection_sees_its_scope(table: None, scope: Scope, seen: list[str]) -> None:
    database.see(scope)
    assert rows() == seen


def test_the_filter_of_the_scope_and_the_policy_of_the_table_agree(table: None) -> None:
    held = {"a": ("150203001", []), "b": ("150203002", [7]), "c": ("150602", [7, 8])}
    for scope in (Scope(), Scope(("15",)), Scope(("150602",), (7,)), Scope((), (8,))):
        database.see(scope)
        assert rows() == [name for name, (where, offices) in held.items() if scope.covers(where, offices)]


def test_nothing_is_seen_by_default(table: None) -> None:
    database.see_nothing()
    assert rows() == []


def test_the_system_sees_everything_and_gives_it_back(table: None) -> None:
    database.see(Scope(paths=("150203001",)))
    with database.as_system():
        assert rows() == ["a", "b", "c"]
    assert rows() == ["a"]


def test_the_system_step_gives_it_back_after_an_error(table: None) -> None:
    database.see(Scope(paths=("150203001",)))
    with pytest.raises(ZeroDivisionError), database.as_system():
        raise ZeroDivisionError
    assert rows() == ["a"]


def test_rows_outside_are_neither_changed_nor_removed(table: None) -> None:
    database.see(Scope(paths=("150203001",)))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET name = 'x'")
        changed = cursor.rowcount
        cursor.execute(f"DELETE FROM {TABLE} WHERE path LIKE '150602%'")
        removed = cursor.rowcount
    database.see_everything()
    assert (changed, removed, rows()) == (1, 0, ["b", "c", "x"])


def test_the_role_of_the_application_is_bound_by_the_policies(db: None) -> None:
    assert database.is_superuser_connection() is False


def test_protection_can_be_taken_back(table: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(database.unprotect(TABLE))
    database.see_nothing()
    assert rows() == ["a", "b", "c"]


def test_the_index_on_the_path_serves_under_row_level_security_too(table: None) -> None:
    from wangge.kernel.access.models import Grant

    query = str(Grant.objects.filter(path__startswith="150203").query)
    assert "^@ 150203" in query
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} SELECT 'x', '150203' || lpad((i % 999)::text, 3, '0'), '{{}}'"
            " FROM generate_series(1, 20000) AS i"
        )
        cursor.execute(f"CREATE INDEX ON {TABLE} (path)")
        cursor.execute(f"ANALYZE {TABLE}")
        database.see(Scope(paths=("15",)))
        cursor.execute(f"EXPLAIN SELECT * FROM {TABLE} WHERE path ^@ '150203001'")
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "Index Cond" in plan


# Over real HTTP: one server thread with one kept connection answers several users in turn.


@public("test")
def seen(request: HttpRequest) -> HttpResponse:
    return HttpResponse(",".join(rows()))


@public("test")
def seen_by_the_system(request: HttpRequest) -> HttpResponse:
    with database.as_system():
        inside = ",".join(rows())
    return HttpResponse(f"{inside}|{','.join(rows())}")


@public("test")
def rolled_back(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        database.see(Scope(offices=(7,)))
        transaction.set_rollback(True)
    return HttpResponse("")


@public("test")
def broken(request: HttpRequest) -> HttpResponse:
    database.see_everything()
    raise RuntimeError("in the middle of something")


urlpatterns = [
    path("seen/", seen),
    path("system/", seen_by_the_system),
    path("broken/", broken),
    path("rolled-back/", rolled_back),
]


@pytest.fixture
def served(kept_table: None) -> Iterator[str]:
    with override_settings(ROOT_URLCONF=__name__), serving.served() as address:
        yield address


def get(url: str, client: Client | None = None) -> str:
    import urllib.error
    import urllib.request

    headers = {"Cookie": f"sessionid={client.session.session_key}", "Connection": "close"} if client else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return str(error.code)


def as_user(make: MakeUser, name: str, role: str, where: str, office: int | None = None) -> Client:
    client = Client()
    client.force_login(make(name, role, where, office))
    return client


def test_no_scope_leaks_from_one_request_to_the_next_on_the_same_connection(
    kept_table: None, served: str, make: MakeUser
) -> None:
    wang = as_user(make, "街道老王", "street_leader", "150203001")
    sun = as_user(make, "城管小孙", "department_clerk", "", 7)
    asked = [wang, None, sun, None, wang, sun]
    assert [get(f"{served}/seen/", client) for client in asked] == ["a", "", "b,c", "", "a", "b,c"]


def test_a_step_of_the_system_leaves_nothing_behind(kept_table: None, served: str) -> None:
    assert [get(f"{served}/{page}/") for page in ("system", "seen")] == ["a,b,c|", ""]


def test_a_request_that_broke_down_leaves_nothing_behind(kept_table: None, served: str, make: MakeUser) -> None:
    wang = as_user(make, "街道老王", "street_leader", "150203001")
    assert [get(f"{served}/{page}/", wang) for page in ("broken", "seen")] == ["500", "a"]
    assert get(f"{served}/seen/") == ""


def test_a_scope_set_in_a_transaction_that_was_rolled_back_leaves_nothing_behind(
    kept_table: None, served: str, make: MakeUser
) -> None:
    wang = as_user(make, "街道老王", "street_leader", "150203001")
    sun = as_user(make, "城管小孙", "department_clerk", "", 7)
    assert [get(f"{served}/rolled-back/", wang), get(f"{served}/seen/", sun)] == ["", "b,c"]


def test_a_connection_the_database_has_cut_is_opened_anew(kept_table: None, served: str, make: MakeUser) -> None:
    wang = as_user(make, "街道老王", "street_leader", "150203001")
    for client, expected in ((None, ""), (wang, "a"), (None, "")):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert get(f"{served}/seen/", client) == expected
            assert cursor.fetchone()[0] >= (1 if client is not None else 0)
