"""What may be said of the figures, and what may not."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from django.utils import timezone
from tests.cases.conftest import World
from tests.insight.governance.conftest import built, complaints, proposed, running

from wangge.insight.governance import effect
from wangge.insight.governance.enums import Verdict

START = date(2026, 3, 1)
FRAME = (56, 56)


def verdict(before: int, after: int, other: tuple[int, int] | None, phi: float = 1.0) -> str:
    return effect.compare(before, after, other, FRAME, phi=phi, there="别处").verdict


def test_a_fall_beyond_chance_is_a_fall() -> None:
    found = effect.compare(200, 100, (400, 400), FRAME, there="别处")
    assert found.verdict == Verdict.FELL
    assert found.change is not None
    assert round(found.change, 2) == -0.5
    assert found.words == "与别处相比，诉求下降50%，95%区间降62%至降34%，不像是偶然。"


def test_a_fall_everywhere_is_no_effect() -> None:
    assert verdict(200, 100, (400, 200)) == Verdict.SAME


def test_a_rise_is_told() -> None:
    assert verdict(200, 260, (400, 300)) == Verdict.ROSE


def test_few_cases_say_nothing() -> None:
    assert verdict(19, 3, (400, 400)) == Verdict.FEW
    assert verdict(200, 100, (10, 10)) == Verdict.FEW


def test_bunches_widen_the_interval() -> None:
    assert verdict(200, 150, (800, 800)) == Verdict.FELL
    assert verdict(200, 150, (800, 800), phi=4.0) == Verdict.SAME


def test_without_comparison_the_words_say_so() -> None:
    assert "没有可比对象" in effect.compare(200, 100, None, FRAME).words


def test_nothing_afterwards_is_no_error() -> None:
    assert verdict(200, 0, (400, 400)) == Verdict.FELL


def test_where_nothing_changed_a_change_is_claimed_in_one_of_twenty() -> None:
    """The interval keeps its promise on complaints that come as chance has it."""
    random = Random(7)

    def poisson(mean: int) -> int:
        return sum(random.random() < mean / 1000 for _ in range(1000))

    claimed = 0
    for _ in range(400):
        found = verdict(poisson(120), poisson(120), (poisson(300), poisson(300)))
        claimed += found in {Verdict.FELL, Verdict.ROSE}
    assert claimed <= 400 * 0.08


def test_dispersion_is_one_for_even_weeks_and_more_for_bunches() -> None:
    days = {START + timedelta(days=n): 5 for n in range(56)}
    assert effect.dispersion(days, START, START + timedelta(days=55)) == 1.0
    bunched = {START + timedelta(days=n): 40 if n % 14 == 0 else 0 for n in range(56)}
    assert effect.dispersion(bunched, START, START + timedelta(days=55)) > 10


def test_a_task_that_has_not_begun_has_no_effect_yet(town: World) -> None:
    assert effect.measure(proposed(town), today=timezone.localdate()).verdict == Verdict.EARLY


def test_the_street_is_compared_with_the_rest_of_its_district(town: World) -> None:
    task = running(town)
    start = timezone.localdate() - timedelta(days=60)
    built(start - timedelta(days=56), 116)
    complaints(start - timedelta(days=56), 56, 4)
    complaints(start, 56, 1)
    complaints(start - timedelta(days=56), 112, 5, path="150203002001")
    found = effect.measure(task, today=timezone.localdate())
    assert (found.before, found.after, found.there_before, found.there_after) == (224, 56, 280, 280)
    assert found.verdict == Verdict.FELL
    assert found.there == "同一上级其他地方的同类诉求"
    assert found.change is not None
    assert round(found.change, 2) == -0.75


def test_other_kinds_and_places_do_not_count(town: World) -> None:
    task = running(town)
    start = timezone.localdate() - timedelta(days=60)
    built(start - timedelta(days=56), 116)
    complaints(start - timedelta(days=56), 56, 4)
    complaints(start - timedelta(days=56), 112, 9, kind="0102")
    found = effect.measure(task, today=timezone.localdate())
    assert (found.before, found.after) == (224, 0)


def test_days_never_counted_are_no_days_without_complaints(town: World) -> None:
    """The installation is younger than the window before: only the days with figures make the rate."""
    task = running(town)
    start = timezone.localdate() - timedelta(days=60)
    built(start - timedelta(days=20), 20)
    built(start, 60)
    complaints(start - timedelta(days=20), 20, 4)
    complaints(start, 56, 4)
    complaints(start - timedelta(days=20), 76, 5, path="150203002001")
    found = effect.measure(task, today=timezone.localdate())
    assert found.verdict == Verdict.SAME
    assert found.change is not None
    assert abs(found.change) < 0.02


def test_without_a_base_nothing_is_said(town: World) -> None:
    task = running(town)
    start = timezone.localdate() - timedelta(days=60)
    built(start - timedelta(days=5), 65)
    complaints(start - timedelta(days=5), 65, 9)
    found = effect.measure(task, today=timezone.localdate())
    assert (found.verdict, found.words) == (Verdict.FEW, effect.SHORT_BASE)


def test_what_is_kept_is_plain(town: World) -> None:
    import json

    kept = effect.measure(running(town), today=timezone.localdate()).kept()
    assert json.loads(json.dumps(kept)) == kept
