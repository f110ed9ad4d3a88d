"""The fixed vocabularies of a governance task."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices


class TaskState(TextChoices):
    DRAFT = "draft", "拟订中"
    RUNNING = "running", "实施中"
    EXAMINED = "examined", "待验收"
    CLOSED = "closed", "已销号"
    DROPPED = "dropped", "已终止"


OPEN_STATES: Final = (TaskState.DRAFT, TaskState.RUNNING, TaskState.EXAMINED)
TONES: Final[dict[str, str]] = {
    TaskState.DRAFT: "warn",
    TaskState.RUNNING: "active",
    TaskState.EXAMINED: "info",
    TaskState.CLOSED: "ok",
    TaskState.DROPPED: "neutral",
}


class ListName(TextChoices):
    """The three lists (一方案三清单)."""

    PROBLEM = "problem", "问题清单"
    DUTY = "duty", "责任清单"
    MEASURE = "measure", "措施清单"


class Verdict(TextChoices):
    """What the figures allow to say."""

    FELL = "fell", "明显下降"
    SAME = "same", "看不出变化"
    ROSE = "rose", "不降反升"
    FEW = "few", "件数太少"
    EARLY = "early", "为时尚早"


class NoticeKind(TextChoices):
    """What an office has to know about a task."""

    GIVEN = "given", "新任务"
    WARNING = "warning", "临期提醒"
    OVERDUE = "overdue", "超期升级"
    EXAMINE = "examine", "申请验收"
    RETURNED = "returned", "退回整改"


NOTICE_TONES: Final[dict[str, str]] = {
    NoticeKind.GIVEN: "info",
    NoticeKind.WARNING: "warn",
    NoticeKind.OVERDUE: "danger",
    NoticeKind.EXAMINE: "info",
    NoticeKind.RETURNED: "danger",
}
