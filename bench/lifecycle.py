"""Create, dispatch, resolve, search over HTTP: an empty table, then a full one; beside it the same on django-helpdesk.

One lifecycle is four calls to the REST API of ``wangge serve``, each with all that a call leaves behind (number,
clocks, parts, audit entry, search words). Load generator, web server and database share the machine.
"""

from __future__ import annotations

from typing import Any

from bench import _district, _helpdesk
from bench._filled import filled
from bench._load import CALLS, Seen, drive, together
from bench.harness import Result, fresh_database, pgbench, server, web_server

GOAL_RATE, GOAL_KEPT, GOAL_TIMES = 40, 0.9, 3
PUBLISHED = {"eGov DIGIT, published, empty, 16 cores": 37.0, "eGov DIGIT, published, 1M cases, 16 cores": 6.3}
PORT = 8971
WORKERS, THREADS, CLIENTS = 2, 2, 4
TURNS = 3
SCOPES = ("cases:read", "cases:write", "cases:dispatch", "cases:handle")


def run(scale: str) -> Result:
    rows, tickets, seconds = (1_000_000, 100_000, 30.0) if scale == "full" else (20_000, 2_000, 5.0)
    commits = pgbench(server(), seconds=int(seconds / 2), clients=CLIENTS)
    # First the copy (it may have to be filled), then the empty one, over which Django is set up here.
    full_url = filled("lifecycle_full", rows)
    empty_url = fresh_database("lifecycle")
    district = _district.build()
    given: dict[str, Any] = {"kinds": _alone(district.kinds), "communities": district.communities}
    token = _token()
    _point_django_at("lifecycle_full", full_url)
    full_token = _token()
    empty, full = _ours((empty_url, given | {"token": token}), (full_url, given | {"token": full_token}), seconds)
    rivals = _theirs(tickets, seconds)
    kept = full.rate / empty.rate
    theirs = rivals.get(f"django-helpdesk {_helpdesk.VERSION}, {tickets:,} tickets")
    times = full.rate / theirs.rate if theirs else None
    table: list[tuple[object, ...]] = [
        ("what", "lifecycles/s", *(f"{call} p50/p95 ms" for call in CALLS)),
        _row("ours, empty", empty),
        _row(f"ours, {rows:,} cases", full),
        *(_row(name, seen) for name, seen in rivals.items()),
    ]
    if not rivals:
        table.append((f"django-helpdesk: {_WHY[0]}", "–", *("–" for _ in CALLS)))
    table += [(name, f"{value:g}", *("–" for _ in CALLS)) for name, value in PUBLISHED.items()]
    table.append(("pgbench TPC-B on the same server, transactions/s", f"{commits:,.0f}", *("–" for _ in CALLS)))
    references = {"ours, empty": round(empty.rate, 1)}
    references |= {name: round(seen.rate, 2) for name, seen in rivals.items()}
    references |= PUBLISHED | {"pgbench TPC-B tps": round(commits)}
    return Result(
        name="lifecycle",
        value=round(full.rate, 1),
        unit="lifecycles/s",
        scale=scale,
        reference=references,
        ratio=round(times, 2) if times is not None else None,
        rows=table,
        goal=(
            f"≥ {GOAL_RATE}/s; full ≥ {GOAL_KEPT:.0%} of empty (now {kept:.0%}); "
            f"≥ {GOAL_TIMES} × django-helpdesk (now {f'{times:.1f} ×' if times else 'not measured'})"
        ),
        met=min(empty.rate, full.rate) >= GOAL_RATE and kept >= GOAL_KEPT and (times or 0) >= GOAL_TIMES,
    )


_WHY: list[str] = []


def _ours(empty: tuple[str, dict[str, Any]], full: tuple[str, dict[str, Any]], seconds: float) -> tuple[Seen, Seen]:
    """Both in turn, a third of the time each: whatever else the machine does meanwhile falls on both alike."""
    seen: tuple[list[Seen], list[Seen]] = ([], [])
    with (
        web_server(empty[0], port=PORT, workers=WORKERS, threads=THREADS) as first,
        web_server(full[0], port=PORT + 1, workers=WORKERS, threads=THREADS) as second,
    ):
        for turn in range(TURNS):
            for kept, address, given in ((seen[0], first, empty[1]), (seen[1], second, full[1])):
                kept.append(drive(address, "wangge", clients=CLIENTS, seconds=seconds / TURNS, seed=10 + turn, **given))
    return together(seen[0]), together(seen[1])


def _theirs(tickets: int, seconds: float) -> dict[str, Seen]:
    found = {}
    try:
        for rows in (0, tickets):
            url, given = _helpdesk.prepared(rows)
            with _helpdesk.web_server(url, port=PORT + 2, workers=WORKERS, threads=THREADS) as address:
                name = f"django-helpdesk {_helpdesk.VERSION}, {f'{rows:,} tickets' if rows else 'empty'}"
                found[name] = drive(address, "helpdesk", clients=CLIENTS, seconds=seconds, seed=3, **given)
    except _helpdesk.Missing as error:
        _WHY.append(str(error))
        return {}
    return found


def _alone(kinds: list[str]) -> list[str]:
    """Kinds that one office handles without assisting ones: nobody else has to answer before the reply."""
    from wangge.duties.models import Duty

    helped = Duty.objects.exclude(assist_kinds=[], assist_offices=None).values_list("kind_code", flat=True)
    kept = sorted(set(kinds) & set(Duty.objects.values_list("kind_code", flat=True)) - set(helped))
    if not kept:
        raise AssertionError("no kind without assisting offices")
    return kept


def _token() -> str:
    """A system over the whole district, whose rate limit no benchmark reaches."""
    from wangge.kernel.api.systems import create_system

    return create_system(name="基准测试", scopes=SCOPES, path=_district.HOME, rate_per_minute=100_000, by=None)[1]


def _point_django_at(name: str, url: str) -> None:
    """Django is set up once a process: its connection moves on to another database of the same server."""
    import os

    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = f"bench_{name}"
    os.environ["DATABASE_URL"] = url


def _row(name: str, seen: Seen) -> tuple[object, ...]:
    times = (seen.calls[call] for call in CALLS)
    return (name, f"{seen.rate:.1f}", *(f"{t.p50 * 1000:.0f} / {t.p95 * 1000:.0f}" for t in times))
