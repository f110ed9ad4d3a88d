"""REST: published months, rankings that can be reckoned again, and what an indicator means."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.assessment.conftest import Town
from tests.assessment.web.test_pages import publish
from tests.cases.conftest import DISTRICT, OTHER_STREET, STREET
from tests.cases.test_api import Caller

from wangge.assessment.models import Figure, Period, Score, Unit
from wangge.assessment.statistics import wilson
from wangge.kernel.api.systems import create_system

READ = "assessment:read"


def test_only_published_months_are_told(month: Period, town: Town) -> None:
    system = Caller(DISTRICT, READ)
    assert system.call("GET", "/assessment/periods")[1]["items"] == []
    assert system.call("GET", f"/assessment/periods/{month.pk}/ranking")[0] == 404
    publish(town, month)
    status, page = system.call("GET", "/assessment/periods")
    assert (status, page["total"], page["next"]) == (200, 1, None)
    (told,) = page["items"]
    assert (told["id"], told["path"], told["month"]) == (month.pk, DISTRICT, month.month.isoformat())


def test_the_ranking_tells_numerator_denominator_and_interval(month: Period, town: Town) -> None:
    month = publish(town, month)
    status, page = Caller(STREET, READ).call("GET", f"/assessment/periods/{month.pk}/ranking?group=street")
    assert (status, page["total"]) == (200, 2)
    first = page["items"][0]
    score = Score.objects.get(period=month, round=month.round, unit=town.unit("street"))
    assert (first["name"], first["place"], first["total"], first["sample"]) == (
        "少先路街道办事处", score.place, float(score.total or 0), score.sample,
    )  # fmt: skip
    assert (first["low"], first["high"]) == (score.low, score.high)
    assert page["items"][1]["place"] is None
    told = {one["code"]: one for one in first["figures"]}
    for figure in Figure.objects.filter(period=month, round=month.round, unit=town.unit("street")):
        one = told[figure.definition.code]
        assert one["numerator"] == float(figure.numerator)
        assert one["value"] == figure.value
        if figure.denominator and figure.definition.reading == "percent":
            assert one["value"] == pytest.approx(one["numerator"] / one["denominator"])
            assert (one["low"], one["high"]) == wilson(one["numerator"], one["denominator"])
    assert (told["demand"]["denominator"], told["demand"]["low"]) == (None, None)
    some = Caller(DISTRICT, READ).call("GET", f"/assessment/periods/{month.pk}/ranking?indicator=solution")[1]
    assert {one["code"] for row in some["items"] for one in row["figures"]} == {"solution"}


def test_the_pages_of_a_ranking_follow_each_other(month: Period, town: Town) -> None:
    month = publish(town, month)
    url = f"/assessment/periods/{month.pk}/ranking?limit=1"
    system = Caller(DISTRICT, READ)
    first = system.call("GET", url)[1]
    second = system.call("GET", f"{url}&cursor={first['next']}")[1]
    names = [page["items"][0]["name"] for page in (first, second)]
    assert names == ["少先路街道办事处", "沼潭街道办事处"]
    assert (first["total"], second["total"], second["next"]) == (2, 2, None)
    assert system.call("GET", f"{url}&cursor=zz")[1]["code"] == "bad_cursor"
    assert system.call("GET", f"/assessment/periods/{month.pk}/ranking?group=nobody")[0] == 422


def test_who_belongs_elsewhere_reads_nothing(month: Period, town: Town) -> None:
    publish(town, month)
    for path, total in (("1502", 1), (OTHER_STREET, 1), ("150204", 0), ("16", 0)):
        system = Caller(path, READ)
        assert system.call("GET", "/assessment/periods")[1]["total"] == total
        assert system.call("GET", f"/assessment/periods/{month.pk}/ranking")[0] == (200 if total else 404)
    office = Caller(DISTRICT, READ)
    housing = town.offices["housing"].pk
    office.token = create_system(name="住建平台", scopes=[READ], office_id=housing, by=None)[1]
    assert office.call("GET", "/assessment/periods")[1]["total"] == 1


@pytest.mark.parametrize("url", ["/assessment/indicators", "/assessment/periods", "/assessment/periods/1/ranking"])
def test_without_the_scope_nothing_is_read(town: Town, url: str) -> None:
    status, problem = Caller(DISTRICT, "cases:read").call("GET", url)
    assert (status, problem["code"]) == (403, "scope_missing")


def test_what_an_indicator_means(town: Town) -> None:
    status, found = Caller(DISTRICT, READ).call("GET", "/assessment/indicators?on=2026-01-31")
    solution = next(one for one in found if one["code"] == "solution")
    assert status == 200
    assert solution["numerator"] == [{"fact": "cases.solved", "times": 1.0}]
    assert solution["denominator"] == [{"fact": "cases.rated", "times": 1.0}]
    assert solution["meaning"]
    assert Caller(DISTRICT, READ, "cases:read").call("GET", "/assessment/indicators?on=1999-01-01")[1] == []


def test_three_units_cost_as_much_as_thirty(month: Period, town: Town) -> None:
    month = publish(town, month)
    system, costs = Caller(DISTRICT, READ), []
    score = Score.objects.get(period=month, round=month.round, unit=town.unit("street"))
    figure = Figure.objects.filter(period=month, round=month.round, unit=town.unit("street")).first()
    assert figure is not None
    for number in (3, 30):
        while Score.objects.filter(period=month, round=month.round, group="street").count() < number:
            unit = Unit.objects.get(pk=score.unit_id)
            unit.pk, unit.valid_to, unit.name = None, unit.valid_from, f"街道{number}"
            unit.save(force_insert=True)
            for row in (score, figure):
                row.pk, row.unit = None, unit
                row.save(force_insert=True)
        with CaptureQueriesContext(connection) as queries:
            page = system.call("GET", f"/assessment/periods/{month.pk}/ranking?limit=100")[1]
        assert page["total"] == len(page["items"]) == number
        costs.append(len(queries))
    assert costs[0] == costs[1]
