"""What topics tell those above, after commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TopicRose:
    """More than the days before explain; ``topic_id`` is None where a kind rises at a place."""

    rise_id: int
    topic_id: int | None
    path: str
    on: date
    level: str
