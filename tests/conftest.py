"""Starts the embedded PostgreSQL for tests (fsync off) unless ``DATABASE_URL`` names another server.

Between requests a test acts as the system itself: row-level security lets it see every row. A request
of the test client sees what its user may see, and the system's sight comes back after it.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("WANGGE_ENV", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wangge.config.settings")
# No re-reading of the calendar inside a query-count test; tests that change it call working.forget().
os.environ.setdefault("WANGGE_CALENDAR_REFRESH_SECONDS", "86400")

from wangge.config import embedded

embedded.ensure(directory=Path("var/test-postgres").resolve(), durable=False)

import django  # noqa: E402 - settings need the database's address

django.setup()

from django.template import Template  # noqa: E402
from django.test import client as django_client  # noqa: E402
from django.test import testcases  # noqa: E402
from django.test import utils as test_utils  # noqa: E402
from tests.browsing import browser  # noqa: E402, F401 - the fixture, for every test that wants a real browser
from tests.emptying import empty  # noqa: E402


def see_everything() -> None:
    """The system's sight on the test's connection, past Django's query counter."""
    from django.db import connection

    raw = connection.connection
    if raw is None or raw.closed or raw.info.transaction_status.name == "INERROR":
        connection._wangge_scope = None  # type: ignore[attr-defined]
        return
    raw.execute("SELECT set_config('wangge.paths', '*', false), set_config('wangge.offices', '', false)")
    connection._wangge_scope = (id(raw), ("*", ""))  # type: ignore[attr-defined]


class SystemBetweenRequests(django_client.ClientHandler):
    """The test client's handler; afterwards the test is the system again."""

    def __call__(self, environ: Any) -> Any:
        try:
            return super().__call__(environ)
        finally:
            see_everything()


django_client.ClientHandler = SystemBetweenRequests  # type: ignore[misc]


def _leave_nothing(self: testcases.TransactionTestCase) -> None:
    """After a test that really committed, whatever sight it left behind."""
    see_everything()
    empty()


testcases.TransactionTestCase._fixture_teardown = _leave_nothing  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def _whole_pages_tell_their_context(django_test_environment: None) -> None:
    """What the view gave to the page is kept for the test; not a copy for every piece that the page includes, of which
    a list has hundreds."""
    told, quietly, at_work = Template._render, test_utils._TestState.saved_data.template_render, threading.local()

    def render(self: Template, context: Any) -> Any:
        if getattr(at_work, "page", False):
            return quietly(self, context)
        at_work.page = True
        try:
            return told(self, context)
        finally:
            at_work.page = False

    Template._render = render


@pytest.fixture(autouse=True)
def _system_sees_everything() -> None:
    """Every test starts as the system; new connections are opened so (``SYSTEM_PROCESS``)."""
    see_everything()


@pytest.fixture(autouse=True)
def _organization_book_is_cold() -> None:
    """No office remembered from the test before (a transactional test ends with TRUNCATE, which tells nobody)."""
    from wangge.organization import book

    book.forget()


@pytest.fixture(autouse=True)
def _territory_is_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """No place remembered from the test before; no look at the revision in the middle of a query-count test."""
    from wangge.territory import revision

    monkeypatch.setattr(revision, "CHECK_SECONDS", 86_400.0)
    revision.forget()
