"""What a cell shows, and the same value as text for exports and print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, strip_tags

Value = str | int | float | Decimal


def plain(value: Any) -> Value:  # noqa: PLR0911 (one line a type)
    """A value as a person reads it: local time to the minute, 是/否, empty for None; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(str(plain(one)) for one in value)
    return str(value)


def lookup(row: Any, name: str) -> Any:
    """``row.a.b`` for ``a__b``; the label of a choice field; None when a part is None."""
    for part in name.split("__"):
        if row is None:
            return None
        labelled = getattr(row, f"get_{part}_display", None) if isinstance(row, Model) else None
        row = labelled() if callable(labelled) else getattr(row, part)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    value: Callable[[Any], Any] | None = None
    render: Callable[[Any], str] | None = None
    link: Callable[[Any], str] | None = None
    sort: str = ""
    css: str = ""
    screen: bool = True
    export: bool = True
    width: int = 0


@dataclass(frozen=True, slots=True)
class Column(_Options):
    """A column: ``name`` is the attribute (``a__b`` follows relations) unless ``value`` says otherwise.

    ``render(row)`` gives markup for the screen (``html.badge``, ``format_html``: never unescaped input);
    ``link(row)`` an address around it; ``sort`` a key of ``Listing.sorts``; ``css`` a class of the cell
    (``wg-wide`` for text, ``wg-number``, ``wg-nowrap``); ``width`` the width in an export, in characters.
    ``screen=False`` shows only in exports, ``export=False`` only on the screen.
    """

    name: str
    label: str

    def text(self, row: Any) -> Value:
        """The value as displayed, without markup."""
        if self.value is not None:
            return plain(self.value(row))
        if self.render is not None:
            return strip_tags(self.render(row)).strip()
        return plain(lookup(row, self.name))

    def html(self, row: Any) -> str:
        """The cell's content, escaped."""
        shown = self.render(row) if self.render is not None else self.text(row)
        target = self.link(row) if self.link is not None else ""
        if target:
            return format_html('<a href="{}">{}</a>', target, shown)
        return conditional_escape(shown if isinstance(shown, str) else str(shown))
