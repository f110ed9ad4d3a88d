"""What may be said of the figures, and what may not."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from django.utils import timezone
from tests.cases.conftest import STREET, World
from tests.insight.governance.conftest import built, complaints, proposed, running

from wangge.insight.governance import effect
from wangge.insight.governance.enums import Verdict
from wangge.insight.topics.models import Topic, TopicMember

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


def test_the_figures_are_those_of_a_hand() -> None:
    """40 cases in 20 days and 56 in 56 here, 100 in 50 and 84 in 56 there.

    (56.5/56 ÷ 40/20) ÷ (84/56 ÷ 100/50) = 0.50446 ÷ 0.75 = 0.67262; the logarithm −0.39657 ± 1.96 · √(1/56.5 + 1/40
    + 1/100 + 1/84) = −0.39657 ± 0.49818.
    """
    found = effect.compare(40, 56, (100, 84), (20, 56), other_days=(50, 56), there="别处")
    assert found.verdict == Verdict.SAME
    assert found.change is not None
    assert found.low is not None
    assert found.high is not None
    assert [round(one, 3) for one in (found.change, found.low, found.high)] == [-0.327, -0.591, 0.107]
    assert found.words == "与别处相比，诉求下降33%，但在随机波动以内（95%区间降59%至升11%），还不能说有成效。"


def test_a_rise_is_told_with_its_interval() -> None:
    """200 before and 400 after, nothing beside: 400.5/200 = 2.0025; ± 1.96 · √(1/400.5 + 1/200) = ± 0.16976."""
    found = effect.compare(200, 400, None, FRAME)
    assert found.words == "诉求不降反升100%，95%区间升69%至升137%（没有可比对象，季节等影响没有排除）。"


def test_dispersion_by_hand() -> None:
    """Weeks of 10, 20, 10, 20: the mean is 15, the variance 100/3, the quotient 20/9; three weeks say nothing."""
    days = {START + timedelta(days=7 * week): number for week, number in enumerate((10, 20, 10, 20))}
    assert round(effect.dispersion(days, START, START + timedelta(days=27)), 6) == round(20 / 9, 6)
    assert effect.dispersion(days, START, START + timedelta(days=26)) == 1.0
    assert effect.dispersion({}, START, START + timedelta(days=55)) == 1.0


def test_without_a_neighbour_last_year_is_the_comparison_in_its_own_days(town: World) -> None:
    """Counted since four weeks before the start: 112 in 28 days, then 112 in 56; last year 224 and 224 in 56 each.

    (112.5/56 ÷ 112/28) ÷ (224/56 ÷ 224/56) = 0.50223.
    """
    task = running(town, path="150203", office_id=town.offices["command"].pk)
    start = timezone.localdate() - timedelta(days=60)
    year = timedelta(days=364)
    built(start - timedelta(days=28), 88)
    built(start - timedelta(days=56) - year, 116)
    complaints(start - timedelta(days=28), 28, 4)
    complaints(start, 56, 2)
    complaints(start - timedelta(days=56) - year, 112, 4)
    found = effect.measure(task, today=timezone.localdate())
    assert found.there == "去年同期"
    assert (found.before, found.after, found.there_before, found.there_after) == (112, 112, 224, 224)
    assert found.change is not None
    assert round(found.change, 3) == -0.498


def test_last_year_is_no_comparison_where_it_was_not_counted(town: World) -> None:
    task = running(town, path="150203", office_id=town.offices["command"].pk)
    start = timezone.localdate() - timedelta(days=60)
    built(start - timedelta(days=56), 116)
    built(start - timedelta(days=56 + 364), 60)
    complaints(start - timedelta(days=56), 112, 4)
    complaints(start - timedelta(days=56 + 364), 112, 4)
    found = effect.measure(task, today=timezone.localdate())
    assert (found.there, found.there_before, found.there_after) == ("", 0, 0)
    assert "没有可比对象" in found.words


def test_days_after_that_were_not_counted_are_told_apart_from_days_before(town: World) -> None:
    task = running(town)
    start = timezone.localdate() - timedelta(days=60)
    built(start - timedelta(days=56), 60)
    complaints(start - timedelta(days=56), 56, 4)
    found = effect.measure(task, today=timezone.localdate())
    assert (found.verdict, found.words) == (Verdict.FEW, effect.SHORT_AFTER)


def test_two_weeks_must_pass(town: World) -> None:
    """Begun fourteen days ago: the days up to yesterday are fourteen."""
    today = timezone.localdate()
    built(today - timedelta(days=90), 90)
    assert effect.measure(running(town, days_ago=13), today=today).words == "实施后不足14天，暂不评价。"
    assert effect.measure(running(town, days_ago=14), today=today).verdict == Verdict.FEW


def test_after_is_counted_from_the_day_the_measures_were_done(town: World) -> None:
    task = running(town, days_ago=100)
    today = timezone.localdate()
    task.done_on = today - timedelta(days=80)
    complaints(today - timedelta(days=100), 100, 2)
    found = effect.measure(task, today=today)
    assert (found.after_from, found.after_to) == (today - timedelta(days=80), today - timedelta(days=25))
    assert (found.before, found.after) == (0, 112)


def test_a_task_about_a_topic_counts_its_members(town: World) -> None:
    today = timezone.localdate()
    topic = Topic.objects.create(
        name="东门垃圾", path=STREET, kind=town.kinds["rubbish"], first_on=today, last_on=today,
        created_at=timezone.now(), updated_at=timezone.now(),
    )  # fmt: skip
    for ago in (0, 1, 1, 40):
        case = town.file()
        TopicMember.objects.create(topic=topic, case=case, path=case.path, on=today - timedelta(days=ago))
    complaints(today - timedelta(days=9), 10, 30)
    task = proposed(town, topic=topic, kind=None)
    assert effect.counts(task, today - timedelta(days=30), today) == {today: 1, today - timedelta(days=1): 2}
    assert effect.counts(task, today - timedelta(days=40), today - timedelta(days=40)) == {
        today - timedelta(days=40): 1
    }
