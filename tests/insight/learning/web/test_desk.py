"""The pages of models and permits."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import DISTRICT, World
from tests.cases.web.signing import signed_in

from wangge.insight.learning.models import DispatchPermit, KindModel

NOW = timezone.now()


def make(number: int) -> None:
    KindModel.objects.bulk_create(
        KindModel(
            path=DISTRICT,
            state="worse",
            rows=300,
            held_rows=60,
            classes=4,
            macro_f1=0.9,
            accuracy=0.9,
            calibration_error=0.05,
            trained_at=NOW,
            reliability=[{"from": 0.9, "cases": 60, "confidence": 0.95, "right": 0.9}],
        )
        for _ in range(number)
    )


def test_the_list_costs_the_same_for_one_row_and_for_three(world: World) -> None:
    client = signed_in(world, "区领导")
    costs = []
    for more in (1, 2):
        make(more)
        client.get(reverse("model_list"))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("model_list"))
        assert response.status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 16


@pytest.mark.parametrize("who", ["街道老王", "社区小陈", "审计小吴", "外人"])
def test_who_does_not_read_insight_is_refused(world: World, who: str) -> None:
    assert signed_in(world, who).get(reverse("model_list")).status_code == 403


def test_the_reliability_is_charted(world: World) -> None:
    make(1)
    row = KindModel.objects.get()
    option = signed_in(world, "区领导").get(reverse("model_reliability", args=[row.pk])).json()
    assert [one["data"] for one in option["series"]] == [[90.0], [95.0]]


def test_a_permit_by_the_page(learned: World) -> None:
    client = signed_in(learned, "指挥中心小马")
    data = {
        "path": DISTRICT,
        "kind_code": "0101",
        "confidence": "95",
        "valid_from": str(timezone.localdate()),
        "basis": "三号会议纪要",
    }
    assert client.post(reverse("permit_add"), data | {"confidence": "20"}).status_code == 200
    assert not DispatchPermit.objects.exists()
    assert client.post(reverse("permit_add"), data).status_code == 302
    row = DispatchPermit.objects.get()
    assert (row.confidence, row.given_by_id) == (0.95, learned["指挥中心小马"].pk)
    assert "三号会议纪要" in client.get(reverse("model_list")).content.decode()
    client.post(reverse("permit_end", args=[row.pk]))
    row.refresh_from_db()
    assert row.valid_to == timezone.localdate()


def test_who_may_not_give_a_permit_is_told(learned: World) -> None:
    data = {
        "path": DISTRICT,
        "kind_code": "0101",
        "confidence": "95",
        "valid_from": str(timezone.localdate()),
        "basis": "三号会议纪要",
    }
    response = signed_in(learned, "区领导").post(reverse("permit_add"), data)
    assert "不能许可" in response.content.decode()
    assert not DispatchPermit.objects.exists()
