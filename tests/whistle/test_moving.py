"""Places get new codes: open whistles and emergencies follow, closed ones stay, limits hold on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from tests.cases.conftest import STREET
from tests.whistle.conftest import Town, again

from wangge.territory.reform import recode_division
from wangge.whistle import jobs
from wangge.whistle.models import WhistleLimit
from wangge.whistle.postures import posture_at, switch

NEW_STREET = "150203009"


def run_jobs() -> int:
    """What the worker would do with the jobs asked for."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    waiting = ProcrastinateJob.objects.filter(task_name="whistle.follow_places", status="todo")
    return sum(jobs.follow_places(**job.args) for job in waiting)


def test_open_whistles_follow_a_recoded_street(town: Town, django_capture_on_commit_callbacks: Any) -> None:
    closed, drafted, running = town.closed(), town.draft(), town.blown()
    posture = switch(path=STREET, title="强降雨", reason="红色预警", by=town["区长"])
    row = WhistleLimit.objects.get(kind="work")
    row.pk, row.path, row.valid_from = None, STREET, date(2024, 1, 1)
    row.save(force_insert=True)
    with django_capture_on_commit_callbacks(execute=True):
        recode_division(code=STREET, new_code=NEW_STREET, reason="内政发〔2026〕1号")
    assert run_jobs() == 2
    for whistle in (again(drafted), again(running)):
        assert (whistle.path, whistle.street_path) == ("150203009001", NEW_STREET)
        assert whistle.transitions.get(step="move_place").data == {"path": ["150203001001", "150203009001"]}
    assert again(closed).path == "150203001001"
    assert posture_at("150203009001", timezone.now()) == posture
    assert WhistleLimit.objects.filter(kind="work", path=NEW_STREET).count() == 1
    assert run_jobs() == 0
