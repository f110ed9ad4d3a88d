"""Grid staff: posts and the grants that go with them, begun and ended together."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from wangge.kernel.access.actions import end_grant, grant_role
from wangge.kernel.access.errors import AccessError
from wangge.kernel.access.models import User
from wangge.kernel.audit.recording import record
from wangge.kernel.events.bus import publish
from wangge.territory.enums import Position
from wangge.territory.events import GridStaffed
from wangge.territory.models import Grid, GridStaff


def role_for(position: str) -> str:
    """The role a position gives over its grid's path."""
    return "grid_chief" if position == Position.CHIEF else "grid_worker"


@transaction.atomic
def begin(
    *,
    grid: Grid,
    user: User,
    position: Position | str,
    on: date | None = None,
    reason: str = "",
    yield_chief: bool = False,
) -> GridStaff:
    """``user`` takes up ``position`` in ``grid``, with the grant over its path.

    A person holds one position per grid: another one is ended first. ``yield_chief`` makes a second
    chief a full-time member instead of refusing. Raises ``ValidationError`` (a chief is there, the grid
    or the account is closed). Source of one chief, many members: requirement E01.
    """
    day = on or timezone.localdate()
    position = Position(position)
    grid = Grid.objects.select_for_update().get(pk=grid.pk)
    if not grid.is_current:
        raise ValidationError(f"{grid.name}已撤销，不能安排人员。", code="closed")
    held = GridStaff.objects.filter(grid=grid, valid_to__isnull=True)
    chief = held.filter(position=Position.CHIEF).exclude(user=user).select_related("user").first()
    if chief is not None and position == Position.CHIEF:
        if not yield_chief:
            raise ValidationError(f"{grid.name}已有网格长{chief.user}，一格一长；请先免去。", code="chief")
        position = Position.FULL_TIME
    for post in held.filter(user=user):
        if post.position == position:
            raise ValidationError(f"{user}已是{grid.name}的{position.label}。", code="same")
        end(post=post, on=day, reason=reason)
    post = GridStaff(grid=grid, user=user, position=position, valid_from=day)
    role = role_for(position)
    # A grant that was given by hand is left to those who gave it: this post then holds none.
    if not user.grants.in_force(day).filter(role=role, path=grid.code).exists():
        try:
            post.grant = grant_role(
                user=user,
                role=role,
                path=grid.code,
                by=None,
                valid_from=day,
                reason=f"任{grid.name}{position.label}",
            )
        except AccessError as error:
            raise ValidationError(str(error), code="access") from error
    post.save()
    changes = {"user": [None, user.pk], "position": [None, position.value]}
    record("territory.gridstaff.begin", post, changes=changes, reason=reason, path=grid.code)
    publish(GridStaffed(grid.code, user.pk, position.value, began=True))
    return post


@transaction.atomic
def end(*, post: GridStaff, on: date | None = None, reason: str = "") -> None:
    """The post and its grant end (the day is not included). Raises ``ValidationError`` when it has ended."""
    post = GridStaff.objects.select_for_update().select_related("grid").get(pk=post.pk)
    if not post.is_current:
        raise ValidationError("这个岗位已经结束。", code="ended")
    post.valid_to = max(on or timezone.localdate(), post.valid_from)
    post.save(update_fields=["valid_to"])
    if post.grant is not None and not post.grant.is_over:
        end_grant(grant=post.grant, by=None, reason=f"不再任{post.grid.name}{post.get_position_display()}")
    changes = {"user": [post.user_id, None], "position": [post.position, None]}
    record("territory.gridstaff.end", post, changes=changes, reason=reason, path=post.grid.code)
    publish(GridStaffed(post.grid.code, post.user_id, post.position, began=False))
