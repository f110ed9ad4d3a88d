"""The meeting pack as a Word document."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from wangge.assessment.templatetags.assessment_ui import counted, share, signed

BODY: Final = "宋体"
HEAD: Final = "黑体"
WHAT: Final = {"number": "编号", "kind": "类别", "place": "社区", "office": "主办单位"}
ORDERS: Final = {**WHAT, "reworks": "重办", "returns": "退单"}
REPEATS: Final = {**WHAT, "n": "重复件数"}
HANDLED: Final = {**WHAT, "hours": "用时（小时）", "solved": "是否解决", "satisfaction": "满意度", "reworks": "重办"}


def _font(style: Any, name: str, size: float) -> None:
    style.font.name = name
    style.font.size = Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _table(document: Any, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = head
        cell.paragraphs[0].runs[0].bold = True
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = "—" if value is None else str(value)
    for row in table.rows:
        for cell in row.cells:
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(9)
    document.add_paragraph()


def document(content: dict[str, Any], charts: Sequence[tuple[str, bytes]], notes: Sequence[str]) -> bytes:
    """The docx of ``content`` (see ``reviewing.content``) with its charts."""
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    _font(made.styles["Normal"], BODY, 12)
    for level, size in ((0, 22), (1, 16), (2, 14)):
        _font(made.styles["Title" if level == 0 else f"Heading {level}"], HEAD, size)
    title = made.add_heading(f"{content['place']}{content['month']}月度点评材料", 0)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    made.add_paragraph(opening(content))
    for note in notes:
        made.add_paragraph(note)
    _ranking(made, content)
    _changes(made, content)
    _needs(made, content)
    _matters(made, content)
    for name, picture in charts:
        made.add_heading(name, 2)
        made.add_picture(io.BytesIO(picture), width=Cm(16))
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def opening(content: dict[str, Any]) -> str:
    """The first paragraph: how much, and how well."""
    rates = "，".join(f"{rate['label']}{share(rate['value'])}" for rate in content["whole"]["rates"])
    version = f"（{content['state']}，第{content['round']}版）" if content["round"] else f"（{content['state']}，暂计）"
    return f"{content['month']}{version}，全区共登记诉求{content['whole']['demand']:,}件；{rates}。"


def _ranking(made: Any, content: dict[str, Any]) -> None:
    made.add_heading("一、排名", 1)
    heads = ("名次", "单位", "得分", "响应率", "解决率", "满意率", "诉求量", "比上月", "比去年同月")
    for group in content["groups"]:
        made.add_heading(group["label"], 2)
        if group["ranked"] or group["small"]:
            _table(
                made,
                heads,
                [
                    (
                        row["place"] or "不排名",
                        row["unit"],
                        row["total"],
                        share(row["response"]),
                        share(row["solution"]),
                        share(row["satisfaction"]),
                        row["volume"],
                        signed(row["change"]),
                        signed(row["annual"]),
                    )
                    for row in [*group["ranked"], *group["small"]]
                ],
            )
        if group["small"]:
            made.add_paragraph("样本过少的单位不排名。")
        if idle := group.get("idle"):  # packs made earlier list them with the others
            made.add_paragraph(f"没有工单的{len(idle)}个单位：{'、'.join(idle)}。")


def _changes(made: Any, content: dict[str, Any]) -> None:
    made.add_heading("二、变化和原因", 1)
    if not content["moved"]:
        made.add_paragraph("没有可比的上月数据，或没有变化。")
    for row in content["moved"]:
        made.add_paragraph(f"{row['unit']}：{row['total']}分，比上月{signed(row['change'])}分。{row['why']}。")
    if content["rectifications"]:
        made.add_heading("治理类街乡镇", 2)
        for row in content["rectifications"]:
            made.add_paragraph(f"{row['unit']}（{row['state']}）：{row['grounds']}")


def _needs(made: Any, content: dict[str, Any]) -> None:
    made.add_heading("三、诉求按七有五性", 1)
    heads = ("七有五性", "登记量", "占比", "比上月", "比去年同月")
    rows = [
        (row["need"], row["n"], share(row["share"]), counted(row["change"]), counted(row["annual"]))
        for row in content["needs"]
    ]
    _table(made, heads, rows)
    made.add_paragraph("各项相加即本月登记的全部诉求；表扬感谢等不属于七有五性的，列入未归类。")


def _matters(made: Any, content: dict[str, Any]) -> None:
    made.add_heading("四、疑难和反复", 1)
    made.add_paragraph(f"本月新增疑难工单{content['problems']['n']}件。")
    _cases(made, content["problems"]["rows"], ORDERS)
    if content["repeats"]:
        made.add_paragraph("反复诉求最多的事项：")
        _cases(made, content["repeats"], REPEATS)
    made.add_heading("五、办得好的和差的", 1)
    for label, key in (("办得好的", "best"), ("办得差的", "worst")):
        made.add_heading(label, 2)
        _cases(made, content[key], HANDLED)


def _cases(made: Any, rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> None:
    if rows:
        _table(made, list(columns.values()), [[row[name] for name in columns] for row in rows])
    else:
        made.add_paragraph("没有。")
