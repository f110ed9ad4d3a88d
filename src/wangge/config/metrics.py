"""Prometheus figures: requests, and what a scrape asks the database (queue, sweeper, audit, cases).

Requests are counted in each web process; ``wangge serve`` sets ``PROMETHEUS_MULTIPROC_DIR`` so that one scrape
of any process adds all of them up. The rest is asked when scraped, each answer kept for some seconds, and a
question that fails is left out and counted in ``wangge_scrape_errors_total`` rather than failing the scrape.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from wangge.cases.enums import OPEN_STATES
from wangge.cases.models import Case
from wangge.config import health
from wangge.kernel.access.database import as_system
from wangge.kernel.access.routes import public
from wangge.kernel.audit.queries import seal_state
from wangge.kernel.jobs import health as jobs_health
from wangge.kernel.jobs.models import Outcome

logger = structlog.get_logger(__name__)

REQUESTS = Counter("wangge_requests_total", "Requests by route and status", ["method", "route", "status"])
LATENCY = Histogram(
    "wangge_request_seconds",
    "Time to answer, by route",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
)
SCRAPE_ERRORS = Counter("wangge_scrape_errors_total", "Gauges that could not be read", ["gauge"])


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    REQUESTS.labels(method, route, str(status)).inc()
    LATENCY.labels(route).observe(seconds)


# Label values → number.
Rows = Iterable[tuple[tuple[str, ...], float]]
Read = Callable[[], Rows]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure asked at scrape time: label values → number. ``keep`` seconds between two askings."""

    name: str
    help: str
    labels: tuple[str, ...]
    read: Callable[[], Rows]
    keep: float


_gauges: dict[str, Gauge] = {}
_kept: dict[str, tuple[float, GaugeMetricFamily]] = {}


def gauge(name: str, text: str, *, labels: tuple[str, ...] = (), keep: float = 15) -> Callable[[Read], Read]:
    """Register a figure of the database for the scrape."""

    def decorate(read: Read) -> Read:
        _gauges[name] = Gauge(name, text, labels, read, keep)
        return read

    return decorate


class DatabaseCollector:
    """Answers the registered gauges."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for declared in _gauges.values():
            kept = _kept.get(declared.name)
            if kept is not None and time.monotonic() - kept[0] < declared.keep:
                yield kept[1]
                continue
            family = GaugeMetricFamily(declared.name, declared.help, labels=declared.labels)
            try:
                for values, number in declared.read():
                    family.add_metric(list(values), number)
            except Exception:
                SCRAPE_ERRORS.labels(declared.name).inc()
                logger.exception("gauge failed", gauge=declared.name)
                continue
            _kept[declared.name] = (time.monotonic(), family)
            yield family


@gauge("wangge_sweep_age_seconds", "Seconds since a sweep last started (-1: never)", labels=("name",))
def _sweep_age() -> Rows:
    now = timezone.now()
    for one in jobs_health.health(now=now):
        yield (one.name,), (now - one.ran_at).total_seconds() if one.ran_at else -1.0


@gauge("wangge_sweep_late", "1 when a sweep has not started for three periods", labels=("name",))
def _sweep_late() -> Rows:
    for one in jobs_health.health():
        yield (one.name,), float(one.late)


@gauge("wangge_sweep_failed", "1 when the last run of a sweep failed", labels=("name",))
def _sweep_failed() -> Rows:
    for one in jobs_health.health():
        yield (one.name,), float(one.outcome == Outcome.FAILED)


@gauge("wangge_audit_broken", "1 when the daily verification found the audit record changed")
def _audit_broken() -> Rows:
    yield (), float(health.audit_broken())


@gauge("wangge_jobs", "Jobs by state", labels=("state",))
def _jobs() -> Rows:
    now = jobs_health.queue()
    yield ("waiting",), now.waiting
    yield ("running",), now.running
    yield ("given_up",), now.failed


@gauge("wangge_jobs_oldest_seconds", "How long the oldest job that could run has waited")
def _jobs_oldest() -> Rows:
    yield (), jobs_health.queue().waited


@gauge("wangge_audit_unsealed", "Audit records that wait to be sealed")
def _audit_unsealed() -> Rows:
    yield (), seal_state().waiting


@gauge("wangge_cases_open", "Cases somebody has to act on, by state", labels=("state",), keep=60)
def _cases_open() -> Rows:
    for state, number in Case.objects.filter(state__in=OPEN_STATES).values_list("state").annotate(Count("pk")):
        yield (state,), number


@gauge("wangge_cases_overdue", "Open cases past their next limit", keep=60)
def _cases_overdue() -> Rows:
    yield (), Case.objects.filter(state__in=OPEN_STATES, next_due_at__lt=timezone.now()).count()


@gauge("wangge_database_connections", "Connections of the database", labels=("state",))
def _database_connections() -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() GROUP BY 1"
        )
        for state, number in cursor.fetchall():
            yield (state,), number


def _page() -> bytes:
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        own = b""
    else:
        own = generate_latest(REGISTRY)
    registry.register(DatabaseCollector())
    with as_system():
        return own + generate_latest(registry)


def may_scrape(request: HttpRequest) -> bool:
    """The bearer of ``WANGGE_METRICS_TOKEN``; where none is set, the local machine without a proxy in between."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    try:
        local = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return local and "X-Forwarded-For" not in request.headers


@public("Prometheus has no account; the view asks for WANGGE_METRICS_TOKEN or the local machine")
def metrics_view(request: HttpRequest) -> HttpResponse:
    """``/metrics``."""
    if not may_scrape(request):
        return HttpResponse("metrics: token needed\n", status=403, content_type="text/plain")
    return HttpResponse(_page(), content_type=CONTENT_TYPE_LATEST)
