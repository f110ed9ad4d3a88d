"""The report: per office and per week, how many replies lacked what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek

from wangge.cases.overview import midnight
from wangge.insight.replies.enums import SERIOUS, HintCode
from wangge.organization import queries as organization

WEEKS: Final = 12
# Fewer replies are not compared.
FEW: Final = 10


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """One office in a period. ``counts`` by hint; ``serious`` replies with at least one of the serious."""

    office_id: int
    name: str
    replies: int
    serious: int
    counts: dict[str, int]

    @property
    def share(self) -> float:
        return self.serious / self.replies

    def share_of(self, code: str) -> str:
        return f"{self.counts[code] / self.replies:.0%}"


def _counts() -> dict[str, Any]:
    found: dict[str, Any] = {code: Count("pk", filter=Q(hints__contains=[code])) for code in HintCode.values}
    return found | {"serious": Count("pk", filter=Q(hints__overlap=sorted(SERIOUS))), "replies": Count("pk")}


def within(rows: Any, first: date, last: date) -> Any:
    """The checks of the days, both included."""
    return rows.filter(at__gte=midnight(first), at__lt=midnight(last + timedelta(days=1)))


def by_office(rows: Any, first: date, last: date) -> list[OfficeLine]:
    """Every office that replied, the largest share of serious lacks first; those with few replies last."""
    found = list(within(rows, first, last).order_by().values("office_id").annotate(**_counts()))
    names = organization.names(line["office_id"] for line in found)
    lines = [
        OfficeLine(
            line["office_id"],
            names.get(line["office_id"], "（已撤销的单位）"),
            line["replies"],
            line["serious"],
            {code: line[code] for code in HintCode.values},
        )
        for line in found
    ]
    return sorted(lines, key=lambda line: (line.replies < FEW, -line.share, -line.replies, line.name))


def by_week(rows: Any, today: date, office_id: int | None = None) -> list[tuple[date, int, dict[str, int]]]:
    """(Monday, replies, counts) of the last twelve weeks, weeks without a reply included."""
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    if office_id is not None:
        rows = rows.filter(office_id=office_id)
    found = within(rows, first, today).order_by().annotate(week=TruncWeek("at")).values("week").annotate(**_counts())
    by_monday = {line["week"].date(): line for line in found}
    weeks = [first + timedelta(weeks=n) for n in range(WEEKS)]
    nothing = dict.fromkeys(HintCode.values, 0) | {"serious": 0, "replies": 0}
    lines = [(week, by_monday.get(week, nothing)) for week in weeks]
    return [(week, line["replies"], {c: line[c] for c in (*HintCode.values, "serious")}) for week, line in lines]
