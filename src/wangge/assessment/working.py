"""The sheets of grid workers (E11): one statement per item over all workers of a division."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from wangge.assessment import defining
from wangge.assessment.models import Appeal, Period, WorkerItem, WorkerLine, WorkerSheet
from wangge.kernel.access.database import as_system
from wangge.kernel.access.models import Grant
from wangge.kernel.facts.days import bounds
from wangge.kernel.facts.registry import named_sql
from wangge.kernel.flow import Refused
from wangge.kernel.periods import in_force

PACKAGE: Final = "wangge.assessment"
ROLES: Final = ("grid_worker", "grid_chief")
# Each item of ``WorkerItem`` has its statement in ``sql/worker_<code>.sql``: user, cases.
CODES: Final = ("reported", "handled", "checked", "praised", "failed")


def workers(period: Period) -> dict[int, tuple[str, list[int]]]:
    """Grid workers of the division in the month: user → (grid, offices)."""
    rows = (
        Grant.objects.filter(in_force(period.last_on), role__in=ROLES, path__startswith=period.path)
        .order_by("user_id", "path")
        .values_list("user_id", "path", "office_id")
    )
    found: dict[int, tuple[str, list[int]]] = {}
    for user, path, office in rows:
        held = found.setdefault(user, (path, []))
        if office is not None and office not in held[1]:
            held[1].append(office)
    return found


def counted(period: Period, code: str) -> dict[int, list[int]]:
    """The cases of an item in the month, by user."""
    start, _ = bounds(period.month)
    _, end = bounds(period.last_on)
    with as_system(), connection.cursor() as cursor:
        cursor.execute(named_sql(PACKAGE, f"worker_{code}"), {"start": start, "end": end, "path": f"{period.path}%"})
        return {user: list(cases) for user, cases in cursor.fetchall()}


def points(item: WorkerItem, number: int) -> Decimal:
    """What ``number`` of an item are worth: up to the cap, deductions likewise."""
    amount = min(abs(item.points) * number, item.cap)
    return -amount if item.points < 0 else amount


def reckon_sheets(period: Period, *, now: datetime) -> int:
    """Write the sheets of the month anew; how many. In the caller's transaction; never after an appeal was decided."""
    items = [item for code, item in defining.worker_items(period.path, period.month).items() if code in CODES]
    found = {item.code: counted(period, item.code) for item in items}
    with as_system():
        WorkerSheet.objects.filter(period=period, appeals__isnull=True).delete()
        kept = set(WorkerSheet.objects.filter(period=period).values_list("user_id", flat=True))
        sheets = WorkerSheet.objects.bulk_create(
            WorkerSheet(period=period, user_id=user, path=path, office_ids=offices, reckoned_at=now)
            for user, (path, offices) in workers(period).items()
            if user not in kept
        )
        totals: defaultdict[int, Decimal] = defaultdict(Decimal)
        lines = []
        for sheet in sheets:
            for item in items:
                cases = found[item.code].get(sheet.user_id, [])
                worth = points(item, len(cases))
                totals[sheet.pk] += worth
                lines.append(WorkerLine(sheet=sheet, item=item, cases=cases, number=len(cases), points=worth))
        WorkerLine.objects.bulk_create(lines, batch_size=5000)
        for sheet in sheets:
            sheet.total = totals[sheet.pk]
        WorkerSheet.objects.bulk_update(sheets, ["total"], batch_size=2000)
    return len(sheets)


def take_back(appeal: Appeal) -> None:
    """An accepted appeal of a worker: the case no longer counts against them (or counts for them)."""
    assert appeal.sheet_id is not None
    # The total is the sum of lines: two decisions on one sheet follow each other.
    WorkerSheet.objects.select_for_update().get(pk=appeal.sheet_id)
    line = (
        WorkerLine.objects.select_for_update()
        .select_related("item")
        .get(sheet_id=appeal.sheet_id, item__code=appeal.indicator)
    )
    if appeal.case_id is None:
        raise Refused("申诉没有指明是哪一件事项。")
    if line.item.points < 0:
        if appeal.case_id not in line.cases:
            raise Refused("这件事项没有扣分，无需更正。")
        line.cases = [case for case in line.cases if case != appeal.case_id]
    else:
        if appeal.case_id in line.cases:
            raise Refused("这件事项已经计分，无需更正。")
        line.cases = sorted([*line.cases, appeal.case_id])
    line.number = len(line.cases)
    line.points = points(line.item, line.number)
    line.save(update_fields=["cases", "number", "points"])
    WorkerSheet.objects.filter(pk=appeal.sheet_id).update(total=_total(appeal.sheet_id))


def _total(sheet_id: int) -> Decimal:
    rows: Any = WorkerLine.objects.filter(sheet_id=sheet_id).values_list("points", flat=True)
    return sum(rows, Decimal(0))
