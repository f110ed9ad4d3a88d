"""Publishing and hearing. See the package docstring for what is promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import partial
from typing import Any, TypeVar

import structlog
from django.db import transaction
from prometheus_client import Counter

log = structlog.get_logger(__name__)

H = TypeVar("H", bound=Callable[[Any], object])
Handler = Callable[[Any], object]

failures = Counter("wangge_event_failures_total", "Event handlers that failed", ["event", "handler"])

_handlers: defaultdict[type, list[Handler]] = defaultdict(list)


def on(*events: type) -> Callable[[H], H]:
    """Register the function as a handler of each of ``events`` (exactly these classes, in order of registration)."""
    for event in events:
        if not (is_dataclass(event) and event.__dataclass_params__.frozen):  # type: ignore[attr-defined]
            raise TypeError(f"{event.__name__} is not a frozen dataclass")

    def register(handler: H) -> H:
        for event in events:
            if handler not in _handlers[event]:
                _handlers[event].append(handler)
        return handler

    return register


def handlers(event: type) -> tuple[Handler, ...]:
    """Who hears ``event``."""
    return tuple(_handlers.get(event, ()))


def publish(event: Any) -> None:
    """Tell the handlers of ``type(event)`` after the commit; at once when no transaction is open.

    Raises nothing of theirs.
    """
    if _handlers.get(type(event)):
        transaction.on_commit(partial(_tell, event))


def _tell(event: Any) -> None:
    for handler in handlers(type(event)):
        try:
            handler(event)
        except Exception:
            name = f"{handler.__module__}.{getattr(handler, '__qualname__', repr(handler))}"
            failures.labels(type(event).__name__, name).inc()
            log.exception("event.handler_failed", event_type=type(event).__name__, handler=name, payload=repr(event))
