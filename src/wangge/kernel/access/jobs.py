"""What is over is cleared away: sessions that ended by themselves, old failed logins."""

from __future__ import annotations

from datetime import datetime

from wangge.kernel.access import actions, addresses, lockout, sessions
from wangge.kernel.jobs.sweeper import sweep


@sweep(name="access.sessions", every=86_400, label="清理过期会话和登录失败记录")
def forget_old_sessions(now: datetime) -> int:
    return sessions.forget_expired(now=now) + lockout.forget_old(now=now) + addresses.forget_old(now=now)


@sweep(name="access.ended", every=86_400, label="清除停用满3年的账号名")
def forget_ended_accounts(now: datetime) -> int:
    return actions.forget_ended(now=now)
