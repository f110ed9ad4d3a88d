"""The whole demo district in stages, each one transaction with its mark; what is marked is left as it is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from wangge.cases.models import Case
from wangge.config.demo import Account
from wangge.demo import assessing, district, living, mornings, people, whistles
from wangge.demo.month import CHUNK
from wangge.kernel.access.database import see_everything
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.recording import record
from wangge.organization.models import Office
from wangge.territory.models import Grid

DONE: Final = "demo.stage"
FULL, SMALL = 5000, 300
STAGES: Final[tuple[tuple[str, str, Callable[[], None]], ...]] = (
    ("territory", "区划、网格和地名", district.territory),
    ("offices", "机构", district.offices),
    ("duties", "类别和职责清单", district.duties),
    ("people", "人员和账号", people.people),
)
_LOCK: Final = "wangge.demo"


def build(*, say: Callable[[str], Any] = print, small: bool = False, processes: int | None = None) -> Sequence[Account]:
    """Build what is missing of the demo district and return the accounts. A second run changes nothing.

    ``processes``: how many tell the cases (default: one per core, at most two); 1 tells them in this one.
    """
    see_everything()
    with connection.cursor() as cursor:  # two builds at once: the second waits, and finds everything there
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [_LOCK])
    try:
        return _build(say, small=small, processes=processes)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [_LOCK])


def _build(say: Callable[[str], Any], *, small: bool, processes: int | None) -> Sequence[Account]:
    done = {changes["stage"] for changes in AuditEntry.objects.filter(action=DONE).values_list("changes", flat=True)}
    if "cases" in done:
        return people.accounts()
    if not done and (Case.objects.exists() or Office.objects.exists() or Grid.objects.exists()):
        say("数据库里已有别的数据，不再生成演示区。")
        return ()
    for name, label, stage in STAGES:
        if name not in done:
            with _timed(say, label), transaction.atomic():
                stage()
                _mark(name)
    count = SMALL if small else FULL
    begun = living.begin(living.Month(timezone.now(), count, district.SEED))
    with _timed(say, f"一个月的事项（{begun.count:,}件）"):
        _tell(begun, say, processes)
    if "whistles" not in done:
        with _timed(say, "吹哨报到"), transaction.atomic():
            whistles.tell(begun.end)
            _mark("whistles")
    with _timed(say, "提醒、统计、治理任务、每日民情和考核"), transaction.atomic():
        living.finish(begun)
        mornings.tell(begun.end)
        assessing.close_last_month(begun.end)
        _mark("cases")
    return people.accounts()


def _tell(begun: living.Month, say: Callable[[str], Any], processes: int | None) -> None:
    parts = processes or (min(2, os.cpu_count() or 1) if begun.count > SMALL else 1)
    if parts == 1:
        wrong = living.tell()
        if wrong:
            say(f"  {len(wrong)}件没有走完")
        return
    living.tell_in_processes(parts=parts, lots=-(-begun.count // CHUNK), say=say)


def _mark(name: str) -> None:
    record(DONE, path=district.HOME, changes={"stage": name})


@contextmanager
def _timed(say: Callable[[str], Any], label: str) -> Iterator[None]:
    """Says what begins, and how long it took."""
    say(f"演示区：{label}……")
    began = time.monotonic()
    yield
    say(f"  {time.monotonic() - began:.0f} 秒")
