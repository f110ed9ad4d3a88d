"""A living month: the plan told lot by lot, each lot a transaction with its mark, in one process or several.

A lot that is marked is left alone, so an interrupted build goes on where it stopped.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from wangge.cases import sweeping, tallies
from wangge.cases.dispatching import CannotDispatch
from wangge.demo import district
from wangge.demo.cast import Cast
from wangge.demo.clock import Clock
from wangge.demo.filing import Desk
from wangge.demo.month import DAYS, Beginning, chunks, plan
from wangge.demo.quick import nobody_listens, one_piece
from wangge.demo.stories import Teller
from wangge.duties import snapshot
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.audit.recording import record
from wangge.kernel.facts.actions import rebuild
from wangge.kernel.flow import FlowError

log = structlog.get_logger(__name__)

BEGUN: Final = "demo.cases.begin"
TOLD: Final = "demo.cases.told"


@dataclass(frozen=True, slots=True)
class Month:
    """What the plan is made of; kept in the first mark."""

    end: datetime
    count: int
    seed: int


def month() -> Month | None:
    """The month that was begun, if one was."""
    row = AuditEntry.objects.filter(action=BEGUN).order_by("id").first()
    if row is None:
        return None
    return Month(datetime.fromisoformat(row.changes["end"]), row.changes["count"], row.changes["seed"])


def begin(wanted: Month) -> Month:
    """Keep ``wanted``, unless a month was begun before: then that one goes on."""
    if known := month():
        return known
    record(BEGUN, changes={"end": wanted.end.isoformat(), "count": wanted.count, "seed": wanted.seed})
    return wanted


def told() -> set[int]:
    """The numbers of the lots that are in the database."""
    return {row["lot"] for row in AuditEntry.objects.filter(action=TOLD).values_list("changes", flat=True)}


def tell(*, part: int = 0, parts: int = 1, say: Callable[[str], Any] = lambda _: None) -> list[str]:
    """Tell every ``parts``-th lot from ``part``; ``say`` is told each lot's number. Returns what went wrong."""

    begun = month()
    assert begun is not None
    lots = chunks(plan(count=begun.count, end=begun.end, spots=district.spots(), seed=begun.seed))
    missing = [n for n in range(part, len(lots), parts) if n not in told()]
    if not missing:
        return []
    with connection.cursor() as cursor:  # what is lost in a power cut is told again
        cursor.execute("SET synchronous_commit = off")
    wrong: list[str] = []
    with nobody_listens(), snapshot.pinned(), Clock(begun.end) as clock:
        cast = Cast()
        teller = Teller(cast=cast, desk=Desk(cast), clock=clock, seed=begun.seed)
        for number in missing:
            wrong += _tell_lot(teller, number, lots[number])
            say(str(number))
    return wrong


def _tell_lot(teller: Teller, number: int, lot: list[Beginning]) -> list[str]:
    """All of a lot or nothing of it; a story that cannot go on stops alone, at the second try."""
    try:
        with one_piece():
            for beginning in lot:
                teller.tell(beginning)
            record(TOLD, changes={"lot": number})
    except (FlowError, CannotDispatch, ValidationError):
        log.warning("demo.lot_again", lot=number)
    else:
        return []
    wrong = []
    with transaction.atomic():
        for beginning in lot:
            try:
                teller.tell(beginning)
            except (FlowError, CannotDispatch, ValidationError) as error:
                log.warning("demo.story_stopped", index=beginning.index, why=str(error))
                wrong.append(f"{beginning.index} {sorted(beginning.traits)}: {error}")
        record(TOLD, changes={"lot": number})
    return wrong


def tell_in_processes(*, parts: int, lots: int, say: Callable[[str], Any]) -> None:
    """Tell all lots in ``parts`` processes; ``say`` hears of the progress. Raises when one of them fails."""
    command = [sys.executable, "-m", "wangge.demo.process"]
    children = [
        subprocess.Popen([*command, str(part), str(parts)], stdout=subprocess.PIPE, text=True) for part in range(parts)
    ]
    try:
        done, shown = len(told()), 0
        # One pipe is enough to show the progress; the other's lines fit into its buffer.
        assert children[0].stdout is not None
        for _ in children[0].stdout:
            done += parts
            if (percent := min(99, done * 100 // lots)) >= shown + 20:
                shown = percent - percent % 20
                say(f"  {shown}%")
        failed = [child.returncode for child in children if child.wait() != 0]
        if failed:
            raise RuntimeError(f"演示事项未能全部生成（{failed}）；再次运行会接着做。")
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
                child.wait()
            if child.stdout is not None:
                child.stdout.close()


def finish(begun: Month) -> None:
    """Reminders as the sweepers would have written them, counts folded, the days' figures, fresh statistics."""

    with Clock(begun.end) as clock:
        for hours in range((DAYS + 1) * 24, -1, -6):
            now = begun.end - timedelta(hours=hours)
            clock.set(now)
            while sweeping.warn(now=now) or sweeping.escalate(now=now):
                pass
    tallies.compact()
    day = begun.end.date()
    for days_ago in range(DAYS + 1, -1, -1):
        rebuild(day=day - timedelta(days=days_ago))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
