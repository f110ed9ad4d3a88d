"""Small pieces of markup, used by columns in Python and by the tags of ``wangge_ui`` in templates.

Tones are meanings, not colours: ``neutral info active warn danger ok hold``. The palette behind them keeps
its order under the common kinds of colour blindness, and a badge always carries words, a chip an icon as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPRITE: Final = "vendor/tabler-icons-3.51.0/sprite.svg"
TONES: Final = frozenset({"neutral", "info", "active", "warn", "danger", "ok", "hold"})


def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite (names in ``scripts/icons.txt``), decorative for screen readers."""
    return format_html(
        '<svg class="wg-icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static(SPRITE),
        name,
    )


def badge(label: object, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """A state or a kind as a badge; an unknown tone shows neutral."""
    return format_html(
        '<span class="wg-badge wg-tone-{}">{}{}</span>',
        tone if tone in TONES else "neutral",
        icon(icon_name) if icon_name else "",
        label,
    )


def figure(number: float | str | None) -> str:
    """A count with a comma every three digits (the locale's own grouping is four, which nobody writes in tables)."""
    return f"{number:,}" if isinstance(number, int | float) else str(number or "")


def duration(span: timedelta) -> str:
    """A span in one rounded unit a person would say: 45 分钟, 3 小时, 2 天 (from 48 hours on)."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes < 1:
        return "不足 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    if minutes < 48 * 60:
        return f"{minutes // 60} 小时"
    return f"{minutes // (24 * 60)} 天"


def moment(at: datetime | None, now: datetime | None = None) -> str:
    """An instant in local time, the shorter the nearer: 今天 09:30, 昨天 09:30, 5月3日 09:30, 2024-05-03 09:30."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    today = timezone.localtime(now or timezone.now()).date()
    if local.date() == today:
        return f"今天 {local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        return f"昨天 {local:%H:%M}"
    if local.date() == today + timedelta(days=1):
        return f"明天 {local:%H:%M}"
    if local.year == today.year:
        return f"{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"


def due_chip(
    due_at: datetime | None,
    *,
    warn_at: datetime | None = None,
    paused_at: datetime | None = None,
    stopped_at: datetime | None = None,
    label: str = "",
    now: datetime | None = None,
) -> SafeString:
    """How much time is left: 剩 3 小时, 超时 2 天, 已暂停, 按时完成, 超时完成. Empty without a due instant.

    Warns from ``warn_at`` on, or in the last four hours when no such instant is given.
    """
    if not due_at:
        return SafeString("")
    current = now or timezone.now()
    if stopped_at:  # a template passes "" for what is missing
        late = stopped_at > due_at
        tone, text, sign = ("danger", "超时完成", "clock-exclamation") if late else ("ok", "按时完成", "circle-check")
    elif paused_at:
        tone, text, sign = "hold", "已暂停", "clock-pause"
    elif due_at <= current:
        tone, text, sign = "danger", f"超时 {duration(current - due_at)}", "clock-exclamation"
    else:
        warned = current >= (warn_at or due_at - timedelta(hours=4))
        tone, text, sign = ("warn" if warned else "neutral"), f"剩 {duration(due_at - current)}", "clock"
    return format_html(
        '<span class="wg-badge wg-clock wg-tone-{}" title="{}截止 {}">{}{}{}</span>',
        tone,
        label,
        timezone.localtime(due_at).strftime("%Y-%m-%d %H:%M"),
        icon(sign),
        f"{label} " if label else "",
        text,
    )


def clock_chip(clock: Any, label: str = "", now: datetime | None = None) -> SafeString:
    """The chip of a clock row (anything with ``due_at``; ``warn_at``, ``paused_at``, ``stopped_at`` if it has them)."""
    if clock is None:
        return SafeString("")
    return due_chip(
        clock.due_at,
        warn_at=getattr(clock, "warn_at", None),
        paused_at=getattr(clock, "paused_at", None),
        stopped_at=getattr(clock, "stopped_at", None),
        label=label,
        now=now,
    )
