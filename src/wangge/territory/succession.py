"""What follows a place when its code changes: grids, staff, aliases, place codes, outlines, grants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.core.exceptions import ValidationError

from wangge.kernel.access.models import Grant
from wangge.kernel.audit.recording import record
from wangge.kernel.events.bus import publish
from wangge.territory import staffing
from wangge.territory.enums import GRID_LENGTH, ChangeKind
from wangge.territory.events import PathsMoved
from wangge.territory.models import DivisionChange, Grid, GridStaff, Outline, PlaceAlias, PlaceCode


def next_grid_code(community_code: str) -> str:
    """The next free number in the community; numbers of closed grids are not used again.

    Call with the community's row locked. Raises ``ValidationError`` after 999.
    """
    last = Grid.objects.filter(community_code=community_code).order_by("-code").values_list("code", flat=True).first()
    number = int(last[12:]) + 1 if last else 1
    if number > 999:
        raise ValidationError("这个社区的网格编号已用到999。", code="full")
    return f"{community_code}{number:03}"


def move_grid(*, grid: Grid, community_code: str, on: date, kind: ChangeKind, reason: str) -> Grid:
    """Close ``grid`` and open it under another community, with its staff; the number is kept where free."""
    on = max(on, grid.valid_from)  # a release may be older than the grid
    kept = f"{community_code}{grid.code[12:]}"
    free = not Grid.objects.filter(code=kept).exists()
    moved = Grid.objects.create(
        code=kept if free else next_grid_code(community_code),
        community_code=community_code,
        name=grid.name,
        kind=grid.kind,
        polygon=grid.polygon,
        centroid_lng=grid.centroid_lng,
        centroid_lat=grid.centroid_lat,
        area_m2=grid.area_m2,
        households=grid.households,
        valid_from=on,
        changed_on=on,
    )
    close_grid(grid=grid, on=on)
    link(kind=kind, on=on, old=grid, new=moved, note=reason)
    move_staff(old=grid, news=[moved], on=on, reason=reason)
    record("territory.grid.move", moved, changes={"code": [grid.code, moved.code]}, reason=reason)
    return moved


def close_grid(*, grid: Grid, on: date) -> None:
    grid.valid_to = on
    grid.save(update_fields=["valid_to"])


def link(*, kind: ChangeKind, on: date, old: Grid, new: Grid | None, note: str) -> DivisionChange:
    """A successor link between two grids; an end when ``new`` is None."""
    return DivisionChange.objects.create(
        kind=kind,
        on=on,
        from_code=old.code,
        from_name=old.name,
        to_code=new.code if new else "",
        to_name=new.name if new else "",
        note=note[:200],
    )


def move_staff(*, old: Grid, news: Sequence[Grid], on: date, reason: str) -> None:
    """Everybody of ``old`` goes on in each of ``news``; where a chief is already, a second becomes a member."""
    for post in GridStaff.objects.filter(grid=old, valid_to__isnull=True).select_related("user"):
        staffing.end(post=post, on=on, reason=reason)
        for new in news:
            if not GridStaff.objects.filter(grid=new, user=post.user, valid_to__isnull=True).exists():
                staffing.begin(grid=new, user=post.user, position=post.position, on=on, reason=reason, yield_chief=True)


def follow(*, moves: Mapping[str, str], on: date, reason: str, kind: ChangeKind = ChangeKind.RECODE) -> None:
    """Everything at the old paths moves to the new ones. ``moves`` names every level's pairs, old → new.

    Grants over an old path stay in force (old matters stay visible to whoever saw them) and are given
    again over the new path. Cases, offices and duties hear ``PathsMoved``.
    """
    if not moves:
        return
    paths = dict(moves)
    for grid in Grid.objects.current().filter(community_code__in=moves).order_by("code"):
        paths[grid.code] = move_grid(
            grid=grid, community_code=moves[grid.community_code], on=on, kind=kind, reason=reason
        ).code
    move_places(paths=paths, on=on)
    _repeat_grants(moves, on)
    publish(PathsMoved(tuple(paths.items()), on))


def move_places(*, paths: Mapping[str, str], on: date) -> None:
    """Aliases and place codes lie where they lay, under the new path; so does an outline."""
    for code in PlaceCode.objects.filter(path__in=paths):
        PlaceCode.objects.filter(pk=code.pk).update(path=paths[code.path])
    for alias in PlaceAlias.objects.filter(path__in=paths, valid_to__isnull=True):
        target = paths[alias.path]
        if PlaceAlias.objects.filter(path=target, name=alias.name, valid_to__isnull=True).exists():
            PlaceAlias.objects.filter(pk=alias.pk).update(valid_to=max(on, alias.valid_from))
        else:
            PlaceAlias.objects.filter(pk=alias.pk).update(path=target)
    for outline in Outline.objects.filter(code__in=paths, valid_to__isnull=True):
        Outline.objects.filter(pk=outline.pk).update(valid_to=on)
        target = paths[outline.code]
        if len(target) < GRID_LENGTH and not Outline.objects.filter(code=target, valid_to__isnull=True).exists():
            Outline.objects.create(code=target, polygon=outline.polygon, source=outline.source, valid_from=on)


def _repeat_grants(moves: Mapping[str, str], on: date) -> None:
    for grant in Grant.objects.in_force(on).filter(path__in=moves):
        path = moves[grant.path]
        if grant.user.grants.in_force(on).filter(role=grant.role, path=path, office_id=grant.office_id).exists():
            continue
        repeated = Grant.objects.create(
            user=grant.user,
            role=grant.role,
            path=path,
            office_id=grant.office_id,
            valid_from=on,
            valid_to=grant.valid_to,
            granted_by=grant.granted_by,
        )
        record("access.grant.create", repeated, changes={"path": [grant.path, path]}, reason="区划变更，授权随之延续")
