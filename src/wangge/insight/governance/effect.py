"""What complaints did after the measures, beside what they did in comparable places.

Counts per counted day before (the 56 days before the start) and after (from the day the measures were done, or from
the start while they run, at most 56 days), here and in the comparison. The ratio of the two ratios,

    effect = (after ÷ before) here ÷ (after ÷ before) there,

takes the season and the town's mood out as far as the comparison shares them. Its logarithm has the variance
φ · (1/a + 1/b + 1/c + 1/d) for counts with dispersion φ (estimated from the weeks before; at least 1, which is
Poisson); the interval is that of 95 %. Where there is no comparable place, the same days of the year before are taken;
where these were not counted either, before and after stand alone, and the words say so.

This shows what happened after, not that the measures did it: places are not drawn by lot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from math import exp, log, sqrt
from typing import Any, Final

from django.db import connection

from wangge.insight.governance.enums import Verdict
from wangge.insight.governance.models import GovernanceTask
from wangge.insight.topics.models import TopicMember
from wangge.kernel.facts.models import FactBuilt
from wangge.territory.enums import CODE_LENGTHS

WINDOW: Final = timedelta(days=56)
# Fewer days after, or fewer cases before, and nothing can be said.
FEW_DAYS: Final = 14
SHORT_BASE: Final = "实施前有统计的不足14天，没有可比的基线，看不出成效，请看清单里的事办没办成。"
SHORT_AFTER: Final = "实施后有统计的不足14天，还看不出成效，请看清单里的事办没办成。"
FEW_CASES: Final = 20
Z: Final = 1.96
FILED: Final = "cases.filed"
LONGEST: Final = 12

Days = dict[date, int]
# Before from and to, after from and to.
Frame = tuple[date, date, date, date]


@dataclass(frozen=True, slots=True)
class Effect:
    """The measurement. ``change`` is a share (−0.4: 40 % less), ``low`` and ``high`` its interval."""

    verdict: str
    words: str
    before_from: date
    before_to: date
    after_from: date
    after_to: date | None
    before: int
    after: int
    there: str = ""
    there_before: int = 0
    there_after: int = 0
    change: float | None = None
    low: float | None = None
    high: float | None = None

    def kept(self) -> dict[str, Any]:
        """As plain values, to be frozen with the task."""
        return {
            name: value.isoformat()
            if isinstance(value, date)
            else round(value, 4)
            if isinstance(value, float)
            else value
            for name, value in asdict(self).items()
        }


def measure(task: GovernanceTask, *, today: date) -> Effect:
    """The effect as known at the end of yesterday."""
    start = task.started_on or today
    before_from, before_to = start - WINDOW, start - timedelta(days=1)
    after_from = task.done_on or start
    after_to = min(today - timedelta(days=1), after_from + WINDOW - timedelta(days=1))
    days = counts(task, before_from, max(after_to, before_to))
    before = _sum(days, before_from, before_to)
    if task.started_on is None or (after_to - after_from).days + 1 < FEW_DAYS:
        after = _sum(days, after_from, after_to) if task.started_on else 0
        words = "批准实施后开始统计。" if task.started_on is None else f"实施后不足{FEW_DAYS}天，暂不评价。"
        known = after_to if task.started_on and after_to >= after_from else None
        return Effect(Verdict.EARLY, words, before_from, before_to, after_from, known, before, after)
    after = _sum(days, after_from, after_to)
    frame = (before_from, before_to, after_from, after_to)
    # Days that were never counted are no days without complaints.
    counted = counted_days(before_from, before_to), counted_days(after_from, after_to)
    if min(counted) < FEW_DAYS:
        return Effect(Verdict.FEW, SHORT_BASE if counted[0] < FEW_DAYS else SHORT_AFTER, *frame, before, after)
    there, other, other_days = comparison(task, frame, counted)
    phi = dispersion(days, before_from, before_to)
    found = compare(before, after, other, counted, other_days=other_days, phi=phi, there=there)
    return Effect(
        found.verdict,
        found.words,
        *frame,
        before,
        after,
        there,
        *(other or (0, 0)),
        found.change,
        found.low,
        found.high,
    )


@dataclass(frozen=True, slots=True)
class Compared:
    verdict: str
    words: str
    change: float | None = None
    low: float | None = None
    high: float | None = None


def compare(
    before: int,
    after: int,
    other: tuple[int, int] | None,
    days: tuple[int, int],
    *,
    other_days: tuple[int, int] | None = None,
    phi: float = 1.0,
    there: str = "",
) -> Compared:
    """The effect of the counts over so many ``days`` before and after, in words a leader can rely on.

    ``other_days``: over how many days the comparison was counted, where these are not the same.
    """
    if before < FEW_CASES or (other is not None and min(other) < FEW_CASES):
        where = "" if before < FEW_CASES else "可比对象"
        return Compared(Verdict.FEW, f"{where}件数太少（不足{FEW_CASES}件），看不出成效，请看清单里的事办没办成。")
    before_days, after_days = days
    # Half a case keeps the logarithm finite when nothing came afterwards.
    effect = log((after + 0.5) / after_days) - log(before / before_days)
    variance = 1 / (after + 0.5) + 1 / before
    if other is not None:
        there_before, there_after = other_days or days
        effect -= log(other[1] / there_after) - log(other[0] / there_before)
        variance += 1 / other[0] + 1 / other[1]
    half = Z * sqrt(variance * max(phi, 1.0))
    change, low, high = (exp(x) - 1 for x in (effect, effect - half, effect + half))
    beside = f"与{there}相比，" if other is not None else ""
    alone = "" if other is not None else "（没有可比对象，季节等影响没有排除）"
    between = f"95%区间{_percent(low)}至{_percent(high)}"
    if high < 0:
        words = f"{beside}诉求下降{-change:.0%}，{between}，不像是偶然{alone}。"
        return Compared(Verdict.FELL, words, change, low, high)
    if low > 0:
        return Compared(Verdict.ROSE, f"{beside}诉求不降反升{change:.0%}，{between}{alone}。", change, low, high)
    word = "下降" if change < 0 else "上升"
    words = f"{beside}诉求{word}{abs(change):.0%}，但在随机波动以内（{between}），还不能说有成效{alone}。"
    return Compared(Verdict.SAME, words, change, low, high)


def _percent(share: float) -> str:
    return f"{'降' if share < 0 else '升'}{abs(share):.0%}"


def dispersion(days: Days, first: date, last: date) -> float:
    """Variance over mean of the whole weeks: complaints come in bunches, more than chance alone would have it."""
    weeks: list[int] = []
    # Weeks before the first case of the window are taken as not yet counted.
    at = max(first, min(days, default=first))
    while at + timedelta(days=6) <= last:
        weeks.append(_sum(days, at, at + timedelta(days=6)))
        at += timedelta(days=7)
    mean = sum(weeks) / len(weeks) if weeks else 0
    if len(weeks) < 4 or mean == 0:
        return 1.0
    return max(1.0, sum((week - mean) ** 2 for week in weeks) / (len(weeks) - 1) / mean)


# -- counting ------------------------------------------------------------------------------------


def counts(task: GovernanceTask, first: date, last: date) -> Days:
    """Cases of the task by day: the topic's members, or the kind's filed cases at the place."""
    if task.topic_id is not None:
        rows = TopicMember.objects.filter(topic_id=task.topic_id, on__range=(first, last)).values_list("on", flat=True)
        found: Days = {}
        for on in rows:
            found[on] = found.get(on, 0) + 1
        return found
    return _filed(_kind(task), [task.path[:LONGEST]], first, last)


def comparison(
    task: GovernanceTask, frame: Frame, counted: tuple[int, int]
) -> tuple[str, tuple[int, int] | None, tuple[int, int]]:
    """What to compare with, in words, its counts before and after and over how many counted days each.

    No counts where there is nothing comparable. ``counted``: the days on which the task's own cases were counted.
    """
    kind = _kind(task)
    if not kind:
        return "", None, counted
    own = task.path[:LONGEST]
    above = next((own[:n] for n in reversed(CODE_LENGTHS) if n < len(own)), "")
    if above:
        whole = _filed(kind, [above], frame[0], frame[3])
        here = _filed(kind, [own], frame[0], frame[3])
        rest = {day: number - here.get(day, 0) for day, number in whole.items()}
        pair = _sum(rest, frame[0], frame[1]), _sum(rest, frame[2], frame[3])
        if min(pair) > 0:
            return "同一上级其他地方的同类诉求", pair, counted
    year = timedelta(days=364)
    then = [day - year for day in frame]
    if counted_days(then[0], then[3]) >= (then[3] - then[0]).days:
        past = _filed(kind, [own], then[0], then[3])
        pair = _sum(past, then[0], then[1]), _sum(past, then[2], then[3])
        if min(pair) > 0:
            return "去年同期", pair, (counted_days(then[0], then[1]), counted_days(then[2], then[3]))
    return "", None, counted


def counted_days(first: date, last: date) -> int:
    """How many of the days have figures at all."""
    return FactBuilt.objects.filter(fact=FILED, day__range=(first, last)).count()


def _kind(task: GovernanceTask) -> str:
    if task.kind is not None:
        return str(task.kind.code)
    return str(task.topic.kind.code) if task.topic is not None and task.topic.kind is not None else ""


def _filed(kind: str, paths: Iterable[str], first: date, last: date) -> Days:
    """Filed cases of the kind below the paths by day, from the facts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, sum(value)::bigint FROM facts_dailyfact WHERE fact = %s AND day BETWEEN %s AND %s"
            " AND path ^@ ANY (%s) AND kind_code ^@ %s GROUP BY 1",
            [FILED, first, last, list(paths), kind],
        )
        return dict(cursor.fetchall())


def _sum(days: Days, first: date, last: date) -> int:
    return sum(number for day, number in days.items() if first <= day <= last)
