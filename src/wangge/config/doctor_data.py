"""What ``wangge doctor`` asks about the data: counts, protection of personal rows, the record, places, pooling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connection

from wangge.cases import tallies
from wangge.cases.models import Case
from wangge.config import health
from wangge.config.health import Finding
from wangge.duties.models import Duty
from wangge.kernel.facts.actions import outdated
from wangge.organization.models import Office
from wangge.territory.models import Division, Grid

# Every table that row-level security guards (a test holds this against a fresh database).
PROTECTED: Final = (
    "assessment_appeal",
    "assessment_appealnotice",
    "assessment_workerline",
    "assessment_workersheet",
    "cases_requester",
    "cockpit_brief",
    "cockpit_briefmailing",
    "cockpit_briefsubscription",
    "governance_governanceclock",
    "governance_governanceitem",
    "governance_governancenotice",
    "governance_governancetask",
    "governance_governancetransition",
    "places_learnedname",
    "replies_replycheck",
    "topics_forecast",
    "topics_rise",
    "topics_topic",
    "topics_topicmember",
    "topics_topicrun",
    "topics_weekcount",
    "whistle_checkin",
    "whistle_whistle",
)
# Beyond this many cases a full count takes longer than a doctor may: some streets are counted instead.
COUNTED_IN_FULL: Final = 200_000
STREETS_SAMPLED: Final = 3


def audit_chain() -> Iterator[Finding]:
    """The daily verification found the record whole."""
    broken = health.audit_broken()
    yield Finding(
        "audit chain",
        not broken,
        "changed since it was sealed" if broken else "no fault found by the daily verification",
        "Keep the database and its backups as they are, and see what was found: wangge audit verify",
    )


def pooling() -> Iterator[Finding]:
    """A session keeps its server process. A pooler by transaction hands it to others, and the scope with it."""
    other = connection.copy()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            before = cursor.fetchone()[0]
        other.set_autocommit(False)
        with other.cursor() as cursor:  # a pooler by transaction gives this one the process we just left
            cursor.execute("SELECT pg_backend_pid()")
            taken = cursor.fetchone()[0]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            after = cursor.fetchone()[0]
    finally:
        other.close()
    yield Finding(
        "pooling",
        before == after != taken,
        "each session has its server process" if before == after != taken else "sessions share server processes",
        "Row-level security needs a pooler in session mode (PgBouncer: pool_mode = session), or none.",
    )


def row_security() -> Iterator[Finding]:
    """Tables with personal rows are protected, from their owner too, by a policy."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname FROM pg_class c
               WHERE c.relname = ANY(%s) AND c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)
                 AND c.relrowsecurity AND c.relforcerowsecurity
                 AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)""",
            [list(PROTECTED)],
        )
        held = {row[0] for row in cursor.fetchall()}
    bare = [name for name in PROTECTED if name not in held]
    yield Finding(
        "row-level security",
        not bare,
        f"not forced on {', '.join(bare)}" if bare else f"forced on {len(PROTECTED)} tables",
        "Somebody switched it off. Take the service off the net; put back what the module's migration of guards made"
        " (for cases_requester: cases.0002_guards).",
    )


def counts() -> Iterator[Finding]:
    """The counts kept by trigger agree with the rows: all of them, or on a big table those of some streets."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'cases_case'::regclass")
        rows = cursor.fetchone()[0]
    if rows <= COUNTED_IN_FULL:
        wrong, how = tallies.check(), "every case counted"
    else:
        streets = _some_streets()
        real = {path: Case.objects.filter(path__startswith=path).count() for path in streets}
        said = {path: tallies.count(paths=[path]) for path in streets}
        wrong = {path: said[path] - real[path] for path in streets if said[path] != real[path]}
        how = f"{len(streets)} streets counted ({sum(real.values())} cases)"
    yield Finding(
        "counts",
        not wrong,
        f"off by {dict(sorted(wrong.items()))}" if wrong else how,
        "Run: wangge cases rebuild-tallies",
    )


def _some_streets() -> list[str]:
    """The streets with the fewest cases: what an index counts quickly."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT left(path, 9) FROM cases_casetally WHERE office_id = 0 AND length(path) >= 9"
            " GROUP BY 1 HAVING sum(number) > 0 ORDER BY sum(number), 1 LIMIT %s",
            [STREETS_SAMPLED],
        )
        return [row[0] for row in cursor.fetchall()]


def definitions() -> Iterator[Finding]:
    """Daily facts are built by the rules in force; a day under an older rule shows an older figure."""
    days = outdated()
    codes = sorted({code for of_day in days.values() for code in of_day})
    some = f"{', '.join(codes[:5])}{' …' if len(codes) > 5 else ''}"
    yield Finding(
        "facts",
        not days,
        f"{len(days)} days hold figures of an older or unrecorded definition ({some})" if days else "by today's rules",
        "Run: wangge facts rebuild --changed (published months keep the figures they were frozen with)",
    )


def places() -> Iterator[Finding]:
    """Offices and duties in force lie at places that still exist: after a merger somebody has to decide."""
    rows = [(path, name) for path, name in Office.objects.filter(valid_to__isnull=True).values_list("path", "name")]
    duties = Duty.objects.filter(valid_to__isnull=True).exclude(path="").values_list("path", "kind_code")
    rows += [(path, f"duty {code}") for path, code in duties]
    paths = {path for path, _ in rows}
    current = set(Division.objects.current().filter(code__in=paths).values_list("code", flat=True))
    current |= set(Grid.objects.current().filter(code__in=paths).values_list("code", flat=True))
    gone = sorted(f"{name} ({path})" for path, name in rows if path not in current)
    yield Finding(
        "places",
        not gone,
        f"{len(gone)} at places that ended: {'; '.join(gone[:5])}" if gone else f"{len(rows)} offices and duties",
        "Merge or close the offices (desk: 机构), end the duties (desk: 类别与职责).",
    )
