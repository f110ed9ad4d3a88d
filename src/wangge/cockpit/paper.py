"""The page on one A4 sheet, as PDF. Made with ReportLab and a font of our own: nothing of the machine is needed."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Frame, KeepInFrame, PageTemplate, Paragraph, Spacer, Table, TableStyle
from reportlab.platypus.doctemplate import BaseDocTemplate

from wangge.cockpit import showing
from wangge.cockpit.models import Brief

FONTS: Final = Path(__file__).parent / "fonts"
REGULAR, BOLD = "WanggeSans", "WanggeSans-Bold"
BLUE, RED, GREEN, GREY = (colors.HexColor(c) for c in ("#1d4e89", "#b42318", "#1a7f4b", "#5b6675"))
LINE, PALE = colors.HexColor("#c9d1db"), colors.HexColor("#eef3f9")
TONES: Final = {"danger": RED, "ok": GREEN, "info": BLUE}
MARGIN: Final = 14 * mm
WIDTH: Final = A4[0] - 2 * MARGIN


@cache
def _fonts() -> None:
    pdfmetrics.registerFont(TTFont(REGULAR, str(FONTS / "NotoSansSC-Regular.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD, str(FONTS / "NotoSansSC-Bold.ttf")))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def _style(size: float, **given: Any) -> ParagraphStyle:
    # wordWrap CJK: a line may end after any character, never before a closing mark.
    values: dict[str, Any] = {"fontName": REGULAR, "fontSize": size, "leading": size * 1.45, "wordWrap": "CJK"}
    return ParagraphStyle("", **(values | given))


TITLE: Final = _style(20, fontName=BOLD, textColor=BLUE, alignment=TA_CENTER, leading=26)
UNDER: Final = _style(9, textColor=GREY, alignment=TA_CENTER)
LEAD: Final = _style(11.5, fontName=BOLD, leading=17)
HEAD: Final = _style(11.5, fontName=BOLD, textColor=BLUE, spaceBefore=7, spaceAfter=2)
BODY: Final = _style(9.8)
CELL: Final = _style(9.3)
NAME: Final = _style(8.5, alignment=TA_CENTER, textColor=GREY)
FINE: Final = _style(7.5, textColor=GREY)


def sheet(brief: Brief) -> bytes:
    """The PDF of ``brief``: one page whatever it holds, the same bytes each time."""
    _fonts()
    told = showing.context(brief)
    out = io.BytesIO()
    title = f"每日民情 {told['name']} {brief.for_on}"
    document = BaseDocTemplate(out, pagesize=A4, title=title, author="网格", invariant=1)
    frame = Frame(MARGIN, 12 * mm, WIDTH, A4[1] - 24 * mm, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame])])
    document.build([KeepInFrame(WIDTH, A4[1] - 25 * mm, _story(brief, told), mode="shrink")])
    return out.getvalue()


def _story(brief: Brief, told: dict[str, Any]) -> list[Flowable]:
    story: list[Flowable] = [
        Paragraph("每日民情", TITLE),
        _text(
            f"{told['name']}　{brief.for_on:%Y年%m月%d日}早　所列为{told['day']}（星期{told['weekday']}）的数字", UNDER
        ),
        Spacer(1, 4 * mm),
        _boxed([_text(told["headline"], LEAD)]),
        *_part("昨日与往常", [_figures(told)]),
        *(_part("昨日诉求按七有五性", [_needs(told)]) if told["needs"] else []),
        *_part("请您定一件事", [_decide(told)]),
        *_part("涉及人身安全", _danger(told)),
        *_part(
            "上升较快",
            [_text(f"· {one['name']}：{one['text']}") for one in told["rose"]] or [_text("没有明显上升的事项和地点。")],
        ),
        *_part("超期在谁手里", [_text(_late(told))]),
        *_part("近7天好与差", _standing(told)),
        Spacer(1, 3 * mm),
        _text(_foot(brief, told), FINE),
    ]
    return story


def _text(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    return Paragraph(escape(text), style)


def _part(title: str, body: list[Flowable]) -> list[Flowable]:
    return [_text(title, HEAD), *body]


def _boxed(body: list[Flowable]) -> Table:
    table = Table([[body]], colWidths=[WIDTH])
    table.setStyle(
        TableStyle(
            [("BACKGROUND", (0, 0), (-1, -1), PALE), ("LINEBEFORE", (0, 0), (0, -1), 2.5, BLUE)]
            + [(side, (0, 0), (-1, -1), 3 * mm) for side in ("LEFTPADDING", "RIGHTPADDING")]
            + [(side, (0, 0), (-1, -1), 1.8 * mm) for side in ("TOPPADDING", "BOTTOMPADDING")]
        )
    )
    return table


def _figures(told: dict[str, Any]) -> Table:
    """Two figures a line: label, yesterday, usual, what that means."""
    cells: list[list[Any]] = [[_text(t, CELL) for t in ("指标", "昨日", "往常", "变化")] * 2]
    figures = told["figures"]
    for left, right in zip(figures[::2], figures[1::2], strict=True):
        cells.append([*_figure(left), *_figure(right)])
    widths = [w * WIDTH / 186 for w in (23, 19, 17, 34)] * 2
    table = Table(cells, colWidths=widths)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), PALE),
                ("GRID", (0, 0), (-1, -1), 0.4, LINE),
                ("LINEBEFORE", (4, 0), (4, -1), 1, BLUE),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table


def _figure(one: dict[str, Any]) -> list[Flowable]:
    tone = _tone(one)
    told = _style(9.3, textColor=tone if one["way"] else GREY)
    return [
        _text(one["label"], CELL),
        _text(one["shown"], _style(9.8, fontName=BOLD, textColor=tone)),
        _text(one["usual"] or "—", CELL),
        _text(one["change"], told),
    ]


def _needs(told: dict[str, Any]) -> Table:
    """Seven, then five and the rest: the name over yesterday's number, what differs from the usual beside it."""
    rows: list[list[Any]] = []
    for some in (told["needs"][:7], told["needs"][7:]):
        blank = [""] * (7 - len(some))
        rows += [[*(_text(one["label"], NAME) for one in some), *blank], [*(_need(one) for one in some), *blank]]
    table = Table(rows, colWidths=[WIDTH / 7] * 7)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), PALE),
                ("BACKGROUND", (0, 2), (-1, 2), PALE),
                ("GRID", (0, 0), (-1, -1), 0.4, LINE),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table


def _need(one: dict[str, Any]) -> Flowable:
    usual = f"（往常{one['usual'].removesuffix('件')}）" if one["usual"] else ""
    arrow = {"up": "↑", "down": "↓"}.get(one["way"], "")
    return _text(f"{one['value']}{arrow}{usual}", _style(9.3, alignment=TA_CENTER, textColor=_tone(one)))


def _tone(one: dict[str, Any]) -> colors.Color:
    return TONES.get(one["tone"], colors.black)


def _decide(told: dict[str, Any]) -> Flowable:
    if not told["decide"]:
        return _text("没有等您决定的事。")
    return _boxed([_text(told["decide"]["title"], _style(10.5, fontName=BOLD)), _text(told["decide"]["why"], CELL)])


def _danger(told: dict[str, Any]) -> list[Flowable]:
    danger = told["danger"]
    if not danger["filed"] and not danger["open"]:
        return [_text("昨日没有，也没有未办结的。")]
    late = f"，其中生成时已超时限{danger['late']}件" if danger["late"] else ""
    return [
        _text(f"昨日登记{danger['filed']}件，未办结{danger['open']}件{late}。"),
        *(
            _text(
                f"· {one['place']}：{one['kind']}，{one['office']}，{one['state']}，已{one['waited']}"
                f"{'，超时限' if one['late'] else ''}",
                _style(9.8, textColor=RED if one["late"] else colors.black),
            )
            for one in danger["matters"]
        ),
    ]


def _late(told: dict[str, Any]) -> str:
    late = told["late"]
    if not late["offices"]:
        return "没有超期在办的事项。"
    rest = f"、其他{late['rest']}件" if late["rest"] else ""
    return "、".join(f"{one['name']}{one['value']}件" for one in late["offices"]) + rest + "。"


def _standing(told: dict[str, Any]) -> list[Flowable]:
    found = [_text("· 好：" + "；".join(f"{o['name']} {o['text']}" for o in told["best"]))] if told["best"] else []
    if told["worst"]:
        found.append(_text("· 差：" + "；".join(f"{o['name']} {o['text']}" for o in told["worst"])))
    praise = f"昨日收到表扬{told['praise']}件。" if told["praise"] else "昨日没有收到表扬。"
    few = f"另有{told['few']}个单位有效回访不足10件，不作排列。" if told["few"] else ""
    return [*found, _text(praise + few, CELL)]


def _foot(brief: Brief, told: dict[str, Any]) -> str:
    late = "（事后补做，“请您定一件事”“涉及人身安全”为补做时的情况）" if told["late_made"] else ""
    return (
        f"往常：前{told['weeks']}周同一星期日的中位数；率为这些日子合并计算。变化在随机波动以内的，记作“与往常相当”。"
        f"好与差按回访的解决率、满意率排列。生成于{showing.made(brief)}{late}，生成后不再改动；校验码{brief.digest[:16]}。"
    )
