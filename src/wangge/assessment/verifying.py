"""Whether every figure still is what its traces say: numerator ÷ denominator reckoned again, row by row."""

from __future__ import annotations

from wangge.assessment import rounds
from wangge.assessment.models import Figure, Period, Trace


def differences(period: Period) -> list[str]:
    """What does not agree, in words; empty when everything does."""
    wrong = [
        f"{trace.unit_id} {trace.measure}：次数{trace.number}，{trace.get_subject_display()}{_by_rows(trace)}"
        for trace in Trace.objects.filter(period=period).iterator()
        if (trace.cases or trace.rows) and _by_rows(trace) != trace.number
    ]
    for number in sorted(set(Figure.objects.filter(period=period).values_list("round", flat=True))):
        held = rounds.numbers(period, up_to=number)
        rows = Figure.objects.filter(period=period, round=number).select_related("unit", "definition")
        for figure in rows.iterator(chunk_size=2000):
            numerator, denominator = rounds.sides(figure.definition, figure.unit, held)
            if (numerator, denominator) != (figure.numerator, figure.denominator):
                wrong.append(
                    f"第{number}版 {figure.unit.name} {figure.definition.label}："
                    f"{figure.numerator}/{figure.denominator}，应为{numerator}/{denominator}"
                )
    return wrong


def _by_rows(trace: Trace) -> int:
    """The number of a trace reckoned from its single rows."""
    return sum(trace.amounts) if trace.amounts else len(trace.cases) + len(trace.rows)
