"""The morning page of the demo's last day, and two governance tasks: one under way, one being drawn up.

Both rest on the figures of the month just told, so that they name what really was frequent where.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from wangge.cockpit import actions as briefs
from wangge.demo.clock import Clock
from wangge.demo.district import HOME
from wangge.duties.models import Kind
from wangge.duties.queries import kind_by_code
from wangge.insight.governance import actions
from wangge.insight.governance.enums import ListName
from wangge.insight.governance.flow import TaskFlow
from wangge.insight.governance.models import GovernanceTask
from wangge.kernel.access.models import User
from wangge.kernel.facts import indicators
from wangge.organization import queries as organization

BEGAN: Final = timedelta(days=16)
DAYS: Final = 30
FILED: Final = "cases.filed"
LINES: Final = {
    ListName.PROBLEM: ("投诉集中的点位没有摸清，同一处反复投诉", "各单位各管一段，没有统一标准"),
    ListName.DUTY: ("牵头单位负责统筹，每周通报进展", "街道负责日常巡查，发现问题当日上报"),
    ListName.MEASURE: (
        "逐处摸排点位，建立台账，一处一策",
        "对反复投诉的点位集中整改一次",
        "公布责任人和电话，整改后逐户回访",
    ),
}
PLAN: Final = (
    "一、摸清底数：以近一个月的诉求为线索，逐处核对点位和原因。\n"
    "二、集中治理：分类制定标准，先易后难，月底前完成反复投诉的点位。\n"
    "三、长效管理：纳入日常巡查，按周看诉求升降，回潮的重新整改。"
)


def tell(end: datetime) -> None:
    """After the facts of the month are counted."""
    leader, clerk = (User.objects.get(username=name) for name in ("lingdao", "zhihui"))
    first, second = _frequent(end)
    with Clock(end) as clock:
        clock.set(end - BEGAN)
        task = _propose(first, _worst_street(first, end), leader, months=0)
        _fill(task, clerk)
        task.refresh_from_db()
        TaskFlow(task, leader).approve()
        clock.set(end - timedelta(days=5))
        for item in task.items.filter(list_name=ListName.MEASURE).order_by("pk")[:2]:
            actions.finish_item(item=item, note="已完成，台账附后", by=leader)
        clock.set(end - timedelta(days=1))
        _fill(_propose(second, HOME, leader, months=1), clerk)
        clock.set(end)
        briefs.make(for_on=timezone.localdate(end), now=end)


def _frequent(end: datetime) -> tuple[Kind, Kind]:
    """The two kinds most complained of in the month."""
    last = timezone.localdate(end)
    found = indicators.by_kind(FILED, length=6, from_on=last - timedelta(days=DAYS), to_on=last, path=HOME)
    ranked = sorted((-ratio.numerator, code) for code, ratio in found.items() if code)
    kinds = [kind for _, code in ranked[:10] if (kind := kind_by_code(code)) is not None]
    return kinds[0], kinds[1]


def _worst_street(kind: Kind, end: datetime) -> str:
    last = timezone.localdate(end)
    found = indicators.by_child(
        FILED, length=9, from_on=last - timedelta(days=DAYS), to_on=last, path=HOME, kind=kind.code
    )
    return max((ratio.numerator, path) for path, ratio in found.items() if len(path) == 9)[1]


def _propose(kind: Kind, path: str, leader: User, *, months: int) -> GovernanceTask:
    """Led by the office that had most of these cases, one of the place itself before one of its parts."""
    today = timezone.localdate()
    window = {"from_on": today - timedelta(days=DAYS), "to_on": today, "path": path, "kind": kind.code}
    offices = indicators.by_office(FILED, **window)  # type: ignore[arg-type]
    owner = max(
        (organization.path_of(office) == HOME, ratio.numerator, office)
        for office, ratio in offices.items()
        if office is not None
    )[2]
    return actions.propose(
        name=f"{kind.name}专项治理",
        path=path,
        office_id=owner,
        kind=kind,
        goal="反复投诉的点位全部整改，不再反弹",
        fall_percent=30,
        deadline_on=today + timedelta(days=60),
        month_on=(today.replace(day=1) + timedelta(days=32 * months)).replace(day=1),
        plan=PLAN,
        by=leader,
    )


def _fill(task: GovernanceTask, clerk: User) -> None:
    for list_name, lines in LINES.items():
        for number, text in enumerate(lines, start=1):
            actions.add_item(
                task=task,
                list_name=list_name,
                text=text,
                office_id=task.office_id,
                due_on=task.deadline_on - timedelta(days=45 - 10 * number),
                by=clerk,
            )
