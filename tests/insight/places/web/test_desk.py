"""The page of learned names."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, OTHER_STREET, World, world  # noqa: F401
from tests.cases.web.signing import signed_in

from wangge.insight.places.models import LearnedName


def make(number: int, path: str = COMMUNITY) -> None:
    LearnedName.objects.bulk_create(
        LearnedName(
            name=f"花园{path}{at}{LearnedName.objects.count()}",
            path=path,
            cases=5,
            share=1,
            learned_on=timezone.localdate(),
        )
        for at in range(number)
    )


def test_the_list_costs_the_same_for_one_row_and_for_three(world: World) -> None:  # noqa: F811
    client = signed_in(world, "街道老王")
    costs = []
    for more in (1, 2):
        make(more)
        client.get(reverse("learned_names"))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("learned_names"))
        assert response.status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 16


def test_everybody_sees_the_names_of_the_own_place(world: World) -> None:  # noqa: F811
    make(2)
    make(1, OTHER_STREET + "001")
    assert signed_in(world, "街道老王").get(reverse("learned_names")).context["total"] == 2
    assert signed_in(world, "区领导").get(reverse("learned_names")).context["total"] == 3
    assert signed_in(world, "审计小吴").get(reverse("learned_names")).status_code == 403
