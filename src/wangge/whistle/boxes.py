"""Boxes: what somebody must do next about whistles. The department's inbox and the street's list are boxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from wangge.kernel.access.scopes import holdings, permissions, scope
from wangge.whistle.enums import LIVE_SUMMONS, OPEN_SUMMONS, AppealState, SummonsState, WhistleKind, WhistleState
from wangge.whistle.models import Appeal, Judgement, Summons, Whistle
from wangge.whistle.models.whistles import WhistleQuerySet


@dataclass(frozen=True, slots=True)
class Box:
    """A named set of whistles waiting for the same verb; one of ``needs`` decides whose menu shows it.

    ``due`` names the instant that presses: the nearest limit of the whistle, or one that ``rows`` adds.
    """

    code: str
    label: str
    verb: str
    needs: tuple[str, ...]
    rows: Callable[[Any], WhistleQuerySet]
    due: str = "next_due_at"


def _offices_with(user: Any, permission: str) -> list[int]:
    return [h.office_id for h in holdings(user) if h.office_id is not None and permission in h.role.permissions]


def _mine(*states: str) -> Callable[[Any], WhistleQuerySet]:
    """Whistles in which a summons of the user's office stands in one of ``states``."""

    def rows(user: Any) -> WhistleQuerySet:
        mine = Summons.objects.filter(office_id__in=_offices_with(user, "whistle.handle"), state__in=states)
        return Whistle.objects.filter(pk__in=mine.values("whistle_id"), state=WhistleState.RUNNING)

    return rows


def _over(permission: str, **conditions: Any) -> Callable[[Any], WhistleQuerySet]:
    return lambda user: Whistle.objects.filter(scope(user, permission).q("path", ""), **conditions)


def _to_sign(user: Any) -> WhistleQuerySet:
    """Drafts that wait for this very person's signature."""
    secretary = scope(user, "whistle.sign_secretary").q("path", "") & Q(kind="hard", secretary_id__isnull=True)
    director = scope(user, "whistle.sign_director").q("path", "") & Q(kind="hard", director_id__isnull=True)
    leader = scope(user, "whistle.blow").q("path", "") & ~Q(kind=WhistleKind.HARD)
    return Whistle.objects.filter(secretary | director | leader, state=WhistleState.DRAFT)


def _with_summons(permission: str, *states: str) -> Callable[[Any], WhistleQuerySet]:
    def rows(user: Any) -> WhistleQuerySet:
        waiting = Summons.objects.filter(state__in=states).values("whistle_id")
        return Whistle.objects.filter(scope(user, permission).q("path", ""), pk__in=waiting, state=WhistleState.RUNNING)

    return rows


def _objections(user: Any) -> WhistleQuerySet:
    """Whistles with an objection to decide, and until when (``decide_at``: the nearest of them)."""
    objected = Q(summonses__state=SummonsState.OBJECTED)
    waiting = _with_summons("whistle.decide", SummonsState.OBJECTED)(user)
    return waiting.annotate(decide_at=Min("summonses__next_due_at", filter=objected))


def _to_check(user: Any) -> WhistleQuerySet:
    """Whistles with a report to check, and until when (``check_at``: the nearest of them)."""
    reported = Q(summonses__state=SummonsState.REPORTED)
    waiting = _with_summons("whistle.check", SummonsState.REPORTED)(user)
    return waiting.annotate(check_at=Min("summonses__next_due_at", filter=reported))


def _to_rate(user: Any) -> WhistleQuerySet:
    waiting = Summons.objects.filter(state=SummonsState.DONE, rating__isnull=True).values("whistle_id")
    return Whistle.objects.filter(scope(user, "whistle.rate").q("path", ""), pk__in=waiting)


def _to_judge(user: Any) -> WhistleQuerySet:
    """Closed whistles of which the user's office, or the command centre, has not said whether they were proper."""
    mine = Q(pk__in=[])
    for office in dict.fromkeys(_offices_with(user, "whistle.judge")):
        said = Judgement.objects.filter(office_id=office).values("whistle_id")
        mine |= Q(office_ids__contains=[office]) & ~Q(pk__in=said)
    final = Judgement.objects.filter(final=True).values("whistle_id")
    over = scope(user, "whistle.judge_final").q("path", "") & ~Q(pk__in=final)
    return Whistle.objects.filter(mine | over, state=WhistleState.CLOSED)


def _to_close(user: Any) -> WhistleQuerySet:
    unfinished = Summons.objects.exclude(state__in=[SummonsState.DONE, SummonsState.RELEASED]).values("whistle_id")
    over = scope(user, "whistle.close").q("path", "")
    return Whistle.objects.filter(over, state=WhistleState.RUNNING).exclude(pk__in=unfinished)


def _appeals(user: Any) -> WhistleQuerySet:
    pending = Appeal.objects.filter(state=AppealState.PENDING)
    about = Q(pk__in=pending.values("rating__summons__whistle_id")) | Q(pk__in=pending.values("judgement__whistle_id"))
    return Whistle.objects.filter(scope(user, "whistle.decide_appeal").q("path", "")).filter(about)


def _late(user: Any) -> WhistleQuerySet:
    return Whistle.objects.filter(scope(user, "whistle.command").q("path", "")).late(timezone.now())


def _raised(user: Any) -> WhistleQuerySet:
    """Whistles of which a summons was late, escalated, and is still late: the district leader's to press."""
    over = scope(user, "whistle.meet").q("path", "") | scope(user, "whistle.command").q("path", "")
    raised = Summons.objects.filter(raised_at__isnull=False, state__in=LIVE_SUMMONS).values("whistle_id")
    return Whistle.objects.filter(over, pk__in=raised, state=WhistleState.RUNNING)


def _coordinate(user: Any) -> WhistleQuerySet:
    """Hard whistles that go to the district leader and have had no meeting yet."""
    over = scope(user, "whistle.meet").q("path", "")
    return Whistle.objects.filter(over, kind=WhistleKind.HARD, state=WhistleState.RUNNING, meetings__isnull=True)


S = SummonsState
BOXES: Final[dict[str, Box]] = {
    box.code: box
    for box in (
        Box("issue", "待签发", "签发", ("whistle.blow", "whistle.sign_secretary", "whistle.sign_director"), _to_sign),
        Box("sign", "哨单待签收", "签收", ("whistle.handle",), _mine(S.SUMMONED)),
        Box("arrive", "待到场", "到场", ("whistle.handle",), _mine(S.SIGNED)),
        Box("handle", "哨单处置中", "处置", ("whistle.handle",), _mine(S.ARRIVED, S.HANDLING)),
        Box("check", "哨单待核实", "核实", ("whistle.check",), _to_check, "check_at"),
        Box("close", "待销哨", "销哨", ("whistle.close",), _to_close),
        Box("rate", "部门待评价", "评价", ("whistle.rate",), _to_rate),
        Box("judge", "吹哨待研判", "研判", ("whistle.judge", "whistle.judge_final"), _to_judge),
        Box("object", "异议待裁", "裁定", ("whistle.decide",), _objections, "decide_at"),
        Box("meet", "攻坚哨待协调", "协调", ("whistle.meet",), _coordinate),
        Box("appeal", "申诉待裁", "裁定", ("whistle.decide_appeal",), _appeals),
        Box("raised", "已报区领导", "督办", ("whistle.meet", "whistle.command"), _raised),
        Box("late", "吹哨超时", "督促", ("whistle.command",), _late),
        Box(
            "suspended",
            "挂起的哨",
            "查看",
            ("whistle.suspend",),
            _over("whistle.suspend", state=WhistleState.SUSPENDED),
        ),
    )
}
# Boxes one looks into; the others are emptied by work.
WATCHED: Final = frozenset({"late", "raised", "suspended"})


def boxes_for(user: Any) -> list[Box]:
    """The boxes of this user, in the order of the loop."""
    held = permissions(user)
    return [box for box in BOXES.values() if not held.isdisjoint(box.needs)]


def mine(user: Any) -> QuerySet[Summons]:
    """The open summonses of the offices ``user`` acts for: the department's inbox, and the phone's."""
    return Summons.objects.filter(
        office_id__in=_offices_with(user, "whistle.handle"),
        state__in=OPEN_SUMMONS,
        whistle__state=WhistleState.RUNNING,
    ).select_related("whistle")
