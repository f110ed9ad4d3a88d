"""The morning page of a whole city: every street, the districts, the city, from facts alone.

Beijing's divisions with made-up figures in the proportions of a year of 2,398,000 orders: nine comparable days and the
week before. The reference is the same number of pages made one by one, each asking for itself (a sample, scaled up).
Made again after the history has grown tenfold, since no page may know how long there have been facts.
"""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from typing import Any, Final

from bench.harness import Result, analyze, fresh_database

CITY: Final = "1101"
GOAL_SECONDS: Final = 300
GOAL_GROWTH: Final = 1.1
ORDERS_A_DAY: Final = 6_570
FLOWS: Final = {
    "cases.filed": 1.0, "cases.closed": 0.95, "cases.contacted": 0.95, "cases.contacted_on_time": 0.9,
    "cases.rated": 0.7, "cases.solved": 0.62, "cases.satisfied": 0.6, "cases.replied": 0.95,
    "cases.replied_on_time": 0.88, "cases.reworked": 0.05, "cockpit.praise": 0.006, "cockpit.danger": 0.004,
}  # fmt: skip
STOCKS: Final = {"cases.open": 7.0, "cases.overdue": 0.4}
SAMPLE: Final = 12

FILL: Final = """
INSERT INTO facts_dailyfact (fact, day, path, office_id, kind_code, value)
SELECT %(fact)s, day, path, office_id, kind_code, count(*)
FROM (
    SELECT d.day::date AS day, p.path, o.office_id, k.code AS kind_code
    FROM unnest(%(days)s::date[]) AS d (day)
    CROSS JOIN generate_series(1, %(number)s) AS n
    CROSS JOIN LATERAL (SELECT 1 + floor(power(random(), 1.6) * %(places)s)::int AS at WHERE n > 0) AS r
    JOIN bench_place AS p ON p.at = r.at
    CROSS JOIN LATERAL (SELECT 1 + floor(power(random(), 2) * %(kinds)s)::int AS at WHERE n > 0) AS q
    JOIN bench_kind AS k ON k.at = q.at
    JOIN bench_office AS o ON o.path = left(p.path, CASE WHEN random() < 0.7 THEN 9 ELSE 6 END)
) AS given
GROUP BY 1, 2, 3, 4, 5
ON CONFLICT DO NOTHING
"""
CASES: Final = """
INSERT INTO cases_case (version, number, source_system, channel, demand_type, urgency, title, text, kind_id, path,
    address, crs, is_private, is_anonymous, reply_wanted, needs_check, state, lead_office_id, holder_office_id,
    office_ids, list_item, legal_basis, dispatch_reason, limit_name, limits, designated, returns, reworks, extensions,
    call_backs, is_problem, escalated_to, next_due_at, finish_due_at, disposition, reply, result_class, solved,
    satisfaction,
    created_at, dispatched_at)
SELECT 0, 'B' || n, '', 'hotline', 'complaint', CASE WHEN n %% 200 = 0 THEN 'emergency' ELSE 'normal' END, '事项',
    '内容', k.id, p.path, '', '', false, false, true, false, 'handling', o.office_id, o.office_id, ARRAY[o.office_id],
    '', '', '', '', '{{}}', false, 0, 0, 0, 0, n %% 100 = 0, '',
    now() + interval '3 days' - (n %% 10) * interval '1 day',
    now() + interval '5 days', '', '', '', '', '', now() - (n %% 20) * interval '1 day', now()
FROM generate_series(1, %(number)s) AS n
JOIN bench_place AS p ON p.at = 1 + n %% %(places)s
JOIN bench_kind AS k ON k.at = 1 + n %% %(kinds)s
JOIN bench_office AS o ON o.path = left(p.path, 9)
"""


def run(scale: str) -> Result:
    share, growth = (1.0, 9) if scale == "full" else (0.1, 2)
    os.environ["WANGGE_DIVISION"] = CITY
    fresh_database("morning")
    from django.utils import timezone

    from wangge.cockpit import actions, content
    from wangge.cockpit.units import all_units

    today = timezone.localdate()
    day = today - timedelta(days=1)
    comparable = [day - timedelta(weeks=n) for n in range(9)]
    week = [day - timedelta(days=n) for n in range(1, 7)]
    facts = _fill(comparable, week, share)
    units = all_units(today)
    streets = sum(len(unit.path) == 9 for unit in units)
    first = _seconds(lambda: actions.make(units=units, for_on=today))
    rest = units[:: max(1, len(units) // SAMPLE)]
    now = timezone.now()
    one_by_one = _seconds(lambda: [content.pages([unit], for_on=today, now=now) for unit in rest]) / len(rest)
    together = _best(lambda: content.pages(units, for_on=today, now=now))
    more = _grow(comparable, week, growth)
    later = _best(lambda: content.pages(units, for_on=today, now=now))
    ratio = round(later / together, 2)
    return Result(
        name="morning",
        value=round(first, 1),
        unit="s for all pages, frozen",
        scale=scale,
        reference={"one by one (a sample, scaled up)": round(one_by_one * len(units), 1)},
        ratio=round(first / (one_by_one * len(units)), 3),
        rows=[
            ("what", "seconds", "pages", "rows of facts"),
            (f"made and frozen ({streets} streets, {len(units) - streets} above)", round(first, 2), len(units), facts),
            ("content alone", round(together, 2), len(units), facts),
            (f"content alone, history {1 + growth} times as long", round(later, 2), len(units), facts + more),
            ("one page by itself", round(one_by_one, 2), 1, facts),
        ],
        goal=f"< {GOAL_SECONDS} s; no more than {GOAL_GROWTH} × with a longer history (found {ratio} ×)",
        met=first < GOAL_SECONDS and ratio <= GOAL_GROWTH,
    )


def _fill(comparable: list[date], week: list[date], share: float) -> int:
    """Divisions, offices, kinds, facts and open cases; how many rows of facts."""
    from django.db import connection
    from django.utils import timezone

    from wangge.duties.importing import defaults
    from wangge.kernel.facts import registry
    from wangge.kernel.facts.models import DailyFact, FactBuilt
    from wangge.organization.models import Office
    from wangge.territory.loading import load
    from wangge.territory.models import Division
    from wangge.territory.releases import shipped

    load(release=shipped(CITY), within=CITY)
    defaults.load()
    upper = Division.objects.current().below(CITY).filter(level__in=(3, 4)).values_list("code", "name", "level")
    Office.objects.bulk_create(
        Office(
            name=name,
            kind="bench",
            level="street" if level == 4 else "district",
            path=code,
            valid_from=date(2020, 1, 1),
        )
        for code, name, level in upper
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        for name, query in (
            (
                "place",
                "SELECT code AS path FROM territory_division WHERE valid_to IS NULL AND level = 5 AND code ^@ '1101'",
            ),
            ("kind", "SELECT id, code FROM duties_kind WHERE is_leaf"),
        ):
            cursor.execute(
                f"CREATE TABLE bench_{name} AS SELECT row_number() OVER (ORDER BY random()) AS at, f.* FROM ({query}) f"
            )
        cursor.execute(
            "CREATE TABLE bench_office AS SELECT path, min(id) AS office_id FROM organization_office GROUP BY 1"
        )
        sizes: dict[str, Any] = {}
        for name in ("place", "kind"):
            cursor.execute(f"SELECT count(*) FROM bench_{name}")
            sizes[f"{name}s"] = cursor.fetchone()[0]
        for fact, rate in (FLOWS | STOCKS).items():
            days = comparable + (week if fact in FLOWS else [])
            cursor.execute(FILL, sizes | {"fact": fact, "days": days, "number": round(ORDERS_A_DAY * rate * share)})
        cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER USER")
        cursor.execute(CASES.replace("{{}}", "{}"), sizes | {"number": round(60_000 * share)})
    FactBuilt.objects.bulk_create(
        FactBuilt(day=day, fact=fact.code, built_at=timezone.now(), rows=1)
        for day in comparable
        for fact in registry.facts()
    )
    analyze()
    return DailyFact.objects.count()


def _grow(comparable: list[date], week: list[date], times: int) -> int:
    """Older days, as many times as there are; how many rows more."""
    from django.db import connection

    more = 0
    span = (max(comparable) - min(comparable)).days + 7
    with connection.cursor() as cursor:
        for n in range(1, times + 1):
            cursor.execute(
                "INSERT INTO facts_dailyfact (fact, day, path, office_id, kind_code, value)"
                " SELECT fact, day - %s, path, office_id, kind_code, value FROM facts_dailyfact WHERE day = ANY(%s)",
                [n * span, comparable + week],
            )
            more += cursor.rowcount
    analyze()
    return more


def _seconds(action: Any) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _best(action: Any, times: int = 3) -> float:
    return min(_seconds(action) for _ in range(times))
