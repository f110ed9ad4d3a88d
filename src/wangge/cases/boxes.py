"""Boxes: what somebody must do next. My work, the dispatch queue and every inbox are boxes of the same cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import F, Q

from wangge.cases import policy
from wangge.cases.enums import LIVE_STATES, CaseState, RequestKind, RequestState
from wangge.cases.models import Case, CasePart, CaseQuerySet, CaseRequest
from wangge.kernel.access.scopes import holdings, permissions, scope


@dataclass(frozen=True, slots=True)
class Box:
    """A named set of cases waiting for the same verb; ``permission`` decides whose menu shows it."""

    code: str
    label: str
    verb: str
    permission: str
    rows: Callable[[Any], CaseQuerySet]


def offices_with(user: Any, permission: str) -> list[int]:
    """The offices for which the user holds ``permission``."""
    return [h.office_id for h in holdings(user) if h.office_id is not None and permission in h.role.permissions]


def _over(permission: str, *states: str) -> Callable[[Any], CaseQuerySet]:
    """Cases in ``states`` below the paths over which the user holds ``permission``."""
    return lambda user: Case.objects.filter(scope(user, permission).q("path", "")).filter(state__in=states)


def _held(permission: str, *states: str) -> Callable[[Any], CaseQuerySet]:
    """Cases in ``states`` that lie with an office the user acts for."""
    return lambda user: Case.objects.filter(holder_office_id__in=offices_with(user, permission), state__in=states)


def _to_answer(user: Any) -> CaseQuerySet:
    """What the user's office answers for. A part it was given waits in a box of its own, and only there."""
    return _held("cases.reply", CaseState.HANDLING)(user).filter(lead_office_id=F("holder_office_id"))


def _to_dispatch(user: Any) -> CaseQuerySet:
    district: list[str] = []
    street: list[str] = []
    for held in holdings(user):
        if "cases.dispatch" in held.role.permissions and held.path:
            (district if len(held.path) <= policy.DISTRICT_LENGTH else street).append(held.path)
    condition = Q(pk__in=())
    for path in district:
        condition |= Q(path__startswith=path)
    for path in street:
        condition |= Q(path__startswith=path, channel__in=policy.STREET_CHANNELS)
    return Case.objects.filter(condition, state=CaseState.RECEIVED)


def _parts(user: Any) -> CaseQuerySet:
    waiting = CasePart.objects.unanswered().filter(office_id__in=offices_with(user, "cases.handle"))
    return Case.objects.filter(pk__in=waiting.values("case_id"), state=CaseState.HANDLING)


def _requests(user: Any) -> CaseQuerySet:
    pending = CaseRequest.objects.filter(state=RequestState.PENDING).exclude(asked_by_id=user.pk)
    if "cases.exclude" not in permissions(user):
        pending = pending.exclude(kind=RequestKind.EXCLUSION)
    over = scope(user, "cases.review_request").q("path", "")
    return Case.objects.filter(over, pk__in=pending.values("case_id"))


def _overdue(user: Any) -> CaseQuerySet:
    return policy.rows(user).overdue(datetime.now().astimezone())


def _supervised(user: Any) -> CaseQuerySet:
    """Until it ends, by the due time of whatever runs (``case_supervised`` holds these and no others)."""
    return _over("cases.supervise", *LIVE_STATES)(user).filter(supervised_at__isnull=False)


S = CaseState
BOXES: Final[dict[str, Box]] = {
    box.code: box
    for box in (
        Box("dispatch", "待派单", "派单", "cases.dispatch", _to_dispatch),
        Box("returned", "退单待审", "审核", "cases.review_return", _over("cases.review_return", S.RETURNED)),
        Box("sign", "待签收", "签收", "cases.sign", _held("cases.sign", S.DISPATCHED)),
        Box("handle", "办理中", "办理", "cases.reply", _to_answer),
        Box("part", "待反馈", "反馈", "cases.handle", _parts),
        Box("check", "待核查", "核查", "cases.check", _over("cases.check", S.REPLIED)),
        Box("callback", "待回访", "回访", "cases.callback", _over("cases.callback", S.CHECKED)),
        Box("requests", "待审批", "审批", "cases.review_request", _requests),
        Box("suspended", "挂账", "查看", "cases.review_request", _over("cases.review_request", S.SUSPENDED)),
        Box("supervised", "督办中", "查看", "cases.supervise", _supervised),
        Box("overdue", "已超期", "督促", "cases.supervise", _overdue),
    )
}


def boxes_for(user: Any) -> list[Box]:
    """The boxes of this user, in the order of the loop."""
    held = permissions(user)
    return [box for box in BOXES.values() if box.permission in held]
