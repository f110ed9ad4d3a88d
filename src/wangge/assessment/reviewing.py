"""What the monthly review talks about: ranking, what moved and why, needs, problem orders, repeats, best and worst.

No resident appears: a case is told by its kind, its community and its number, never by its words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, F, QuerySet

from wangge.assessment import queries
from wangge.assessment.enums import Group, RectificationState
from wangge.assessment.models import Figure, Period, Rectification, Score
from wangge.assessment.rectifying import months_back
from wangge.cases.models import Case
from wangge.duties import needs
from wangge.kernel.facts.days import bounds
from wangge.organization import queries as organization
from wangge.territory import queries as territory

RATES: Final = ("response", "solution", "satisfaction", "on_time")
FIRST: Final = 10
MOVED: Final = 3
WHOLE: Final = (Group.STREET, Group.TOWNSHIP, Group.DEPARTMENT, Group.ENTERPRISE)


def content(period: Period) -> dict[str, Any]:
    """The whole pack as plain values, as it is kept and shown."""
    scores = list(queries.of_round(period).select_related("unit", "scheme").order_by("place", "-total", "unit__path"))
    return {
        "place": territory.name_of(period.path),
        "month": period.label,
        "state": period.get_state_display(),
        "round": period.round,
        "whole": whole(period),
        "trend": whole_trend(period),
        "groups": groups(period, scores),
        "moved": moved(period, scores),
        "needs": by_need(period),
        "kinds": kinds(period),
        "problems": problems(period),
        "repeats": repeats(period),
        "best": best(period),
        "worst": worst(period),
        "rectifications": rectifications(period),
    }


def whole(period: Period) -> dict[str, Any]:
    """The rates of the whole division: the sum of its parts, never an average of averages."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    rows = Figure.objects.filter(period=period, round=period.round, unit__group__in=WHOLE).select_related("definition")
    labels: dict[str, str] = {}
    demand = Decimal(0)
    for row in rows:
        code = row.definition.code
        if code == "demand":
            demand += row.numerator
        elif code in RATES:
            before = sums.get(code, (Decimal(0), Decimal(0)))
            sums[code] = before[0] + row.numerator, before[1] + (row.denominator or 0)
            labels[code] = row.definition.label
    return {
        "demand": int(demand),
        "rates": [
            {"code": code, "label": labels[code], "value": float(top / bottom) if bottom else None}
            for code, (top, bottom) in ((code, sums[code]) for code in RATES if code in sums)
        ],
    }


def whole_trend(period: Period, months: int = 12) -> list[dict[str, Any]]:
    """The same for the months before, oldest first."""
    found = []
    for number in range(months, 0, -1):
        before = queries.earlier(period, number)
        if before is not None:
            found.append({"month": before.label, **whole(before)})
    return [*found, {"month": period.label, **whole(period)}]


def groups(period: Period, scores: Sequence[Score]) -> list[dict[str, Any]]:
    """Every group in its order."""
    figures = queries.figures(period, [score.unit_id for score in scores], RATES)
    month = queries.changes(period, scores, 1)
    year = queries.changes(period, scores, 12)
    by_group: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for score in scores:
        rates = {code: figures.get((score.unit_id, code)) for code in RATES}
        change, annual = month.get(score.unit_id), year.get(score.unit_id)
        by_group[score.group].append(
            {
                "place": score.place,
                "unit": score.unit.name,
                "total": _number(score.total),
                "volume": score.volume,
                "sample": score.sample,
                "change": change.total if change else None,
                "places": change.places if change else None,
                "annual": annual.total if annual else None,
                "on_list": score.on_list,
                **{code: figure.value if figure else None for code, figure in rates.items()},
            }
        )
    return [
        {
            "group": group.value,
            "label": group.label,
            "ranked": [row for row in by_group[group] if row["place"] is not None],
            "small": [row for row in by_group[group] if row["place"] is None and not _idle(row)],
            "idle": [row["unit"] for row in by_group[group] if row["place"] is None and _idle(row)],
        }
        for group in Group
        if group in by_group
    ]


def _idle(row: dict[str, Any]) -> bool:
    """A unit that had no order: a meeting does not read through lines of noughts."""
    return not row["volume"] and row["total"] is None


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def moved(period: Period, scores: Sequence[Score]) -> list[dict[str, Any]]:
    """Who rose and fell most, and which lines of the score made it."""
    before = queries.earlier(period, 1)
    if before is None:
        return []
    old = {score.unit_id: score for score in queries.of_round(before)}
    both = [
        (score, old[score.unit_id])
        for score in scores
        if score.place is not None and score.unit_id in old and old[score.unit_id].place is not None
    ]
    ordered = sorted(both, key=lambda pair: _change(*pair))
    chosen = [*ordered[-MOVED:][::-1], *[pair for pair in ordered[:MOVED] if pair not in ordered[-MOVED:]]]
    return [
        {
            "unit": now.unit.name,
            "change": float(_change(now, then)),
            "total": _number(now.total),
            "why": why(now, then),
        }
        for now, then in chosen
        if _change(now, then)
    ]


def _change(now: Score, then: Score) -> Decimal:
    return (now.total or Decimal(0)) - (then.total or Decimal(0))


def why(now: Score, then: Score, most: int = 3) -> str:
    """The lines that changed most, in words: 满意率 47 ÷ 50 = 94.00% → 40 ÷ 50 = 80.00%（−4.20分）."""
    earlier = {step["indicator"]: step for step in then.steps}
    parts = []
    for step in now.steps:
        old = earlier.get(step["indicator"])
        delta = Decimal(step["points"]) - Decimal(old["points"] if old else "0")
        if delta:
            sign = "+" if delta > 0 else "−"
            was = old["reading"] if old else "未计"
            parts.append((abs(delta), f"{step['label']} {was} → {step['reading']}（{sign}{abs(delta)}分）"))
    parts.sort(key=lambda part: -part[0])
    return "；".join(words for _, words in parts[:most])


def _month_cases(period: Period, field: str) -> QuerySet[Case]:
    return _cases(period.path, field, period.month).select_related("kind")


def _cases(path: str, field: str, month: date) -> QuerySet[Case]:
    start, _ = bounds(month)
    end, _ = bounds(months_back(month, -1))
    return Case.objects.filter(path__startswith=path, **{f"{field}__gte": start, f"{field}__lt": end})


def by_need(period: Period) -> list[dict[str, Any]]:
    """What was filed by 七有五性, against last month and the same month a year ago; together all that was filed.

    Every month by what the catalogue says at the end of this one. None: nothing was filed then at all.
    """
    kinds_of = needs.of_kinds(period.last_on)
    now, month, year = (_needed(period.path, months_back(period.month, ago), kinds_of) for ago in (0, 1, 12))
    whole_now = now.total()
    return [
        {
            "need": label,
            "n": now[need],
            "share": now[need] / whole_now if whole_now else None,
            "change": now[need] - month[need] if month else None,
            "annual": now[need] - year[need] if year else None,
        }
        for need, label in needs.LABELS.items()
    ]


def _needed(path: str, month: date, kinds_of: Mapping[str, str]) -> Counter[str]:
    rows = _cases(path, "created_at", month).order_by().values_list("kind__code").annotate(n=Count("pk"))
    found: Counter[str] = Counter()
    for code, n in rows:
        found[kinds_of.get(code or "", needs.OTHER)] += n
    return found


def kinds(period: Period) -> list[dict[str, Any]]:
    """The kinds people spoke of most."""
    rows = _month_cases(period, "created_at").order_by().values_list("kind__name").annotate(n=Count("pk"))
    named = sorted(((name or "未分类", n) for name, n in rows), key=lambda row: -row[1])
    return [{"kind": name, "n": n} for name, n in named[:FIRST]]


def told(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Cases without a word of a resident: number, kind, community, office, what became of it."""
    rows = list(cases)
    places = territory.names_of({case.path[:12] for case in rows})
    offices = organization.names([case.lead_office_id for case in rows])
    return [
        {
            "id": case.pk,
            "number": case.number,
            "kind": case.kind.name if case.kind else "未分类",
            "place": places.get(case.path[:12], ""),
            "office": offices.get(case.lead_office_id or 0, ""),
            "reworks": case.reworks,
            "returns": case.returns,
            "solved": case.get_solved_display(),
            "satisfaction": case.get_satisfaction_display(),
            "hours": _hours(case),
            "late": bool(case.replied_at and case.finish_due_at and case.replied_at > case.finish_due_at),
        }
        for case in rows
    ]


def _hours(case: Case) -> float | None:
    if case.dispatched_at is None or case.replied_at is None:
        return None
    return round((case.replied_at - case.dispatched_at).total_seconds() / 3600, 1)


def problems(period: Period) -> dict[str, Any]:
    """Problem orders (疑难工单) filed in the month."""
    rows = _month_cases(period, "created_at").filter(is_problem=True).order_by("-reworks", "-returns", "-pk")
    return {"n": rows.count(), "rows": told(rows[:FIRST])}


def repeats(period: Period) -> list[dict[str, Any]]:
    """Matters that were brought up again and again in the month."""
    found = (
        _month_cases(period, "created_at")
        .filter(root__isnull=False)
        .order_by()
        .values_list("root_id")
        .annotate(n=Count("pk"))
    )
    most = sorted(found, key=lambda row: (-row[1], row[0] or 0))[:FIRST]
    roots = {case.pk: case for case in Case.objects.filter(pk__in=[root for root, _ in most]).select_related("kind")}
    lines = told(roots[root] for root, _ in most if root in roots)
    return [line | {"n": n} for line, (_, n) in zip(lines, most, strict=True)]


def best(period: Period) -> list[dict[str, Any]]:
    """Hard ones first: problem orders and root cases, then the quickest, all very satisfied and done at once."""
    rows = _month_cases(period, "closed_at").filter(
        satisfaction="5", solved="yes", reworks=0, excluded_at__isnull=True, replied_at__lte=F("finish_due_at")
    )
    rows = rows.annotate(followers=Count("repeats"), took=F("replied_at") - F("dispatched_at"))
    return told(rows.order_by("-is_problem", "-followers", "took", "pk")[:5])


def worst(period: Period) -> list[dict[str, Any]]:
    """Unsolved and very unsatisfied, handled again and again, late."""
    rows = _month_cases(period, "closed_at").filter(satisfaction__in=["1", "2"], solved="no", excluded_at__isnull=True)
    return told(rows.order_by("-reworks", "satisfaction", "-returns", "pk")[:5])


def rectifications(period: Period) -> list[dict[str, Any]]:
    """Streets under rectification, and proposals of this month."""
    rows = Rectification.objects.filter(unit__path__startswith=period.path).exclude(
        state__in=[RectificationState.LEFT, RectificationState.DECLINED]
    )
    return [
        {"unit": row.unit.name, "state": row.get_state_display(), "grounds": row.leave_grounds or row.grounds}
        for row in rows.select_related("unit").order_by("unit__path")
    ]
