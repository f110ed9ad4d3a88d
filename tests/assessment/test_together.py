"""Two people at the same moment: one mark counts, and no decision on a sheet is lost."""

from __future__ import annotations

import threading
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from tests.assessment.conftest import LONG_AGO, Town, last_month
from tests.cases.conftest import COMMUNITY, DISTRICT, GRID
from tests.together import together

from wangge.assessment import actions, units, working
from wangge.assessment.flow import AppealFlow
from wangge.assessment.models import (
    Appeal,
    Evaluation,
    Period,
    WorkerItem,
    WorkerLine,
    WorkerSheet,
)
from wangge.kernel.access.models import Grant, User
from wangge.kernel.flow import Conflict

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_first_marks_of_two_leaders(town: Town) -> None:
    units.sync(DISTRICT, on=LONG_AGO)
    other = User.objects.create_user(username="second", password=None, display_name="街道主任")
    street = town.offices["street"]
    Grant.objects.create(user=other, role="street_leader", path=street.path, office_id=street.pk, valid_from=LONG_AGO)
    given: dict[str, Any] = {
        "year": timezone.localdate().year, "street": town.unit("street"), "department": town.unit("housing"), "seen": 0,
    }  # fmt: skip
    people = [(town["街道书记"], 20), (other, 5)]
    told = together(
        *(
            lambda who=who, mark=mark: actions.evaluate(**given, by=who, marks=dict.fromkeys(actions.MARKS, mark))
            for who, mark in people
        )
    )
    assert sorted(type(one).__name__ for one in told) == ["Conflict", "NoneType"]
    winner, mark = people[told.index(None)]
    row = Evaluation.objects.get()
    assert (row.by_id, row.total) == (winner.pk, 4 * mark)
    (loser,) = [one for one in told if one is not None]
    assert isinstance(loser, Conflict)
    assert f"{winner.display_name}已于" in str(loser)


def test_two_decisions_on_one_sheet_both_count(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The total is the sum of all lines, also of the one that the other has just put right."""
    worker, now = town["网格员小李"], timezone.now()
    period = Period.objects.create(path=DISTRICT, month=last_month(), state="frozen", round=1, frozen_at=now)
    sheet = WorkerSheet.objects.create(period=period, user=worker, path=GRID, total=0, reckoned_at=now)
    case, appeals = town.file(), []
    for code in ("reported", "handled"):
        item = WorkerItem.objects.create(
            code=code, label=code, points=Decimal(1), cap=Decimal(50), meaning=code, valid_from=LONG_AGO
        )
        WorkerLine.objects.create(sheet=sheet, item=item, cases=[], number=0, points=0)
        appeals.append(
            Appeal.objects.create(
                period=period,
                sheet=sheet,
                kind="sheet",
                indicator=code,
                case=case,
                reason="这件是我办的",
                path=GRID,
                by_id=worker.pk,
                at=now,
            )
        )
    both, points = threading.Barrier(2), working.points

    def slowly(item: WorkerItem, number: int) -> Decimal:
        """Where nothing holds the second back, both stand here at once."""
        with suppress(threading.BrokenBarrierError):
            both.wait(1)
        return points(item, number)

    monkeypatch.setattr(working, "points", slowly)
    head = Grant.objects.get(path=COMMUNITY, role="community_head").user
    told = together(*(lambda one=one: AppealFlow(one, head).accept(reason="属实") for one in appeals))
    assert told == [None, None]
    sheet.refresh_from_db()
    assert sheet.total == 2
