"""Every indicator: numerator ÷ denominator recomputed from the raw rows equals the figure, and so does its drill."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from tests.assessment.conftest import Town
from tests.cases.conftest import DISTRICT, STREET

from wangge.assessment import actions, corrections, defining, measuring
from wangge.assessment.models import Definition, Figure, Period, Unit
from wangge.assessment.verifying import differences
from wangge.cases.models import Case, CaseClock, CaseTransition
from wangge.kernel.facts import registry
from wangge.kernel.facts.actions import rebuild
from wangge.kernel.facts.days import bounds
from wangge.kernel.facts.indicators import value
from wangge.whistle.models import Judgement, Rating, Summons, SummonsClock, SummonsTransition, Whistle

pytestmark = pytest.mark.usefixtures("told")

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
    # A return that was granted or refused, and a link, end clocks that nobody met or missed.
    ended = {(s.subject_id, s.at) for s in steps if s.step in {"accept_return", "uphold", "link"}}
    stopped = [c for c in clocks if within(c.stopped_at) and (c.case_id, c.stopped_at) not in ended]
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


def of_whistles(fact: str, offices: set[int], window: tuple[object, object]) -> int:
    """What a fact of whistles comes to for some offices, by hand, row by row in Python."""
    start, end = window

    def within(at: object) -> bool:
        return at is not None and start <= at < end  # type: ignore[operator]

    summonses = [one for one in Summons.objects.all() if one.office_id in offices]
    blown = [one for one in Whistle.objects.all() if one.office_id in offices]
    clocks = [
        clock
        for clock in SummonsClock.objects.select_related("summons")
        if clock.summons in summonses and clock.summons.state != "released" and within(clock.stopped_at)
    ]
    steps = [one for one in SummonsTransition.objects.all() if one.subject in summonses and within(one.at)]
    decisions = [one for one in SummonsTransition.objects.all() if one.office_id in offices and within(one.at)]
    if fact == "whistle.decided_on_time":
        return sum(one.data.get("on_time") is True for one in decisions)
    ratings = [one for one in Rating.objects.all() if one.summons in summonses and within(one.at) and not one.set_aside]
    judgements = [one for one in Judgement.objects.all() if one.whistle in blown and within(one.at)]
    ends = {"signed": "sign", "arrived": "arrive", "reported": "report"}
    name, _, on_time = fact.removeprefix("whistle.").partition("_on_time")
    if name in ends:
        named = [clock for clock in clocks if clock.name == ends[name]]
        in_time = fact.endswith("_on_time")
        return sum(clock.outcome == "on_time" for clock in named) if in_time else len(named)
    del on_time
    found = {
        "blown": sum(within(one.blown_at) for one in blown),
        "closed": sum(within(one.closed_at) and one.state == "closed" for one in blown),
        "running": sum(one.closed_at is None or one.closed_at >= end for one in blown),  # type: ignore[operator]
        "summoned": sum(within(one.summoned_at) for one in summonses),
        "checked": sum(one.step == "check" for one in steps),
        "returned": sum(one.step == "check" and one.target == "handling" for one in steps),
        "objected": sum(one.step == "object_to" for one in steps),
        "decided": sum("on_time" in one.data for one in decisions),
        "judged": len(judgements),
        "judged_proper": sum(one.verdict != "improper" for one in judgements),
        "rated": len(ratings),
        "score": sum(int(one.total.quantize(Decimal(1), ROUND_HALF_UP)) for one in ratings),
    }
    return found[name]


COUNTED = [code for code in CODES if not code.startswith("whistle")]
WHISTLED = [found for found in registry.indicators() if found.code.startswith("whistle.")]


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


def test_every_figure_of_whistles_is_what_the_single_rows_say(month: Period, town: Town) -> None:
    """The shipped indicators, and one for each indicator that the whistles themselves declare."""
    for found in WHISTLED:
        Definition.objects.create(
            code=f"own_{found.code[8:]}", label=found.label, family="吹哨", meaning=found.help or found.label,
            numerator=[[fact, "1"] for fact in found.numerator],
            denominator=[[fact, "1"] for fact in found.denominator],
            reading=found.unit.value, valid_from=date(2000, 1, 1),
        )  # fmt: skip
    actions.refresh(period=month)
    month.refresh_from_db()
    window = (bounds(month.month)[0], bounds(month.last_on)[1])
    wrong, counted = {}, set()
    street = {o.pk for o in town.offices.values() if o.level in {"street", "community"} and o.path.startswith(STREET)}
    for who, offices in (("street", street), ("housing", {town.offices["housing"].pk}), ("other_street", set())):
        figures = Figure.objects.filter(period=month, round=month.round, unit=town.unit(who)).select_related(
            "definition"
        )
        for figure in (one for one in figures if "whistle." in str(one.definition.numerator)):
            for side in ("numerator", "denominator"):
                said, by_hand, by_trace = getattr(figure, side), Decimal(0), Decimal(0)
                for fact, times in getattr(figure.definition, side):
                    if not fact.startswith("whistle."):
                        break
                    measure = defining.measure(figure.definition, fact)
                    subject = measuring.subject_of(month, measure)
                    assert subject in {"summons", "whistle"}, fact
                    worth = corrections.counted_rows(month, figure.unit_id, measure.key, subject)[1].total()
                    by_trace += Decimal(times) * worth
                    by_hand += Decimal(times) * of_whistles(fact, offices, window)
                    counted |= {fact} if worth else set()
                else:
                    if not (said or Decimal(0)) == by_hand == by_trace:
                        wrong[who, figure.definition.code, side] = (said, by_hand, by_trace)
    assert wrong == {}
    # Objections are decided by the command centre, which is no unit of the month.
    units_own = (found for found in WHISTLED if found.code != "whistle.decide_on_time")
    assert counted == {fact for found in units_own for fact in found.facts}
    assert differences(month) == []


def test_every_drill_holds_as_many_rows_as_its_figure_says(month: Period, town: Town) -> None:
    wrong = {}
    for figure in Figure.objects.filter(period=month).select_related("definition", "unit"):
        top, bottom = defining.measures(figure.definition)
        for side, terms, said in (("numerator", top, figure.numerator), ("denominator", bottom, figure.denominator)):
            rows = sum(
                Decimal(times) * corrections.counted_rows(month, figure.unit_id, one.key, subject)[1].total()
                for one, times in terms
                if (subject := measuring.subject_of(month, one)) is not None
            )
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
