"""Who is acting, in which request: bound to the execution context, never passed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """``kind`` is staff, resident, client (a system with a token) or system."""

    kind: str
    id: int | None
    label: str
    office_id: int | None = None


SYSTEM = Actor("system", None, "系统")


@dataclass(frozen=True, slots=True)
class Context:
    actor: Actor = SYSTEM
    request_id: str = ""
    address: str = ""
    reason: str = ""


_context: ContextVar[Context] = ContextVar("wangge_audit_context", default=Context())


def current() -> Context:
    """What is bound now; the system when nothing is."""
    return _context.get()


@contextmanager
def bind(**changes: Any) -> Iterator[Context]:
    """Bind ``actor``, ``request_id``, ``address`` or ``reason`` for the block."""
    token = _context.set(replace(_context.get(), **changes))
    try:
        yield _context.get()
    finally:
        _context.reset(token)


def actor_for(user: Any) -> Actor:
    """The actor behind ``user``; the bound actor when ``user`` is None or anonymous."""
    if user is None or not getattr(user, "is_authenticated", False):
        return current().actor
    bound = current().actor
    if bound.kind == "staff" and bound.id == user.pk:
        return bound
    from wangge.kernel.access.scopes import offices_of  # audit stays below access: resolved at call time

    offices = offices_of(user)
    return Actor("staff", user.pk, str(user), offices[0] if offices else None)
