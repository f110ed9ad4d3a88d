"""A case was filed: if a permit could cover it, it is considered, as a job."""

from __future__ import annotations

from django.utils import timezone

from wangge.cases.events import CaseFiled
from wangge.insight.learning import permits
from wangge.kernel.events.bus import on
from wangge.kernel.jobs.queue import defer


@on(CaseFiled)
def consider(event: CaseFiled) -> None:
    if permits.any_in_force(event.path, timezone.localdate()):
        defer("learning.consider", case_id=event.case_id)
