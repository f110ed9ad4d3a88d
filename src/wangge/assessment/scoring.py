"""From figures to points, with every step in words that a clerk can follow. Pure: no database.

Full marks of the lines make the whole (100 by default). A line without data is not counted, and its marks are spread
over the others in proportion; deductions and bonuses come on top and spread nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Protocol

from wangge.assessment.enums import Direction, Shape

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal(0)
ON_TOP: Final = frozenset({Shape.DEDUCT, Shape.BONUS})


class Item(Protocol):
    """A line of a scheme."""

    indicator: str
    shape: str
    weight: Decimal
    low: Decimal | None
    high: Decimal | None
    step: Decimal | None
    free: int
    floor: Decimal


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure with what is needed to read it."""

    label: str
    numerator: Decimal
    denominator: Decimal | None
    better: str = Direction.HIGH
    percent: bool = True

    @property
    def value(self) -> Decimal | None:
        if self.denominator is None:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None

    def words(self) -> str:
        """47 ÷ 50 = 94.00%, or 3 次."""
        if self.denominator is None:
            return f"{plain(self.numerator)}"
        value = self.value
        said = "无数据" if value is None else f"{value:.2%}" if self.percent else f"{value:.2f}"
        return f"{plain(self.numerator)} ÷ {plain(self.denominator)} = {said}"


@dataclass(frozen=True, slots=True)
class Line:
    """One step of an explanation, as it is kept in ``Score.steps``. Marks as text, so that no cent is lost."""

    indicator: str
    label: str
    shape: str
    weight: str
    effective: str
    reading: str
    counted: bool
    points: str
    words: str


def plain(number: Decimal) -> str:
    """Without trailing zeros: 47, 12.8."""
    return f"{number.normalize():f}" if number else "0"


def cents(number: Decimal) -> Decimal:
    return number.quantize(CENT, ROUND_HALF_UP)


def reckon(items: Sequence[Item], figures: Mapping[str, Reading]) -> tuple[Decimal | None, list[Line]]:
    """The whole and its lines; no whole when no line has data."""
    base = [item for item in items if item.shape not in ON_TOP]
    full = sum((item.weight for item in base), ZERO)
    counted = [item for item in base if _value(figures, item) is not None]
    present = sum((item.weight for item in counted), ZERO)
    lines = []
    total = ZERO
    for item in items:
        reading = figures.get(item.indicator)
        if item.shape in ON_TOP:
            points, line = _on_top(item, reading)
        elif reading is None or reading.value is None:
            points, line = ZERO, _absent(item, reading)
        else:
            points, line = _marked(item, reading, item.weight * full / present)
        total += points
        lines.append(line)
    return (cents(max(ZERO, total)) if counted else None), lines


def _value(figures: Mapping[str, Reading], item: Item) -> Decimal | None:
    reading = figures.get(item.indicator)
    return None if reading is None else reading.value


def _absent(item: Item, reading: Reading | None) -> Line:
    label = reading.label if reading else item.indicator
    why = "本月没有可计算的工单" if reading else "本地未启用这项数据"
    words = f"{why}，不计；原{plain(item.weight)}分按比例分摊给其他项。"
    return _line(item, label, ZERO, reading.words() if reading else "无数据", False, ZERO, words)


def _marked(item: Item, reading: Reading, effective: Decimal) -> tuple[Decimal, Line]:
    value = reading.value
    assert value is not None
    share, how = _share(item, reading, value)
    points = cents(max(effective * share, item.floor))
    spread = "" if effective == item.weight else f"（原{plain(item.weight)}分，分摊后）"
    floored = f"，低于保底，按保底{plain(item.floor)}分计" if points > cents(effective * share) else ""
    words = f"{reading.words()}；{how}；{cents(effective)}分{spread} × {share:.2%} = {points}分{floored}。"
    return points, _line(item, reading.label, effective, reading.words(), True, points, words)


def _share(item: Item, reading: Reading, value: Decimal) -> tuple[Decimal, str]:
    """Which part of the marks, and how it was found."""
    low_is_good = reading.better == Direction.LOW
    if item.shape == Shape.SHARE:
        if low_is_good:
            return _within(1 - value), "越低越好，按（1－比率）得分"
        return _within(value), "按比率得分"
    assert item.low is not None
    assert item.high is not None
    low, high = item.low, item.high
    if item.shape == Shape.BAND:
        return _band(low, high, value)
    if low_is_good:
        return _within((high - value) / (high - low)), f"不高于{low:.0%}得满分，{high:.0%}及以上不得分，中间按比例"
    return _within((value - low) / (high - low)), f"{high:.0%}及以上得满分，不高于{low:.0%}不得分，中间按比例"


def _band(low: Decimal, high: Decimal, value: Decimal) -> tuple[Decimal, str]:
    said = f"在{low:.0%}至{high:.0%}之间得满分"
    if value < low:
        return _within(value / low), f"{said}，低于下限按比例"
    if value > high:
        return _within(1 - (value - high) / high), f"{said}，超过上限按比例递减"
    return Decimal(1), said


def _within(share: Decimal) -> Decimal:
    return min(Decimal(1), max(ZERO, share))


def _on_top(item: Item, reading: Reading | None) -> tuple[Decimal, Line]:
    if reading is None:
        words = "本地未启用这项数据，不扣不加。"
        return ZERO, _line(item, item.indicator, ZERO, "无数据", False, ZERO, words)
    step = item.step or ZERO
    times = max(ZERO, reading.numerator - item.free)
    amount = min(cents(times * step), item.weight)
    minus = item.shape == Shape.DEDUCT
    verb = "扣" if minus else "加"
    free = f"，免计{item.free}次" if item.free else ""
    capped = "，已到上限" if times * step > item.weight else ""
    words = (
        f"{plain(reading.numerator)}次{free}，每次{verb}{plain(step)}分，最多{verb}{plain(item.weight)}分："
        f"{verb}{amount}分{capped}。"
    )
    points = -amount if minus else amount
    return points, _line(item, reading.label, item.weight, plain(reading.numerator), True, points, words)


def _line(  # noqa: PLR0917 - in the order of the sentence
    item: Item, label: str, effective: Decimal, reading: str, counted: bool, points: Decimal, words: str
) -> Line:
    return Line(
        item.indicator,
        label,
        str(item.shape),
        plain(item.weight),
        str(cents(effective)),
        reading,
        counted,
        str(points),
        words,
    )


def as_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [asdict(line) for line in lines]
