"""Single rows written and read by statements that are made once for each model.

What the ORM does beside the database for an insert, an update or a lock of one row is mostly to write the same SQL
again, and what the database does beside the row is to parse and to plan it again. A step writes six rows: here it only
sends their values. Values are prepared by the fields, as ``save`` does it; there are no signals, and no relations are
cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=Model)


class PlanningCursor(ServerBindingCursor):
    """Sends values apart from the statement, and says which statement it was also when the server knows it already
    (Django's query log asks)."""

    def _get_prepared(self, pgq: Any, prepare: bool | None = None) -> Any:
        self._query = pgq
        return super()._get_prepared(pgq, prepare)  # type: ignore[misc]  # the stubs know psycopg 2 only


def cursor() -> CursorWrapper:
    """A cursor whose statements are planned once for a connection, from the fifth time on (``prepare_threshold``): for
    what every request asks and the database finds in one way only, whatever the values. A pooler in between keeps the
    session (as row-level security needs it anyway)."""
    held: Any = connection
    held.close_if_health_check_failed()
    held.ensure_connection()
    with held.wrap_database_errors:
        made: CursorWrapper = held._prepare_cursor(PlanningCursor(held.connection))  # type: ignore[call-arg]
        return made


def insert(row: M) -> M:
    """Insert ``row`` as ``save(force_insert=True)`` would; it knows its key then."""
    return insert_all([row])[0]


def insert_all(rows: Sequence[M]) -> Sequence[M]:
    """Insert some rows of a model, all with the same fields given, in one statement; they know their keys then."""
    if not rows:
        return rows
    given = [_given(row) for row in rows]
    statement = _insert(type(rows[0]), tuple(field.attname for field, _ in given[0]), len(rows))
    with cursor() as sent:
        sent.execute(statement, [field.get_db_prep_save(value, connection) for one in given for field, value in one])
        keys = sent.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        setattr(row, row._meta.pk.attname, key)
        row._state.adding, row._state.db = False, connection.alias
    return rows


def _given(row: Model) -> list[tuple[Field[Any, Any], Any]]:
    """The fields to be written and their values: not a key that the database gives, nor what it fills in itself."""
    return [
        (field, value)
        for field in row._meta.concrete_fields
        if not (field.primary_key and row.pk is None)
        and not isinstance(value := field.pre_save(row, add=True), DatabaseDefault)
    ]


def update(row: Model, names: Iterable[str], *, where: Mapping[str, Any]) -> int:
    """Write the fields ``names`` (attribute names) of ``row`` if it still is as ``where`` says; how many it was."""
    fields = _named(type(row))
    written = sorted(names)
    given = [(fields[name], getattr(row, name)) for name in written]
    asked = [(row._meta.pk, row.pk), *((fields[name], value) for name, value in where.items())]
    with cursor() as sent:
        sent.execute(
            _update(type(row), tuple(written), tuple(field.attname for field, _ in asked)),
            [field.get_db_prep_save(value, connection) for field, value in (*given, *asked)],
        )
        return int(sent.rowcount)


def one(model: type[M], **where: Any) -> M | None:
    """The row whose fields (attribute names) have these values, of which there is one at most."""
    fields = _named(model)
    given = [fields[name].get_db_prep_value(value, connection) for name, value in where.items()]
    with cursor() as sent:
        sent.execute(_select(model, tuple(where)), given)
        found = sent.fetchone()
    if found is None:
        return None
    values = list(found)
    for place, convert, column in _converters(model):
        values[place] = convert(values[place], column, connection)
    return model.from_db(connection.alias, tuple(fields), values)


def exists(model: type[Model], **where: Any) -> bool:
    """Whether there is a row whose fields (attribute names) have these values."""
    with cursor() as sent:
        sent.execute(_exists(model, tuple(where)), list(where.values()))
        return bool(sent.fetchone()[0])


def locked(model: type[Model], pk: Any, *names: str) -> tuple[Any, ...] | None:
    """The fields ``names`` of the row ``pk``, locked until the transaction ends; None when there is no such row."""
    with cursor() as sent:
        sent.execute(_lock(model, names), [pk])
        found: tuple[Any, ...] | None = sent.fetchone()
    return found


def _place(field: Field[Any, Any]) -> str:
    placeholder = getattr(field, "get_placeholder", None)
    return placeholder(None, None, connection) if placeholder is not None else "%s"


@lru_cache(maxsize=200)
def _named(model: type[Model]) -> Mapping[str, Field[Any, Any]]:
    return {field.attname: field for field in model._meta.concrete_fields}


@lru_cache(maxsize=500)
def _insert(model: type[Model], names: tuple[str, ...], count: int) -> str:
    fields = [_named(model)[name] for name in names]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join([f"({', '.join(map(_place, fields))})"] * count)
    meta = model._meta
    return f'INSERT INTO "{meta.db_table}" ({columns}) VALUES {places} RETURNING "{meta.pk.column}"'  # noqa: S608 - names of our own columns


@lru_cache(maxsize=2000)
def _update(model: type[Model], names: tuple[str, ...], where: tuple[str, ...]) -> str:
    fields = _named(model)
    setting = ", ".join(f'"{fields[name].column}" = {_place(fields[name])}' for name in names)
    asking = " AND ".join(f'"{fields[name].column}" = %s' for name in where)
    return f'UPDATE "{model._meta.db_table}" SET {setting} WHERE {asking}'  # noqa: S608 - names of our own columns


@lru_cache(maxsize=200)
def _select(model: type[Model], names: tuple[str, ...]) -> str:
    fields = _named(model)
    columns = ", ".join(f'"{field.column}"' for field in fields.values())
    asking = " AND ".join(f'"{fields[name].column}" = %s' for name in names)
    return f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {asking}'  # noqa: S608 - names of our own columns


@lru_cache(maxsize=200)
def _converters(model: type[Model]) -> list[tuple[int, Callable[[Any, Any, Any], Any], Any]]:
    """What makes of a value in the database that of the model: its place in a row, how, and the column as it asks."""
    return [
        (place, convert, field.get_col(model._meta.db_table))
        for place, field in enumerate(model._meta.concrete_fields)
        for convert in (
            *connection.ops.get_db_converters(field.get_col(model._meta.db_table)),
            *field.get_db_converters(connection),
        )
    ]


@lru_cache(maxsize=200)
def _lock(model: type[Model], names: tuple[str, ...]) -> str:
    fields, meta = _named(model), model._meta
    columns = ", ".join(f'"{fields[name].column}"' for name in names)
    return f'SELECT {columns} FROM "{meta.db_table}" WHERE "{meta.pk.column}" = %s FOR UPDATE'  # noqa: S608 - names of our own columns


@lru_cache(maxsize=200)
def _exists(model: type[Model], names: tuple[str, ...]) -> str:
    fields = _named(model)
    asking = " AND ".join(f'"{fields[name].column}" = %s' for name in names)
    return f'SELECT EXISTS (SELECT 1 FROM "{model._meta.db_table}" WHERE {asking})'  # noqa: S608 - names of our own columns
