"""Background work: load by id, call an action."""

from __future__ import annotations

from datetime import date, datetime

from wangge.cases import actions, limits, moving, retention, sweeping, tallies
from wangge.cases.importing import background, uploads
from wangge.cases.models import Case
from wangge.kernel.jobs.queue import task
from wangge.kernel.jobs.sweeper import sweep


@task("cases.answer_repeats")
def answer_repeats(case_id: int) -> int:
    return actions.answer_repeats(root=Case.objects.get(pk=case_id))


@task("cases.follow_places")
def follow_places(moves: list[tuple[str, str]], on: str) -> int:
    return moving.follow_places(moves=dict(moves), on=date.fromisoformat(on))


@task(background.JOB)
def run_import(pk: str) -> None:
    background.run_import(pk=pk)


@sweep(name="cases.clocks", every=30, label="时限预警和升级")
def sweep_clocks(now: datetime) -> int:
    """Warn before, escalate after."""
    return sweeping.warn(now=now) + sweeping.escalate(now=now)


@sweep(name="cases.suspended", every=3600, label="挂账到期恢复")
def sweep_suspended(now: datetime) -> int:
    """Suspended cases whose day has come are handled again: suspended, never forgotten."""
    return sweeping.end_suspensions(now=now)


@sweep(name="cases.archive", every=3600, label="自动归档")
def sweep_archive(now: datetime) -> int:
    return actions.archive_old(now=now)


@sweep(name="cases.retention", every=86_400, label="清除保存期满的个人信息")
def sweep_retention(now: datetime) -> int:
    return retention.erase_expired(now=now)


@sweep(name="cases.attempts", every=3600, label="清除过期频次")
def sweep_attempts(now: datetime) -> int:
    return limits.forget_old(now=now)


@sweep(name="cases.imports", every=3600, label="清除导入留下的文件")
def sweep_imports(now: datetime) -> int:
    return uploads.forget_old(now=now)


@sweep(name="cases.tallies", every=60, label="压缩计数")
def sweep_tallies(now: datetime) -> int:  # noqa: ARG001
    return tallies.compact()
