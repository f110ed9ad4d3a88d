"""Single rows written and read by statements that are made once for each model.

What the ORM does beside the database for an insert, an update or a lock of one row is mostly to write the same SQL
again, and what the database does beside the row is to parse and to plan it again. A step writes six rows: here it only
sends their values. Values are prepared by the fields, as ``save`` does it; there are no signals, and no relations are
cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=Model)
# What a row has to be: names and how each is compared (``_asked``).
Asked = tuple[tuple[str, str], ...]


class Made(NamedTuple):
    """What the database makes of a row's own columns and of ``values``, to be written into a field."""

    sql: str
    values: tuple[Any, ...] = ()


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
    written = {name: getattr(row, name) for name in sorted(names)}
    return write(type(row), written, where={row._meta.pk.attname: row.pk, **where})


def write(model: type[Model], values: Mapping[str, Any], *, where: Mapping[str, Any]) -> int:
    """Give the fields of ``values`` (attribute names) to every row that is as ``where`` says; how many there were."""
    fields = _named(model)
    forms: list[tuple[str, str]] = []
    given: list[Any] = []
    for name, value in values.items():
        if isinstance(value, Made):
            forms.append((name, value.sql))
            given += value.values
        else:
            forms.append((name, ""))
            given.append(fields[name].get_db_prep_save(value, connection))
    asked, sought = _asked(model, where)
    with cursor() as sent:
        sent.execute(_update(model, tuple(forms), asked), [*given, *sought])
        return int(sent.rowcount)


def one(model: type[M], **where: Any) -> M | None:
    """The row whose fields (attribute names) have these values, of which there is one at most."""
    asked, sought = _asked(model, where)
    with cursor() as sent:
        sent.execute(_select(model, asked), sought)
        found = sent.fetchone()
    if found is None:
        return None
    values = list(found)
    for place, convert, column in _converters(model):
        values[place] = convert(values[place], column, connection)
    return model.from_db(connection.alias, tuple(_named(model)), values)


def exists(model: type[Model], **where: Any) -> bool:
    """Whether there is a row whose fields (attribute names) have these values."""
    asked, sought = _asked(model, where)
    with cursor() as sent:
        sent.execute(_exists(model, asked), sought)
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


_ANY: Final = "= ANY (%s)"
_NONE: Final = "IS NULL"
_IS: Final = "= %s"


def _asked(model: type[Model], where: Mapping[str, Any]) -> tuple[Asked, list[Any]]:
    """How each field of ``where`` is compared, and with what: none with NULL, a list with every value in it."""
    fields = _named(model)
    asked, sought = [], []
    for name, value in where.items():
        prepare = fields[name].get_db_prep_value
        if value is None:
            asked.append((name, _NONE))
        elif isinstance(value, list | tuple):
            asked.append((name, _ANY))
            sought.append([prepare(one, connection) for one in value])
        else:
            asked.append((name, _IS))
            sought.append(prepare(value, connection))
    return tuple(asked), sought


def _asking(model: type[Model], asked: Asked) -> str:
    return " AND ".join(f'"{_named(model)[name].column}" {form}' for name, form in asked)


@lru_cache(maxsize=2000)
def _update(model: type[Model], forms: tuple[tuple[str, str], ...], asked: Asked) -> str:
    fields = _named(model)
    setting = ", ".join(f'"{fields[name].column}" = {form or _place(fields[name])}' for name, form in forms)
    return f'UPDATE "{model._meta.db_table}" SET {setting} WHERE {_asking(model, asked)}'  # noqa: S608 - names of our own columns


@lru_cache(maxsize=200)
def _select(model: type[Model], asked: Asked) -> str:
    columns = ", ".join(f'"{field.column}"' for field in _named(model).values())
    return f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {_asking(model, asked)}'  # noqa: S608 - names of our own columns


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
def _exists(model: type[Model], asked: Asked) -> str:
    return f'SELECT EXISTS (SELECT 1 FROM "{model._meta.db_table}" WHERE {_asking(model, asked)})'  # noqa: S608 - names of our own columns
