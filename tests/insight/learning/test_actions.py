"""Learning by night: promoted only when better; permits given by a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from tests.cases.conftest import DISTRICT, STREET, World
from tests.insight.learning.conftest import teach

from wangge.duties.suggestion import suggest_kinds
from wangge.insight.classifier import TooLittle
from wangge.insight.learning import actions, suggestion, training
from wangge.insight.learning.models import DispatchPermit, KindModel, KindModelFile
from wangge.kernel.audit.models import AuditEntry

NOW = timezone.now()


def test_the_first_good_model_is_used(learned: World) -> None:
    row = actions.retrain(path=DISTRICT, now=NOW)
    assert (row.state, row.classes, row.before_f1) == ("active", 4, None)
    assert row.macro_f1 > 0.9
    assert row.rows + row.held_rows <= 400
    assert sum(one["cases"] for one in row.reliability) == row.held_rows
    assert AuditEntry.objects.filter(action="learning.kind_model.promote").count() == 1


def test_a_model_that_is_not_better_is_kept_as_a_figure_only(learned: World) -> None:
    first = actions.retrain(path=DISTRICT, now=NOW)
    second = actions.retrain(path=DISTRICT, now=NOW)
    assert (second.state, bool(second.note)) == ("worse", True)
    assert KindModel.objects.get(state="active").pk == first.pk
    assert not KindModelFile.objects.filter(model=second).exists()


def test_a_better_one_takes_its_place(learned: World) -> None:
    first = actions.retrain(path=DISTRICT, now=NOW)
    good = training.teach(training.lessons(DISTRICT, NOW), None)
    poor = replace(good.measured, macro_f1=good.measured.macro_f1 - 0.1)
    second = actions.keep(path=DISTRICT, trained=replace(good, before=poor), now=NOW)
    first.refresh_from_db()
    assert (first.state, second.state) == ("retired", "active")


def test_confidence_that_misleads_is_not_used(learned: World) -> None:
    good = training.teach(training.lessons(DISTRICT, NOW), None)
    row = actions.keep(
        path=DISTRICT, trained=replace(good, measured=replace(good.measured, calibration_error=0.3)), now=NOW
    )
    assert row.state == "worse"
    assert "置信误差" in row.note


def test_too_few_cases_teach_nothing(world: World) -> None:
    with pytest.raises(TooLittle):
        actions.retrain(path=DISTRICT, now=NOW)
    assert not KindModel.objects.exists()


def test_kinds_seen_too_seldom_are_left_out(learned: World) -> None:
    from tests.insight.topics.conftest import case, file

    file([case(title="房屋漏水", text="房屋漏水严重", path=STREET, at=NOW, kind=learned.kinds["building"])])
    assert {row.label for row in training.lessons(DISTRICT, NOW)} == {"0101", "0201", "0202", "0203"}


def test_intake_asks_the_model_first_and_the_words_after(learned: World) -> None:
    before = suggest_kinds("公司拖欠工资三个月没有发")
    actions.retrain(path=DISTRICT, now=NOW)
    suggestion.forget()
    after = suggest_kinds("公司拖欠工资三个月没有发")
    assert [one.code for one in before] != ["0202"]
    assert after[0].code == "0202"
    assert after[0].score > 0.6
    assert any("工资" in word for word in after[0].words)
    assert suggest_kinds("房屋质量问题")[-1].code == "0102" or "0102" in [
        one.code for one in suggest_kinds("房屋质量问题")
    ]


def test_without_a_model_the_words_answer(world: World) -> None:
    assert suggest_kinds("垃圾清运")[0].code == "0101"


def test_a_model_survives_its_packing(learned: World) -> None:
    row = actions.retrain(path=DISTRICT, now=NOW)
    found = actions.champion(DISTRICT)
    assert found is not None
    assert found[0].pk == row.pk
    assert found[1].predict([("公司拖欠工资",)])[0].label == "0202"


def permit(world: World, who: str = "指挥中心小马", **given: object) -> DispatchPermit:
    values: dict[str, object] = {
        "path": DISTRICT,
        "kind_code": "0101",
        "confidence": 0.9,
        "valid_from": timezone.localdate(),
        "basis": "区指挥中心2026年3号会议纪要",
    }
    return actions.permit(by=world[who], **(values | given))  # type: ignore[arg-type]


@pytest.mark.parametrize("who", ["区领导", "街道老王", "话务小赵", "外人"])
def test_who_may_not_dispatch_and_manage_gives_no_permit(learned: World, who: str) -> None:
    with pytest.raises(PermissionDenied):
        permit(learned, who)
    assert not DispatchPermit.objects.exists()


@pytest.mark.parametrize("wrong", [{"kind_code": "01"}, {"confidence": 0.5}, {"basis": "无"}, {"kind_code": "9999"}])
def test_a_permit_that_makes_no_sense_is_refused(learned: World, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        permit(learned, **wrong)


def test_a_second_permit_for_the_same_is_refused_until_the_first_ends(learned: World) -> None:
    first = permit(learned)
    with pytest.raises(ValidationError):
        permit(learned)
    actions.end_permit(row=first, on=timezone.localdate(), by=learned["指挥中心小马"])
    assert permit(learned, valid_from=timezone.localdate() + timedelta(days=1))


def test_labels_that_say_nothing_are_not_promoted_over_a_good_model(learned: World) -> None:
    actions.retrain(path=DISTRICT, now=NOW)
    teach(learned, 300, seed=5, wrong=True)
    row = actions.retrain(path=DISTRICT, now=NOW + timedelta(days=1))
    assert KindModel.objects.get(state="active").macro_f1 > 0.9 or row.state == "active"
