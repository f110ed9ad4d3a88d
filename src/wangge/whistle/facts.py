"""The daily facts of whistles and the indicators made of them: one definition for all five levels.

A figure belongs to the department it is about (``office_id``), a blown whistle to the office that blew it. Days are
those of the event; limits count on the day their clock stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import BigIntegerField, F, Q, QuerySet
from django.db.models.functions import Cast, Round

from wangge.kernel.facts.days import bounds
from wangge.kernel.facts.registry import Better, Fact, Indicator, Slice, Unit, named_sql, register
from wangge.whistle.models import Judgement, Rating, Summons, SummonsClock, SummonsTransition, Whistle

PACKAGE: Final = "wangge.whistle"
Found = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Way:
    """From a row to what it counts (``summons_ref`` or ``whistle_ref``), to the whistle, and to whose it is."""

    subject: str
    ref: str
    whistle: str
    office: str


BLOWN: Final = Way("whistle", "id", "", "office_id")
JUDGED: Final = Way("whistle", "whistle_id", "whistle__", "whistle__office_id")
CALLED: Final = Way("summons", "id", "whistle__", "office_id")
OF_SUMMONS: Final = Way("summons", "summons_id", "summons__whistle__", "summons__office_id")
STEPS: Final = Way("summons", "subject_id", "subject__whistle__", "subject__office_id")
# An objection is decided by the office of who decides.
DECIDED: Final = Way("summons", "subject_id", "subject__whistle__", "office_id")


def _told(found: Found, slice_: Slice, way: Way, amount: Any) -> Found:
    """The rows of a slice, each with what it is about: its own, ``office_ref, path_ref, kind_ref``, as the fact's own
    statement says; ``amount_ref`` where a row counts for more than one."""
    found = found.annotate(
        **{f"{way.subject}_ref": F(way.ref)},
        office_ref=F(way.office),
        path_ref=F(f"{way.whistle}path"),
        kind_ref=F(f"{way.whistle}matter__code"),
    )
    if amount is not None:
        found = found.annotate(amount_ref=amount)
    return slice_.narrow(found)


def _rows(source: Found, instant: str, way: Way, amount: Any = None) -> Callable[[Slice], Found]:
    """What ``source`` holds of a slice, one row each."""

    def rows(slice_: Slice) -> Found:
        return _told(slice_.during(source.all(), instant), slice_, way, amount)

    return rows


def _clock(name: str, **conditions: Any) -> Callable[[Slice], Found]:
    clocks = SummonsClock.objects.filter(name=name, summons__state__in=COUNTED, **conditions)
    return _rows(clocks, "stopped_at", OF_SUMMONS)


def _steps(name: str, **conditions: Any) -> Callable[[Slice], Found]:
    return _rows(SummonsTransition.objects.filter(step=name, **conditions), "at", STEPS)


def _decisions(**conditions: Any) -> Callable[[Slice], Found]:
    steps = SummonsTransition.objects.filter(step__in=("accept_objection", "designate"), **conditions)
    return _rows(steps, "at", DECIDED)


def _running(slice_: Slice) -> Found:
    """A level: alive at the end of the last day."""
    _, end = bounds(slice_.to_on)
    alive = Whistle.objects.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=end), blown_at__lt=end)
    return _told(alive, slice_, BLOWN, None)


def _fact(code: str, label: str, rows: Any = None, *, stock: bool = False) -> Fact:
    return Fact(f"whistle.{code}", label, sql=named_sql(PACKAGE, code), rows=rows, stock=stock)


# A released office answers for nothing.
COUNTED: Final = ("summoned", "objected", "signed", "arrived", "handling", "reported", "done")
RATED: Final[dict[str, Any]] = {"set_aside": False}
# Whole points of each rating by itself, so that the sum is that of its rows.
POINTS: Final = Cast(Round("total"), BigIntegerField())

register(
    _fact("blown", "吹哨", _rows(Whistle.objects.all(), "blown_at", BLOWN)),
    _fact("closed", "销哨", _rows(Whistle.objects.filter(state="closed"), "closed_at", BLOWN)),
    _fact("summoned", "被吹", _rows(Summons.objects.all(), "summoned_at", CALLED)),
    _fact("signed", "签收时限结束", _clock("sign")),
    _fact("signed_on_time", "按时签收", _clock("sign", outcome="on_time")),
    _fact("arrived", "到场时限结束", _clock("arrive")),
    _fact("arrived_on_time", "按时到场", _clock("arrive", outcome="on_time")),
    _fact("reported", "反馈时限结束", _clock("report")),
    _fact("reported_on_time", "按时反馈", _clock("report", outcome="on_time")),
    _fact("checked", "核实", _steps("check")),
    _fact("returned", "核实退回", _steps("check", target="handling")),
    _fact("objected", "提出异议", _steps("object_to")),
    _fact("decided", "裁定异议", _decisions(data__has_key="on_time")),
    _fact("decided_on_time", "按时裁定异议", _decisions(data__on_time=True)),
    _fact("judged", "研判", _rows(Judgement.objects.filter(**RATED), "at", JUDGED)),
    _fact(
        "judged_proper",
        "认为该吹",
        _rows(Judgement.objects.filter(**RATED, verdict__in=["proper", "partly"]), "at", JUDGED),
    ),
    _fact("rated", "评价部门", _rows(Rating.objects.filter(**RATED), "at", OF_SUMMONS)),
    _fact("score", "部门得分合计", _rows(Rating.objects.filter(**RATED), "at", OF_SUMMONS, amount=POINTS)),
    _fact("running", "进行中", _running, stock=True),
    Indicator("whistle.blown", "吹哨量", ("whistle.blown",), unit=Unit.COUNT, suffix="件"),
    Indicator("whistle.summoned", "被吹量", ("whistle.summoned",), unit=Unit.COUNT, suffix="次"),
    Indicator("whistle.running", "进行中的哨", ("whistle.running",), unit=Unit.COUNT, suffix="件"),
    Indicator(
        "whistle.response", "吹哨响应率", ("whistle.arrived_on_time",), ("whistle.arrived",), Better.HIGH,
        help="在到场时限内到场的单次 ÷ 到场时限在当天结束计时的单次；异议成立免除的不计。",
    ),
    Indicator(
        "whistle.sign_on_time", "哨单按时签收率", ("whistle.signed_on_time",), ("whistle.signed",), Better.HIGH,
    ),
    Indicator(
        "whistle.report_on_time", "哨单按时反馈率", ("whistle.reported_on_time",), ("whistle.reported",), Better.HIGH,
    ),
    Indicator(
        "whistle.return_rate", "核实退回率", ("whistle.returned",), ("whistle.checked",), Better.LOW,
        help="街道逐项核实未通过、退回部门的次数 ÷ 核实的次数。",
    ),
    Indicator("whistle.objection_rate", "异议率", ("whistle.objected",), ("whistle.summoned",)),
    Indicator(
        "whistle.decide_on_time", "异议按时裁定率", ("whistle.decided_on_time",), ("whistle.decided",), Better.HIGH,
        help="区指挥中心在裁定时限内裁定的异议 ÷ 当天裁定的异议；计在作出裁定的单位。",
    ),
    Indicator(
        "whistle.proper", "吹哨合理率", ("whistle.judged_proper",), ("whistle.judged",), Better.HIGH,
        help="部门和区指挥中心认为该吹或基本合理的研判 ÷ 全部研判；申诉成立的不计。",
    ),
    Indicator(
        "whistle.score", "部门平均得分", ("whistle.score",), ("whistle.rated",), Better.HIGH, unit=Unit.NUMBER,
        suffix="分", help="街道评价部门的总分（满分100）平均；申诉成立的不计。",
    ),
)  # fmt: skip
