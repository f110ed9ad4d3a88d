"""Whoever of the printed accounts a newcomer signs in with finds something that waits. One small demo, built once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from wangge.config.demo import Account
from wangge.demo import district
from wangge.demo.build import FULL, SMALL, build
from wangge.demo.month import Beginning, plan
from wangge.demo.visiting import FIRST_GRID, WAITING, WAITS
from wangge.kernel.access.models import User

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# For whom nothing can wait, and why.
NOBODY_ASKS: Final = {
    "xitong": "keeps the machine running: jobs and systems are looked after, matters are not seen",
    "anquan": "gives rights when somebody asks for them",
    "shenji": "reads and checks the audit; it asks nothing",
    "qingdan": "keeps lists, kinds and limits; there is no inbox of changes",
    "quhua": "keeps divisions, grids and places; there is no inbox of changes",
    "chuangkou": "files at the counter; the street dispatches and others handle",
    "daibiao": "proposes; the phone shows where the proposals stand",
}
# What the role of each has to do, as boxes of its first page (the rest may be there as well).
BOXES: Final = {
    "huawu": {"dispatch", "callback"},
    "banzhang": {"returned", "requests"},
    "zhihui": {"returned", "requests"},
    "lingdao": {"whistle-meet"},
    "paidan1": {"dispatch", "sign", "handle"},
    "paidan2": {"dispatch", "sign", "handle"},
    "shuji": {"whistle-issue"},
    "zhuren": {"whistle-issue"},
    "keshi": {"sign", "handle"},
    "zhujian": {"sign", "handle"},
    "chengguan": {"sign", "handle", "part"},
    "gongre": {"sign", "handle"},
    "shequ1": {"part", "check"},
    "shequ2": {"part"},
}


def first_page(account: Account) -> Any:
    """What the first page of the account was given to show."""
    client = Client()
    client.force_login(User.objects.get(username=account.username))
    response = client.get(account.path, follow=True)
    assert response.status_code == 200, account.username
    return response.context


def waits(page: Any) -> int:
    """How much waits on the page, by its own count."""
    if "waiting" in page:
        return int(page["waiting"])
    chosen = page.get("chosen")
    return page["page"].paginator.count if chosen is not None and chosen.code in {"todo", "check"} else 0


def boxes(page: Any) -> Iterator[str]:
    yield from (card.box.code for card in page.get("cards", ()) if card.total and hasattr(card, "box"))
    yield from (card.code for card in page.get("more", ()) if card.total)


def test_something_waits_for_every_account_that_is_printed() -> None:
    said: list[str] = []
    accounts = build(say=said.append, small=True, processes=1)
    assert not [line for line in said if "没有走完" in line]
    pages = {account.username: first_page(account) for account in accounts}
    assert {name for name, page in pages.items() if not waits(page)} == set(NOBODY_ASKS)
    missing = {name: left for name, wanted in BOXES.items() if (left := wanted - set(boxes(pages[name])))}
    assert missing == {}
    assert pages["daibiao"]["page"].paginator.count > 0
    the_grid_worker_handles_what_the_street_gave(pages["wangge1"])
    the_plan_is_always_the_same()


def the_grid_worker_handles_what_the_street_gave(page: Any) -> None:
    """On the phone, with what was asked of them and the form to answer it. Others of the month may lie in the grid."""
    account = User.objects.get(username="wangge1")
    tour = [row for row in WAITING if row.path == FIRST_GRID and "halt:part" in row.traits]
    end = timezone.now()
    given = [
        next(
            case
            for case in page["cards"]
            if (case.path, case.kind.code) == (FIRST_GRID, row.kind)
            and abs(end - row.ago - case.created_at) < timedelta(minutes=30)
        )
        for row in tour
    ]
    assert page["chosen"].code == "todo"
    assert len(given) == 2
    assert {case.lead_office.level for case in given} == {"street"}
    client = Client()
    client.force_login(account)
    for case in given:
        shown = client.get(reverse("field_case", args=[case.pk])).context
        assert [panel.option.step.name for panel in shown["panels"] if panel.form] == ["report_part", "hand_back"]
        assert len(shown["asked"]) == 1


def the_plan_is_always_the_same() -> None:
    """Whatever the size, with everything in it that waits for visitors."""
    spots, end = district.spots(), timezone.now()

    def planned(count: int) -> list[Beginning]:
        return plan(count=count, end=end, spots=spots, seed=district.SEED)

    for count in (SMALL, FULL):
        told = planned(count)
        assert told == planned(count)
        assert len(told) == count
        assert sum(WAITS in one.traits for one in told) == len(WAITING)
