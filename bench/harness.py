"""What every benchmark needs: a server, a fresh database, a clock, a table, a record.

The server is PostgreSQL from the wheel in ``var/bench-postgres``, durable, configured as the embedded default, so
that a figure here is one a deployment can have. ``WANGGE_BENCH_DATABASE_URL`` names another (a role that may
create databases).
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "docs" / "benchmarks.md"
FIGURES = ROOT / "docs" / "benchmarks.json"
NOT_BENCHMARKS = {"__init__", "__main__", "harness"}


@dataclass(frozen=True, slots=True)
class Result:
    """What one run found.

    ``value`` in ``unit``; ``reference`` name → figure in the same unit, measured in the same run (or published,
    then the name says so); ``ratio`` is value ÷ the reference that matters. ``rows`` is the table to print, its
    first row the heading. ``goal`` says in words what was asked, ``met`` whether it was reached.
    """

    name: str
    value: float
    unit: str
    scale: str
    reference: dict[str, float] = field(default_factory=dict)
    ratio: float | None = None
    rows: Sequence[Sequence[object]] = ()
    goal: str = ""
    met: bool | None = None

    def line(self) -> str:
        """The JSON object of the last line."""
        kept = ("name", "value", "unit", "scale", "reference", "ratio")
        return json.dumps({name: value for name, value in asdict(self).items() if name in kept}, ensure_ascii=False)


def names() -> list[str]:
    """Every benchmark, by name."""
    files = (file.stem for file in Path(__file__).parent.glob("*.py"))
    return sorted(name for name in files if name not in NOT_BENCHMARKS and not name.startswith("_"))


def execute(name: str, scale: str, *, record: bool = False) -> Result:
    """Run one benchmark, print its table and, last, its JSON line."""
    began, before = time.monotonic(), os.getloadavg()[0]
    result: Result = import_module(f"bench.{name}").run(scale)
    if result.rows:
        print(table(result.rows))
    if result.goal:
        print(f"\ngoal: {result.goal} — {'reached' if result.met else 'NOT reached'}")
    print(f"({time.monotonic() - began:.0f} s)")
    if record:
        write_record(result, f"{before:.1f} before, {os.getloadavg()[0]:.1f} after")
    print(result.line(), flush=True)
    return result


# -- database --------------------------------------------------------------------------------


def server() -> str:
    """URL of a database on the benchmark server, which is started when it is not running."""
    if given := os.environ.get("WANGGE_BENCH_DATABASE_URL"):
        return given
    from wangge.config import embedded

    directory = Path(os.environ.get("WANGGE_VAR", "var")).resolve() / "bench-postgres"
    return embedded.start(directory, database="bench", durable=True)


def another(url: str, database: str) -> str:
    """``url`` with another database name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def fresh_database(name: str, *, django: bool = True) -> str:
    """Drop and make the database ``bench_<name>``; set ``DATABASE_URL``; migrate. Returns its URL.

    With ``django=False`` the database stays empty and Django is not set up.
    """
    url = server()
    database = f"bench_{name}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        connection.execute(f"CREATE DATABASE \"{database}\" TEMPLATE template0 ENCODING 'UTF8'")
    mine = another(url, database)
    os.environ["DATABASE_URL"] = mine
    if django:
        setup_django()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
    settle()
    return mine


def settle() -> None:
    """What ran before is written to the disk now, not while it is measured (on the server that is ours)."""
    if not os.environ.get("WANGGE_BENCH_DATABASE_URL"):
        from wangge.config import embedded

        with psycopg.connect(embedded.superuser_url(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")


def setup_django() -> None:
    """Django over ``DATABASE_URL``, as the system itself, without debug."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wangge.config.settings")
    os.environ.setdefault("WANGGE_SYSTEM_PROCESS", "1")
    os.environ.setdefault("WANGGE_LOG_LEVEL", "WARNING")
    import django

    django.setup()
    from wangge.config.collector import keep_what_is_loaded

    keep_what_is_loaded()  # as every process of the platform does


def analyze() -> None:
    """Statistics and visibility map after loading: what autovacuum would have done an hour later."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def pgbench(url: str, *, seconds: int = 10, clients: int = 4, scale: int = 10) -> float:
    """Transactions per second of pgbench's TPC-B on the same server: how fast this machine commits at all."""
    from wangge.config import embedded

    program = str(embedded.binary("pgbench") or "pgbench")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute('DROP DATABASE IF EXISTS "bench_pgbench" WITH (FORCE)')
        connection.execute('CREATE DATABASE "bench_pgbench"')
    target = another(url, "bench_pgbench")
    subprocess.run([program, "-i", "-q", "-s", str(scale), target], check=True, capture_output=True)
    command = [program, "-c", str(clients), "-j", "2", "-T", str(seconds), "-M", "prepared", target]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(next(line for line in out.splitlines() if line.startswith("tps")).split()[2])


@contextmanager
def web_server(url: str, *, port: int, workers: int = 2, threads: int = 4, **environment: str) -> Iterator[str]:
    """``wangge serve`` over ``url``; yields its address once it answers."""
    import urllib.request

    settings = os.environ | {"DATABASE_URL": url, "WANGGE_LOG_LEVEL": "WARNING"} | environment
    settings.pop("WANGGE_SYSTEM_PROCESS", None)
    arguments = ["serve", "--port", str(port), "--workers", str(workers), "--threads", str(threads)]
    process = subprocess.Popen([sys.executable, "-m", "wangge.config.cli", *arguments], env=settings, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                    break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise RuntimeError("the web server did not start") from None
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# -- measuring -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of repeated calls."""

    seconds: tuple[float, ...]

    def quantile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def p50(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return self.quantile(0.95)


def repeat(action: Callable[[], object], *, times: int, warm: int = 3) -> Times:
    """Call ``action`` ``warm`` times unmeasured, then ``times`` times."""
    for _ in range(warm):
        action()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return Times(tuple(taken))


def peak_memory_mb() -> float:
    """The largest resident size of this process so far, in MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# -- showing ---------------------------------------------------------------------------------


def table(rows: Sequence[Sequence[object]]) -> str:
    """Rows as aligned text; numbers to the right."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in texts) for i in range(len(texts[0]))]
    right = [all(isinstance(row[i], int | float) for row in rows[1:]) for i in range(len(texts[0]))]
    lines = [
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)).rstrip()
        for row in texts
    ]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(lines)


def _text(cell: object) -> str:
    if isinstance(cell, bool) or not isinstance(cell, float):
        return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
    return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"


def machine() -> str:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        found = (line for line in information.read_text().splitlines() if line.startswith("model name"))
        model = next(found, f": {model}").partition(":")[2].strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    whose = " of the system" if sys.base_prefix == "/usr" else ""  # built by profile, as others may not be
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB memory, Python {platform.python_version()}{whose}"


def write_record(result: Result, load: str = "") -> None:
    """Keep the figure (docs/benchmarks.json) and write the page from all kept ones (docs/benchmarks.md)."""
    kept: dict[str, dict[str, object]] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    kept[f"{result.name}:{result.scale}"] = asdict(result) | {
        "machine": machine(),
        "load": load,
        "measured_on": f"{datetime.now(UTC):%F}",
    }
    FIGURES.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    RECORD.write_text(page(kept))


def page(kept: dict[str, dict[str, object]]) -> str:
    """The Markdown page of all kept figures."""
    parts = [
        "# Benchmarks\n",
        "Written by `python -m bench NAME --record`; the figures themselves are in `benchmarks.json`.\n",
        "Every figure stands beside a reference taken in the same run on the same machine, load generator included;",
        "a published figure says so in its name. Where the load average is well beyond the number of cores, other work",
        "ran meanwhile: what is compared within the run holds, the times themselves do not. A copy of a filled table",
        "is read through once before it is asked, as a server that has run for a day has read it.\n",
    ]
    for key in sorted(kept):
        entry = kept[key]
        result = Result(**{name: entry[name] for name in Result.__dataclass_fields__})  # type: ignore[arg-type]
        parts.append(f"\n## {result.name} ({result.scale})\n")
        load = f" (load average {entry['load']})" if entry.get("load") else ""
        parts.append(
            f"**{_text(float(result.value))} {result.unit}** — {entry['machine']}, {entry['measured_on']}{load}.\n"
        )
        if result.goal:
            parts.append(f"Goal: {result.goal} — {'reached' if result.met else 'not reached'}.\n")
        references = "; ".join(f"{name} {_text(float(value))}" for name, value in result.reference.items())
        if references:
            ratio = f" (ratio {result.ratio:.3g})" if result.ratio is not None else ""
            parts.append(f"Reference: {references}{ratio}.\n")
        if result.rows:
            head, *body = ([_text(cell) for cell in row] for row in result.rows)
            parts.append("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
            parts += ["| " + " | ".join(row) + " |" for row in body]
            parts.append("")
    return "\n".join(parts).rstrip() + "\n"
