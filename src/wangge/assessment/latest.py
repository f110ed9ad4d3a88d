"""Who changed a row last, in words: for whom comes second and must not overwrite it."""

from __future__ import annotations

from typing import Any

from wangge.kernel.audit import queries as audit
from wangge.kernel.flow import already


def last_act(row: Any) -> str:
    """“王某已于11月21日10:31”, from the record of the row."""
    entry = audit.history(row).first()
    return "他人刚刚" if entry is None else already(entry.actor_label, entry.at)


def is_repeat(row: Any, by: Any, action: str, reason: str) -> bool:
    """Whether the last thing recorded of the row is this very act of the same person: a request sent twice."""
    entry = audit.history(row).first()
    return entry is not None and (entry.actor_id, entry.action, entry.reason) == (
        getattr(by, "pk", None),
        action,
        reason,
    )
