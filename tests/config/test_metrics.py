"""Who may scrape, and what a scrape says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from wangge.config import metrics

pytestmark = pytest.mark.django_db


def value(page: str, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", page, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def test_the_local_machine_may_scrape_where_no_token_is_set(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 200


@pytest.mark.parametrize(
    "sent", [{"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": ""}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}]
)
def test_nobody_else_may(client: Client, settings: Any, sent: dict[str, str]) -> None:
    settings.METRICS_TOKEN = ""
    answer = client.get("/metrics", **sent)  # type: ignore[arg-type]
    assert (answer.status_code, answer.content) == (403, b"metrics: token needed\n")


@pytest.mark.parametrize(("sent", "status"), [("Bearer right", 200), ("Bearer wrong", 403), ("", 403)])
def test_where_a_token_is_set_it_alone_opens(client: Client, settings: Any, sent: str, status: int) -> None:
    settings.METRICS_TOKEN = "right"
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == status


def test_a_scrape_calls_the_process_by_its_address(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "right"
    settings.ALLOWED_HOSTS = ["wangge.example.gov.cn"]
    sent = {"Authorization": "Bearer right", "Host": "web:8000"}
    assert client.get("/metrics", headers=sent).status_code == 200
    assert client.get("/login/", headers=sent).status_code == 400


def test_requests_are_counted_by_route_not_by_path(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    line = 'wangge_requests_total{method="GET",route="/login/",status="200"}'
    before = value(client.get("/metrics").content.decode(), line)
    client.get("/login/?phone=13800000000")
    client.get("/login/")
    page = client.get("/metrics").content.decode()
    assert value(page, line) - before == 2
    assert "13800000000" not in page


def test_unknown_paths_are_one_route(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    client.get("/no/such/1")
    client.get("/no/such/2")
    page = client.get("/metrics").content.decode()
    assert "no/such" not in page


def test_a_scrape_tells_queue_sweeps_and_audit(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    page = client.get("/metrics").content.decode()
    for name in (
        "wangge_jobs",
        "wangge_jobs_oldest_seconds",
        "wangge_sweep_late",
        "wangge_audit_unsealed",
        "wangge_database_connections",
    ):
        assert f"# TYPE {name} gauge" in page


def test_a_gauge_that_fails_is_counted_and_the_rest_answers(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = ""
    monkeypatch.setattr(metrics, "_gauges", dict(metrics._gauges))

    @metrics.gauge("wangge_broken", "always fails")
    def _broken() -> Any:
        raise RuntimeError("no")

    assert client.get("/metrics").status_code == 200
    page = client.get("/metrics").content.decode()
    assert value(page, 'wangge_scrape_errors_total{gauge="wangge_broken"}') >= 1
    assert "# TYPE wangge_jobs gauge" in page
