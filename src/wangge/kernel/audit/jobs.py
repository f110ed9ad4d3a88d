"""The sealer, every few seconds; the daily look along the chain."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from django.utils import timezone

from wangge.kernel.audit import anchors, verifying
from wangge.kernel.audit.sealing import seal_all
from wangge.kernel.jobs.sweeper import sweep

log = structlog.get_logger(__name__)

SUNDAY: Final = 6


class RecordBroken(Exception):
    """The audit record is not what was sealed. The alarm: the sweep fails, and stays failed until somebody acts."""


@sweep(name="audit.seal", every=5, label="封存审计记录")
def seal_committed(now: datetime) -> int:  # noqa: ARG001 - what is committed is sealed, whenever it was
    return seal_all()


@sweep(name="audit.verify", every=86_400, label="核验审计链")
def verify_daily(now: datetime) -> int:
    """What came since the last kept head; on Sundays everything. Keeps the new head when all is whole."""
    held = anchors.kept()
    whole = timezone.localtime(now).weekday() == SUNDAY
    end = anchors.head()
    since = held[-1] if held and not whole else None
    findings = verifying.verify(anchors=held if whole else (), since=since)
    if findings:
        for finding in findings[:100]:
            log.error("audit.broken", finding=str(finding))
        raise RecordBroken(f"审计记录核验发现 {len(findings)} 处问题：{findings[0]}")
    anchors.keep(end, now=now)
    return end.position - (since.position if since else 0)
