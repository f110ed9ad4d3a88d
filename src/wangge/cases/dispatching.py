"""The owner by list and place, in words: what the dispatcher sees and accepts with one press.

A *plan* names the lead, the assisting offices, the limits and why. It comes from the duty of the kind
that is valid at the place (``duties.queries.resolve``) or from a person's choice (an override, with the
reason asked). Nothing from the hotline goes below the street (rules 2.1.5; 条例 art. 17).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.utils import timezone

from wangge.cases import policy
from wangge.cases.enums import Channel, Urgency
from wangge.cases.models import Case
from wangge.duties.resolution import Assignment, candidates, resolve
from wangge.duties.snapshot import Limits
from wangge.organization import queries as organization
from wangge.organization.book import OfficeRef

HOTLINE_CHANNELS: Final = frozenset(
    {Channel.HOTLINE, Channel.PLATFORM, Channel.DEPUTY, Channel.SUGGESTION, Channel.MEDIA}
)
BELOW_STREET: Final = "community"
LOCAL: Final = ("street", BELOW_STREET)


class CannotDispatch(Exception):
    """No office can be named; the message says what to complete first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who leads, who assists, by when, and why. ``reason`` is the sentence shown on the case."""

    kind_id: int
    lead: OfficeRef
    assists: tuple[OfficeRef, ...]
    limits: Limits
    duty_id: int | None
    list_item: str
    legal_basis: str
    reason: str
    confidence: float
    overridden: bool = False

    @property
    def office_ids(self) -> list[int]:
        return sorted({self.lead.id, *(office.id for office in self.assists)})


def plans(
    *, kind_id: int | None, path: str, channel: str, demand_type: str = "", urgent: bool = False, on: date | None = None
) -> list[Plan]:
    """Every plan the lists allow for this kind at this place, best first. Never raises; may be empty.

    ``demand_type`` and ``urgent`` choose the limits only (rules 2.1.3).
    """
    if kind_id is None or not path:
        return []
    found = resolve(kind_id, path, on or timezone.localdate(), demand_type=demand_type, urgent=urgent)
    return [_plan(a) for a in found if _allowed(a, channel)]


def first_plan(
    *, kind_id: int, path: str, channel: str, demand_type: str = "", urgent: bool = False, on: date
) -> Plan | None:
    """The first of ``plans`` without the work for the others: an import makes thousands and keeps them itself."""
    found = candidates(kind_id, path, on, demand_type=demand_type, urgent=urgent) if path else ()
    return next((_plan(a) for a in found if _allowed(a, channel)), None)


def _allowed(found: Assignment, channel: str) -> bool:
    return channel not in HOTLINE_CHANNELS or found.lead.level != BELOW_STREET


def plans_for(case: Case) -> list[Plan]:
    """The plans for a case as it stands."""
    return plans(
        kind_id=case.kind_id,
        path=case.path,
        channel=case.channel,
        demand_type=case.demand_type,
        urgent=case.urgency != Urgency.NORMAL,
    )


def best_plan(case: Case) -> Plan:
    """The first plan. Raises ``CannotDispatch`` naming what is missing."""
    if case.kind_id is None:
        raise CannotDispatch("请先选择类别，系统才能按职责清单找到承办单位。")
    found = plans_for(case)
    if not found:
        raise CannotDispatch("职责清单和该地点都没有可承办的单位，请选择其他类别或指定单位。")
    return found[0]


def overridden(plan: Plan, case: Case, *, lead_id: int, assist_ids: Sequence[int], reason: str) -> Plan:
    """The same matter given to offices a person chose. Raises ``CannotDispatch`` on a choice the rules forbid:
    a closed office, one that does not serve the place (it could not even see the case), one below the street."""
    chosen = [organization.office(i) for i in dict.fromkeys((lead_id, *assist_ids))]
    if any(office is None or not office.open for office in chosen):
        raise CannotDispatch("所选单位不存在或已撤销。")
    offices = [office for office in chosen if office is not None]
    elsewhere = [office.name for office in offices if not case.path.startswith(office.path)]
    if elsewhere:
        raise CannotDispatch(f"{'、'.join(elsewhere)}不管辖事发地点，请改正地点或选择其他单位。")
    lead = offices[0]
    if case.channel in HOTLINE_CHANNELS and any(office.level == BELOW_STREET for office in offices):
        raise CannotDispatch("热线工单不得直接派到社区、网格（主办、协办都不行），请派到街道（条例第17条）。")
    assists = tuple(offices[1:])
    return replace(
        plan,
        lead=lead,
        assists=assists,
        overridden=True,
        confidence=1.0,
        reason=f"人工指定{lead.name}主办：{reason.rstrip('。 ')}。清单建议为{plan.lead.name}。",
    )


def out_of_reach(plan: Plan, within: str) -> bool:
    """Whether the plan is for the district: a street, dispatching ``within`` its path, has only its own bodies."""
    return len(within) > policy.DISTRICT_LENGTH and not plan.lead.path.startswith(within)


def giver(user: Any, case: Case) -> OfficeRef | None:
    """The office for which ``user`` hands out a part: the lead; else who holds one, within its own ground only."""
    leads = user is None or policy.acts_for(user, "cases.assign", case.lead_office_id)
    return organization.office(case.lead_office_id if leads else case.holder_office_id)


def giver_of(case: Case, office_id: int) -> int | None:
    """The office that answers for the part of ``office_id``: a community got it from its street, all others from the
    lead."""
    office, street = organization.office(office_id), organization.street_centre(case.path)
    if office is not None and office.level == BELOW_STREET and street is not None and street.id in case.office_ids:
        return street.id
    return case.lead_office_id


def may_assign_below(user: Any, case: Case) -> bool:
    """Communities get their parts from the street, which answers for it, never from a department (条例 art. 17)."""
    held = [organization.office(id_) for id_ in (case.holder_office_id, case.lead_office_id)]
    local = [office.id for office in held if office is not None and office.level in LOCAL]
    return user is None or any(policy.acts_for(user, "cases.assign", id_) for id_ in local)


def _plan(found: Assignment) -> Plan:
    item = " ".join(part for part in (found.list_name, found.item_number, found.item_title) if part)
    return Plan(
        kind_id=found.kind_id,
        lead=found.lead,
        assists=found.assists,
        limits=found.limits,
        duty_id=found.duty_id,
        list_item=item[:200],
        legal_basis=found.legal_basis[:300],
        reason="".join(part.rstrip("。；") + "。" for part in dict.fromkeys((*found.reasons, found.rule)) if part),
        confidence=found.confidence,
    )


def limits_as_json(limits: Limits) -> dict[str, Any]:
    """The limits as kept on the case: ``{"sign": [2, "hour"], …, "max_extensions": 1}``."""
    return {
        "sign": [limits.sign.value, str(limits.sign.unit)],
        "contact": [limits.contact.value, str(limits.contact.unit)],
        "finish": [limits.finish.value, str(limits.finish.unit)],
        "extension": [limits.extension.value, str(limits.extension.unit)],
        "max_extensions": limits.max_extensions,
    }
