"""When places get new codes: the offices that serve them follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import structlog
from django.db import transaction

from wangge.kernel.audit.recording import record
from wangge.organization.enums import OfficeEvent
from wangge.organization.models import Office, OfficeChange

log = structlog.get_logger(__name__)


@transaction.atomic
def follow_places(*, moves: Mapping[str, str], on: date) -> int:
    """Open offices at an old code go to the new one; how many.

    After a merger of two communities each has its committee: the one of the place that ended stays under its old
    code until somebody merges the two offices (``wangge doctor`` names it), for which of them goes on is a
    decision, not arithmetic.
    """
    done = 0
    for office in Office.objects.select_for_update().filter(path__in=moves, valid_to__isnull=True).order_by("pk"):
        before, after = office.path, moves[office.path]
        if Office.objects.filter(path=after, kind=office.kind, valid_to__isnull=True).exists():
            log.warning("organization.office_waits_for_merger", office_id=office.pk, old=before, new=after)
            continue
        office.path = after
        office.save(update_fields=["path"])
        OfficeChange.objects.create(
            office=office,
            what=OfficeEvent.CHANGED,
            on=on,
            before={"path": before},
            after={"path": after},
            reason="区划变更",
        )
        record("organization.office.changed", office, changes={"path": [before, after]}, reason="区划变更")
        done += 1
    return done
