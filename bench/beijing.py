"""A Beijing year: 6,617,000 calls, of which 2,398,000 become orders, over the city's streets; imported and replayed.

The made-up year goes the import's way (owner, limits, numbers, personal data, counts), and each chunk is stored with
what became of it since: calls answered at once, orders signed, contacted, replied, called back and closed. First its
last tenth, which is measured; then, in a copy, all of the year before it: the same pages over ten times the history,
asked for in turn. ``WANGGE_BENCH_SHARE`` (1 by default) makes the year thinner where the machine has no room for it.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any, Final

import psycopg
from psycopg import sql

from bench import _district
from bench._filled import schema
from bench._sides import Page, in_turn, serve, side
from bench.harness import ROOT, Result, another, fresh_database, server, setup_django

CITY: Final = "1101"
CALLS, ORDERS, DAYS = 6_617_000, 2_398_000, 365
PAST_DAY: Final = 20
RECENT: Final = 36  # days, a tenth of the year
GOAL_DAY, GOAL_GROWTH, GOAL_RANKING_MS = 5.0, 1.1, 100
ON: Final = date(2024, 1, 1)
# Days until the reply, solved, satisfaction, outcome of the finish clock: what becomes of an order, by its id.
ENDS: Final = (
    (1, "yes", "5", "on_time"),
    (2, "yes", "4", "on_time"),
    (2, "yes", "5", "on_time"),
    (3, "basically", "3", "on_time"),
    (3, "yes", "4", "on_time"),
    (4, "no", "2", "on_time"),
    (5, "yes", "4", "on_time"),
    (8, "no", "1", "late"),
)
SETTLED: Final = timedelta(days=9)


def run(scale: str) -> Result:
    share = float(os.environ.get("WANGGE_BENCH_SHARE", "1")) if scale == "full" else 0.01
    os.environ["WANGGE_DIVISION"] = CITY
    total, recent = round(CALLS * share), round(CALLS * share * 0.1)
    made = _kept(total) or _make(total, recent)
    rate_short, rate_whole, month = made["rate_short"], made["rate_whole"], made["month"]
    short, whole = (another(server(), f"bench_{name}") for name in ("beijing_short", "beijing"))
    today = date.fromisoformat(made["today"])
    day, long_ago = (today - timedelta(days=n) for n in (PAST_DAY, 200))
    rebuilt_short, rebuilt, old = (
        float(_in_a_process(url, f"rebuild_day({on.toordinal()})").split()[-1])
        for url, on in ((short, day), (whole, day), (whole, long_ago))
    )
    held = _held()
    rounds, each = (40, 2) if scale == "full" else (1, 5)
    with (
        side(short, "beijing", WANGGE_DIVISION=CITY) as first,
        side(whole, "beijing", WANGGE_DIVISION=CITY) as second,
    ):
        pairs = in_turn(first, second, rounds=rounds, each=each)
    growth = max(pair.growth for pair in pairs)
    ranking = next(pair.after.p95 * 1000 for pair in pairs if pair.name == "ranking")
    rows: list[tuple[object, ...]] = [
        ("what", "a tenth of the year", "the year", "ratio"),
        ("calls", recent, total, round(total / recent, 1)),
        ("of them orders", held["orders_short"], held["orders"], round(held["orders"] / held["orders_short"], 1)),
        ("streets", made["streets"], made["streets"], 1.0),
        ("size of the database, GB", round(held["gb_short"], 2), round(held["gb"], 2), "–"),
        ("calls and orders imported and replayed a second", round(rate_short), round(rate_whole), "–"),
        (
            "facts of a past day rebuilt, s",
            round(rebuilt_short, 2),
            round(rebuilt, 2),
            round(rebuilt / rebuilt_short, 2),
        ),
        ("facts of a day 200 days ago rebuilt, s", "–", round(old, 2), "–"),
        ("running figures of last month for all streets, s", round(month, 1), "–", "–"),
    ]
    rows += [
        (
            f"{pair.user}: {pair.name}, p50 ms (p95)",
            *(f"{times.p50 * 1000:.1f} ({times.p95 * 1000:.1f})" for times in (pair.before, pair.after)),
            round(pair.growth, 2),
        )
        for pair in pairs
    ]
    slowest = max(rebuilt, old)
    return Result(
        name="beijing",
        value=round(rate_whole),
        unit="calls/s imported and replayed",
        scale=scale,
        reference={"the first tenth, calls/s": round(rate_short)},
        ratio=round(growth, 2),
        rows=rows,
        goal=(
            f"{share:.0%} of the year; a day's facts < {GOAL_DAY:.0f} s (now {slowest:.1f}); no page beyond"
            f" {GOAL_GROWTH} × with ten times the history (worst {growth:.2f} ×); ranking p95 < {GOAL_RANKING_MS} ms"
            f" (now {ranking:.0f})"
        ),
        met=slowest < GOAL_DAY and growth <= GOAL_GROWTH and ranking < GOAL_RANKING_MS,
    )


def _kept(total: int) -> dict[str, Any] | None:
    """What is known of the year made before, where it has as many calls; at another schema it is migrated first."""
    with psycopg.connect(server(), autocommit=True) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'bench_beijing'"
        ).fetchone()
    if row is None or not row[0]:
        return None
    made: dict[str, Any] = json.loads(row[0])
    if made["total"] != total:
        return None
    if made["schema"] != schema():
        for name in ("beijing_short", "beijing"):
            print(f"(bench_{name} is migrated)", flush=True)
            _in_a_process(another(server(), f"bench_{name}"), "migrate()")
        _keep(made)
    return made


def _keep(made: dict[str, Any]) -> None:
    with psycopg.connect(server(), autocommit=True) as connection:
        comment = sql.SQL("COMMENT ON DATABASE bench_beijing IS {}")
        connection.execute(comment.format(sql.Literal(json.dumps(made | {"schema": schema()}))))


def _make(total: int, recent: int) -> dict[str, Any]:
    """The last tenth of the year, its facts and last month's figures; in a copy of that the year before it."""
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench_beijing WITH (FORCE)")
    fresh_database("beijing_short")
    places = _city()
    now = datetime.now().astimezone().replace(minute=0, second=0, microsecond=0)
    tenth = timedelta(days=DAYS * 0.1)
    rate_short = _fill(places, recent, now - tenth, now, seed=1)
    for n in range(1, RECENT + 1):
        _rebuild(now.date() - timedelta(days=n))
    month = _seconds(lambda: _figures(now.date()))
    _copy_to("beijing")
    rate_whole = _fill(places, total - recent, now - timedelta(days=DAYS), now - tenth, seed=2)
    _older_facts(now.date())
    made = {
        "total": total,
        "today": now.date().isoformat(),
        "rate_short": rate_short,
        "rate_whole": rate_whole,
        "month": month,
        "streets": len({p[:9] for p in places}),
    }
    _keep(made)
    return made


def _in_a_process(url: str, call: str) -> str:
    """What ``call`` of this module prints in a process of its own over the database ``url``."""
    done = subprocess.run(
        [sys.executable, "-c", f"from bench import beijing; beijing.setup_django(); beijing.{call}"],
        check=True,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def rebuild_day(ordinal: int) -> None:
    """Print the seconds that the facts of a day take, with the plans already made."""
    day = date.fromordinal(ordinal)
    _rebuild(day)
    print(_seconds(lambda: _rebuild(day)))


def migrate() -> None:
    """Bring a year made before to the present schema."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _seconds(action: Any) -> float:
    began = perf_counter()
    action()
    return perf_counter() - began


# -- the city and its year -------------------------------------------------------------------


def _city() -> list[str]:
    """Divisions, offices of districts and streets, duties; the communities, some of which call more than others."""
    from wangge.duties.importing import defaults
    from wangge.organization.establishing import establish_below
    from wangge.territory.loading import load
    from wangge.territory.models import Division
    from wangge.territory.releases import shipped

    load(release=shipped(CITY), within=CITY)
    establish_below(path=CITY, template="district", by=None, on=ON)
    establish_below(path=CITY, template="kundulun_street", by=None, on=ON)
    defaults.load()
    return sorted(Division.objects.current().below(CITY).filter(level=5).values_list("code", flat=True))


def _made(places: Sequence[str], kinds: Sequence[str], at: datetime, size: int, random_: random.Random) -> list[Any]:
    from wangge.cases.importing.rows import Order

    found, seconds = [], at.timestamp()
    for row in range(size):
        number = random_.randrange(10**9)
        is_order = random_.random() < ORDERS / CALLS
        words = _district.text(random_, number)
        found.append(
            Order(
                row=row,
                source_number=f"B{seconds:.0f}-{row}",
                source_system="12345",
                created_at=at,
                title=words[:40],
                text=words,
                demand_type=random_.choice(("complaint", "complaint", "help", "suggestion")) if is_order else "consult",
                kind_code=kinds[int(random_.random() ** 2 * len(kinds))],
                path=places[int(random_.random() ** 1.6 * len(places))],
                address=f"{words[:3]}{number % 997}号",
                lng=None,
                lat=None,
                name="居民",
                phone=f"1380{number % 10_000_000:07d}",
                urgency="normal",
                is_private=False,
                reply_wanted=is_order,
            )
        )
    return found


def _fill(places: list[str], calls: int, start: datetime, end: datetime, *, seed: int) -> float:
    """Import ``calls`` spread over the time, each with what became of it; how many a second."""
    from django.db import connection

    from wangge.cases import tallies
    from wangge.cases.importing.storing import CHUNK, Importer
    from wangge.duties.models import Kind

    kinds = sorted(
        Kind.objects.filter(catalogue__state="published", is_leaf=True).values_list("code", flat=True),
        key=lambda code: random.Random(code).random(),
    )
    random_ = random.Random(seed)
    shuffled = places[:]
    random.Random(3).shuffle(shuffled)
    began = perf_counter()
    with Importer(builder=_history(datetime.now().astimezone())) as importer:
        for first in range(0, calls, CHUNK):
            at = start + (end - start) * (first / calls)
            importer.add(_made(shuffled, kinds, at, min(CHUNK, calls - first), random_), now=at)
            if first // CHUNK % 40 == 39:
                print(
                    f"({first + CHUNK:,} of {calls:,}, {(first + CHUNK) / (perf_counter() - began):,.0f}/s)", flush=True
                )
    rate = calls / (perf_counter() - began)
    if importer.stored.created != calls:
        raise AssertionError(f"{importer.stored} of {calls}")
    tallies.compact()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return rate


def _history(today: datetime) -> Any:
    """A builder whose chunks know what became of their orders until ``today``."""
    from wangge.cases.importing import building

    null = building.NULL
    place_of = {name: n for n, name in enumerate(building.CASE)}
    columns = building.COLUMNS | {
        "cases_case": (*building.CASE, "signed_at", "contacted_at", "replied_at", "closed_at"),
        "cases_casepart": (*building.PART, "signed_at", "answered_at"),
        "cases_caseclock": (*building.CLOCK, "stopped_at"),
    }

    class History(building.Builder):
        def plan(self, order: Any, today: date) -> Any:
            return self._without(self.kind(order)[0]) if order.demand_type == "consult" else super().plan(order, today)

        def build(self, orders: Any, ids: Any, numbers: Any, now: datetime) -> building.Lines:
            lines = super().build(orders, ids, numbers, now)
            lines.columns = columns
            settled = now < today - SETTLED
            state = "archived" if now < today - timedelta(days=40) else "closed"
            ends = [_end(now, end) for end in ENDS]
            answered = (now + timedelta(minutes=10)).isoformat()
            steps = []
            for n, (line, order, key) in enumerate(zip(lines.cases, orders, ids, strict=True)):
                cells = line.split("\t")
                if order.demand_type == "consult":
                    given = {"state": "answered", "disposition": "answered", "reply": "已当场解答。", "version": "1"}
                    more = [null, null, null, answered]
                    steps.append(_step(key, "answer", "received", "answered", answered))
                elif settled and cells[place_of["state"]] == "dispatched":
                    end = ends[key % len(ends)]
                    given = end["case"] | {"state": state}
                    more = end["times"]
                    steps += [f"{key}{rest}" for rest in end["steps"]]
                else:
                    given, more = {}, [null] * 4
                for name, value in given.items():
                    cells[place_of[name]] = value
                lines.cases[n] = "\t".join(cells + more)
            lines.transitions += steps
            lines.parts = [self.part(line.split("\t"), ends, settled) for line in lines.parts]
            lines.clocks = [self.clock(line.split("\t"), ends, settled) for line in lines.clocks]
            return lines

        @staticmethod
        def part(cells: list[str], ends: Any, settled: bool) -> str:
            if not settled:
                return "\t".join([*cells, null, null])
            signed, _, replied, _ = ends[int(cells[0]) % len(ends)]["times"]
            cells[building.PART.index("state")] = "answered"
            return "\t".join([*cells, signed, replied])

        @staticmethod
        def clock(cells: list[str], ends: Any, settled: bool) -> str:
            if not settled:
                return "\t".join([*cells, null])
            end = ends[int(cells[0]) % len(ends)]
            outcome, stopped = end["clocks"][cells[1]]
            cells[building.CLOCK.index("outcome")] = outcome
            return "\t".join([*cells, stopped])

    return History


def _end(now: datetime, end: tuple[int, str, str, str]) -> dict[str, Any]:
    """What a case dispatched ``now`` and ended like this has in its rows."""
    days, solved, satisfaction, outcome = end
    signed, contacted = (now + timedelta(minutes=m) for m in (20, 90))
    replied, checked, closed = (now + timedelta(days=days, hours=h) for h in (0, 1, 4))
    times = [at.isoformat() for at in (signed, contacted, replied, closed)]
    return {
        "times": times,
        "case": {
            "version": "6", "next_due_at": "\\N", "reply": "已办理并告知诉求人。", "result_class": "solved",
            "solved": solved, "satisfaction": satisfaction,
        },
        "steps": [
            _step("", "sign", "dispatched", "handling", times[0]),
            _step("", "reply", "handling", "replied", times[2]),
            _step("", "check_pass", "replied", "checked", checked.isoformat()),
            _step("", "call_back", "checked", "closed", times[3]),
        ],
        "clocks": {"sign": ("on_time", times[0]), "contact": ("on_time", times[1]), "finish": (outcome, times[2])},
    }  # fmt: skip


def _step(key: object, step: str, source: str, target: str, at: str) -> str:
    return f"{key}\t{step}\t{source}\t{target}\t\\N\t{{}}\tsystem\t\\N\t系统\t\\N\t\t{at}"


# -- facts -----------------------------------------------------------------------------------


def _rebuild(day: date) -> None:
    from wangge.kernel.facts import actions

    actions.rebuild(day=day)


def _figures(today: date) -> None:
    from wangge.assessment import actions

    last = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    actions.refresh(period=actions.open_period(path=CITY, month=last))


def _older_facts(today: date) -> None:
    """The facts of the year before, like those of the last month: there ten times as many, as there would be."""
    from django.db import connection

    with connection.cursor() as cursor:
        for n in range(1, 10):
            cursor.execute(
                "INSERT INTO facts_dailyfact (fact, day, path, office_id, kind_code, value)"
                " SELECT fact, day - %s, path, office_id, kind_code, value FROM facts_dailyfact"
                " WHERE day BETWEEN %s AND %s",
                [RECENT * n, today - timedelta(days=RECENT), today - timedelta(days=1)],
            )
        cursor.execute("VACUUM (ANALYZE) facts_dailyfact")


def _copy_to(name: str) -> str:
    """The database Django works on, copied; Django goes on with the copy."""
    from django.db import connection

    connection.close()
    with psycopg.connect(server(), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "bench_{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "bench_{name}" TEMPLATE "bench_beijing_short" STRATEGY file_copy')
    connection.settings_dict["NAME"] = f"bench_{name}"
    os.environ["DATABASE_URL"] = another(server(), f"bench_{name}")
    return os.environ["DATABASE_URL"]


def _held() -> dict[str, float]:
    found: dict[str, float] = {}
    for name, suffix in (("beijing_short", "_short"), ("beijing", "")):
        with psycopg.connect(another(server(), f"bench_{name}"), autocommit=True) as connection:
            row = connection.execute(
                "SELECT (SELECT sum(number) FROM cases_casetally WHERE office_id = 0 AND state <> 'answered'),"
                " pg_database_size(current_database()) / 1024.0 ^ 3"
            ).fetchone()
            assert row is not None
            found |= {f"orders{suffix}": int(row[0]), f"gb{suffix}": float(row[1])}
    return found


# -- in the process of a side ----------------------------------------------------------------


def serve_pages() -> None:
    """In the process of a side."""
    setup_django()
    serve(*_prepare())


def _prepare() -> tuple[dict[str, Any], list[Page]]:
    from django.test import Client

    from wangge.cases.models import Case
    from wangge.kernel.access import database
    from wangge.kernel.access.models import Grant, User
    from wangge.organization.models import Office

    database.see_everything()
    latest = list(Case.objects.order_by("-created_at", "-id").exclude(lead_office=None)[:2000])
    street = max(sorted({c.path[:9] for c in latest}), key=[c.path[:9] for c in latest].count)
    centre = Office.objects.filter(kind="street.command_centre", path=street).get()
    clients: dict[str, Any] = {}
    for label, role, path, office in (
        ("city", "hotline_leader", CITY, None),
        ("district", "hotline_leader", street[:6], None),
        ("street", "street_dispatcher", street, centre),
        ("assessor", "command_centre", CITY, None),
    ):
        user, is_new = User.objects.get_or_create(username=f"bench-{label}", defaults={"display_name": label})
        if is_new:
            user.set_unusable_password()
            user.save()
            Grant.objects.create(
                user=user, role=role, path=path, office_id=office.pk if office else None, valid_from=ON
            )
        clients[label] = Client()
        clients[label].force_login(user)
    pages = list(_pages(street, latest))
    database.see_nothing()
    return clients, pages


def _pages(street: str, latest: list[Any]) -> Iterator[Page]:
    from django.urls import reverse
    from django.utils import timezone

    from wangge.assessment.enums import Group
    from wangge.assessment.models import Period

    lists, today = reverse("case_list"), timezone.localdate()
    some = [latest[n * 97 % len(latest)] for n in range(12)]
    days = [today - timedelta(days=n) for n in range(8, 32, 2)]
    for user in ("city", "district", "street"):
        yield Page(user, "list, first page", (lists,))
        yield Page(user, "list, last page", (f"{lists}?last=1",))
        yield Page(user, "by state", (f"{lists}?state=dispatched", f"{lists}?state=closed"))
        yield Page(user, "by street", (f"{lists}?place={street}",))
        yield Page(user, "by nature", (f"{lists}?demand_type=help", f"{lists}?demand_type=suggestion"))
        yield Page(user, "by day", tuple(f"{lists}?created_from={d}&created_to={d}" for d in days))
        yield Page(user, "closed on a day", tuple(f"{lists}?closed_from={d}&closed_to={d}" for d in days))
        yield Page(user, "unsolved", (f"{lists}?result=unsolved",))
        yield Page(user, "overdue", (f"{lists}?overdue=1",))
        yield Page(user, "search by number", tuple(f"{lists}?q={c.number}&size=50" for c in some))
        yield Page(user, "my work", (reverse("case_my_work"),))
    yield Page("city", "one case", tuple(reverse("case_detail", args=[c.pk]) for c in some))
    period = Period.objects.get(path=CITY)
    yield Page(
        "assessor", "ranking", (f"{reverse('assessment_ranking')}?period={period.pk}&group={Group.STREET.value}",)
    )
