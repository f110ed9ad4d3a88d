"""Dispatching without a press: only where a permit is in force, and the model at least as sure as it asks."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone

from wangge.cases.dispatching import plans
from wangge.cases.enums import CaseState, Urgency
from wangge.cases.flow import CaseFlow
from wangge.cases.models import Case
from wangge.insight.learning import suggestion
from wangge.insight.learning.models import DispatchPermit
from wangge.insight.learning.training import text_of
from wangge.kernel import rows
from wangge.kernel.audit.recording import record

_ANY: Final = """
SELECT EXISTS (
    SELECT 1 FROM learning_dispatchpermit
    WHERE path = ANY (%s) AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
)
"""


def any_in_force(path: str, on: date) -> bool:
    """Whether any permit could cover a case at ``path``."""
    with rows.cursor() as cursor:  # every case that is filed asks
        cursor.execute(_ANY, [[path[:n] for n in range(2, len(path) + 1)], on, on])
        return bool(cursor.fetchone()[0])


def covering(case: Case, code: str, confidence: float, on: date) -> DispatchPermit | None:
    """The permit that lets a case be dispatched as ``code``, the nearest place first; None when there is none."""
    above = [case.path[:n] for n in range(2, len(case.path) + 1)]
    found = DispatchPermit.objects.in_force(on).filter(path__in=above, kind_code=code)
    nearest = max(found, key=lambda row: len(row.path), default=None)
    return nearest if nearest is not None and confidence >= nearest.confidence else None


@transaction.atomic
def consider(case_id: int) -> bool:
    """Dispatch the case by the model's kind if a permit covers it; whether it was dispatched.

    Untouched stay: what a person gave another kind, what is urgent, private or has no owner by the lists.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.state != CaseState.RECEIVED or case.is_private or case.urgency != Urgency.NORMAL:
        return False
    found = suggestion.answer(text_of(case.title, case.text))
    if found is None or (case.kind is not None and case.kind.code != found.label):
        return False
    permit = covering(case, found.label, found.confidence, timezone.localdate())
    kind = next((k for k in suggestion.suggest(text_of(case.title, case.text), 1) if k.code == found.label), None)
    if permit is None or kind is None:
        return False
    options = plans(kind_id=kind.kind_id, path=case.path, channel=case.channel, demand_type=case.demand_type)
    if not options:
        return False
    why = f"按自动派单许可（{permit.basis}，{permit.valid_from:%Y-%m-%d}起）派单，类别把握{found.confidence:.0%}"
    CaseFlow(case, None).dispatch(plan=options[0], reason=why)
    record("learning.permit.use", permit, changes={"case": [None, case.number]}, reason=why)
    return True
