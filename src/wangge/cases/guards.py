"""Why a step cannot be taken now, in words for the person who wants to take it. Used by ``flow.py``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from wangge.cases import policy
from wangge.cases.enums import OF_THE_HANDLING, PartState, RequestState
from wangge.cases.models import Case, CaseRequest
from wangge.cases.rules import rules_for
from wangge.kernel import rows
from wangge.kernel.flow import Flow
from wangge.organization import queries as organization

# A case closed without reaching the requester may still be rated by them (background).
RATED_WITHIN_DAYS: Final = 7


def only_a_part(user: Any, case: Case, permission: str) -> str:
    """Why who holds a part may not speak for the whole (条例 art. 14: the lead does); empty for the lead."""
    if user is None or policy.leading(permission)(user, case):
        return ""
    lead = organization.names([case.lead_office_id]).get(case.lead_office_id or 0, "主办单位")
    return f"本单位只承担交办的部分，请办理后反馈；退单、申请和答复由主办的{lead}负责。"


def for_the_whole(permission: str) -> Callable[[Flow[Case]], str | None]:
    """The guard of a step that only the lead takes, while an office with a part holds the case."""
    return lambda flow: only_a_part(flow.user, flow.obj, permission) or None


def not_designated(flow: Flow[Case]) -> str | None:
    return "本单位为指定承办单位，不得再次退单（潍坊市12345条例）。" if flow.obj.designated else None


def within_return_window(flow: Flow[Case]) -> str | None:
    hours = rules_for(flow.obj.path).return_hours
    start = flow.obj.dispatched_at
    late = start is not None and flow.now > start + timedelta(hours=hours)
    return f"派单已超过{hours}小时，不能退单；职责有争议请申请协调。" if late else None


def contacted(flow: Flow[Case]) -> str | None:
    case = flow.obj
    if case.is_anonymous or not case.reply_wanted or case.contacted_at is not None:
        return None
    return "尚未联系诉求人，请先登记联系情况。"


def given_again(case: Case, office_id: int) -> bool:
    """The office has handed its part back since the dispatch: whoever gives it again means it."""
    withdrawn = case.parts.filter(office_id=office_id, state=PartState.WITHDRAWN)
    return withdrawn.filter(created_at__gte=case.dispatched_at).exists()


def parts_answered(flow: Flow[Case]) -> str | None:
    if set(flow.obj.office_ids) <= {flow.obj.lead_office_id}:
        return None  # nobody else has a part
    waiting = flow.obj.parts.unanswered().values_list("office_id", flat=True)
    if not waiting:
        return None
    names = organization.names(list(waiting))
    return f"协办单位尚未反馈：{'、'.join(names.values())}。"


def somebody_else(flow: Flow[Case]) -> str | None:
    """Neither who replied nor who answered for a part of it: whoever was on the spot to do it is no checker of it."""
    if flow.user is None:
        return None
    case, user = flow.obj, flow.user.pk
    did = case.parts.exclude(state=PartState.WITHDRAWN).filter(answered_by_id=user)
    own = case.handled_by_id == user or did.exists()
    return "核查人不能是办理人本人，请由其他人员核查。" if own else None


def within_reopen_window(flow: Flow[Case]) -> str | None:
    days = rules_for(flow.obj.path).reopen_days
    closed = flow.obj.closed_at
    late = closed is not None and flow.now > closed + timedelta(days=days)
    return f"结案已超过{days}天，请作为新事项登记。" if late else None


def not_rated_yet(flow: Flow[Case]) -> str | None:
    if flow.obj.satisfaction:
        return "该事项已经评价过。"
    closed = flow.obj.closed_at
    late = closed is None or flow.now > closed + timedelta(days=RATED_WITHIN_DAYS)
    return f"结案已超过{RATED_WITHIN_DAYS}天，不能再评价；问题仍在，请重新上报。" if late else None


def no_call_back_needed(flow: Flow[Case]) -> str | None:
    if flow.obj.is_anonymous or not flow.obj.reply_wanted:
        return None
    return "诉求人要求回复，须回访后结案。"


def root_answered(flow: Flow[Case]) -> str | None:
    root = flow.obj.root
    answered = root is not None and root.replied_at is not None and bool(root.lead_office_id or root.disposition)
    return None if answered else "主事项尚未答复。"


def no_pending_request(flow: Flow[Case]) -> str | None:
    waits = rows.exists(CaseRequest, case_id=flow.obj.pk, state=RequestState.PENDING, kind=OF_THE_HANDLING)
    return "有申请正在审批，请先处理或撤回申请。" if waits else None
