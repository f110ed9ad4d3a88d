"""Replies that were sent are checked within minutes."""

from __future__ import annotations

from datetime import datetime

from wangge.insight.replies import actions
from wangge.kernel.jobs.sweeper import sweep


@sweep(name="replies.check", every=120, label="答复质检")
def sweep_replies(now: datetime) -> int:
    return actions.check_sent(now=now)
