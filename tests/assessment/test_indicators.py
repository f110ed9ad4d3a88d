"""Every indicator: numerator ÷ denominator recomputed from the raw rows equals the figure, and so does its drill."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.assessment.conftest import Town
from tests.cases.conftest import DISTRICT

from wangge.assessment import corrections, defining
from wangge.assessment.models import Definition, Figure, Period, Unit
from wangge.cases.models import Case, CaseClock, CaseTransition
from wangge.kernel.facts.actions import bounds, rebuild
from wangge.kernel.facts.indicators import value

SHIPPED = json.loads(defining.SHIPPED.read_text(encoding="utf-8"))["definitions"]
CODES = [row["code"] for row in SHIPPED]


def raw(code: str, offices: set[int], path: str, window: tuple[object, object]) -> tuple[int, int | None]:
    """Numerator and denominator by hand, row by row in Python."""
    start, end = window

    def within(at: object) -> bool:
        return at is not None and start <= at < end  # type: ignore[operator]

    cases = [case for case in Case.objects.all() if case.excluded_at is None]
    own = [case for case in cases if case.lead_office_id in offices]
    steps = list(CaseTransition.objects.select_related("subject").order_by("at"))
    own_steps = [s for s in steps if s.subject.lead_office_id in offices and within(s.at)]
    clocks = [c for c in CaseClock.objects.select_related("case") if c.case.lead_office_id in offices]
    stopped = [c for c in clocks if within(c.stopped_at)]
    rated = [case for case in own if within(case.closed_at) and case.solved]
    solved = [case for case in rated if case.solved in {"yes", "basically"}]
    replies = [s for s in own_steps if s.step == "reply"]
    dispatches = [s for s in steps if s.step == "dispatch" and within(s.at) and s.to_office_id in offices]
    due = [case for case in own if within(case.finish_due_at)]
    here = [case for case in cases if case.path.startswith(path) and within(case.created_at)]
    found_here = [case for case in here if case.channel in {"grid", "resident", "qr", "visit", "api", "open311"}]

    def clock(name: str) -> tuple[int, int]:
        named = [c for c in stopped if c.name == name]
        return sum(c.outcome == "on_time" for c in named), len(named)

    def first_dispatch(step: CaseTransition) -> bool:
        return not any(s.step == "dispatch" and s.subject_id == step.subject_id and s.at < step.at for s in steps)

    def returner(step: CaseTransition) -> int | None:
        earlier = [s for s in steps if s.step == "dispatch" and s.subject_id == step.subject_id and s.at < step.at]
        return earlier[-1].to_office_id

    def in_time(step: CaseTransition) -> bool:
        return any(
            c.case_id == step.subject_id and c.name == "finish" and c.stopped_at == step.at and c.outcome == "on_time"
            for c in clocks
        )

    def answerer(case: Case) -> int | None:
        return case.lead_office_id or (case.root.lead_office_id if case.root else None)

    calculated: dict[str, tuple[int, int | None]] = {
        "response": clock("contact"),
        "sign_on_time": clock("sign"),
        "solution": (len(solved), len(rated)),
        "satisfaction": (sum(case.satisfaction in "345" for case in rated), len(rated)),
        "first_solution": (sum(case.reworks == 0 for case in solved), len(rated)),
        "on_time": (sum(in_time(s) for s in replies), len(replies)),
        "close_rate": (sum(case.closed_at is not None for case in due), len(due)),
        "close_on_time": (
            sum(case.closed_at is not None and case.replied_at <= case.finish_due_at for case in due),  # type: ignore[operator]
            len(due),
        ),
        "establish_rate": (sum(case.dispatched_at is not None for case in found_here), len(found_here)),
        "reach": (
            len(rated),
            sum(within(c.closed_at) and c.reply_wanted and not c.is_anonymous and c.state != "answered" for c in own),
        ),
        "rework_rate": (
            sum(s.target == "handling" and s.step in {"check_fail", "call_back", "reopen"} for s in own_steps),
            len(replies),
        ),
        "return_rate": (
            sum(s.step == "send_back" and within(s.at) and returner(s) in offices for s in steps),
            len(dispatches),
        ),
        "redispatch_rate": (sum(not first_dispatch(s) for s in dispatches), len(dispatches)),
        "repeat_rate": (
            sum(case.root_id is not None and within(case.created_at) and answerer(case) in offices for case in cases),
            len(dispatches),
        ),
        "extension_rate": (0, len(dispatches)),
        "suspend_rate": (0, len(dispatches)),
        "supervised": (sum(s.step == "supervise" for s in own_steps), None),
        "demand": (len(here), None),
        "volume": (len(dispatches), None),
    }
    return calculated[code]


COUNTED = [code for code in CODES if not code.startswith("whistle")]


def test_every_figure_is_what_the_raw_rows_say(month: Period, town: Town) -> None:
    start, _ = bounds(month.month)
    _, end = bounds(month.last_on)
    wrong = {}
    for who in ("street", "housing", "other_street"):
        unit = town.unit(who)
        place = unit.path if unit.group in {"street", "township"} else "-"
        inside = (o for o in town.offices.values() if o.level in {"street", "community"})
        offices = {o.pk for o in inside if o.path.startswith(unit.path)}
        if who == "housing":
            offices = {town.offices["housing"].pk}
        for code in COUNTED:
            figure = Figure.objects.get(period=month, unit=unit, definition__code=code)
            numerator, denominator = raw(code, offices, place, (start, end))
            share = None if denominator == 0 else numerator / denominator if denominator else numerator
            if (figure.numerator, figure.denominator, figure.value) != (numerator, denominator, share):
                wrong[who, code] = (figure.numerator, figure.denominator), (numerator, denominator)
    assert wrong == {}


def test_every_drill_holds_as_many_rows_as_its_figure_says(month: Period, town: Town) -> None:
    wrong = {}
    for figure in Figure.objects.filter(period=month).select_related("definition", "unit"):
        top, bottom = defining.measures(figure.definition)
        for side, terms, said in (("numerator", top, figure.numerator), ("denominator", bottom, figure.denominator)):
            rows = sum(corrections.counted_cases(month, figure.unit_id, one.key).total() for one, _ in terms)
            if rows != (said or 0):
                wrong[figure.unit.name, figure.definition.code, side] = (rows, said)
    assert wrong == {}


def test_the_story_counts_something_for_nearly_every_indicator(month: Period, town: Town) -> None:
    """Otherwise the equalities above would hold of nothing."""
    counted = set(
        Figure.objects.filter(period=month, numerator__gt=0).values_list("definition__code", flat=True).distinct()
    )
    assert set(COUNTED) - counted == {"extension_rate", "suspend_rate"}


def test_an_indicator_without_its_facts_is_not_counted(month: Period) -> None:
    Definition.objects.filter(code="whistle_response").update(numerator=[["nobody.counts", "1"]])
    assert not defining.countable(Definition.objects.get(code="whistle_response"))


def test_units_are_streets_departments_and_enterprises_each_in_their_group(month: Period, town: Town) -> None:
    groups = dict(Unit.objects.filter(path__startswith=DISTRICT).values_list("name", "group"))
    assert groups == {"少先路街道办事处": "street", "沼潭街道办事处": "street", "区住建局": "department"}


def test_the_daily_facts_agree_with_the_frozen_figures(month: Period, town: Town) -> None:
    for offset in range((month.last_on - month.month).days + 1):
        rebuild(day=month.month + timedelta(days=offset))
    housing = town.offices["housing"].pk
    for code, indicator in (
        ("solution", "cases.solution"),
        ("response", "cases.response"),
        ("on_time", "cases.on_time"),
    ):
        figure = Figure.objects.get(period=month, unit=town.unit("housing"), definition__code=code)
        ratio = value(indicator, from_on=month.month, to_on=month.last_on, path=DISTRICT, office_id=housing)
        assert (ratio.numerator, ratio.denominator) == (figure.numerator, figure.denominator)
