"""When cached names and outlines are stale: every write changes one token; readers look now and then."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from django.db import transaction

from wangge.territory.models import TerritoryRevision

T = TypeVar("T")
# Another process sees a change at most this many seconds later; this one sees its own at once.
CHECK_SECONDS: Final = 2.0


def token() -> uuid.UUID | None:
    """The token in the database; None when nothing was ever written."""
    return TerritoryRevision.objects.values_list("token", flat=True).filter(pk=1).first()


@dataclass(slots=True)
class _Held(Generic[T]):
    token: uuid.UUID | None
    value: T


class Cached(Generic[T]):
    """A value built from territory rows, kept in the process until the token changes.

    The value must be treated as read-only, save for memo dictionaries inside it: threads share it.
    """

    everything: ClassVar[list[Cached[Any]]] = []

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._held: _Held[T] | None = None
        self._checked = 0.0
        Cached.everything.append(self)

    def get(self) -> T:
        held = self._held
        now = time.monotonic()
        if held is not None and now - self._checked < CHECK_SECONDS:
            return held.value
        current = token()
        self._checked = now
        if held is None or held.token != current:
            # Read the token before the rows: a write in between makes the next check reload.
            held = self._held = _Held(current, self._build())
        return held.value

    def forget(self) -> None:
        self._held = None


def forget() -> None:
    """Drop every cached value in this process."""
    for cached in Cached.everything:
        cached.forget()


def changed() -> None:
    """Called by every write, inside its transaction."""
    TerritoryRevision.objects.update_or_create(pk=1, defaults={"token": uuid.uuid4()})
    forget()
    transaction.on_commit(forget)
