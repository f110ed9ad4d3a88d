"""My work: lines that wait for my office, and what it was told."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import World
from tests.cases.web.signing import signed_in
from tests.insight.governance.conftest import proposed, running, town, world  # noqa: F401

from wangge.insight.governance import actions, sweeping
from wangge.insight.governance.models import GovernanceNotice
from wangge.insight.governance.web.panels import my_tasks


def cards(town: World, who: str) -> dict[str, tuple[int, int]]:  # noqa: F811
    """Total and late of the cards with something in them."""
    found = my_tasks(town[who], timezone.now() + timedelta(days=100))
    return {card.code: (card.total, card.late) for card in found if card.total}


def test_a_line_waits_for_its_office_until_it_is_done(town: World) -> None:  # noqa: F811
    proposed(town, name="还在拟订的任务")
    task = running(town)
    assert cards(town, "住建局长") == {"governance-mine": (1, 1), "governance-notices": (1, 0)}
    assert cards(town, "城管科小秦")["governance-mine"] == (1, 1)
    assert cards(town, "外人") == {}
    client = signed_in(town, "住建局长")
    page = client.get(reverse("governance_mine")).content.decode()
    assert task.name in page
    assert "还在拟订的任务" not in page
    assert "measure一条写清楚" in client.get(reverse("case_my_work")).content.decode()
    actions.finish_item(item=task.items.get(list_name="measure"), note="已办完", by=town["住建局长"])
    assert "governance-mine" not in cards(town, "住建局长")
    assert task.name not in client.get(reverse("governance_mine")).content.decode()


def test_what_an_office_was_told_is_read_by_its_people(town: World) -> None:  # noqa: F811
    proposed(town)
    sweeping.escalate(now=timezone.now() + timedelta(days=91.1))
    client = signed_in(town, "城管科小秦")
    assert "已过" in client.get(reverse("case_my_work")).content.decode()
    assert "已过" in client.get(reverse("governance_notices")).content.decode()
    assert client.post(reverse("governance_notices_seen")).status_code == 302
    assert cards(town, "城管科小秦") == {}
    assert cards(town, "街道书记") == {"governance-notices": (1, 0)}
    assert GovernanceNotice.objects.filter(seen_at=None).count() == 2
