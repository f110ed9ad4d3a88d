"""Every list of the assessment asks the database as often for three rows as for thirty."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.assessment.conftest import LONG_AGO, Town, last_month
from tests.cases.conftest import DISTRICT
from tests.cases.web.signing import signed_in

from wangge.assessment import defining
from wangge.assessment.models import (
    Appeal,
    AppealNotice,
    Definition,
    Figure,
    Pack,
    Period,
    Rectification,
    Round,
    Score,
    Unit,
)
from wangge.assessment.rectifying import months_back
from wangge.kernel.access.models import Grant
from wangge.organization import book
from wangge.organization.models import Office

CODES: Final = ("response", "solution", "satisfaction", "on_time", "whistle_response")
# Where each row is in the context of a page that is no Listing.
Rows = Callable[[Any], int]


def period(back: int) -> Period:
    """A published month, so many months before the last one."""
    now = timezone.now()
    made, new = Period.objects.get_or_create(
        path=DISTRICT,
        month=months_back(last_month(), back),
        defaults={"state": "published", "round": 1, "frozen_at": now, "published_at": now},
    )
    if new:
        Round.objects.create(period=made, number=1, kind="freeze", at=now)
    return made


def unit(number: int) -> Unit:
    """A street with its office."""
    path = f"{DISTRICT}{number + 10:03}"
    office, _ = Office.objects.get_or_create(
        path=path, kind="street", defaults={"name": f"第{number}街道", "level": "street", "valid_from": LONG_AGO}
    )
    held, _ = Unit.objects.get_or_create(
        office=office, defaults={"group": "street", "name": office.name, "path": path, "valid_from": LONG_AGO}
    )
    return held


def result(held: Period, number: int) -> None:
    """A score with its figures."""
    scheme = defining.schemes(DISTRICT, held.month)["street"]
    own = unit(number)
    Score.objects.create(
        period=held, round=1, unit=own, group="street", scheme=scheme, total=Decimal(90 - number), volume=300 + number,
        sample=50, place=number + 1, low=0.5, high=0.9,
    )  # fmt: skip
    for definition in Definition.objects.filter(code__in=CODES):
        Figure.objects.create(
            period=held, round=1, unit=own, definition=definition, numerator=40, denominator=50, value=0.8
        )


def ranked(number: int) -> None:
    for back in (0, 1, 12):
        result(period(back), number)


def appealed(number: int) -> None:
    own = unit(number)
    Appeal.objects.create(
        period=period(0), unit=own, kind="figure", indicator="solution", reason="数据有出入", path=own.path,
        office_ids=[own.office_id], by_id=1, at=timezone.now(),
    )  # fmt: skip


def told(number: int) -> None:
    own = unit(number)
    appeal = Appeal.objects.create(
        period=period(0), unit=own, kind="figure", indicator="solution", reason="数据有出入", path=own.path,
        office_ids=[own.office_id], by_id=1, at=timezone.now(), state="refused",
    )  # fmt: skip
    for office in Office.objects.filter(kind="street.command_centre", path__startswith="150203001"):
        AppealNotice.objects.create(appeal=appeal, office_id=office.pk, kind="refused", text="核对无误", at=appeal.at)


def rectified(number: int) -> None:
    Rectification.objects.create(unit=unit(number), proposed_by=period(0), grounds="连续3个月", state="active")


def packed(number: int) -> None:
    Pack.objects.create(period=period(number % 4), round=1, state="done", asked_at=timezone.now(), asked_by_id=1)


def in_listing(response: Any) -> int:
    return len(response.context["rows"])


def in_units(response: Any) -> int:
    return len(response.context["units"])


PAGES: Final[dict[str, tuple[str, tuple[str, ...], dict[str, str], Callable[[int], object], Rows]]] = {
    "ranking": ("assessment_ranking", (), {"group": "street", "size": "50"}, ranked, in_listing),
    "periods": ("assessment_periods", (), {"size": "50"}, period, in_listing),
    "appeals": ("assessment_appeals", (), {"size": "50"}, appealed, in_listing),
    "notices": ("assessment_notices", (), {"size": "50"}, told, in_listing),
    "rectifications": ("assessment_rectifications", (), {"size": "50"}, rectified, in_listing),
    "packs": ("assessment_packs", (), {"size": "50"}, packed, in_listing),
    "year": ("assessment_year", (), {"group": "street"}, ranked, in_listing),
    "indicator": ("assessment_indicator", ("solution",), {}, ranked, in_units),
}


@pytest.mark.parametrize("name", PAGES)
def test_thirty_rows_cost_as_much_as_three(town: Town, name: str) -> None:
    defining.ensure_defaults()
    route, args, query, add, shown = PAGES[name]
    for back in (0, 1, 2, 12):
        period(back)
    query = dict(query)
    if name in {"ranking", "indicator"}:
        query["period"] = str(period(0).pk)
    if name == "year":
        query["year"] = str(last_month().year)
    client = signed_in(town, "指挥小孙" if name != "notices" else "街道老王")
    if name == "notices":  # 街道老王 acts for the centre of one street; the units are many
        Grant.objects.filter(user=town.people["街道老王"]).update(path=DISTRICT)
    address = reverse(route, args=args)
    costs, seen = [], []
    for numbers in (range(3), range(3, 30)):
        for number in numbers:
            add(number)
        book.forget()
        client.get(address, query)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address, query)
        assert response.status_code == 200
        costs.append(len(queries))
        seen.append(shown(response))
    assert seen[1] - seen[0] in {26, 27}, seen
    assert costs[0] == costs[1]
    assert costs[0] <= 30
