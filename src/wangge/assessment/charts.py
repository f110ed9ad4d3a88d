"""Slides of the review as pictures (16:9). Drawn only where a Chinese font is installed; otherwise it says so."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure as Canvas

FONTS: Final = (
    "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Microsoft YaHei", "SimHei",
    "PingFang SC", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "AR PL UMing CN",
)  # fmt: skip
INK, BLUE, ORANGE, GREEN, RED, GREY = "#1c2733", "#1d4e89", "#e08a00", "#0a8a72", "#b02a12", "#c8d2dc"
LINES: Final = (BLUE, ORANGE, GREEN, RED)
SIZE: Final = (16, 9)
NO_FONT: Final = "服务器没有中文字体，图表没有生成；请安装中文字体（如 fonts-noto-cjk）后重新生成。"
MOST_BARS: Final = 25
LEAST_BARS: Final = 8


def chinese_font() -> str:
    """The first known Chinese font that is installed; empty when there is none."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in FONTS if name in installed), "")


def _canvas(title: str, font: str) -> tuple[Canvas, Any]:
    mpl.rcParams["font.family"] = [font]
    mpl.rcParams["axes.unicode_minus"] = False
    canvas = Canvas(figsize=SIZE, dpi=100, layout="constrained")
    axes = canvas.add_subplot()
    axes.set_title(title, fontsize=24, color=INK, loc="left", pad=18, fontweight="bold")
    axes.tick_params(labelsize=15, colors=INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)
    return canvas, axes


def _room(axes: Any, bars: int) -> None:
    """As much height for a few bars as for several, so that they do not become blocks."""
    axes.set_ylim(bars - max(bars, LEAST_BARS) - 0.5, bars - 0.4)


def _png(canvas: Canvas) -> bytes:
    held = io.BytesIO()
    canvas.savefig(held, format="png", facecolor="white")
    return held.getvalue()


def draw(content: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """(title, PNG) of each slide. Raises ``LookupError`` with words for the user when no Chinese font is there."""
    font = chinese_font()
    if not font:
        raise LookupError(NO_FONT)
    head = f"{content['place']} {content['month']}"
    for group in content["groups"]:
        if group["ranked"]:
            yield f"{group['label']}排名", _ranking(head, group, font)
    if content["trend"]:
        yield "三率走势", _trend(head, content["trend"], font)
    if any(row["n"] for row in content["needs"]):
        yield "诉求按七有五性", _needs(head, content["needs"], font)
    if content["kinds"]:
        yield "诉求类别", _kinds(head, content["kinds"], font)
    if content["moved"]:
        yield "变化最大的单位", _moved(head, content["moved"], font)


def _ranking(head: str, group: dict[str, Any], font: str) -> bytes:
    rows = group["ranked"][:MOST_BARS][::-1]
    canvas, axes = _canvas(f"{head} {group['label']}考核得分", font)
    _room(axes, len(rows))
    names = [f"{row['place']}  {row['unit']}" for row in rows]
    totals = [row["total"] for row in rows]
    colors = [RED if row["on_list"] == "black" else GREEN if row["on_list"] == "red" else BLUE for row in rows]
    bars = axes.barh(names, totals, color=colors, height=0.66)
    axes.bar_label(bars, labels=[f"{total:.2f}" for total in totals], padding=6, fontsize=15, color=INK)
    axes.set_xlim(0, max(100, *totals) * 1.08)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return _png(canvas)


def _trend(head: str, months: list[dict[str, Any]], font: str) -> bytes:
    canvas, axes = _canvas(f"{head} 三率走势", font)
    labels = [month["month"].removeprefix("20") for month in months]
    codes = [rate["code"] for rate in months[-1]["rates"]]
    for number, code in enumerate(codes):
        found = [next((r for r in month["rates"] if r["code"] == code), None) for month in months]
        shares = [100 * r["value"] if r and r["value"] is not None else float("nan") for r in found]
        label = next(r["label"] for r in months[-1]["rates"] if r["code"] == code)
        axes.plot(labels, shares, color=LINES[number % len(LINES)], linewidth=3, marker="o", markersize=9, label=label)
        if shares and shares[-1] == shares[-1]:
            axes.annotate(
                f"{shares[-1]:.1f}%", (labels[-1], shares[-1]), xytext=(12, 0), textcoords="offset points", fontsize=15
            )
    axes.set_ylim(0, 105)
    axes.grid(axis="y", color="#e7edf3")
    axes.legend(fontsize=16, frameon=False, ncols=4, loc="lower left")
    return _png(canvas)


def _needs(head: str, needs: list[dict[str, Any]], font: str) -> bytes:
    """This month beside the last, where there was one."""
    canvas, axes = _canvas(f"{head} 诉求按七有五性（件）", font)
    rows = needs[::-1]
    places = range(len(rows))
    _room(axes, len(rows))
    compared = any(row["change"] is not None for row in rows)
    height = 0.4 if compared else 0.66
    now = axes.barh([n + (height / 2 if compared else 0) for n in places], [row["n"] for row in rows], height)
    for bar in now:
        bar.set_color(BLUE)
    axes.bar_label(now, labels=[f"{row['n']:,}" for row in rows], padding=6, fontsize=15, color=INK)
    if compared:
        before = [row["n"] - (row["change"] or 0) for row in rows]
        then = axes.barh([n - height / 2 for n in places], before, height, color=GREY)
        axes.legend([now, then], ["本月", "上月"], fontsize=16, frameon=False, loc="lower right")
    axes.set_yticks(list(places), [row["need"] for row in rows])
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return _png(canvas)


def _kinds(head: str, kinds: list[dict[str, Any]], font: str) -> bytes:
    canvas, axes = _canvas(f"{head} 诉求最多的类别（件）", font)
    rows = kinds[::-1]
    _room(axes, len(rows))
    bars = axes.barh([row["kind"] for row in rows], [row["n"] for row in rows], color=BLUE, height=0.66)
    axes.bar_label(bars, padding=6, fontsize=15, color=INK)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return _png(canvas)


def _moved(head: str, moved: list[dict[str, Any]], font: str) -> bytes:
    canvas, axes = _canvas(f"{head} 得分比上月变化最大的单位", font)
    rows = moved[::-1]
    _room(axes, len(rows))
    colors = [GREEN if row["change"] > 0 else RED for row in rows]
    bars = axes.barh([row["unit"] for row in rows], [row["change"] for row in rows], color=colors, height=0.6)
    axes.bar_label(bars, labels=[f"{row['change']:+.2f}" for row in rows], padding=6, fontsize=15, color=INK)
    axes.axvline(0, color=INK, linewidth=1)
    widest = max(abs(row["change"]) for row in rows) * 1.25
    axes.set_xlim(-widest, widest)
    axes.xaxis.set_visible(False)
    return _png(canvas)
