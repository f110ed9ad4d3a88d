"""Who is acting, in which request: bound to the execution context, never passed by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from wangge.kernel.access.scopes import offices_of


@dataclass(frozen=True, slots=True)
class Actor:
    """``kind`` is staff, resident, client (a system with a token), anonymous (nobody signed in) or system."""

    kind: str
    id: int | None
    label: str
    office_id: int | None = None


SYSTEM = Actor("system", None, "系统")
ANONYMOUS = Actor("anonymous", None, "未登录")


@dataclass(frozen=True, slots=True)
class Context:
    """``who`` may be a function: a request knows its user only later, and mostly nobody asks."""

    who: Actor | Callable[[], Actor] = SYSTEM
    request_id: str = ""
    address: str = ""
    reason: str = ""

    @property
    def actor(self) -> Actor:
        return self.who if isinstance(self.who, Actor) else self.who()


_context: ContextVar[Context] = ContextVar("wangge_audit_context", default=Context())  # noqa: B039 - frozen


def current() -> Context:
    """What is bound now; the system when nothing is."""
    return _context.get()


@contextmanager
def bind(*, actor: Actor | Callable[[], Actor] | None = None, **changes: str) -> Iterator[Context]:
    """Bind ``actor`` (or a function that finds it), ``request_id``, ``address`` or ``reason`` for the block."""
    before = _context.get()
    token = _context.set(replace(before, who=before.who if actor is None else actor, **changes))
    try:
        yield _context.get()
    finally:
        _context.reset(token)


@contextmanager
def acting(by: Any) -> Iterator[None]:
    """One transaction, recorded under the user ``by`` (None: whoever is bound already)."""
    with transaction.atomic():
        if by is None:
            yield
        else:
            with bind(actor=actor_for(by)):
                yield


def bind_rest(actor: Actor) -> None:
    """Bind ``actor`` for the rest of the enclosing ``bind`` block: a request learns its caller half-way (tokens)."""
    _context.set(replace(_context.get(), who=actor))


def staff_actor(user: Any) -> Actor:
    """The actor behind a signed-in ``user``; their grants are read once per user object."""
    offices = offices_of(user)
    return Actor("staff", user.pk, str(user), offices[0] if offices else None)


def actor_for(user: Any) -> Actor:
    """The actor behind ``user``; the bound actor when ``user`` is None or anonymous."""
    bound = current().actor
    if user is None or not getattr(user, "is_authenticated", False):
        return bound
    return bound if bound.kind == "staff" and bound.id == user.pk else staff_actor(user)
