"""Single rows by statements that are made once: the same as what ``save`` and ``update`` write."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wangge.kernel import rows
from wangge.kernel.api.models import Bucket, System, token_digest
from wangge.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def a_system(name: str, **given: object) -> System:
    return System(name=name, digest=token_digest(name), hint="abcd", scopes=["a:read", "b:write"], **given)


def test_an_inserted_row_is_as_saved() -> None:
    inserted, saved = rows.insert(a_system("甲", path="150203")), a_system("乙", path="150203")
    saved.save(force_insert=True)
    first, second = System.objects.order_by("pk").values()
    assert (inserted.pk, saved.pk) == (first["id"], second["id"])
    assert abs(second["created_at"] - first["created_at"]) < timedelta(seconds=5)
    apart = {"id", "name", "digest", "created_at"}
    assert {k: v for k, v in first.items() if k not in apart} == {k: v for k, v in second.items() if k not in apart}
    assert (inserted._state.adding, inserted._state.db) == (False, "default")


def test_what_the_database_fills_in_is_left_to_it() -> None:
    before = timezone.now() - timedelta(minutes=1)
    changes = {"名": [None, "值"]}
    entry = rows.insert(AuditEntry(action="a.b.c", actor_kind="system", actor_label="系统", changes=changes))
    held = AuditEntry.objects.get(pk=entry.pk)
    assert (held.changes, held.at > before) == (changes, True)


def test_a_given_key_is_kept() -> None:
    system = rows.insert(a_system("甲"))
    rows.insert(Bucket(system=system, tokens=1.5, refilled_at=timezone.now()))
    assert Bucket.objects.get().pk == system.pk


def test_some_rows_are_one_statement() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        made = rows.insert_all([a_system(name) for name in "甲乙丙"])
    assert len(asked) == 1
    assert [System.objects.get(pk=one.pk).name for one in made] == ["甲", "乙", "丙"]
    assert rows.insert_all([]) == []


def test_a_constraint_holds() -> None:
    rows.insert(a_system("甲"))
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(a_system("甲"))


def test_an_update_holds_only_for_what_was_seen() -> None:
    system = rows.insert(a_system("甲", rate_per_minute=5))
    system.rate_per_minute, system.scopes, system.path = 7, ["c:read"], "150203"
    assert rows.update(system, ["rate_per_minute", "scopes"], where={"rate_per_minute": 6}) == 0
    assert rows.update(system, ["rate_per_minute", "scopes"], where={"rate_per_minute": 5}) == 1
    held = System.objects.get()
    assert (held.rate_per_minute, held.scopes, held.path) == (7, ["c:read"], "")


def test_a_row_is_there_or_not() -> None:
    system = rows.insert(a_system("甲"))
    assert rows.exists(System, name="甲", is_active=True)
    assert not rows.exists(System, name="甲", is_active=False)
    assert rows.locked(System, system.pk, "name", "rate_per_minute") == ("甲", 600)
    assert rows.locked(System, system.pk + 1, "name") is None


def test_a_row_read_is_as_the_model_reads_it() -> None:
    changes = {"名": [None, {"值": [1, 2]}]}
    entry = rows.insert(AuditEntry(action="a.b.c", actor_kind="system", actor_label="系统", changes=changes))
    found = rows.one(AuditEntry, id=entry.pk)
    assert found is not None
    held = AuditEntry.objects.get(pk=entry.pk)
    names = [field.attname for field in AuditEntry._meta.concrete_fields]
    assert {name: getattr(found, name) for name in names} == {name: getattr(held, name) for name in names}
    assert (found._state.adding, found._state.db, found.get_deferred_fields()) == (False, "default", set())
    assert rows.one(AuditEntry, id=entry.pk, action="d.e.f") is None
    system = rows.insert(a_system("甲", path="150203", allowed_addresses=["10.0.0.0/8"]))
    read = rows.one(System, name="甲")
    assert read is not None
    assert (read.scopes, read.allowed_addresses, bytes(read.digest)) == (system.scopes, ["10.0.0.0/8"], system.digest)


def test_rows_of_a_kind_are_written_in_one_statement() -> None:
    for name, path in (("甲", "150203"), ("乙", "150204"), ("丙", "150205")):
        rows.insert(a_system(name, path=path))
    System.objects.filter(name="丙").update(ended_at=timezone.now())
    where = {"path": ["150203", "150204", "150205"], "ended_at": None}
    assert rows.write(System, {"hint": "wxyz", "name": rows.Made("name || %s", ("号",))}, where=where) == 2
    assert dict(System.objects.values_list("name", "hint")) == {"甲号": "wxyz", "乙号": "wxyz", "丙": "abcd"}
    assert rows.write(System, {"hint": "none"}, where={"path": []}) == 0


def test_what_is_asked_for_may_be_nothing_or_one_of_several() -> None:
    rows.insert(a_system("甲", path="150203"))
    assert rows.exists(System, name=["甲", "乙"], ended_at=None)
    assert not rows.exists(System, name=["乙"])
    System.objects.update(ended_at=timezone.now())
    assert not rows.exists(System, name="甲", ended_at=None)
    assert rows.one(System, name="甲", ended_at=None) is None
