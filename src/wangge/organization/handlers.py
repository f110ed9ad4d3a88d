"""What the organization does about events of other modules."""

from __future__ import annotations

from wangge.kernel.events.bus import on
from wangge.organization import moving
from wangge.territory.events import PathsMoved


@on(PathsMoved)
def follow_places(event: PathsMoved) -> None:
    """Offices serve the place under its new code."""
    moving.follow_places(moves=dict(event.moves), on=event.on)
