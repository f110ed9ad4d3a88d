"""The twelve months of a year, and what could fill an empty one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from wangge.duties import queries as duties
from wangge.insight.governance.enums import OPEN_STATES, TaskState
from wangge.insight.governance.models import GovernanceTask
from wangge.insight.topics import policy as topics
from wangge.insight.topics.enums import TopicState
from wangge.kernel.facts import indicators

OFFERED: Final = 6
LOOK_BACK: Final = timedelta(days=90)


@dataclass(slots=True)
class Month:
    on: date
    tasks: list[GovernanceTask] = field(default_factory=list)

    @property
    def vacant(self) -> bool:
        """A task that was given up fills no month."""
        return all(task.state == TaskState.DROPPED for task in self.tasks)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that could become a task: a hot topic, or a frequent kind."""

    name: str
    why: str
    url: str


def months(rows: Any, year: int) -> list[Month]:
    """The twelve months of ``year`` with the tasks among ``rows`` that stand in them."""
    found = {n: Month(date(year, n, 1)) for n in range(1, 13)}
    planned = rows.filter(month_on__year=year).select_related("office", "kind").order_by("month_on", "path", "id")
    for task in planned:
        found[task.month_on.month].tasks.append(task)
    return list(found.values())


def offers(user: Any, path: str, today: date) -> list[Offer]:
    """What is hot or frequent below ``path`` and has no open task yet."""
    found = []
    hot = topics.rows(user).filter(topics.whole(user), path__startswith=path, state=TopicState.ACTIVE)
    for topic in hot.exclude(governance_tasks__state__in=OPEN_STATES).order_by("-heat", "-pk")[: OFFERED // 2]:
        address = f"{reverse('governance_propose')}?{urlencode({'topic': topic.pk})}"
        found.append(Offer(topic.name, f"热点，{topic.size}件，近七天{topic.recent}件", address))
    if not path:
        return found
    taken = set(
        GovernanceTask.objects.filter(path=path, state__in=OPEN_STATES, topic=None).values_list("kind__code", flat=True)
    )
    filed = indicators.by_kind("cases.filed", length=6, from_on=today - LOOK_BACK, to_on=today, path=path[:12])
    ranked = sorted(
        ((ratio.numerator, code) for code, ratio in filed.items() if code and code not in taken), reverse=True
    )
    for number, code in ranked[: OFFERED - len(found)]:
        kind = duties.kind_by_code(code)
        if kind is not None:
            address = f"{reverse('governance_propose')}?{urlencode({'kind': kind.pk, 'path': path})}"
            found.append(Offer(kind.name, f"近90天{number}件", address))
    return found
