"""How figures and results look: shares, intervals, gains and losses, links to what stands behind them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wangge.assessment.models import Figure, Period, SchemeItem, Score
from wangge.assessment.queries import Change
from wangge.assessment.scoring import plain
from wangge.assessment.statistics import wilson
from wangge.kernel.facts.registry import Unit as ReadAs
from wangge.kernel.listing.html import badge, icon
from wangge.whistle.enums import OFFICE_CLOCKS, ClockName

NONE: Final = SafeString('<span class="text-secondary">—</span>')
STATE_TONES: Final = {"open": "info", "closing": "warn", "frozen": "hold", "published": "ok"}
APPEAL_TONES: Final = {"submitted": "warn", "accepted": "ok", "refused": "danger", "withdrawn": "neutral"}
RECTIFICATION_TONES: Final = {
    "proposed": "warn", "active": "danger", "leaving": "info", "left": "ok", "declined": "neutral",
}  # fmt: skip


def value(figure: Figure | None) -> str:
    """93.5%, 12.3, 7; — when there is nothing to divide by."""
    if figure is None or figure.value is None:
        return "—"
    if figure.definition.reading == ReadAs.PERCENT.value:
        return f"{figure.value:.1%}"
    return plain(figure.numerator) if figure.denominator is None else f"{figure.value:.1f}"


def is_small(figure: Figure) -> bool:
    """Too few to say much."""
    return figure.denominator is not None and 0 < figure.denominator < figure.definition.minimum


def interval(figure: Figure) -> str:
    """The 95 % interval of a share of few: 30.1%–95.4%."""
    if figure.denominator is None or not figure.denominator or figure.definition.reading != ReadAs.PERCENT.value:
        return ""
    low, high = wilson(float(figure.numerator), float(figure.denominator))
    return f"{low:.1%}–{high:.1%}"


def band(score: Score) -> str:
    """The 95 % interval of the share that a unit's sample is taken from."""
    return "" if score.low is None or score.high is None else f"{score.low:.1%}–{score.high:.1%}"


def span(item: SchemeItem, reading: str) -> str:
    """Where an item's points begin and end, as its indicator is read: 5%–30%, 1.5–3; nothing for other shapes."""
    if item.low is None or item.high is None:
        return ""
    if reading == ReadAs.PERCENT.value:
        return f"{plain(item.low * 100)}%–{plain(item.high * 100)}%"
    return f"{plain(item.low)}–{plain(item.high)}"


def number(amount: Decimal | None) -> str:
    return "" if amount is None else plain(amount)


def drill_url(period: Period, unit_id: int, code: str, side: str) -> str:
    """The cases behind a numerator or denominator."""
    return reverse("assessment_drill", args=[period.pk, unit_id, code, side])


def unit_url(period: Period, unit_id: int) -> str:
    return reverse("assessment_unit", args=[period.pk, unit_id])


def place_cell(score: Score) -> SafeString:
    """The place, or why there is none."""
    if score.place is not None:
        listed = {"red": badge("红榜", "danger"), "black": badge("黑榜", "neutral")}.get(score.on_list, SafeString(""))
        return format_html('<strong class="as-place">{}</strong> {}', score.place, listed)
    if score.total is None:
        return badge("无工单", "neutral")
    return badge("不排名", "hold")


def change_cell(change: Change | None) -> SafeString:
    """▲ 1.20 with the places gained; — without an earlier result."""
    if change is None or change.total is None:
        return NONE
    tone = "ok" if change.total > 0 else "danger" if change.total < 0 else "neutral"
    sign = "arrow-up" if change.total > 0 else "arrow-down" if change.total < 0 else "minus"
    places = ""
    if change.places:
        places = f"（{'升' if change.places > 0 else '降'}{abs(change.places)}位）"
    return format_html(
        '<span class="as-change wg-tone-{}">{}{:}</span>{}', tone, icon(sign), f"{abs(change.total):.2f}", places
    )


def share_cell(figure: Figure | None) -> SafeString:
    """The share with its counts below; few are marked."""
    if figure is None or figure.value is None:
        return NONE
    small = ""
    if is_small(figure):
        small = format_html(' <span title="样本少，95%区间{}">{}</span>', interval(figure), badge("样本少", "hold"))
    counts = f"{number(figure.numerator)}/{number(figure.denominator)}" if figure.denominator is not None else ""
    return format_html(
        '<span class="as-share">{}</span>{} <small class="text-secondary">{}</small>',
        value(figure),
        small,
        counts,
    )


def period_badge(period: Period) -> SafeString:
    return badge(period.get_state_display(), STATE_TONES[period.state])


def as_points(text: Any) -> Decimal:
    return Decimal(str(text))


def late_limits(clocks: Iterable[Any]) -> str:
    """The limits of a summons that were missed: 到场、反馈; empty when none was."""
    missed = dict.fromkeys(one.name for one in clocks if one.outcome == "late" and one.name in OFFICE_CLOCKS)
    return "、".join(str(ClockName(name).label) for name in missed)
