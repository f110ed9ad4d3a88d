"""What the morning page counts beyond the facts of cases, and the figures it shows, in their order."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import F, Q

import wangge.cases.facts  # noqa: F401 (the figures below rest on its facts, which are registered first)
from wangge.cases.enums import DemandType, Urgency
from wangge.cases.models import Case
from wangge.kernel.facts.days import bounds
from wangge.kernel.facts.registry import Better, Fact, Indicator, Slice, Unit, named_sql, register

PACKAGE: Final = "wangge.cockpit"
# 特急, or 紧急 of a kind that is urgent by nature (gas, fire, falling things): the page never lets these go unsaid.
IN_DANGER: Final = Q(urgency=Urgency.EMERGENCY) | Q(urgency=Urgency.URGENT, kind__urgent=True)


def _filed(condition: Q) -> Any:
    def rows(slice_: Slice) -> Any:
        start, _ = bounds(slice_.from_on)
        _, end = bounds(slice_.to_on)
        found = Case.objects.filter(condition, created_at__gte=start, created_at__lt=end).annotate(
            case_ref=F("id"), office_ref=F("lead_office_id"), path_ref=F("path"), kind_ref=F("kind__code")
        )
        if slice_.path:
            found = found.filter(path__startswith=slice_.path)
        if slice_.office_id is not None:
            found = found.filter(lead_office_id=slice_.office_id)
        return found.filter(kind__code__startswith=slice_.kind) if slice_.kind else found

    return rows


register(
    Fact("cockpit.praise", "表扬", named_sql(PACKAGE, "praise"), rows=_filed(Q(demand_type=DemandType.PRAISE))),
    Fact("cockpit.danger", "涉及人身安全", named_sql(PACKAGE, "danger"), rows=_filed(IN_DANGER)),
    Indicator("cockpit.praise", "表扬", ("cockpit.praise",), unit=Unit.COUNT, suffix="件", better=Better.HIGH),
    Indicator("cockpit.danger", "涉及人身安全", ("cockpit.danger",), unit=Unit.COUNT, suffix="件", better=Better.LOW),
    Indicator("cockpit.overdue", "超期在办", ("cases.overdue",), unit=Unit.COUNT, suffix="件", better=Better.LOW),
    Indicator("cockpit.reworked", "重办", ("cases.reworked",), unit=Unit.COUNT, suffix="件", better=Better.LOW),
)

# The most read first; a phone shows them two by two.
FIGURES: Final = (
    "cases.filed",
    "cases.closed",
    "cases.open",
    "cockpit.overdue",
    "cases.response",
    "cases.solution",
    "cases.satisfaction",
    "cases.on_time",
    "cockpit.reworked",
    "cockpit.praise",
)
