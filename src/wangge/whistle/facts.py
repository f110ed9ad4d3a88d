"""The daily facts of whistles and the indicators made of them: one definition for all five levels.

A figure belongs to the department it is about (``office_id``), a blown whistle to the office that blew it. Days are
those of the event; limits count on the day their clock stopped.
"""

from __future__ import annotations

from typing import Any, Final

from wangge.kernel.facts.actions import bounds
from wangge.kernel.facts.registry import Better, Fact, Indicator, Slice, Unit, named_sql, register
from wangge.whistle.models import Judgement, Rating, Summons, SummonsClock, Whistle

PACKAGE: Final = "wangge.whistle"


def _rows(model: Any, instant: str, whistle: str = "", office: str = "office_id", **conditions: Any) -> Any:
    """The rows behind a slice; ``whistle`` leads from the row to its whistle (with ``__``)."""

    def rows(slice_: Slice) -> Any:
        start, _ = bounds(slice_.from_on)
        _, end = bounds(slice_.to_on)
        found = model.objects.filter(**{f"{instant}__gte": start, f"{instant}__lt": end}, **conditions)
        if slice_.path:
            found = found.filter(**{f"{whistle}path__startswith": slice_.path})
        if slice_.office_id is not None:
            found = found.filter(**{office: slice_.office_id})
        if slice_.kind:
            found = found.filter(**{f"{whistle}matter__code__startswith": slice_.kind})
        return found

    return rows


def _clock(name: str, **conditions: Any) -> Any:
    return _rows(
        SummonsClock, "stopped_at", "summons__whistle__", "summons__office_id", name=name,
        summons__state__in=COUNTED, **conditions,
    )  # fmt: skip


def _fact(code: str, label: str, rows: Any = None, *, stock: bool = False) -> Fact:
    return Fact(f"whistle.{code}", label, sql=named_sql(PACKAGE, code), rows=rows, stock=stock)


# A released office answers for nothing.
COUNTED: Final = ("summoned", "objected", "signed", "arrived", "handling", "reported", "done")
RATED: Final = {"set_aside": False}

register(
    _fact("blown", "吹哨", _rows(Whistle, "blown_at")),
    _fact("closed", "销哨", _rows(Whistle, "closed_at", state="closed")),
    _fact("summoned", "被吹", _rows(Summons, "summoned_at", "whistle__")),
    _fact("signed", "签收时限结束", _clock("sign")),
    _fact("signed_on_time", "按时签收", _clock("sign", outcome="on_time")),
    _fact("arrived", "到场时限结束", _clock("arrive")),
    _fact("arrived_on_time", "按时到场", _clock("arrive", outcome="on_time")),
    _fact("reported", "反馈时限结束", _clock("report")),
    _fact("reported_on_time", "按时反馈", _clock("report", outcome="on_time")),
    _fact("checked", "核实"),
    _fact("returned", "核实退回"),
    _fact("objected", "提出异议"),
    _fact("judged", "研判", _rows(Judgement, "at", "whistle__", "whistle__office_id", **RATED)),
    _fact(
        "judged_proper",
        "认为该吹",
        _rows(Judgement, "at", "whistle__", "whistle__office_id", **RATED, verdict__in=["proper", "partly"]),
    ),
    _fact("rated", "评价部门", _rows(Rating, "at", "summons__whistle__", "summons__office_id", **RATED)),
    _fact("score", "部门得分合计"),
    _fact("running", "进行中", stock=True),
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
        "whistle.proper", "吹哨合理率", ("whistle.judged_proper",), ("whistle.judged",), Better.HIGH,
        help="部门和区指挥中心认为该吹或基本合理的研判 ÷ 全部研判；申诉成立的不计。",
    ),
    Indicator(
        "whistle.score", "部门平均得分", ("whistle.score",), ("whistle.rated",), Better.HIGH, unit=Unit.NUMBER,
        suffix="分", help="街道评价部门的总分（满分100）平均；申诉成立的不计。",
    ),
)  # fmt: skip
