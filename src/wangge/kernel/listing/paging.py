"""Keyset paging: a page begins after a row, not after a count of rows.

The place is the sort key of the row at the page's edge, encoded in the address. Reading on after the key
(a, b, id) asks in turn for the rows with a and b the same and a later id, with a the same and a later b, and
with a later a: each an index range, in any mix of directions. So the last page of a million rows is as quick
as the first. NULL sorts as PostgreSQL sorts it: as the largest value of all.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from wangge.kernel.listing.filters import field_of

Rows = QuerySet[Any]
Key = tuple[Any, ...]

_TYPES: dict[str, Any] = {"d": date, "dt": datetime, "t": time}


class CursorError(ValueError):
    """The place in the address cannot be read (cut off, or of another list)."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows. ``before`` and ``after`` are the places at its edges, empty when nothing lies beyond."""

    rows: list[Any]
    before: str
    after: str


def encode(key: Key) -> str:
    """A key as text for the address."""

    def tagged(value: Any) -> Any:
        if isinstance(value, datetime):
            return ["dt", value.isoformat()]
        if isinstance(value, date):
            return ["d", value.isoformat()]
        if isinstance(value, time):
            return ["t", value.isoformat()]
        if isinstance(value, Decimal | UUID):
            return ["n" if isinstance(value, Decimal) else "u", str(value)]
        return value

    text = json.dumps([tagged(value) for value in key], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str, length: int) -> Key:
    """The key behind ``text``; ``CursorError`` when it is not one of ``length`` values."""

    def untagged(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        kind, content = value
        if kind == "n":
            return Decimal(content)
        if kind == "u":
            return UUID(content)
        return _TYPES[kind].fromisoformat(content)

    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != length:
            raise CursorError("翻页位置不对")
        if values[-1] is None:  # the last field is unique and never NULL
            raise CursorError("翻页位置不对")
        return tuple(untagged(value) for value in values)
    except (ValueError, KeyError, TypeError, ArithmeticError, binascii.Error) as error:
        raise CursorError("翻页位置不对") from error


def reverse(order: Sequence[str]) -> tuple[str, ...]:
    """The same order backwards: exactly the reverse, NULLs included."""
    return tuple(name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order)


def key_of(row: Any, order: Sequence[str]) -> Key:
    """The sort key of a row."""

    def value(name: str) -> Any:
        found = row
        for part in name.removeprefix("-").split("__"):
            found = getattr(found, part) if found is not None else None
        return found

    return tuple(value(name) for name in order)


def _nullable(rows: Rows, name: str) -> bool:
    if "__" in name or name in rows.query.annotations:
        return True
    return bool(getattr(field_of(rows, name), "null", True))


def _from_the_start(rows: Rows, order: Sequence[str]) -> Iterator[tuple[Q, Sequence[str]]]:
    """All rows in pieces, each with the order that is left within it: where the first field is NULL it orders
    nothing, and an index over the rest (or over rows that have a value) serves."""
    bare = order[0].removeprefix("-")
    if len(order) < 2 or "__" in bare or not _nullable(rows, bare):
        yield Q(), order
        return
    with_value, without = (Q(**{f"{bare}__isnull": False}), order), (Q(**{f"{bare}__isnull": True}), order[1:])
    yield from (without, with_value) if order[0].startswith("-") else (with_value, without)


def _beyond(rows: Rows, order: Sequence[str], key: Key) -> Iterator[tuple[Q, Sequence[str]]]:
    """Conditions that together, in this order, give the rows after ``key``, each with the order left within it."""
    for position in range(len(order) - 1, -1, -1):
        same = Q()
        for name, value in zip(order[:position], key[:position], strict=True):
            bare = name.removeprefix("-")
            same &= Q(**{f"{bare}__isnull": True}) if value is None else Q(**{bare: value})
        name, value = order[position], key[position]
        bare = name.removeprefix("-")
        left = order[position:]
        if not name.startswith("-"):
            if value is not None:
                yield same & Q(**{f"{bare}__gt": value}), left
                if _nullable(rows, bare):
                    yield same & Q(**{f"{bare}__isnull": True}), left[1:]
        elif value is None:
            yield same & Q(**{f"{bare}__isnull": False}), left
        else:
            yield same & Q(**{f"{bare}__lt": value}), left


def _read(rows: Rows, order: Sequence[str], key: Key | None, size: int) -> list[Any]:
    """Up to ``size`` rows after ``key`` (from the beginning: None) in ``order``."""
    found: list[Any] = []
    for condition, left in _from_the_start(rows, order) if key is None else _beyond(rows, order, key):
        if len(found) >= size:
            break
        found += rows.order_by(*left).filter(condition)[: size - len(found)]
    return found


def bare(rows: Rows, order: Sequence[str]) -> Rows:
    """``rows`` with their keys in ``order`` alone."""
    return rows.only("pk", *(name.removeprefix("-") for name in order))


def filled(page: Page, rows: Rows) -> Page:
    """``page``, read from bare rows, with those of ``rows`` in their places; what has gone meanwhile is left out."""
    whole = rows.order_by().in_bulk([row.pk for row in page.rows]) if page.rows else {}
    return Page([whole[row.pk] for row in page.rows if row.pk in whole], page.before, page.after)


def page(rows: Rows, order: Sequence[str], size: int, *, after: str = "", before: str = "", last: int = 0) -> Page:
    """One page of ``rows`` in ``order`` (unique with its last field): the first, that after or before a
    place, or the last with ``last`` rows."""
    if last:
        found = list(reversed(_read(rows, reverse(order), None, last + 1)))
        kept = found[-last:]
        return Page(kept, encode(key_of(kept[0], order)) if len(found) > last else "", "")
    if before:
        found = list(reversed(_read(rows, reverse(order), decode(before, len(order)), size + 1)))
        if len(found) < size:
            return page(rows, order, size)  # the beginning came nearer: a full first page
        kept = found[-size:]
        more = len(found) > size
        # The row whose place was given lies after this page.
        edge = encode(key_of(kept[-1], order)) if kept else ""
        return Page(kept, encode(key_of(kept[0], order)) if more else "", edge)
    key = decode(after, len(order)) if after else None
    found = _read(rows, order, key, size + 1)
    kept = found[:size]
    return Page(
        kept,
        encode(key_of(kept[0], order)) if after and kept else "",
        encode(key_of(kept[-1], order)) if len(found) > size else "",
    )
