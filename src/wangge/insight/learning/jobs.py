"""Training at night; considering a case for a permit."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from wangge.insight.classifier import TooLittle
from wangge.insight.learning import actions, permits, suggestion
from wangge.insight.learning.models import KindModel
from wangge.kernel.jobs.queue import schedule, task
from wangge.kernel.jobs.sweeper import sweep

log = structlog.get_logger(__name__)
NIGHT = 3  # o'clock
APART = timedelta(hours=20)


@task("learning.retrain", attempts=1)
def retrain(path: str) -> str:
    """A new model, used only when better; what became of it."""
    try:
        row = actions.retrain(path=path, now=timezone.now())
    except TooLittle as error:
        log.info("learning.too_little", path=path, reason=str(error))
        return str(error)
    suggestion.forget()
    return row.get_state_display()


@task("learning.consider")
def consider(case_id: int) -> bool:
    return permits.consider(case_id)


@sweep(name="learning.nightly", every=3600, label="类别模型夜间训练")
def nightly(now: datetime) -> int:
    """Ask for a training once a night; the work itself is a job."""
    path = str(settings.HOME_DIVISION)
    if timezone.localtime(now).hour != NIGHT:
        return 0
    if KindModel.objects.filter(path=path, trained_at__gte=now - APART).exists():
        return 0
    return int(schedule("learning.retrain", {"path": path}, once=f"learning.retrain.{path}") is not None)
