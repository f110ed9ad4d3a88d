"""A month closes once, is never rewritten, and changes visibly: appeals, exclusions, amendments."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from tests.assessment.conftest import Town
from tests.cases.conftest import STREET
from tests.cases.web.signing import signed_in

from wangge.assessment import actions, corrections, policy
from wangge.assessment.corrections import Correction
from wangge.assessment.flow import AppealFlow, PeriodFlow
from wangge.assessment.models import Adjustment, Appeal, Figure, Period, Round, Score, Trace, WorkerSheet
from wangge.assessment.rounds import counted_otherwise
from wangge.assessment.verifying import differences
from wangge.cases.models import Case
from wangge.kernel.access import database
from wangge.kernel.access.scopes import Scope
from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.facts import registry
from wangge.kernel.flow import Conflict, NotPermitted, ReasonMissing, Refused


def freeze(town: Town, period: Period) -> Period:
    PeriodFlow(period, town["指挥小孙"]).begin_close()
    actions.freeze(period_id=period.pk)
    period.refresh_from_db()
    return period


def figure(period: Period, town: Town, code: str, who: str = "street") -> Figure:
    return Figure.objects.get(period=period, round=period.round, unit=town.unit(who), definition__code=code)


def bad_case(town: Town) -> Case:
    return Case.objects.get(lead_office=town.offices["centre"], solved="no", state="closed")


def test_a_month_that_is_not_over_cannot_be_closed(month: Period, town: Town) -> None:
    now = actions.open_period(path=month.path, month=timezone.localdate())
    with pytest.raises(Refused, match="还没有结束"):
        PeriodFlow(now, town["指挥小孙"]).begin_close()
    assert Period.objects.get(pk=now.pk).state == "open"


@pytest.mark.parametrize("who", ["街道老王", "住建小周", "网格员小李", "外人", "区领导"])
def test_others_close_nothing(month: Period, town: Town, who: str) -> None:
    with pytest.raises(NotPermitted):
        PeriodFlow(month, town[who]).begin_close()
    assert Period.objects.get(pk=month.pk).state == "open"
    with pytest.raises(NotPermitted):
        actions.open_period(path="150204", month=month.month, by=town[who])
    assert not Period.objects.filter(path="150204").exists()


def test_two_press_the_button_and_one_is_told(month: Period, town: Town) -> None:
    second = Period.objects.get(pk=month.pk)
    PeriodFlow(month, town["指挥小孙"]).begin_close()
    with pytest.raises(Conflict):
        PeriodFlow(second, town["指挥小孙"]).begin_close()


def test_freezing_twice_is_freezing_once(month: Period, town: Town) -> None:
    freeze(town, month)
    actions.freeze(period_id=month.pk)
    assert Round.objects.filter(period=month).count() == 1
    assert AuditEntry.objects.filter(action="assessment.period.freeze").count() == 1


def test_a_rule_that_changes_after_the_freeze_is_told_and_changes_no_figure(
    month: Period, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = freeze(town, month)
    before = list(Figure.objects.filter(period=frozen).order_by("pk").values_list("numerator", "denominator"))
    assert counted_otherwise(frozen) == []
    known = registry.fact("cases.signed_on_time")
    monkeypatch.setitem(registry._facts, known.code, replace(known, sql=f"{known.sql.rstrip().rstrip(';')} LIMIT 0"))
    assert counted_otherwise(frozen) == [known.label]
    page = signed_in(town, "指挥小孙").get(reverse("assessment_period", args=[frozen.pk])).content.decode()
    assert f"口径有调整的数据项：{known.label}。" in page
    assert list(Figure.objects.filter(period=frozen).order_by("pk").values_list("numerator", "denominator")) == before


def test_a_cancelled_closing_is_open_again(month: Period, town: Town) -> None:
    PeriodFlow(month, town["指挥小孙"]).begin_close()
    PeriodFlow(month, town["指挥小孙"]).cancel_close(reason="按错了")
    actions.freeze(period_id=month.pk)
    month.refresh_from_db()
    assert month.state == "open"


def test_frozen_figures_stay_whatever_becomes_of_the_cases(month: Period, town: Town) -> None:
    freeze(town, month)
    before = list(Figure.objects.filter(period=month).order_by("pk").values_list("numerator", "denominator"))
    Case.objects.filter(solved="yes").update(solved="no", satisfaction="1")
    actions.refresh(period=month)
    assert list(Figure.objects.filter(period=month).order_by("pk").values_list("numerator", "denominator")) == before
    assert differences(month) == []


@pytest.mark.parametrize("model", [Figure, Score, Trace])
def test_the_database_refuses_to_rewrite_what_is_frozen(month: Period, town: Town, model: type) -> None:
    freeze(town, month)
    rows = model._base_manager.filter(period=month)
    for write in (lambda: rows.update(unit_id=town.unit("housing").pk), rows.delete):
        with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
            write()


def test_an_accepted_exclusion_takes_the_case_out_of_every_rate(month: Period, town: Town) -> None:
    freeze(town, month)
    case = bad_case(town)
    before = figure(month, town, "solution")
    appeal = actions.appeal(
        period=month, unit=town.unit("street"), by=town["街道老王"], kind="exclude", case=case,
        exclusion_class="planned", reason="已列入改造计划",
    )  # fmt: skip
    AppealFlow(appeal, town["指挥小孙"]).accept(reason="情况属实")
    month.refresh_from_db()
    after = figure(month, town, "solution")
    assert (after.numerator, after.denominator) == (before.numerator, before.denominator - 1)  # type: ignore[operator]
    assert (
        figure(month, town, "volume").numerator
        == Figure.objects.get(period=month, round=1, unit=town.unit("street"), definition__code="volume").numerator
    )
    assert case.pk not in corrections.counted_cases(month, town.unit("street").pk, "cases.rated@office")
    assert differences(month) == []
    assert Adjustment.objects.filter(appeal_id=appeal.pk, delta=-1).exists()


def test_a_credited_case_enters_the_numerator(month: Period, town: Town) -> None:
    freeze(town, month)
    before = figure(month, town, "solution")
    given = {"period": month, "unit": town.unit("street"), "by": town["街道老王"], "kind": "credit"}
    appeal = actions.appeal(**given, case=bad_case(town), indicator="solution", reason="居民来电更正为已解决")  # type: ignore[arg-type]
    AppealFlow(appeal, town["指挥小孙"]).accept(reason="录音核实")
    month.refresh_from_db()
    after = figure(month, town, "solution")
    assert (after.numerator, after.denominator) == (before.numerator + 1, before.denominator)
    solved = Case.objects.filter(lead_office=town.offices["centre"], solved="yes").first()
    again = actions.appeal(**given, case=solved, indicator="solution", reason="再算一次吧")  # type: ignore[arg-type]
    with pytest.raises(Refused, match="已经计入"):
        AppealFlow(again, town["指挥小孙"]).accept(reason="同意")
    month.refresh_from_db()
    assert month.round == 2


def test_a_figure_is_put_right_by_a_number(month: Period, town: Town) -> None:
    freeze(town, month)
    appeal = actions.appeal(
        period=month, unit=town.unit("street"), by=town["街道老王"], kind="figure", indicator="supervised",
        reason="督办录入两次",
    )  # fmt: skip
    with pytest.raises(Refused, match="增减多少"):
        AppealFlow(appeal, town["指挥小孙"]).accept(reason="同意")
    appeal.refresh_from_db()
    AppealFlow(appeal, town["指挥小孙"]).accept(reason="同意", numerator=-1)
    month.refresh_from_db()
    assert figure(month, town, "supervised").numerator == 0


def test_a_refused_or_withdrawn_appeal_changes_nothing(month: Period, town: Town) -> None:
    freeze(town, month)
    given = {"period": month, "unit": town.unit("street"), "by": town["街道老王"], "kind": "figure"}
    first = actions.appeal(**given, indicator="solution", reason="数据不对")  # type: ignore[arg-type]
    AppealFlow(first, town["指挥小孙"]).refuse(reason="核对无误")
    second = actions.appeal(**given, indicator="response", reason="数据不对")  # type: ignore[arg-type]
    AppealFlow(second, town["街道老王"]).withdraw()
    month.refresh_from_db()
    assert (month.round, Adjustment.objects.count()) == (1, 0)


def test_the_same_appeal_waits_only_once(month: Period, town: Town) -> None:
    freeze(town, month)
    given = {"period": month, "unit": town.unit("street"), "by": town["街道老王"], "kind": "figure"}
    actions.appeal(**given, indicator="solution", reason="数据不对")  # type: ignore[arg-type]
    with pytest.raises(Refused, match="已经提交"):
        actions.appeal(**given, indicator="solution", reason="数据不对")  # type: ignore[arg-type]
    assert Appeal.objects.count() == 1


def test_nobody_appeals_for_others_nor_decides_the_own(month: Period, town: Town) -> None:
    freeze(town, month)
    for who in ("外街小孙", "住建小周", "网格员小李", "外人"):
        with pytest.raises(NotPermitted):
            actions.appeal(
                period=month,
                unit=town.unit("street"),
                by=town[who],
                kind="figure",
                indicator="solution",
                reason="数据不对",
            )
    assert Appeal.objects.count() == 0
    appeal = actions.appeal(
        period=month,
        unit=town.unit("street"),
        by=town["街道老王"],
        kind="figure",
        indicator="solution",
        reason="数据不对",
    )
    for who in ("街道老王", "住建小周", "区领导"):
        with pytest.raises(NotPermitted):
            AppealFlow(appeal, town[who]).accept(reason="同意", numerator=1)
        assert policy.may_decide(town[who], appeal) is False
    assert [policy.appeals(town[who]).count() for who in ("街道老王", "指挥小孙", "外街小孙", "住建小周", "外人")] == [
        1,
        1,
        0,
        0,
        0,
    ]
    seen = [
        policy.may_see_appeal(town[who], appeal) for who in ("街道老王", "指挥小孙", "外街小孙", "住建小周", "外人")
    ]
    assert seen == [True, True, False, False, False]


def test_appeals_are_taken_while_the_month_is_frozen_and_not_later(month: Period, town: Town) -> None:
    given = {"unit": town.unit("street"), "by": town["街道老王"], "kind": "figure", "indicator": "solution"}
    with pytest.raises(Refused, match="统计中"):
        actions.appeal(period=month, reason="数据不对", **given)  # type: ignore[arg-type]
    freeze(town, month)
    Period.objects.filter(pk=month.pk).update(appeal_until_on=month.month)
    month.refresh_from_db()
    with pytest.raises(Refused, match="截止"):
        actions.appeal(period=month, reason="数据不对", **given)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        actions._check("exclude", "短", "", None, "")


def test_what_was_excluded_since_the_freeze_is_left_out_at_the_publication(month: Period, town: Town) -> None:
    freeze(town, month)
    before = figure(month, town, "solution")
    Case.objects.filter(pk=bad_case(town).pk).update(excluded_at=timezone.now())
    Period.objects.filter(pk=month.pk).update(appeal_until_on=month.month)
    month.refresh_from_db()
    PeriodFlow(month, town["指挥小孙"]).publish()
    month.refresh_from_db()
    after = figure(month, town, "solution")
    assert (month.state, month.round) == ("published", 2)
    assert after.denominator == before.denominator - 1  # type: ignore[operator]


def test_an_amendment_needs_a_reason_and_leaves_the_old_round(month: Period, town: Town) -> None:
    freeze(town, month)
    Period.objects.filter(pk=month.pk).update(appeal_until_on=month.month)
    month.refresh_from_db()
    PeriodFlow(month, town["指挥小孙"]).publish()
    correction = Correction("exclude", town.unit("street").pk, case_id=bad_case(town).pk)
    with pytest.raises(ReasonMissing):
        PeriodFlow(month, town["指挥小孙"]).amend(correction=correction)
    month.refresh_from_db()
    old = figure(month, town, "solution")
    PeriodFlow(month, town["指挥小孙"]).amend(correction=correction, reason="核查发现应剔除")
    month.refresh_from_db()
    assert month.round == 2
    assert figure(month, town, "solution").denominator == old.denominator - 1  # type: ignore[operator]
    assert Figure.objects.get(pk=old.pk).denominator == old.denominator
    assert Round.objects.get(period=month, number=2).reason == "核查发现应剔除"


def test_rows_of_appeals_and_sheets_are_guarded_by_the_database(month: Period, town: Town) -> None:
    freeze(town, month)
    actions.appeal(
        period=month,
        unit=town.unit("street"),
        by=town["街道老王"],
        kind="figure",
        indicator="solution",
        reason="数据不对",
    )
    counts = []
    for scope in (
        Scope(),
        Scope(paths=("150203002",)),
        Scope(paths=(STREET,)),
        Scope(offices=(town.unit("street").office_id,)),
    ):  # type: ignore[arg-type]
        database.see(scope)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT count(*) FROM assessment_appeal), (SELECT count(*) FROM assessment_workersheet)"
            )
            counts.append(cursor.fetchone())
    database.see_everything()
    assert counts == [(0, 0), (0, 0), (1, WorkerSheet.objects.count()), (1, 0)]


def test_scores_and_periods_agree_with_their_predicates(month: Period, town: Town) -> None:
    for who in ("指挥小孙", "区领导", "街道老王", "外街小孙", "住建小周", "网格员小李", "外人"):
        user = town[who]
        seen = set(policy.scores(user).filter(period=month).values_list("unit_id", flat=True))
        for name in ("street", "other_street", "housing"):
            unit = town.unit(name)
            assert (unit.pk in seen) == policy.may_see_unit(user, month, unit), (who, name)
        assert policy.periods(user).filter(pk=month.pk).exists() == policy.may_see_period(user, month)


def test_a_worker_appeals_against_a_line_once(month: Period, town: Town) -> None:
    freeze(town, month)
    sheet = WorkerSheet.objects.get(user=town["网格员小李"])
    case = Case.objects.get(channel="grid")
    appeal = actions.appeal_sheet(sheet=sheet, by=town["网格员小李"], item="handled", case=case, reason="这件是我办的")
    with pytest.raises(Refused, match="已经提交"):
        actions.appeal_sheet(sheet=sheet, by=town["网格员小李"], item="handled", case=case, reason="又点了一次")
    assert Appeal.objects.get() == appeal
    AppealFlow(appeal, town["网格员小李"]).withdraw()
    actions.appeal_sheet(sheet=sheet, by=town["网格员小李"], item="handled", case=case, reason="重新说明理由")
    assert Appeal.objects.count() == 2
