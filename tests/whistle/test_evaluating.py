"""Both sides judge: ratings, judgements, appeals, and who may not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.whistle.conftest import HERE, Town, again

from wangge.kernel.flow import NotPermitted, Refused
from wangge.whistle.boxes import BOXES
from wangge.whistle.evaluating import appeal, decide, judge, rate
from wangge.whistle.models import Appeal, Judgement, Rating, WhistleNotice
from wangge.whistle.summons_flow import SummonsFlow


def test_punctuality_and_rank_are_reckoned(town: Town) -> None:
    summons = town.summons(town.closed())
    rating = rate(summons=summons, plan=4, result=5, attitude=5, by=town["街道老王"])
    # Four limits in time: 5; a section head came: 3. 30+10·3/5+15·4/5+30+15.
    assert (rating.punctuality, rating.rank, rating.total) == (5, 3, Decimal("93.0"))


def test_every_missed_limit_costs_a_point(town: Town) -> None:
    whistle = town.blown(kind="emergency")
    summons = town.summons(whistle, "urban_bureau")
    late = timezone.now() + timedelta(minutes=45)
    SummonsFlow(summons, town["城管小冯"], now=late).arrive(way="position", rank="head", lng=HERE[0], lat=HERE[1])
    summons = again(summons)
    flow = SummonsFlow(summons, town["城管小冯"], now=late + timedelta(minutes=5))
    flow.submit_report(report="好了", answers={t.pk: "已办" for t in summons.tasks.all()})
    SummonsFlow(again(summons), town["街道老王"]).check(passed={t.pk: True for t in summons.tasks.all()})
    rating = rate(summons=again(summons), plan=3, result=3, attitude=3, by=town["街道老王"])
    assert (rating.punctuality, rating.rank) == (3, 5)


def test_only_the_street_rates_and_once_and_low_marks_say_why(town: Town) -> None:
    whistle = town.closed()
    summons = town.summons(whistle)
    for who in ("住建小周", "外街主任", "指挥中心小孙"):
        with pytest.raises(NotPermitted):
            rate(summons=summons, plan=5, result=5, attitude=5, by=town[who])
    with pytest.raises(ValidationError, match="2分及以下"):
        rate(summons=summons, plan=2, result=5, attitude=5, by=town["街道老王"])
    with pytest.raises(ValidationError, match="1到5分"):
        rate(summons=summons, plan=6, result=5, attitude=5, by=town["街道老王"])
    assert Rating.objects.count() == 0
    rate(summons=summons, plan=5, result=5, attitude=5, by=town["街道老王"])
    with pytest.raises(Refused, match="已经评价过"):
        rate(summons=summons, plan=5, result=5, attitude=5, by=town["副主任小高"])


def test_an_unfinished_summons_is_not_rated(town: Town) -> None:
    with pytest.raises(Refused, match="还没有全部核实"):
        rate(summons=town.summons(town.blown()), plan=5, result=5, attitude=5, by=town["街道老王"])


def test_departments_and_the_command_centre_judge_the_whistle(town: Town) -> None:
    whistle = town.closed()
    housing, command = town.office("housing").pk, town.office("command").pk
    judge(whistle=whistle, office_id=housing, verdict="proper", by=town["住建小周"])
    with pytest.raises(Refused, match="已经研判过"):
        judge(whistle=whistle, office_id=housing, verdict="proper", by=town["住建小周"])
    with pytest.raises(NotPermitted):
        judge(whistle=whistle, office_id=town.office("heat").pk, verdict="proper", by=town["供热小韩"])
    with pytest.raises(NotPermitted):
        judge(whistle=whistle, office_id=town.office("urban_bureau").pk, verdict="proper", by=town["住建小周"])
    with pytest.raises(ValidationError, match="写明理由"):
        judge(whistle=whistle, office_id=command, verdict="improper", by=town["指挥中心小孙"])
    judge(whistle=whistle, office_id=command, verdict="improper", reason="属街道自办", by=town["指挥中心小孙"])
    assert again(whistle).verdict == "improper"
    assert list(Judgement.objects.order_by("pk").values_list("final", flat=True)) == [False, True]


def test_a_whistle_that_runs_is_not_judged(town: Town) -> None:
    whistle = town.blown()
    with pytest.raises(Refused, match="销哨以后"):
        judge(whistle=whistle, office_id=town.office("housing").pk, verdict="proper", by=town["住建小周"])


def test_an_upheld_appeal_sets_the_rating_aside(town: Town) -> None:
    summons = town.summons(town.closed())
    rating = rate(summons=summons, plan=1, result=1, attitude=1, comment="推诿扯皮", by=town["街道老王"])
    with pytest.raises(NotPermitted):
        appeal(against=rating, reason="评分过低", by=town["城管小冯"])
    made = appeal(against=rating, reason="已按期完成", by=town["住建小周"])
    with pytest.raises(Refused, match="已经申诉过"):
        appeal(against=rating, reason="已按期完成", by=town["住建小周"])
    with pytest.raises(NotPermitted):
        decide(appeal=made, uphold=True, decision="理由成立", by=town["街道老王"])
    decide(appeal=made, uphold=True, decision="理由成立", by=town["指挥中心小孙"])
    rating.refresh_from_db()
    assert (rating.set_aside, Appeal.objects.get().state) == (True, "upheld")
    with pytest.raises(Refused, match="已由他人裁定"):
        decide(appeal=made, uphold=False, decision="维持原评", by=town["区长"])


def test_the_street_appeals_against_a_judgement_and_not_before_its_judge(town: Town) -> None:
    whistle = town.closed()
    made = judge(
        whistle=whistle,
        office_id=town.office("command").pk,
        verdict="improper",
        reason="属街道自办",
        by=town["指挥中心小孙"],
    )
    one = appeal(against=made, reason="清单20.1写明由住建局负责", by=town["副主任小高"])
    with pytest.raises(NotPermitted, match="评价人"):
        decide(appeal=one, uphold=True, decision="理由成立", by=town["指挥中心小孙"])
    decide(appeal=one, uphold=True, decision="理由成立", by=town["区长"])
    assert again(whistle).verdict == ""


def waiting(town: Town, who: str) -> list[int]:
    """What waits for the judgement of ``who``."""
    return list(BOXES["judge"].rows(town[who]).values_list("pk", flat=True))


def told(town: Town, kind: str) -> set[int]:
    return set(WhistleNotice.objects.filter(kind=kind).values_list("office_id", flat=True))


def test_a_closed_whistle_waits_for_the_judgement_of_each_department_and_of_the_command_centre(town: Town) -> None:
    town.blown()
    assert waiting(town, "住建小周") == []
    whistle = town.closed()
    assert told(town, "closed") == {town.office(name).pk for name in ("housing", "urban_bureau", "command")}
    everybody = ("住建小周", "城管小冯", "指挥中心小孙")
    assert [waiting(town, who) for who in everybody] == [[whistle.pk]] * 3
    assert [waiting(town, who) for who in ("街道老王", "区长", "外街小孙", "供热小韩")] == [[]] * 4
    judge(whistle=whistle, office_id=town.office("housing").pk, verdict="proper", by=town["住建小周"])
    assert [waiting(town, who) for who in everybody] == [[], [whistle.pk], [whistle.pk]]
    judge(whistle=whistle, office_id=town.office("command").pk, verdict="proper", by=town["指挥中心小孙"])
    assert [waiting(town, who) for who in everybody] == [[], [whistle.pk], []]


def test_who_is_rated_or_judged_hears_of_it_and_can_appeal(town: Town) -> None:
    whistle = town.closed()
    rate(summons=town.summons(whistle), plan=4, result=5, attitude=5, by=town["街道老王"])
    assert told(town, "rated") == {town.office("housing").pk}
    assert "93.0分" in WhistleNotice.objects.get(kind="rated").text
    WhistleNotice.objects.all().delete()
    judge(whistle=whistle, office_id=town.office("urban_bureau").pk, verdict="proper", by=town["城管小冯"])
    assert told(town, "rated") == set()
    judge(
        whistle=whistle, office_id=town.office("housing").pk, verdict="improper", reason="街道可以自行处理",
        by=town["住建小周"],
    )  # fmt: skip
    assert told(town, "rated") == {town.office("centre").pk}
