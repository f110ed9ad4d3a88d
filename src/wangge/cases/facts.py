"""The daily facts of cases and the indicators made of them: one definition for all five levels.

Days are those of the event: a case counts as filed on the day it was filed, as replied on the day it was
replied. Excluded cases and consultations answered at once stay out of the rates (rules 2.1.2, all weights
and formulas there are background and configurable above this layer).

``rows`` gives what a fact counted, one row each, whatever table it is of: cases, steps, clocks or requests. Every
row says in ``case_ref, office_ref, path_ref, kind_ref`` what it is about, as the fact's own statement does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from wangge.cases.models import Case, CaseClock, CaseRequest, CaseTransition
from wangge.kernel.facts.registry import Better, Fact, Indicator, Slice, Unit, named_sql, register

PACKAGE: Final = "wangge.cases"
Found = QuerySet[Any]
# Steps that end a clock of signing or contact though nobody signed or called: an order returned or linked is none that
# this office is assessed for (response rate: within the limit ÷ assessed orders, rules 2.1.2); a refused return begins
# its signing anew.
ENDED_BY: Final = ("accept_return", "uphold", "link")
# Found by the inspection itself, not told by the hotline (GB/T 30428).
INSPECTED: Final = ("grid", "resident", "qr", "visit", "api", "open311")


def _between(source: Found, instant: str, case: str, office: Any = None) -> Callable[[Slice], Found]:
    """What ``source`` holds of a slice. ``case`` is the way to the case ("" for cases); ``office`` whose it was."""

    def rows(slice_: Slice) -> Found:
        found = slice_.during(source.all(), instant).annotate(
            case_ref=F(f"{case}id"),
            office_ref=F(f"{case}lead_office_id") if office is None else office,
            path_ref=F(f"{case}path"),
            kind_ref=F(f"{case}kind__code"),
        )
        return slice_.narrow(found)

    return rows


def _cases(instant: str, *, office: Any = None, **conditions: Any) -> Callable[[Slice], Found]:
    return _between(Case.objects.filter(**conditions), instant, "", office)


def _clocks(name: str, **conditions: Any) -> Callable[[Slice], Found]:
    """Clocks that the office stopped by doing what they ask; those ended by another step say nothing about it."""
    ended = CaseTransition.objects.filter(subject=OuterRef("case"), at=OuterRef("stopped_at"), step__in=ENDED_BY)
    clocks = CaseClock.objects.filter(~Exists(ended), name=name, case__excluded_at__isnull=True, **conditions)
    return _between(clocks, "stopped_at", "case__")


def _steps(*names: str, office: Any = None, where: Any = None, **conditions: Any) -> Callable[[Slice], Found]:
    found = CaseTransition.objects.filter(step__in=names, **conditions)
    return _between(found if where is None else found.filter(where), "at", "subject__", office)


def _fact(code: str, label: str, rows: Any = None, *, stock: bool = False) -> Fact:
    return Fact(f"cases.{code}", label, sql=named_sql(PACKAGE, code), rows=rows, stock=stock)


COUNTED: Final = {"excluded_at__isnull": True}
RATED: Final = COUNTED | {"solved__gt": ""}
SOLVED: Final = RATED | {"solved__in": ["yes", "basically"]}
CALLED: Final = COUNTED | {"reply_wanted": True, "is_anonymous": False, "closed_at__isnull": False}
OURS: Final = {"subject__excluded_at__isnull": True}
DUE: Final = COUNTED | {"lead_office__isnull": False}
_BEFORE: Final = CaseTransition.objects.filter(subject=OuterRef("subject"), step="dispatch", at__lt=OuterRef("at"))
_RETURNED_BY: Final = Subquery(_BEFORE.order_by("-at").values("to_office_id")[:1])
_IN_TIME: Final = Exists(
    CaseClock.objects.filter(case=OuterRef("subject"), name="finish", stopped_at=OuterRef("at"), outcome="on_time")
)

register(
    _fact("filed", "登记", _cases("created_at")),
    _fact("dispatched", "派单", _steps("dispatch", office=F("to_office_id"))),
    _fact("redispatched", "二次派单", _steps("dispatch", office=F("to_office_id"), where=Exists(_BEFORE))),
    _fact("signed", "签收", _clocks("sign")),
    _fact("signed_on_time", "按时签收", _clocks("sign", outcome="on_time")),
    _fact("contacted", "应联系", _clocks("contact")),
    _fact("contacted_on_time", "按时联系", _clocks("contact", outcome="on_time")),
    _fact("replied", "答复", _steps("reply", **OURS)),
    _fact("replied_on_time", "按时答复", _steps("reply", where=_IN_TIME, **OURS)),
    _fact("closed", "结案", _cases("closed_at")),
    _fact("rated", "有效回访", _cases("closed_at", **RATED)),
    _fact("solved", "已解决", _cases("closed_at", **SOLVED)),
    _fact("solved_basically", "基本解决", _cases("closed_at", **RATED | {"solved": "basically"})),
    _fact("solved_first", "首次办理即解决", _cases("closed_at", **SOLVED, reworks=0)),
    _fact("satisfied", "满意", _cases("closed_at", **RATED, satisfaction__in=["3", "4", "5"])),
    _fact("satisfied_fair", "基本满意", _cases("closed_at", **RATED, satisfaction="3")),
    _fact("called_back", "应回访", _between(Case.objects.filter(**CALLED).exclude(state="answered"), "closed_at", "")),
    _fact("returned", "退单", _steps("send_back", office=_RETURNED_BY)),
    _fact("reworked", "重办", _steps("check_fail", "call_back", "reopen", target="handling")),
    _fact(
        "repeated", "重复诉求",
        _cases("created_at", root__isnull=False, office=Coalesce("lead_office_id", "root__lead_office_id")),
    ),
    _fact("supervised", "督办", _steps("supervise")),
    _fact("suspended", "挂账", _steps("suspend")),
    _fact(
        "extended", "延期",
        _between(CaseRequest.objects.filter(kind="extension", state="approved"), "decided_at", "case__"),
    ),
    _fact("inspected", "巡查上报", _cases("created_at", channel__in=INSPECTED)),
    _fact("established", "立案", _cases("created_at", channel__in=INSPECTED, dispatched_at__isnull=False)),
    _fact("due", "应结案", _cases("finish_due_at", **DUE)),
    _fact("due_closed", "应结案中已结案", _cases("finish_due_at", **DUE, closed_at__isnull=False)),
    _fact(
        "due_on_time", "应结案中按期办结",
        _cases("finish_due_at", **DUE, closed_at__isnull=False, replied_at__lte=F("finish_due_at")),
    ),
    _fact("open", "在办", stock=True),
    _fact("overdue", "超期在办", stock=True),
    Indicator("cases.filed", "登记量", ("cases.filed",), unit=Unit.COUNT, suffix="件"),
    Indicator("cases.closed", "结案量", ("cases.closed",), unit=Unit.COUNT, suffix="件"),
    Indicator("cases.open", "在办量", ("cases.open",), unit=Unit.COUNT, suffix="件"),
    Indicator(
        "cases.response", "响应率", ("cases.contacted_on_time",), ("cases.contacted",), Better.HIGH,
        help="在联系时限内联系了诉求人的工单 ÷ 联系时限在当天结束计时的工单；退单获准和并案的不计（默认口径）。",
    ),
    Indicator(
        "cases.solution", "解决率", ("cases.solved",), ("cases.rated",), Better.HIGH,
        help="回访认为已解决或基本解决的工单 ÷ 有效回访的工单；不含剔除的工单。",
    ),
    Indicator(
        "cases.satisfaction", "满意率", ("cases.satisfied",), ("cases.rated",), Better.HIGH,
        help="回访评价为基本满意及以上的工单 ÷ 有效回访的工单；不含剔除的工单。",
    ),
    Indicator("cases.sign_on_time", "按时签收率", ("cases.signed_on_time",), ("cases.signed",), Better.HIGH),
    Indicator("cases.on_time", "按期办结率", ("cases.replied_on_time",), ("cases.replied",), Better.HIGH),
    Indicator("cases.return_rate", "退单率", ("cases.returned",), ("cases.dispatched",), Better.LOW),
    Indicator("cases.first_solution", "首次解决率", ("cases.solved_first",), ("cases.rated",), Better.HIGH),
    Indicator("cases.redispatch_rate", "二次派单率", ("cases.redispatched",), ("cases.dispatched",), Better.LOW),
    Indicator("cases.repeat_rate", "重复诉求率", ("cases.repeated",), ("cases.filed",), Better.LOW),
    Indicator("cases.establish_rate", "立案率", ("cases.established",), ("cases.inspected",), Better.HIGH),
    Indicator("cases.close_rate", "结案率", ("cases.due_closed",), ("cases.due",), Better.HIGH),
    Indicator("cases.close_on_time", "按期结案率", ("cases.due_on_time",), ("cases.due",), Better.HIGH),
    Indicator("cases.rework_rate", "重办率", ("cases.reworked",), ("cases.replied",), Better.LOW),
    Indicator("cases.reach", "回访接通率", ("cases.rated",), ("cases.called_back",), Better.HIGH),
)  # fmt: skip
