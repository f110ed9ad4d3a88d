"""What the organization does about events of other modules."""

from __future__ import annotations

from wangge.kernel.events.bus import on
from wangge.organization import moving, staffing
from wangge.territory.events import GridStaffed, PathsMoved


@on(PathsMoved)
def follow_places(event: PathsMoved) -> None:
    """Offices serve the place under its new code."""
    moving.follow_places(moves=dict(event.moves), on=event.on)


@on(GridStaffed)
def work_for_the_community(event: GridStaffed) -> None:
    """Whoever works in a grid acts for its committee there: what lies with the committee is theirs to handle."""
    if event.began:
        staffing.act_for_the_committee(user_id=event.user_id, grid_code=event.grid_code)
