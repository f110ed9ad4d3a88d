"""What duties do about events of other modules."""

from __future__ import annotations

from wangge.duties import moving
from wangge.kernel.events.bus import on
from wangge.territory.events import PathsMoved


@on(PathsMoved)
def follow_places(event: PathsMoved) -> None:
    """Duties and lists of a place hold under its new code."""
    moving.follow_places(moves=dict(event.moves), on=event.on)
