"""Filters: each reads its part of the address, filters the rows and says in words what it does (the chip).

An unreadable value is a ``FilterError`` with words for the user, never a server error.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

Rows = QuerySet[Any]
Apply = Callable[[Rows, Any], Rows]
Choices = Iterable[tuple[Any, str]]


class FilterError(ValueError):
    """A filter's value cannot be read; ``str(error)`` is for the user."""


@dataclass(frozen=True, slots=True)
class Filter(ABC):
    """``parse`` → a value or None (not set); ``narrow`` the rows by it; ``describe`` it for the chip."""

    name: str
    label: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The address's parameters that belong to the filter."""
        return (self.name,)

    @property
    def template(self) -> str:
        return f"listing/filters/{type(self).__name__.lower()}.html"

    @abstractmethod
    def parse(self, data: QueryDict, request: HttpRequest) -> Any: ...

    @abstractmethod
    def narrow(self, rows: Rows, value: Any) -> Rows: ...

    @abstractmethod
    def describe(self, value: Any, request: HttpRequest) -> str: ...

    def shown(self, data: QueryDict, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """What the template of the control needs besides the filter itself."""
        return {"values": {name: data.get(name, "") for name in self.parameters}}


@dataclass(frozen=True, slots=True)
class Choice(Filter):
    """One of ``choices`` (or several with ``multiple``). ``choices`` may be a function of the request.

    Filters ``field`` (default: the name) by equality, or by ``apply(rows, value)``; with ``multiple`` the
    value is a list.
    """

    choices: Choices | Callable[[HttpRequest], Choices] = ()
    field: str = ""
    apply: Apply | None = None
    multiple: bool = False
    any_label: str = "全部"

    def options(self, request: HttpRequest) -> list[tuple[str, str]]:
        """The choices as text; a function of the request is asked once a request."""
        kept: dict[int, list[tuple[str, str]]] = request.__dict__.setdefault("_wangge_choices", {})
        if id(self) not in kept:
            choices = self.choices(request) if callable(self.choices) else self.choices
            kept[id(self)] = [(str(value), str(label)) for value, label in choices if value not in {"", None}]
        return kept[id(self)]

    def parse(self, data: QueryDict, request: HttpRequest) -> Any:
        chosen = [value for value in data.getlist(self.name) if value]
        if not chosen:
            return None
        known = dict(self.options(request))
        unknown = [value for value in chosen if value not in known]
        if unknown:
            raise FilterError(f"“{self.label}”没有“{unknown[0][:40]}”这个选项。")
        if len(chosen) > 1 and not self.multiple:
            raise FilterError(f"“{self.label}”只能选一个。")
        return chosen if self.multiple else chosen[0]

    def narrow(self, rows: Rows, value: Any) -> Rows:
        if self.apply is not None:
            return self.apply(rows, value)
        name = self.field or self.name
        return rows.filter(**{f"{name}__in" if self.multiple else name: value})

    def describe(self, value: Any, request: HttpRequest) -> str:
        known = dict(self.options(request))
        return "、".join(known.get(one, one) for one in (value if self.multiple else [value]))

    def shown(self, data: QueryDict, request: HttpRequest) -> dict[str, Any]:
        chosen = set(data.getlist(self.name))
        return {"options": [(value, label, value in chosen) for value, label in self.options(request)]}


@dataclass(frozen=True, slots=True)
class Text(Filter):
    """Typed text, stripped, at most ``longest`` characters.

    Filters by ``apply(rows, text)``, or by containment in ``field``.
    """

    apply: Apply | None = None
    field: str = ""
    placeholder: str = ""
    longest: int = 200

    def parse(self, data: QueryDict, request: HttpRequest) -> str | None:  # noqa: ARG002
        typed = data.get(self.name, "").strip()
        if "\x00" in typed:
            raise FilterError(f"“{self.label}”里有不能识别的字符。")
        if len(typed) > self.longest:
            raise FilterError(f"“{self.label}”最多 {self.longest} 个字。")
        return typed or None

    def narrow(self, rows: Rows, value: Any) -> Rows:
        if self.apply is not None:
            return self.apply(rows, value)
        return rows.filter(**{f"{self.field or self.name}__icontains": value})

    def describe(self, value: Any, request: HttpRequest) -> str:  # noqa: ARG002
        return str(value)


@dataclass(frozen=True, slots=True)
class DateRange(Filter):
    """From a day to a day, both included; days are Shanghai's calendar days, also over instants."""

    field: str = ""
    apply: Apply | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to")

    def _day(self, text: str) -> date | None:
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise FilterError(f"“{self.label}”的日期“{text[:20]}”不对，应为 2024-05-01 这样的格式。") from None

    def parse(self, data: QueryDict, request: HttpRequest) -> tuple[date | None, date | None] | None:  # noqa: ARG002
        start, end = (self._day(data.get(name, "").strip()) for name in self.parameters)
        if start is None and end is None:
            return None
        if start is not None and end is not None and start > end:
            raise FilterError(f"“{self.label}”的起始日期晚于结束日期。")
        if any(day is not None and not 1900 <= day.year <= 2200 for day in (start, end)):
            raise FilterError(f"“{self.label}”的年份应在 1900 到 2200 之间。")
        return start, end

    def narrow(self, rows: Rows, value: Any) -> Rows:
        if self.apply is not None:
            return self.apply(rows, value)
        start, end = value
        name = self.field or self.name
        instants = isinstance(field_of(rows, name), DateTimeField)
        if start is not None:
            rows = rows.filter(**{f"{name}__gte": _midnight(start) if instants else start})
        if end is not None:
            after = end + timedelta(days=1)
            rows = rows.filter(**{f"{name}__lt": _midnight(after) if instants else after})
        return rows

    def describe(self, value: Any, request: HttpRequest) -> str:  # noqa: ARG002
        start, end = value
        if start == end:
            return f"{start}"
        if end is None:
            return f"{start} 起"
        if start is None:
            return f"{end} 止"
        return f"{start} 至 {end}"


@dataclass(frozen=True, slots=True)
class Flag(Filter):
    """A tick: ``apply(rows, True)`` when set, or ``where`` as filter arguments."""

    apply: Apply | None = None
    where: dict[str, Any] = field(default_factory=dict)

    def parse(self, data: QueryDict, request: HttpRequest) -> bool | None:  # noqa: ARG002
        typed = data.get(self.name, "")
        if typed in {"", "0"}:
            return None
        if typed in {"1", "on"}:
            return True
        raise FilterError(f"“{self.label}”只能勾选或不勾选。")

    def narrow(self, rows: Rows, value: Any) -> Rows:
        return self.apply(rows, value) if self.apply is not None else rows.filter(**self.where)

    def describe(self, value: Any, request: HttpRequest) -> str:  # noqa: ARG002
        return "是"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def field_of(rows: Rows, name: str) -> Any:
    """The model field or annotation behind ``name``; None when unknown."""
    annotation = rows.query.annotations.get(name)
    if annotation is not None:
        return getattr(annotation, "output_field", None)
    model: Any = rows.model
    found: Any = None
    for part in name.split("__"):
        found = model._meta.pk if part == "pk" else model._meta.get_field(part)
        model = found.related_model
    return found
