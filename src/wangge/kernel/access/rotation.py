"""Changing keys: re-encrypt personal columns with the first key, and compute blind indexes anew.

Both walk every model, work in batches of their own transactions, may be stopped and run again, and do
not overwrite what somebody else changes meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from psycopg import sql

from wangge.kernel.access.database import as_system
from wangge.kernel.access.personal import (
    BlindIndexField,
    EncryptedField,
    blind_index,
    current_key_id,
    decrypt,
    encrypt,
)

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Index:
    """A blind index column, the encrypted column it is of, and its purpose."""

    field: str
    source: str
    purpose: str


def _quiet(label: str, count: int) -> None:
    """Nobody watches."""


def encrypted_columns() -> Iterator[tuple[type[models.Model], EncryptedField]]:
    """Every encrypted column of every table."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedField):
                yield model, field


def blind_indexes() -> Iterator[tuple[type[models.Model], Index]]:
    """Every blind index: fields of the kind, and plain columns a model lists in ``blind_indexes``.

    ``blind_indexes: ClassVar = {"phone_index": ("phone", "phone")}`` (column → source, purpose).
    """
    for model in apps.get_models():
        declared: dict[str, tuple[str, str]] = getattr(model, "blind_indexes", {})
        for field in model._meta.local_concrete_fields:
            if isinstance(field, BlindIndexField):
                yield model, Index(field.name, field.source, field.purpose)
            elif field.name in declared:
                yield model, Index(field.name, *declared[field.name])


def rotate_keys(*, batch: int = 1000, progress: Progress = _quiet) -> dict[str, int]:
    """Re-encrypt with the first key what another key encrypted. Column → rows changed."""
    key_id = current_key_id()
    prefix = key_id.encode() + b"\0"
    changed: dict[str, int] = {}
    for model, field in encrypted_columns():
        table, primary, column = _names(model, model._meta.pk.name, field.name)
        find = sql.SQL(
            "SELECT {pk}, {column} FROM {table} WHERE {column} IS NOT NULL AND {pk} > %s"
            " AND substring({column} FROM 1 FOR %s) <> %s ORDER BY {pk} LIMIT %s"
        ).format(pk=primary, column=column, table=table)
        write = sql.SQL("UPDATE {table} SET {column} = %s WHERE {pk} = %s AND {column} = %s").format(
            pk=primary, column=column, table=table
        )
        label = f"{model._meta.label}.{field.name}"
        changed[label] = 0
        for rows in _batches(find, (len(prefix), prefix), batch):
            with connection.cursor() as cursor:
                for pk, stored in rows:
                    cursor.execute(write, [encrypt(decrypt(stored)), pk, stored])
                    changed[label] += cursor.rowcount
            progress(label, changed[label])
    return changed


def reindex(*, batch: int = 1000, progress: Progress = _quiet) -> dict[str, int]:
    """Compute every blind index anew (after the key of the index changed). Column → rows changed."""
    changed: dict[str, int] = {}
    for model, index in blind_indexes():
        source_field = model._meta.get_field(index.source)
        table, primary, column, source = _names(model, model._meta.pk.name, index.field, index.source)
        find = sql.SQL(
            "SELECT {pk}, {source}, {column} FROM {table} WHERE {source} IS NOT NULL AND {pk} > %s"
            " ORDER BY {pk} LIMIT %s"
        ).format(pk=primary, source=source, column=column, table=table)
        write = sql.SQL("UPDATE {table} SET {column} = %s WHERE {pk} = %s AND {source} = %s").format(
            pk=primary, source=source, column=column, table=table
        )
        label = f"{model._meta.label}.{index.field}"
        changed[label] = 0
        encrypted = isinstance(source_field, EncryptedField)
        for rows in _batches(find, (), batch):
            with connection.cursor() as cursor:
                for pk, stored, before in rows:
                    after = blind_index(decrypt(stored) if encrypted else stored, index.purpose)
                    if after != (bytes(before) if before is not None else None):
                        cursor.execute(write, [after, pk, stored])
                        changed[label] += cursor.rowcount
            progress(label, changed[label])
    return changed


def _names(model: type[models.Model], *fields: str) -> tuple[sql.Identifier, ...]:
    """The quoted names of the table and of the columns of ``fields``."""
    columns = [str(getattr(model._meta.get_field(name), "column")) for name in fields]  # noqa: B009
    return tuple(sql.Identifier(name) for name in (model._meta.db_table, *columns))


def _batches(find: sql.Composed, parameters: tuple[Any, ...], batch: int) -> Iterator[list[tuple[Any, ...]]]:
    """Pages by primary key, each in a transaction that the caller's writes join."""
    last: Any = -1
    while True:
        with as_system(), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(find, [last, *parameters, batch])
                rows = cursor.fetchall()
            if not rows:
                return
            yield rows
        last = rows[-1][0]
