"""What runs, what is late, what fails: asked by ``wangge doctor``, ``/readyz``, the metrics and the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from wangge.kernel.jobs.models import Heartbeat, Outcome
from wangge.kernel.jobs.sweeper import sweeps

LATE_AFTER_PERIODS = 3
# A period of a second or two may pass three times while a restart takes its time.
LATE_AFTER_AT_LEAST = 30.0


@dataclass(frozen=True, slots=True)
class SweepHealth:
    """A sweep and its last run. ``ran_at`` is None when it never ran (then it is late)."""

    name: str
    label: str
    every: float
    ran_at: datetime | None
    took: float | None
    outcome: str
    handled: int
    bad_rows: int
    failures: int
    error: str
    late: bool

    @property
    def ok(self) -> bool:
        return not self.late and self.outcome in (Outcome.OK, Outcome.RUNNING)

    @property
    def period(self) -> str:
        """``every`` in words: 30 秒, 5 分钟, 1 小时, 1 天."""
        for seconds, word in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
            if self.every >= seconds:
                return f"{self.every / seconds:g} {word}"
        return f"{self.every:g} 秒"

    def __str__(self) -> str:
        if self.ran_at is None:
            return f"{self.name} 从未运行"
        since = f"上次运行 {timezone.localtime(self.ran_at):%Y-%m-%d %H:%M:%S}"
        if self.late:
            return f"{self.name} 已停止：{since}，应每 {self.every:g} 秒一次"
        if self.outcome == Outcome.FAILED:
            return f"{self.name} 连续失败 {self.failures} 次：{self.error}"
        if self.outcome == Outcome.PARTLY:
            return f"{self.name} 有 {self.bad_rows} 条未能处理：{self.error}"
        return f"{self.name} 正常，{since}"


def health(*, now: datetime | None = None) -> list[SweepHealth]:
    """Every registered sweep; late when it has not started for three periods (at least 30 s)."""
    instant = now or timezone.now()
    beats = Heartbeat.objects.in_bulk()
    found = []
    for wanted in sweeps():
        beat = beats.get(wanted.name)
        patience = timedelta(seconds=max(wanted.every * LATE_AFTER_PERIODS, LATE_AFTER_AT_LEAST))
        late = beat is None or instant - beat.ran_at > patience
        found.append(
            SweepHealth(
                name=wanted.name,
                label=wanted.label,
                every=wanted.every,
                ran_at=beat.ran_at if beat else None,
                took=beat.took if beat else None,
                outcome=beat.outcome if beat else "",
                handled=beat.handled if beat else 0,
                bad_rows=beat.bad_rows if beat else 0,
                failures=beat.failures if beat else 0,
                error=beat.error if beat else "",
                late=late,
            )
        )
    return found


def alive(*, now: datetime | None = None) -> bool:
    """Whether some worker runs at all: at least one sweep is not late. True when there are no sweeps."""
    found = health(now=now)
    return not found or any(not one.late for one in found)


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """Jobs: due and waiting, running, given up; ``waited`` seconds of the longest due one; workers with a pulse."""

    waiting: int
    waited: float
    running: int
    failed: int
    workers: int


def queue() -> QueueHealth:
    """The queue as it is now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE j.status = 'todo'),
                      coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))
                                                          FILTER (WHERE j.status = 'todo')), 0)::float,
                      count(*) FILTER (WHERE j.status = 'doing'),
                      count(*) FILTER (WHERE j.status = 'failed'),
                      (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute')
               FROM procrastinate_jobs j
               LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
               WHERE j.status IN ('doing', 'failed')
                  OR (j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now()))"""
        )
        return QueueHealth(*cursor.fetchone())


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job given up after all its tries. Its arguments are not shown: they may name somebody."""

    id: int
    name: str
    attempts: int
    failed_at: datetime | None


def failed(*, limit: int = 50) -> list[FailedJob]:
    """The jobs given up, newest first; ``queue().failed`` says how many there are in all."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT j.id, j.task_name, j.attempts,
                      (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'failed')
               FROM procrastinate_jobs j WHERE j.status = 'failed' ORDER BY j.id DESC LIMIT %s""",
            [limit],
        )
        return [FailedJob(*row) for row in cursor.fetchall()]
