"""Both sides judge (双考核): the street each department, departments and the command centre the whistle; appeals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from wangge.kernel.access.models import User
from wangge.kernel.audit.recording import record
from wangge.kernel.flow import NotPermitted, Refused
from wangge.organization import queries as organization
from wangge.whistle import policy
from wangge.whistle.enums import (
    OFFICE_CLOCKS,
    RANK_SCORES,
    AppealState,
    NoticeKind,
    SummonsState,
    Verdict,
    WhistleState,
)
from wangge.whistle.models import Appeal, Judgement, Rating, Summons, Whistle
from wangge.whistle.notices import street_offices, tell

# What each part counts for, in hundredths (background; the assessment above may weigh anew from the parts).
WEIGHTS: Final[Mapping[str, int]] = {"punctuality": 30, "rank": 10, "plan": 15, "result": 30, "attitude": 15}


def punctuality_of(summons: Summons) -> int:
    """Five points less one for each limit that was missed, from the clocks; nobody types it."""
    late = summons.clocks.filter(outcome="late", name__in=OFFICE_CLOCKS).count()
    return max(1, 5 - late)


def rank_score_of(summons: Summons) -> int:
    return RANK_SCORES.get(summons.rank, 1)


def total_of(scores: Mapping[str, int]) -> Decimal:
    """The weighted sum out of 100."""
    points = sum(WEIGHTS[name] * scores[name] for name in WEIGHTS)
    return (Decimal(points) / 5).quantize(Decimal("0.1"))


@transaction.atomic
def rate(
    *,
    summons: Summons,
    plan: int,
    result: int,
    attitude: int,
    by: User,
    comment: str = "",
    now: datetime | None = None,
) -> Rating:
    """The street rates a department after its last item was checked. Once; punctuality and rank are reckoned."""
    if not policy.street_of("whistle.rate")(by, summons):
        raise NotPermitted("只有吹哨街道可以评价部门。")
    if summons.state != SummonsState.DONE:
        raise Refused("该单位的任务还没有全部核实，不能评价。")
    given = {"plan": plan, "result": result, "attitude": attitude}
    wrong = {name: ["请打1到5分。"] for name, score in given.items() if not 1 <= score <= 5}
    if min(given.values()) <= 2 and len(comment.strip()) < 4:
        wrong["comment"] = ["有2分及以下的，请写明原因（至少4个字）。"]
    if wrong:
        raise ValidationError(wrong)
    scores = given | {"punctuality": punctuality_of(summons), "rank": rank_score_of(summons)}
    try:
        with transaction.atomic():
            rating = Rating.objects.create(
                summons=summons,
                **scores,
                comment=comment.strip()[:500],
                total=total_of(scores),
                at=now or timezone.now(),
                by_id=by.pk,
            )
    except IntegrityError:
        raise Refused("该单位已经评价过。") from None
    text = f"街道评价{rating.total}分，有异议可以申诉"
    tell(summons.whistle, [summons.office_id], NoticeKind.RATED, text, rating.at)
    record("whistle.rating.rate", summons, changes={"total": [None, str(rating.total)]})
    return rating


@transaction.atomic
def judge(
    *, whistle: Whistle, office_id: int, verdict: str, by: User, reason: str = "", now: datetime | None = None
) -> Judgement:
    """A summoned department, or the command centre, says whether the whistle was proper. Once an office."""
    final = policy.over("whistle.judge_final")(by, whistle) and not policy.acts_for(by, "whistle.judge", office_id)
    if not final and not (policy.acts_for(by, "whistle.judge", office_id) and office_id in whistle.office_ids):
        raise NotPermitted("只有被吹单位和区指挥中心可以研判。")
    if whistle.state != WhistleState.CLOSED:
        raise Refused("销哨以后才能研判。")
    if verdict not in Verdict.values:
        raise ValidationError({"verdict": ["请选择研判结论。"]})
    if verdict != Verdict.PROPER and len(reason.strip()) < 4:
        raise ValidationError({"reason": ["请写明理由（至少4个字）。"]})
    try:
        with transaction.atomic():
            judgement = Judgement.objects.create(
                whistle=whistle,
                office_id=office_id,
                verdict=verdict,
                reason=reason.strip()[:500],
                final=final,
                at=now or timezone.now(),
                by_id=by.pk,
            )
    except IntegrityError:
        raise Refused("本单位已经研判过。") from None
    if final:
        Whistle.objects.filter(pk=whistle.pk).update(verdict=verdict)
    if verdict != Verdict.PROPER:
        text = f"{judgement.office.name}研判为“{Verdict(verdict).label}”：{judgement.reason}，有异议可以申诉"
        tell(whistle, street_offices(whistle), NoticeKind.RATED, text, judgement.at)
    record("whistle.judgement.judge", whistle, changes={"verdict": [None, verdict], "final": final}, reason=reason)
    return judgement


def may_appeal(user: User, against: Rating | Judgement) -> bool:
    """The department against its rating; the street against a judgement of its whistle."""
    if isinstance(against, Rating):
        return policy.acts_for(user, "whistle.appeal", against.summons.office_id)
    return against.verdict != Verdict.PROPER and policy.over_path(user, "whistle.blow", against.whistle.path)


@transaction.atomic
def appeal(*, against: Rating | Judgement, reason: str, by: User, now: datetime | None = None) -> Appeal:
    """Against a rating or a judgement, once."""
    if not may_appeal(by, against):
        raise NotPermitted("您不能对这项评价提出申诉。")
    if len(reason.strip()) < 4:
        raise ValidationError({"reason": ["请写明申诉理由（至少4个字）。"]})
    target = {"rating": against} if isinstance(against, Rating) else {"judgement": against}
    try:
        with transaction.atomic():
            made = Appeal.objects.create(
                **target,
                reason=reason.strip()[:2000],
                at=now or timezone.now(),
                by_id=by.pk,
            )
    except IntegrityError:
        raise Refused("这项评价已经申诉过。") from None
    record("whistle.appeal.appeal", whistle_of(made), reason=reason)
    return made


@transaction.atomic
def decide(*, appeal: Appeal, uphold: bool, decision: str, by: User, now: datetime | None = None) -> Appeal:
    """Somebody else than who judged decides; what is upheld no longer counts."""
    now = now or timezone.now()
    whistle = whistle_of(appeal)
    judged_by = appeal.rating.by_id if appeal.rating is not None else appeal.judgement.by_id  # type: ignore[union-attr]
    if not policy.over("whistle.decide_appeal")(by, whistle):
        raise NotPermitted("您没有裁定申诉的权限。")
    if by.pk in (judged_by, appeal.by_id):
        raise NotPermitted("评价人和申诉人不能裁定本申诉。")
    if len(decision.strip()) < 4:
        raise ValidationError({"decision": ["请写明裁定意见（至少4个字）。"]})
    state = AppealState.UPHELD if uphold else AppealState.REFUSED
    done = Appeal.objects.filter(pk=appeal.pk, state=AppealState.PENDING).update(
        state=state, decision=decision.strip(), decided_at=now, decided_by_id=by.pk
    )
    if not done:
        raise Refused("该申诉已由他人裁定，请刷新。")
    if uphold:
        _set_aside(appeal, whistle)
    offices = [appeal.rating.summons.office_id] if appeal.rating is not None else street_offices(whistle)
    tell(whistle, offices, NoticeKind.DECIDED, f"申诉裁定：{AppealState(state).label}，{decision}", now)
    record("whistle.appeal.decide", whistle, changes={"state": [AppealState.PENDING, state]}, reason=decision)
    appeal.refresh_from_db()
    return appeal


def _set_aside(appeal: Appeal, whistle: Whistle) -> None:
    if appeal.rating is not None:
        Rating.objects.filter(pk=appeal.rating.pk).update(set_aside=True)
        return
    assert appeal.judgement is not None
    Judgement.objects.filter(pk=appeal.judgement.pk).update(set_aside=True)
    if appeal.judgement.final:
        Whistle.objects.filter(pk=whistle.pk).update(verdict="")


def whistle_of(appeal: Appeal) -> Whistle:
    if appeal.rating is not None:
        return appeal.rating.summons.whistle
    assert appeal.judgement is not None
    return appeal.judgement.whistle


def judging_office(user: User, whistle: Whistle) -> int | None:
    """For which office ``user`` would judge: a summoned one they act for, else the command centre."""
    for office_id in whistle.office_ids:
        if policy.acts_for(user, "whistle.judge", office_id):
            return int(office_id)
    if policy.over("whistle.judge_final")(user, whistle):
        centre = organization.command_centre(whistle.path)
        return centre.id if centre is not None else None
    return None
