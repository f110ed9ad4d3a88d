"""My work: appeals to decide, and frozen months against which one may still appeal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.assessment.conftest import Town, month, story, town, whistles, world  # noqa: F401
from tests.assessment.test_flow import freeze
from tests.cases.web.signing import signed_in

from wangge.assessment import actions, policy
from wangge.assessment.flow import AppealFlow
from wangge.assessment.models import Appeal, AppealNotice, Period, Rectification
from wangge.assessment.web.panels import my_assessment
from wangge.organization import notices


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


def disputed(town: Town, month: Period, who: str = "街道老王", unit: str = "street") -> Appeal:  # noqa: F811
    return actions.appeal(
        period=month, unit=town.unit(unit), by=town[who], kind="figure", indicator="supervised", reason="督办录入两次"
    )


@pytest.mark.parametrize(("step", "badge"), [("refuse", "未采纳"), ("accept", "已采纳")])
def test_a_unit_is_told_how_its_appeal_was_decided(
    month: Period,  # noqa: F811
    town: Town,  # noqa: F811
    step: str,
    badge: str,
) -> None:
    freeze(town, month)
    appeal = disputed(town, month)
    assert "assessment-notices" not in cards(town, "街道老王")
    more = {"numerator": -1} if step == "accept" else {}
    getattr(AppealFlow(appeal, town["指挥小孙"]), step)(reason="已核对录音", **more)
    # Who filed it (for the centre), and the street itself, whose unit it is.
    told = set(AppealNotice.objects.values_list("office_id", flat=True))
    assert told == {town.offices["centre"].pk, town.offices["street"].pk}
    assert [cards(town, who).get("assessment-notices") for who in ("街道老王", "街道书记", "外街小孙", "住建小周")] == [
        1, 1, None, None,
    ]  # fmt: skip
    [card] = [one for one in my_assessment(town["街道老王"], timezone.now()) if one.code == "assessment-notices"]
    [row] = card.rows
    assert (row.badge, card.counts) == (badge, False)
    assert row.title == f"{month.label}的申诉“对指标数据有异议”{badge}：已核对录音"
    client = signed_in(town, "街道老王")
    assert "已核对录音" in client.get(row.url).content.decode()
    assert row.url in client.get(card.url).content.decode()
    assert client.post(reverse("assessment_notices_seen")).status_code == 302
    assert "assessment-notices" not in cards(town, "街道老王")
    assert cards(town, "街道书记")["assessment-notices"] == 1  # of another office


def test_others_read_no_notices_and_mark_none(month: Period, town: Town) -> None:  # noqa: F811
    freeze(town, month)
    AppealFlow(disputed(town, month), town["指挥小孙"]).refuse(reason="核对无误")
    for who in ("外街小孙", "住建小周"):
        client = signed_in(town, who)
        assert "核对无误" not in client.get(reverse("assessment_notices")).content.decode()
        client.post(reverse("assessment_notices_seen"))
    assert signed_in(town, "网格员小李").get(reverse("assessment_notices")).status_code == 403
    assert notices.see(AppealNotice, pks=AppealNotice.objects.values_list("pk", flat=True), by=town["外街小孙"]) == 0
    assert AppealNotice.objects.filter(seen_at__isnull=False).count() == 0


def test_what_is_withdrawn_tells_nobody(month: Period, town: Town) -> None:  # noqa: F811
    freeze(town, month)
    AppealFlow(disputed(town, month), town["街道老王"]).withdraw()
    assert AppealNotice.objects.count() == 0


def test_a_department_is_told_at_its_own_office(month: Period, town: Town) -> None:  # noqa: F811
    freeze(town, month)
    AppealFlow(disputed(town, month, "住建小周", "housing"), town["指挥小孙"]).refuse(reason="核对无误")
    assert AppealNotice.objects.get().office_id == town.offices["housing"].pk


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
