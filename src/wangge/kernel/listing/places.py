"""The filter by place: by code, or by name as people know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict

from wangge.kernel.access import names
from wangge.kernel.access.scopes import outermost
from wangge.kernel.listing.filters import FilterError, Rows, Text

MOST = 50


@dataclass(frozen=True, slots=True)
class Place(Text):
    """Rows at a place and below it; ``field`` holds their code. A name that several places bear means all of them."""

    field: str = "path"
    placeholder: str = "名称或区划代码"
    longest: int = 60

    @property
    def template(self) -> str:
        return "listing/filters/text.html"

    def parse(self, data: QueryDict, request: HttpRequest) -> Any:
        typed = super(Place, self).parse(data, request)
        return None if typed is None else codes(typed)

    def narrow(self, rows: Rows, value: Any) -> Rows:
        condition = Q(pk__in=())
        for code in value:
            condition |= Q(**{f"{self.field}__startswith": code})
        return rows.filter(condition)

    def describe(self, value: Any, request: HttpRequest) -> str:  # noqa: ARG002
        called = names.places(value)
        return "、".join(called.get(code, code) for code in value)


def codes(typed: str) -> tuple[str, ...]:
    """The code itself, or those of the places that are called so (else: whose name holds it); none below another."""
    if typed.isdigit():
        return (typed,)
    meant = names.meant(typed, limit=MOST)
    if not meant:
        raise FilterError(f"没有找到“{typed[:40]}”这个地方。")
    return tuple(outermost(one.code for one in meant))
