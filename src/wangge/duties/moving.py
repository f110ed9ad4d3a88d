"""When places get new codes: duties and lists that name them hold on. What was dispatched is not touched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import structlog
from django.db import transaction

from wangge.duties import actions
from wangge.duties.models import Duty, DutyList
from wangge.kernel.audit.recording import record
from wangge.kernel.periods import not_over

log = structlog.get_logger(__name__)
WHY = "区划变更"


@transaction.atomic
def follow_places(*, moves: Mapping[str, str], on: date) -> int:
    """Duties at an old code end and begin again at the new one; lists get the new code. How many.

    Where the new place has a duty of its own for the kind (a merger), that one holds and the old one ends.
    """
    done = 0
    for duty in Duty.objects.filter(path__in=moves, valid_to__isnull=True).select_related("kind").order_by("pk"):
        target, day = moves[duty.path], max(on, duty.valid_from)
        actions.end_duty(duty=duty, on=day, by=None, reason=WHY)
        there = Duty.objects.filter(kind_code=duty.kind_code, path=target)
        if there.filter(not_over(day)).exists():
            log.warning("duties.duty_yields", duty_id=duty.pk, kind=duty.kind_code, old=duty.path, new=target)
            continue
        actions.add_duty(
            kind=duty.kind,
            path=target,
            lead_kind=duty.lead_kind,
            lead_office=duty.lead_office,
            assist_kinds=duty.assist_kinds,
            assist_offices=list(duty.assist_offices.all()),
            item=duty.item,
            community_item=duty.community_item,
            limit=duty.limit,
            note=duty.note,
            source=duty.source,
            valid_from=day,
            by=None,
            reason=WHY,
        )
        done += 1
    for duty_list in DutyList.objects.filter(path__in=moves, valid_to__isnull=True).order_by("pk"):
        before, duty_list.path = duty_list.path, moves[duty_list.path]
        duty_list.save(update_fields=["path"])
        record("duties.list.change", duty_list, changes={"path": [before, duty_list.path]}, reason=WHY)
        done += 1
    return done
