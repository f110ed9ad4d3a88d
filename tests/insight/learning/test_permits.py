"""Nothing is dispatched by a model alone unless a permit says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from tests.cases.conftest import COMMUNITY, DISTRICT, OTHER_STREET, World

from wangge.cases.actions import Place
from wangge.insight.classifier import Answer
from wangge.insight.learning import actions, permits, suggestion
from wangge.kernel.audit.models import AuditEntry

NOW = timezone.now()
TEXT = "惠民小区12号垃圾堆没人清运，影响居民生活"


@pytest.fixture
def ready(learned: World) -> World:
    actions.retrain(path=DISTRICT, now=NOW)
    suggestion.forget()
    return learned


def allow(world: World, **given: Any) -> None:
    values: dict[str, Any] = {
        "path": DISTRICT,
        "kind_code": "0101",
        "confidence": 0.8,
        "valid_from": timezone.localdate(),
        "basis": "会议纪要三号",
    }
    actions.permit(by=world["指挥中心小马"], **(values | given))


def state(world: World, **given: Any) -> str:
    case = world.file(**({"text": TEXT, "kind": None} | given))
    permits.consider(case.pk)
    case.refresh_from_db()
    return str(case.state)


def test_without_a_permit_a_person_dispatches(ready: World) -> None:
    assert state(ready) == "received"


def test_with_a_permit_and_a_sure_model_it_is_dispatched_and_says_why(ready: World) -> None:
    allow(ready)
    case = ready.file(text=TEXT, kind=None)
    assert permits.consider(case.pk) is True
    case.refresh_from_db()
    assert (case.state, case.kind_id) == ("dispatched", ready.kinds["rubbish"].pk)
    step = case.transitions.get(step="dispatch")
    assert "会议纪要三号" in step.reason
    assert AuditEntry.objects.filter(action="learning.permit.use").count() == 1
    assert permits.consider(case.pk) is False  # once


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "building"},
        {"is_private": True},
        {"urgency": "emergency"},
        {"text": "公司拖欠工资，三个月没有领到工资"},
        {"text": "您好"},
    ],
)
def test_what_a_permit_does_not_cover_waits(ready: World, given: dict[str, Any]) -> None:
    allow(ready)
    if "kind" in given:
        given = {"kind": ready.kinds[given["kind"]]}
    assert state(ready, **given) == "received"


def test_a_permit_of_another_street_covers_nothing(ready: World) -> None:
    allow(ready, path=OTHER_STREET)
    assert state(ready, place=Place(path=COMMUNITY)) == "received"


def test_a_model_less_sure_than_the_permit_asks_waits(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(ready, confidence=0.9)
    monkeypatch.setattr(suggestion, "answer", lambda _text: Answer("0101", 0.89))
    assert state(ready) == "received"
    monkeypatch.setattr(suggestion, "answer", lambda _text: Answer("0101", 0.9))
    assert state(ready) == "dispatched"


def test_an_ended_permit_covers_nothing(ready: World) -> None:
    allow(ready)
    from wangge.insight.learning.models import DispatchPermit

    actions.end_permit(row=DispatchPermit.objects.get(), on=timezone.localdate(), by=ready["指挥中心小马"])
    assert state(ready) == "received"


def test_filing_asks_for_the_job_only_where_a_permit_could_cover(
    ready: World, django_capture_on_commit_callbacks: Any
) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    def waiting() -> int:
        return ProcrastinateJob.objects.filter(task_name="learning.consider").count()

    with django_capture_on_commit_callbacks(execute=True):
        ready.file(text=TEXT, kind=None)
    assert waiting() == 0
    allow(ready)
    with django_capture_on_commit_callbacks(execute=True):
        ready.file(text=TEXT, kind=None)
    assert waiting() == 1
