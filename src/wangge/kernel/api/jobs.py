"""Webhook deliveries; old keys and deliveries swept away."""

from __future__ import annotations

from datetime import datetime

from wangge.kernel.api import idempotency, webhooks
from wangge.kernel.jobs.queue import task
from wangge.kernel.jobs.sweeper import sweep


@task(webhooks.JOB, attempts=0, atomic=False)
def deliver(delivery_id: int) -> None:
    """Send one delivery; a failure schedules its own next try."""
    webhooks.deliver(delivery_id)


@sweep(name="api.lost_deliveries", every=60, label="补发回调")
def ask_again(now: datetime) -> int:
    return webhooks.ask_again(now)


@sweep(name="api.old_rows", every=3600, label="清理接口旧记录")
def forget_old(now: datetime) -> int:
    return idempotency.forget_old(now) + webhooks.forget_old(now)
