"""What whistles do about events of other modules. Long work is a job: it is tried again when it fails."""

from __future__ import annotations

from wangge.kernel.events.bus import on
from wangge.kernel.jobs.queue import defer
from wangge.territory.events import PathsMoved


@on(PathsMoved)
def follow_places(event: PathsMoved) -> None:
    """Open whistles follow their place."""
    defer("whistle.follow_places", moves=[list(pair) for pair in event.moves], on=event.on.isoformat())
