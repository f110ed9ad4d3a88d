"""What an office has to know, of whatever module: the shape of a notice, and telling several offices at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from wangge.kernel.access.scopes import offices_of


class NoticeBase(models.Model):
    """Something an office has to know. The concrete class adds what it is about, its ``kind`` and an index over what
    an office has not seen."""

    office_id = models.BigIntegerField("单位")
    text = models.CharField("内容", max_length=200)
    at = models.DateTimeField("时间")
    seen_at = models.DateTimeField("已阅时间", null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text


def tell(model: type[NoticeBase], offices: Iterable[int | None], *, text: str, at: datetime, **about: Any) -> int:
    """One notice an office; offices that are None or named twice are passed over. How many."""
    wanted = dict.fromkeys(office for office in offices if office is not None)
    rows: models.QuerySet[Any] = model._base_manager.all()
    rows.bulk_create(model(office_id=office, text=text[:200], at=at, **about) for office in wanted)
    return len(wanted)


def see(model: type[NoticeBase], *, pks: Iterable[int], by: Any) -> int:
    """The user has read what their offices were told; returns how many."""
    rows: models.QuerySet[Any] = model._base_manager.all()
    mine = rows.filter(pk__in=list(pks), office_id__in=offices_of(by), seen_at__isnull=True)
    return mine.update(seen_at=timezone.now())
