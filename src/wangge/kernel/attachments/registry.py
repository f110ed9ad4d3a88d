"""Whose files a user may fetch: each owning module says which of its rows the user sees. Default: nobody's.

Register in the module's ``policy.py``: ``serve_for("cases.case", visible=visible, personal=("identity",))``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from wangge.kernel.attachments.models import Attachment

Visible = Callable[[Any], "models.QuerySet[Any]"]


@dataclass(frozen=True, slots=True)
class Served:
    """``visible(user)``: the rows whose files the user may fetch; reads of ``personal`` purposes are recorded."""

    visible: Visible
    personal: frozenset[str] = frozenset()


_served: dict[str, Served] = {}


def serve_for(owner_type: str, visible: Visible, *, personal: Iterable[str] = ()) -> None:
    """Declare that files of ``owner_type`` (``app.model``) are served to those who see the owner."""
    _served[owner_type.lower()] = Served(visible, frozenset(personal))


def may_fetch(user: Any, attachment: Attachment) -> bool:
    """Whether ``user`` sees the row the attachment belongs to. Unregistered types: never."""
    served = _served.get(attachment.owner_type)
    if served is None or not getattr(user, "is_authenticated", False):
        return False
    return served.visible(user).filter(pk=attachment.owner_id).exists()


def is_personal(attachment: Attachment) -> bool:
    """Whether fetching it is a read of personal data, to be recorded."""
    served = _served.get(attachment.owner_type)
    return served is not None and attachment.purpose in served.personal
