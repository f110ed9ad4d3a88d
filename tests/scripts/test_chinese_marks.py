"""What the script for Chinese punctuation changes, and what it must leave alone."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("chinese_marks", ROOT / "scripts" / "chinese_marks.py")
assert SPEC is not None
assert SPEC.loader is not None
chinese_marks = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(chinese_marks)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('x = "不能退单,请重派"', 'x = "不能退单，请重派"'),
        ('x = "(条例第17条)"', 'x = "（条例第17条）"'),
        ('x = "时限: 2小时"', 'x = "时限：2小时"'),
        ('x = "确定吗?好!"', 'x = "确定吗？好！"'),
        ('x = f"{name}({code:>5})。"', 'x = f"{name}（{code:>5}）。"'),
        ('x = "文件(xlsx、ods)或 CSV(UTF-8),不限"', 'x = "文件（xlsx、ods）或 CSV（UTF-8），不限"'),
        ('x = f"有{n},共{t:,}元"', 'x = f"有{n}，共{t:,}元"'),
        ('def f():\n    """核对记录,有问题时退出码为 1。"""', 'def f():\n    """核对记录，有问题时退出码为 1。"""'),
    ],
)
def test_marks_beside_chinese_become_chinese(before: str, after: str) -> None:
    assert chinese_marks.python(before) == after
    assert chinese_marks.python(after) == after


@pytest.mark.parametrize(
    "source",
    [
        'x = r"[、,;中]+"',
        'x = re.compile("(中,文)")',
        'def f():\n    """Rows of 日期,上班 in a table of days."""',
        "# 注释,文字",
        "x = \"SELECT 1, '中,文'\"",
        'x = "姓名,机构\\n小赵,某部\\n"',
        'x = "2027-01-01,休,元旦"',
        'x = "text=留言详情,title=留言主题"',
        'x = "每个点是[经度,纬度]"',
        'x = "一个&nbsp;中文"',
        'x = "ValueError: 坏了"',
        'x = "The grid (网格), an area"',
        "x = f\"{a if b else d['中,文']}\"",
        'x = "原样,不动"  # marks: off',
        'x = b"a,b"',
        'x = ","',
    ],
)
def test_what_is_no_sentence_stays(source: str) -> None:
    assert chinese_marks.python(source) == source


def test_a_template_is_changed_where_people_read() -> None:
    before = (
        '<a href="/?q=中,文" title="看,这里">共{{ n }}条,第一</a>'
        '{% tag "好,的" %}{{ x|default:"无(空)" }}<script src="x">"中,文"</script>{# 注,解 #}'
    )
    assert chinese_marks.template(before) == (
        '<a href="/?q=中,文" title="看，这里">共{{ n }}条，第一</a>'
        '{% tag "好，的" %}{{ x|default:"无（空）" }}<script src="x">"中,文"</script>{# 注,解 #}'
    )


def test_json_keeps_its_names() -> None:
    assert (
        chinese_marks.json_text('{"名,称": "甲,乙", "b": [1, "丙(丁)"]}') == '{"名,称": "甲，乙", "b": [1, "丙（丁）"]}'
    )


def test_csv_keeps_its_columns() -> None:
    assert chinese_marks.csv_text('名(称),b\n"甲,乙",1\n') == "名(称),b\n甲，乙,1\n"
    assert chinese_marks.csv_text('"a","甲"\r\n') == '"a","甲"\r\n'
