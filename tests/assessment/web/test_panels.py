"""My work: appeals to decide, and frozen months against which one may still appeal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from tests.assessment.conftest import Town, month, story, town, whistles, world  # noqa: F401
from tests.assessment.test_flow import freeze
from tests.cases.web.signing import signed_in

from wangge.assessment import actions, policy
from wangge.assessment.flow import AppealFlow
from wangge.assessment.models import Appeal, Period, Rectification
from wangge.assessment.web.panels import my_assessment


def cards(town: Town, who: str, **given: Any) -> dict[str, int]:  # noqa: F811
    now = given.get("now") or timezone.now()
    return {card.code: card.total for card in my_assessment(town[who], now) if card.total}


def test_an_appeal_waits_for_who_decides_until_it_is_decided(month: Period, town: Town) -> None:  # noqa: F811
    freeze(town, month)
    appeal = actions.appeal(
        period=month, unit=town.unit("street"), by=town["街道老王"], kind="figure", indicator="supervised",
        reason="督办录入两次",
    )  # fmt: skip
    assert cards(town, "指挥小孙")["appeals"] == 1
    assert "appeals" not in cards(town, "街道老王")
    assert cards(town, "外人") == {}
    client = signed_in(town, "指挥小孙")
    assert "督办录入两次" in client.get(reverse("case_my_work")).content.decode()
    assert "督办录入两次" in client.get(reverse("assessment_appeals_waiting")).content.decode()
    AppealFlow(appeal, town["指挥小孙"]).refuse(reason="核对无误")
    assert "appeals" not in cards(town, "指挥小孙")


def test_the_appeals_to_decide_are_those_one_may_decide(month: Period, town: Town) -> None:  # noqa: F811
    freeze(town, month)
    actions.appeal(
        period=month, unit=town.unit("street"), by=town["街道老王"], kind="figure", indicator="solution",
        reason="数据不对",
    )  # fmt: skip
    for user in (town[name] for name in town.people):
        mine = set(policy.to_decide(user).values_list("pk", flat=True))
        assert mine == {row.pk for row in Appeal.objects.all() if policy.may_decide(user, row)}


def test_a_unit_sees_that_a_month_is_frozen_and_until_when_it_may_appeal(month: Period, town: Town) -> None:  # noqa: F811
    assert cards(town, "街道老王") == {}
    freeze(town, month)
    month.refresh_from_db()
    assert month.appeal_until_on is not None
    [card] = [card for card in my_assessment(town["街道老王"], timezone.now()) if card.total]
    assert (card.total, card.counts, card.rows[0].badge) == (1, False, "申诉期内")
    assert card.rows[0].due_at is not None
    assert timezone.localdate(card.rows[0].due_at) == month.appeal_until_on
    page = signed_in(town, "街道老王").get(card.url)
    assert f"{month.label}" in page.content.decode()
    [card] = [card for card in my_assessment(town["街道老王"], timezone.now() + timedelta(days=60)) if card.total]
    assert card.rows[0].badge == "申诉已截止"


def test_who_closes_is_told_of_a_month_that_is_over_until_it_is_published(month: Period, town: Town) -> None:  # noqa: F811
    found = {card.code: card for card in my_assessment(town["指挥小孙"], timezone.now())}
    card = found["months-to-close"]
    assert (card.total, card.counts, card.rows[0].title) == (1, True, f"{month.label}待关账")
    client = signed_in(town, "指挥小孙")
    assert "共 1 期" in " ".join(client.get(card.url).content.decode().split())
    freeze(town, month)
    assert "months-to-close" not in cards(town, "指挥小孙")
    appeal = actions.appeal(
        period=month, unit=town.unit("street"), by=town["街道老王"], kind="figure", indicator="supervised",
        reason="督办录入两次",
    )  # fmt: skip
    later = timezone.now() + timedelta(days=60)
    assert standing(town, "指挥小孙", later) == "1件申诉待裁"
    AppealFlow(appeal, town["指挥小孙"]).refuse(reason="核对无误")
    assert standing(town, "指挥小孙", later) == "可以公布"
    assert standing(town, "街道老王", later) == "申诉已截止"


def standing(town: Town, who: str, now: datetime) -> str:  # noqa: F811
    """What the frozen month waits for, as ``who`` reads it."""
    [card] = [card for card in my_assessment(town[who], now) if card.code == "frozen-months"]
    return card.rows[0].badge


def test_a_proposed_street_waits_for_the_district(month: Period, town: Town) -> None:  # noqa: F811
    row = Rectification.objects.create(
        unit=town.unit("street"), state="proposed", proposed_by=month, grounds="连续三月"
    )
    [card] = [card for card in my_assessment(town["指挥小孙"], timezone.now()) if card.code == "rectifications"]
    assert (card.total, card.rows[0].place) == (1, "连续三月")
    page = signed_in(town, "指挥小孙").get(card.url).content.decode()
    assert "共 1 个" in " ".join(page.split())
    assert "rectifications" not in cards(town, "街道老王")
    Rectification.objects.filter(pk=row.pk).update(state="active")
    assert "rectifications" not in cards(town, "指挥小孙")
