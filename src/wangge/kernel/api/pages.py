"""Pages of lists for other systems: a page by key, and the exact number of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from ninja import Query

from wangge.kernel.api.problems import Problem
from wangge.kernel.listing import paging

Cursor = Annotated[str, Query(max_length=160)]
Limit = Annotated[int, Query(ge=1, le=100)]
# What a cursor that somebody has changed leads to, here or in the database.
_UNREADABLE: Final = (paging.CursorError, TypeError, ValueError, OverflowError, ValidationError, DataError)


def page_of(
    rows: QuerySet[Any], order: Sequence[str], *, limit: int, cursor: str, count: Callable[[], int] | None = None
) -> tuple[paging.Page, int]:
    """The page after ``cursor`` and how many rows there are, by ``count`` where the module knows a quicker way.

    Raises ``Problem`` (422) for a cursor that cannot be read.
    """
    try:
        page = paging.page(rows, order, limit, after=cursor)
    except _UNREADABLE:
        raise Problem(422, "游标无效，请从第一页重新查询。", code="bad_cursor") from None
    if not cursor and not page.after:
        return page, len(page.rows)
    return page, (count or rows.count)()
