"""Nightly: names out of addresses."""

from __future__ import annotations

from datetime import datetime

from wangge.insight.places import actions
from wangge.insight.topics.following import districts
from wangge.kernel.jobs.sweeper import each, sweep


@sweep(name="places.learn", every=86_400, label="从以往地址学习地名")
def learn(now: datetime) -> int:
    return each(districts(), lambda path: actions.learn(path=path, now=now))
