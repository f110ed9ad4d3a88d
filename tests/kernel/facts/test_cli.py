from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.kernel.facts.conftest import Book
from typer.testing import CliRunner

from wangge.kernel.facts.actions import outdated
from wangge.kernel.facts.actions import rebuild as rebuild_day
from wangge.kernel.facts.cli import app
from wangge.kernel.facts.models import DailyFact, FactBuilt

pytestmark = pytest.mark.django_db
run = CliRunner().invoke
DAY = date(2026, 3, 2)


def test_a_window_is_rebuilt_both_ends_included(book: Book) -> None:
    for day in (DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)):
        book.note("closed", day, "150203001001")
    result = run(app, ["rebuild", "--from", "2026-03-02", "--to", "2026-03-03"])
    assert (result.exit_code, result.stdout) == (0, "已重算 2 天，共 2 行。\n")
    assert DailyFact.objects.count() == 2


def test_without_days_it_is_today(book: Book) -> None:
    assert run(app, ["rebuild", "--fact", "closed"]).exit_code == 0
    assert list(FactBuilt.objects.values_list("day", "fact")) == [(timezone.localdate(), "closed")]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "2026-03-03", "--to", "2026-03-02"],
        ["--to", "2999-01-01"],
        ["--from", "nonsense"],
        ["--fact", "unknown"],
    ],
)
def test_nonsense_is_a_usage_error_and_builds_nothing(book: Book, arguments: list[str]) -> None:
    assert run(app, ["rebuild", *arguments]).exit_code == 2
    assert FactBuilt.objects.count() == 0


def test_changed_rebuilds_what_an_older_rule_built_and_nothing_else(book: Book) -> None:
    for day in (DAY, DAY + timedelta(days=1)):
        book.note("closed", day, "150203001001")
        rebuild_day(day=day)
    FactBuilt.objects.filter(fact__in=["closed", "open"]).update(definition="an older rule")
    at = dict(FactBuilt.objects.filter(fact="on_time").values_list("day", "built_at"))
    one = run(app, ["rebuild", "--changed", "--from", "2026-03-03", "--to", "2026-03-03"])
    assert one.stdout.splitlines()[-1] == "已重算 1 天，共 1 行。"
    assert outdated() == {DAY: ["closed", "open"]}
    assert run(app, ["rebuild", "--changed", "--fact", "closed"]).stdout.splitlines()[-1] == "已重算 1 天，共 1 行。"
    assert outdated() == {DAY: ["open"]}
    run(app, ["rebuild", "--changed"])
    assert run(app, ["rebuild", "--changed"]).stdout.splitlines()[-1] == "已重算 0 天，共 0 行。"
    assert dict(FactBuilt.objects.filter(fact="on_time").values_list("day", "built_at")) == at


def test_the_definitions_are_listed(book: Book) -> None:
    assert run(app, ["list"]).output.splitlines() == [
        "事实 closed\tclosed",
        "事实 on_time\ton_time",
        "事实 open\topen（存量）",
        "指标 closed_count\t办结数\t= closed",
        "指标 on_time_rate\t按时办结率\t= on_time / closed",
        "指标 open_count\t在办数\t= open",
    ]
