"""The daily facts of cases and the indicators made of them: one definition for all five levels.

Days are those of the event: a case counts as filed on the day it was filed, as replied on the day it was
replied. Excluded cases and consultations answered at once stay out of the rates (rules 2.1.2, all weights
and formulas there are background and configurable above this layer).
"""

from __future__ import annotations

from typing import Any, Final

from wangge.cases.models import Case
from wangge.kernel.facts.actions import bounds
from wangge.kernel.facts.registry import Better, Fact, Indicator, Slice, Unit, named_sql, register

PACKAGE: Final = "wangge.cases"


def _rows(instant: str, **conditions: Any) -> Any:
    """The cases behind a slice of a fact that counts ``instant``."""

    def rows(slice_: Slice) -> Any:
        start, _ = bounds(slice_.from_on)
        _, end = bounds(slice_.to_on)
        found = Case.objects.filter(**{f"{instant}__gte": start, f"{instant}__lt": end}, **conditions)
        if slice_.path:
            found = found.at(slice_.path)
        if slice_.office_id is not None:
            found = found.filter(lead_office_id=slice_.office_id)
        if slice_.kind:
            found = found.filter(kind__code__startswith=slice_.kind)
        return found

    return rows


def _fact(code: str, label: str, rows: Any = None, *, stock: bool = False) -> Fact:
    return Fact(f"cases.{code}", label, sql=named_sql(PACKAGE, code), rows=rows, stock=stock)


COUNTED: Final = {"excluded_at__isnull": True}
RATED: Final = COUNTED | {"solved__gt": ""}

register(
    _fact("filed", "登记", _rows("created_at")),
    _fact("dispatched", "派单", _rows("dispatched_at")),
    _fact("signed", "签收"),
    _fact("signed_on_time", "按时签收"),
    _fact("contacted", "应联系"),
    _fact("contacted_on_time", "按时联系"),
    _fact("replied", "答复", _rows("replied_at", **COUNTED)),
    _fact("replied_on_time", "按时答复"),
    _fact("closed", "结案", _rows("closed_at")),
    _fact("rated", "有效回访", _rows("closed_at", **RATED)),
    _fact("solved", "已解决", _rows("closed_at", **RATED, solved__in=["yes", "basically"])),
    _fact("satisfied", "满意", _rows("closed_at", **RATED, satisfaction__in=["3", "4", "5"])),
    _fact("called_back", "应回访"),
    _fact("returned", "退单"),
    _fact("reworked", "重办"),
    _fact("open", "在办", stock=True),
    _fact("overdue", "超期在办", stock=True),
    Indicator("cases.filed", "登记量", ("cases.filed",), unit=Unit.COUNT, suffix="件"),
    Indicator("cases.closed", "结案量", ("cases.closed",), unit=Unit.COUNT, suffix="件"),
    Indicator("cases.open", "在办量", ("cases.open",), unit=Unit.COUNT, suffix="件"),
    Indicator(
        "cases.response", "响应率", ("cases.contacted_on_time",), ("cases.contacted",), Better.HIGH,
        help="在联系时限内联系了诉求人的工单 ÷ 联系时限在当天结束计时的工单(可配置的默认口径)。",
    ),
    Indicator(
        "cases.solution", "解决率", ("cases.solved",), ("cases.rated",), Better.HIGH,
        help="回访认为已解决或基本解决的工单 ÷ 有效回访的工单;不含剔除的工单。",
    ),
    Indicator(
        "cases.satisfaction", "满意率", ("cases.satisfied",), ("cases.rated",), Better.HIGH,
        help="回访评价为基本满意及以上的工单 ÷ 有效回访的工单;不含剔除的工单。",
    ),
    Indicator("cases.sign_on_time", "按时签收率", ("cases.signed_on_time",), ("cases.signed",), Better.HIGH),
    Indicator("cases.on_time", "按期办结率", ("cases.replied_on_time",), ("cases.replied",), Better.HIGH),
    Indicator("cases.return_rate", "退单率", ("cases.returned",), ("cases.dispatched",), Better.LOW),
    Indicator("cases.rework_rate", "重办率", ("cases.reworked",), ("cases.replied",), Better.LOW),
    Indicator("cases.reach", "回访接通率", ("cases.rated",), ("cases.called_back",), Better.HIGH),
)  # fmt: skip
