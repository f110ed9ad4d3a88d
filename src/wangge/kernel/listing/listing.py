"""The class a list page subclasses, and what is read from the address.

class CaseList(Listing):
    title = "事项"
    columns = (Column("number", "编号", link=lambda case: case.url, sort="number"), …)
    filters = (Choice("state", "状态", choices=State.choices), Text("q", "搜索", apply=search), …)
    sorts = {"new": ("-created_at", "-id"), "due": ("due_at", "id")}
    default_sort = "new"

    def rows(self, request):
        return visible(request.user)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.module_loading import import_string

from wangge.kernel.access.scopes import permissions
from wangge.kernel.listing.columns import Column
from wangge.kernel.listing.filters import Filter, FilterError

Rows = QuerySet[Any]

# Parameters of the address that are the list's own; a filter may not have these names.
OWN = frozenset({"sort", "size", "after", "before", "last", "page", "export", "print"})
PLACE = ("after", "before", "last", "page")


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something done to each of the checked rows: ``handler(request, row, data)`` inside its own transaction.

    It returns a note for the report or None, and refuses by raising ``FlowError``, ``PermissionDenied`` or
    ``ValidationError``. ``data`` is the cleaned data of ``form`` (shown in the dialog), with ``reason`` when
    ``needs_reason``. Shown to users who hold ``permission`` somewhere.
    """

    name: str
    label: str
    handler: Callable[[HttpRequest, Any, dict[str, Any]], str | None]
    permission: str = ""
    text: str = ""
    needs_reason: bool = False
    form: type[forms.Form] | None = None
    icon: str = "checklist"


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter in words, and the address without it."""

    label: str
    text: str
    url: str


@dataclass(slots=True)
class Applied:
    """What the address asks for: filter values, order, size of the page, and what could not be read."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    sort: str = ""
    order: tuple[str, ...] = ()
    size: int = 20


class Listing:
    """A list. Subclasses set the class variables and ``rows``; one instance serves one request."""

    title: ClassVar[str] = ""
    noun: ClassVar[str] = "条"
    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    sorts: ClassVar[Mapping[str, tuple[str, ...]]] = {"id": ("id",)}
    default_sort: ClassVar[str] = "id"
    page_sizes: ClassVar[tuple[int, ...]] = (20, 50, 100)
    bulk: ClassVar[Sequence[BulkAction]] = ()
    empty_title: ClassVar[str] = "没有记录"
    empty_hint: ClassVar[str] = ""
    # The permission that an export asks besides seeing the list; empty: none.
    export_permission: ClassVar[str] = ""
    template: ClassVar[str] = "listing/page.html"

    def __init__(self, **params: Any) -> None:
        """``params`` (JSON values) distinguish lists of one class, such as the inbox of one office."""
        self.params = params

    # -- for subclasses --------------------------------------------------------------------------

    def rows(self, request: HttpRequest) -> Rows:
        """The rows the user may see: ``policy.visible(request.user)`` and nothing wider."""
        raise NotImplementedError

    def count(self, rows: Rows, applied: Applied) -> int:  # noqa: ARG002
        """How many rows there are, exactly. A module may answer from counters it maintains."""
        return rows.order_by().count()

    def thin(self, request: HttpRequest, applied: Applied) -> Rows | None:  # noqa: ARG002
        """The same rows as ``filtered``, said so that which of them a page shows is read within an index: the rows of
        the page are then fetched by their keys. None: there is no such way."""
        return None

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """Fetch what the columns need for these rows (a page, or a chunk of an export) in a few queries."""

    def row_css(self, row: Any) -> str:  # noqa: ARG002
        return ""

    def page_actions(self, request: HttpRequest) -> list[dict[str, str]]:  # noqa: ARG002
        """Buttons beside the title: ``label``, ``url``, ``icon``."""
        return []

    def context(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """More for the template."""
        return {}

    # -- reading the address ---------------------------------------------------------------------

    @classmethod
    def code(cls) -> str:
        """The name of the list in saved views, exports and the audit: its import path."""
        return f"{cls.__module__}.{cls.__qualname__}"

    @property
    def key(self) -> str:
        """The code with the parameters: lists that differ have different saved views."""
        tail = ",".join(f"{name}={self.params[name]}" for name in sorted(self.params))
        return f"{self.code()}({tail})" if tail else self.code()

    def order(self, sort: str) -> tuple[str, ...]:
        """The fields behind a sort key (``-key`` reverses it), ending in one that is unique."""
        fields = tuple(self.sorts[sort.removeprefix("-")])
        if fields[-1].removeprefix("-") not in {"id", "pk"}:
            fields += ("-id" if fields[-1].startswith("-") else "id",)
        if sort.startswith("-"):
            fields = tuple(f[1:] if f.startswith("-") else f"-{f}" for f in fields)
        return fields

    def read(self, request: HttpRequest) -> Applied:
        """Parse the address; whatever cannot be read becomes a message."""
        data = request.GET
        applied = Applied(sort=data.get("sort") or self.default_sort)
        for one in self.filters:
            try:
                value = one.parse(data, request)
            except FilterError as error:
                applied.errors.append(str(error))
                continue
            if value is not None:
                applied.values[one.name] = value
        if applied.sort.removeprefix("-") not in self.sorts:
            applied.errors.append(f"不能按“{applied.sort[:40]}”排序。")
            applied.sort = self.default_sort
        applied.order = self.order(applied.sort)
        size = data.get("size", "")
        applied.size = int(size) if size.isdecimal() and int(size) in self.page_sizes else self.page_sizes[0]
        return applied

    def filtered(self, request: HttpRequest, applied: Applied) -> Rows:
        """The visible rows narrowed by the filters; none while a filter cannot be read, so that no figure misleads."""
        return self.narrowed(self.rows(request), applied)

    def narrowed(self, rows: Rows, applied: Applied, *, but: Collection[str] = ()) -> Rows:
        """``rows`` narrowed by the filters, all ``but`` those named."""
        if applied.errors:
            return rows.none()
        for one in self.filters:
            if one.name in applied.values and one.name not in but:
                rows = one.narrow(rows, applied.values[one.name])
        return rows

    def chips(self, request: HttpRequest, applied: Applied) -> list[Chip]:
        """The active filters in words, each with the address that removes it."""
        return [
            Chip(
                one.label,
                one.describe(applied.values[one.name], request),
                address(request.GET, **dict.fromkeys((*one.parameters, *PLACE), None)),
            )
            for one in self.filters
            if one.name in applied.values
        ]

    def bulk_for(self, user: Any) -> list[BulkAction]:
        held = permissions(user) if self.bulk else frozenset()
        return [one for one in self.bulk if not one.permission or one.permission in held]

    def may_export(self, user: Any) -> bool:
        return not self.export_permission or self.export_permission in permissions(user)

    @property
    def exported(self) -> list[Column]:
        return [column for column in self.columns if column.export]


def restore(code: str, params: Mapping[str, Any]) -> Listing:
    """The list that ``code`` and ``params`` name (from our own tables, never from a request)."""
    found = import_string(code)
    if not (isinstance(found, type) and issubclass(found, Listing)):
        raise TypeError(f"{code} is not a Listing")
    return found(**params)


def address(data: QueryDict, **changes: Any) -> str:
    """The query string with ``changes`` (None removes), without empty parameters; ``?`` when nothing is left."""
    new = data.copy()
    for name, value in changes.items():
        if value is None:
            new.pop(name, None)
        else:
            new[name] = str(value)
    for name in list(new):
        kept = [value for value in new.getlist(name) if value]
        if kept:
            new.setlist(name, kept)
        else:
            del new[name]
    return f"?{new.urlencode()}"
