"""What changes after the freeze: a case left out, a case credited, a figure put right. Always as adjustments."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Sum

from wangge.assessment import defining
from wangge.assessment.enums import AppealKind, Direction, Subject
from wangge.assessment.models import Adjustment, Appeal, Definition, Figure, Period, Round, Trace, Unit
from wangge.cases.models import Case
from wangge.kernel.flow import Refused

# Measures that count excluded cases too (``defining.Measure.key``).
KEEPS = "+excluded"


@dataclass(frozen=True, slots=True)
class Correction:
    """What is put right. ``case_id`` with EXCLUDE or CREDIT; the deltas with FIGURE."""

    kind: str
    unit_id: int
    indicator: str = ""
    case_id: int | None = None
    numerator: int = 0
    denominator: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def of_appeal(appeal: Appeal, *, numerator: int = 0, denominator: int = 0) -> Correction:
    assert appeal.unit_id is not None
    return Correction(appeal.kind, appeal.unit_id, appeal.indicator, appeal.case_id, numerator, denominator)


def counted_cases(period: Period, unit_id: int, measure: str) -> Counter[int]:
    """How often each case counts in a measure of a unit, adjustments included; only those that count at all."""
    traces = Trace.objects.filter(period=period, unit_id=unit_id, measure=measure)
    found = Counter(traces.values_list("cases", flat=True).first() or [])
    changed = (
        Adjustment.objects.filter(period=period, unit_id=unit_id, measure=measure, case_id__isnull=False)
        .values_list("case_id")
        .annotate(n=Sum("delta"))
    )
    for case_id, delta in changed:
        found[case_id] += delta
    return +found


def counted_rows(period: Period, unit_id: int, measure: str, subject: Subject) -> tuple[Counter[int], Counter[int]]:
    """How often each thing of ``subject`` counts in a measure of a unit, and for how much altogether."""
    if subject == Subject.CASE:
        times = counted_cases(period, unit_id, measure)
        return times, times
    traces = Trace.objects.filter(period=period, unit_id=unit_id, measure=measure, subject=subject)
    rows, amounts = traces.values_list("rows", "amounts").first() or ([], [])
    worth: Counter[int] = Counter()
    for row, amount in zip(rows, amounts or [1] * len(rows), strict=True):
        worth[row] += amount
    return Counter(rows), worth


def is_traced(period: Period, unit_id: int, measure: str) -> bool:
    """Whether what a measure counted is known one by one (nothing counted is)."""
    trace = Trace.objects.filter(period=period, unit_id=unit_id, measure=measure).first()
    return trace is None or not trace.number or bool(trace.cases or trace.rows)


def subjects(period: Period, unit_id: int, measures: list[str]) -> set[Subject]:
    """What the measures of a unit counted one by one."""
    traces = Trace.objects.filter(period=period, unit_id=unit_id, measure__in=measures)
    found = traces.exclude(cases=[], rows=[]).values_list("subject", flat=True).distinct()
    return {Subject(one) for one in found}


def definition_of(period: Period, code: str) -> Definition:
    """The definition by which ``code`` was reckoned in the period. Raises ``Refused``."""
    used = Figure.objects.filter(period=period, round=period.round, definition__code=code).select_related("definition")
    figure = used.first()
    if figure is None:
        raise Refused("本期没有这个指标。")
    return figure.definition


def apply(
    period: Period, correction: Correction, *, reason: str, now: datetime, appeal: Appeal | None = None
) -> list[Adjustment]:
    """Leave the adjustments of ``correction`` for the next round. Raises ``Refused`` when nothing would change."""
    if correction.kind == AppealKind.EXCLUDE:
        found = _exclude(period, [_case(correction)])
    elif correction.kind == AppealKind.CREDIT:
        found = [_credit(period, correction)]
    else:
        found = _figure(period, correction)
    if not found:
        raise Refused("这件事项没有计入本期任何指标，无需剔除。")
    return _save(period, found, reason=reason, now=now, appeal=appeal)


def take_exclusions(period: Period, *, now: datetime) -> int:
    """Cases whose exclusion was approved after the freeze (``cases``) no longer count; how many there are."""
    assert period.frozen_at is not None
    excluded = set(
        Case.objects.filter(path__startswith=period.path, excluded_at__gt=period.frozen_at).values_list("pk", flat=True)
    )
    found = _exclude(period, sorted(excluded)) if excluded else []
    if found:
        _save(period, found, reason="冻结后批准剔除考核", now=now, appeal=None)
    return len({row.case_id for row in found})


def _case(correction: Correction) -> int:
    if correction.case_id is None:
        raise Refused("请指明是哪一件事项。")
    return correction.case_id


def _exclude(period: Period, cases: list[int]) -> list[Adjustment]:
    found = []
    touched = Trace.objects.filter(period=period, cases__overlap=cases).exclude(measure__contains=KEEPS)
    credited = Adjustment.objects.filter(period=period, case_id__in=cases).exclude(measure__contains=KEEPS)
    where = {*touched.values_list("unit_id", "measure"), *credited.values_list("unit_id", "measure")}
    for unit_id, measure in sorted(where):
        held = counted_cases(period, unit_id, measure)
        found += [
            Adjustment(unit_id=unit_id, measure=measure, case_id=case, delta=-held[case])
            for case in cases
            if held[case]
        ]
    return found


def _credit(period: Period, correction: Correction) -> Adjustment:
    """The case belongs into the good part: into the numerator of what should be high, out of what should be low."""
    case = _case(correction)
    definition = definition_of(period, correction.indicator)
    top, bottom = defining.measures(definition)
    if bottom and not any(counted_cases(period, correction.unit_id, one.key)[case] for one, _ in bottom):
        raise Refused(f"这件事项没有计入本单位“{definition.label}”的分母。")
    measure = top[0][0].key
    held = counted_cases(period, correction.unit_id, measure)[case]
    if definition.better == Direction.LOW:
        if not held:
            raise Refused(f"这件事项没有计入本单位的“{definition.label}”，无需更正。")
        return Adjustment(unit_id=correction.unit_id, measure=measure, case_id=case, delta=-held)
    if held:
        raise Refused(f"这件事项已经计入“{definition.label}”的分子，无需更正。")
    return Adjustment(unit_id=correction.unit_id, measure=measure, case_id=case, delta=1)


def _figure(period: Period, correction: Correction) -> list[Adjustment]:
    definition = definition_of(period, correction.indicator)
    top, bottom = defining.measures(definition)
    found = []
    for terms, delta in ((top, correction.numerator), (bottom, correction.denominator)):
        if delta and not terms:
            raise Refused(f"“{definition.label}”没有分母。")
        if delta:
            found.append(Adjustment(unit_id=correction.unit_id, measure=terms[0][0].key, delta=delta))
    if not found:
        raise Refused("请填写分子或分母应增减多少。")
    return found


def _save(
    period: Period, found: list[Adjustment], *, reason: str, now: datetime, appeal: Appeal | None
) -> list[Adjustment]:
    number = (Round.objects.filter(period=period).aggregate(n=Max("number"))["n"] or 0) + 1
    for row in found:
        row.period, row.round, row.at, row.reason = period, number, now, reason[:300]
        row.appeal_id = appeal.pk if appeal is not None else None
    Adjustment.objects.bulk_create(found)
    return found


def units_named(ids: set[int]) -> dict[int, str]:
    """Names of units by id."""
    return dict(Unit.objects.filter(pk__in=ids).values_list("pk", "name"))
