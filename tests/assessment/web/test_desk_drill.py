"""The single summonses and whistles behind a figure: who sees which, paging, search, export."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.assessment.conftest import Town
from tests.assessment.web.test_pages import publish
from tests.cases.web.signing import signed_in

from wangge.assessment import actions
from wangge.assessment.models import Definition, Figure, Period, Trace
from wangge.whistle.models import Summons, Whistle

pytestmark = pytest.mark.usefixtures("told")


def address(period: Period, unit: Any, code: str, side: str = "denominator") -> str:
    return reverse("assessment_drill", args=[period.pk, unit.pk, code, side])


def shown(response: Any) -> list[int]:
    return [row["pk"] for row in response.context["rows"]]


def text(response: Any) -> str:
    return response.content.decode()


@pytest.mark.parametrize("who", ["指挥小孙", "住建小周"])
def test_a_figure_of_whistles_opens_its_single_summonses(month: Period, town: Town, who: str) -> None:
    unit = town.unit("housing")
    response = signed_in(town, who).get(address(month, unit, "whistle_response"))
    figure = Figure.objects.get(period=month, unit=unit, definition__code="whistle_response")
    assert (figure.numerator, figure.denominator) == (3, 4)
    came = Summons.objects.filter(arrived_at__isnull=False).exclude(state="released")
    assert set(shown(response)) == set(came.values_list("pk", flat=True))
    assert (response.context["times"], response.context["total"], response.context["daily"]) == (4, 4, [])
    late = Summons.objects.get(returns=1)
    in_time = signed_in(town, who).get(address(month, unit, "whistle_response", "numerator"))
    assert set(shown(in_time)) == set(shown(response)) - {late.pk}
    assert "签收、到场" in text(response)


def test_points_are_told_with_the_single_ratings(month: Period, town: Town) -> None:
    response = signed_in(town, "指挥小孙").get(address(month, town.unit("housing"), "whistle_rating", "numerator"))
    figure = Figure.objects.get(period=month, unit=town.unit("housing"), definition__code="whistle_rating")
    assert (response.context["times"], response.context["amount"]) == (2, figure.numerator)
    below = signed_in(town, "指挥小孙").get(address(month, town.unit("housing"), "whistle_rating"))
    assert (below.context["times"], figure.denominator) == (2, 200)


def test_what_a_street_blew_opens_its_whistles(month: Period, town: Town) -> None:
    response = signed_in(town, "街道老王").get(address(month, town.unit("street"), "whistle_rate", "numerator"))
    assert set(shown(response)) == set(Whistle.objects.values_list("pk", flat=True))
    judged = signed_in(town, "街道老王").get(address(month, town.unit("street"), "whistle_proper"))
    assert (judged.context["times"], judged.context["total"]) == (3, 3)


def test_a_street_sees_the_figure_of_another_and_none_of_its_whistles(month: Period, town: Town) -> None:
    publish(town, month)
    drill = address(month, town.unit("housing"), "whistle_response")
    outside = signed_in(town, "外街小孙").get(drill)
    assert (shown(outside), outside.context["times"]) == ([], 4)
    assert "您有权查看 0 次" in text(outside)
    assert signed_in(town, "外人").get(drill).status_code == 403
    exported = signed_in(town, "外街小孙").get(drill, {"export": "csv"})
    body = b"".join(exported.streaming_content).decode("utf-8-sig") if exported.streaming else ""
    assert "外墙脱落" not in body


def test_before_the_publication_a_stranger_opens_no_drill(month: Period, town: Town) -> None:
    drill = address(month, town.unit("housing"), "whistle_response")
    assert signed_in(town, "街道老王").get(drill).status_code == 404


def test_the_list_pages_narrows_prints_and_exports(month: Period, town: Town) -> None:
    client = signed_in(town, "指挥小孙")
    for code, side, one in (
        ("whistle_response", "denominator", Summons.objects.get(returns=1).whistle),
        ("whistle_rate", "numerator", Whistle.objects.first()),
    ):
        assert one is not None
        drill = address(month, town.unit("housing" if code == "whistle_response" else "street"), code, side)
        whole = shown(client.get(drill))
        for query in ("sort=-new", "kind=work", "print=1", "after=zz"):
            assert client.get(f"{drill}?{query}").status_code == 200
        assert client.get(f"{drill}?kind=hard").context["total"] == 0
        assert len(shown(client.get(f"{drill}?q={one.number}"))) == 1
        exported = client.get(drill, {"export": "csv"})
        body = b"".join(exported.streaming_content).decode("utf-8-sig")
        assert body.count("外墙脱落") == len(whole)


def test_three_summonses_cost_as_much_as_thirty(month: Period, town: Town) -> None:
    unit = town.unit("housing")
    client = signed_in(town, "指挥小孙")
    drill = address(month, unit, "whistle_response")
    trace = Trace.objects.get(period=month, unit=unit, measure__startswith="whistle.arrived@")
    whistle = Whistle.objects.filter(state="closed")[0]
    before = whistle.summonses.get()
    costs = []
    for number in (3, 30):
        while len(trace.rows) < number:
            before.pk, before.state = None, "released"
            before.save(force_insert=True)
            trace.rows.append(before.pk)
        trace.rows = trace.rows[-number:]
        Trace.objects.filter(pk=trace.pk).update(rows=trace.rows)
        client.get(drill)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(drill, {"size": "50"})
        assert response.context["total"] == number
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 30


def test_a_side_of_two_kinds_of_things_has_a_list_of_each(month: Period, town: Town) -> None:
    Definition.objects.filter(code="whistle_rate").update(numerator=[["whistle.blown", "1"], ["cases.supervised", "2"]])
    actions.refresh(period=month)
    client = signed_in(town, "指挥小孙")
    drill = address(month, town.unit("street"), "whistle_rate", "numerator")
    cases, whistles = client.get(drill), client.get(f"{drill}?of=whistle")
    assert [label for label, *_ in cases.context["others"]] == ["事项", "吹哨"]
    assert (cases.context["total"], whistles.context["total"]) == (1, Whistle.objects.count())
    assert client.get(f"{drill}?of=nonsense").context["total"] == 1


def test_a_month_frozen_before_rows_were_kept_tells_its_days(month: Period, town: Town) -> None:
    unit = town.unit("housing")
    Trace.objects.filter(period=month, unit=unit, measure__startswith="whistle.").update(
        rows=[], amounts=[], subject="case"
    )
    response = signed_in(town, "指挥小孙").get(address(month, unit, "whistle_response"))
    assert response.status_code == 200
    assert [one["label"] for one in response.context["daily"]] == ["到场时限结束"]
