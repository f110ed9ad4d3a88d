"""Training is asked for once a night and is a job."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.cases.conftest import DISTRICT, World

from wangge.insight.learning import jobs, suggestion
from wangge.insight.learning.models import KindModel


def at(hour: int) -> datetime:
    return timezone.localtime().replace(hour=hour, minute=5)


def waiting() -> int:
    return ProcrastinateJob.objects.filter(task_name="learning.retrain", status="todo").count()


def test_it_is_asked_for_at_night_and_once(world: World, settings: Any) -> None:
    settings.HOME_DIVISION = DISTRICT
    assert jobs.nightly(at(12)) == 0
    assert jobs.nightly(at(3)) == 1
    assert jobs.nightly(at(3)) == 0
    assert waiting() == 1


def test_what_was_trained_last_night_is_not_trained_again(learned: World) -> None:
    assert jobs.retrain(DISTRICT) == "使用中"
    KindModel.objects.update(trained_at=at(3))
    assert jobs.nightly(at(3)) == 0
    assert suggestion.in_use() is not None


def test_too_few_cases_are_said_and_are_no_failure(world: World) -> None:
    assert "至少要300件" in jobs.retrain(DISTRICT)
