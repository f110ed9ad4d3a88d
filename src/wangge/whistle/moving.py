"""When places get new codes: open whistles and emergencies follow, limits hold on over the new code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from wangge.kernel.audit.recording import record
from wangge.kernel.periods import not_over
from wangge.territory import queries as territory
from wangge.territory.moves import moved, roots
from wangge.whistle.enums import OPEN_STATES
from wangge.whistle.flow import WhistleFlow
from wangge.whistle.models import Display, Posture, Whistle, WhistleLimit


@transaction.atomic
def follow_places(*, moves: Mapping[str, str], on: date) -> int:
    """Each open whistle at or below an old code goes to the new one, with a row of its own; how many. All or none."""
    done = 0
    for root in roots(moves):
        rows = Whistle.objects.filter(path__startswith=root, state__in=OPEN_STATES).order_by("pk")
        for whistle in rows.select_for_update().iterator(chunk_size=500):
            new = moved(whistle.path, moves)
            if new is None or new == whistle.path:
                continue
            names = f"{territory.full_name(whistle.path, from_level=4)} → {territory.full_name(new, from_level=4)}"
            WhistleFlow(whistle).move_place(path=new, reason=f"区划变更：{names}"[:300])
            done += 1
        for posture in Posture.objects.filter(path__startswith=root, ended_at__isnull=True).order_by("pk"):
            _follow(posture, moves)
        for display in Display.objects.filter(path__startswith=root, ended_at__isnull=True).order_by("pk"):
            display.path = moved(display.path, moves) or display.path
            display.save(update_fields=["path"])
    _repeat_limits(moves, on)
    if done:
        record(
            "whistle.whistle.follow_places", None, changes={"moves": dict(moves), "whistles": done}, reason="区划变更"
        )
    return done


def _follow(posture: Posture, moves: Mapping[str, str]) -> None:
    """An emergency goes on at the new code, unless one goes on there already."""
    new = moved(posture.path, moves)
    if new is None or new == posture.path or Posture.objects.filter(path=new, ended_at__isnull=True).exists():
        return
    before, posture.path = posture.path, new
    posture.save(update_fields=["path"])
    record("whistle.posture.move_place", posture, changes={"path": [before, new]}, reason="区划变更")


def _repeat_limits(moves: Mapping[str, str], on: date) -> None:
    """Limits over an old code hold over the new one too."""
    for row in WhistleLimit.objects.filter(not_over(on), path__in=moves):
        target = moves[row.path]
        if WhistleLimit.objects.filter(not_over(on), kind=row.kind, path=target).exists():
            continue
        before = row.path
        row.pk, row.path, row.valid_from = None, target, max(on, row.valid_from)
        row.save(force_insert=True)
        record("whistle.whistlelimit.add", row, changes={"path": [before, target]}, reason="区划变更")
