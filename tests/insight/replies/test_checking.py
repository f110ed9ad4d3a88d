"""Each hint by a reply that deserves it and one that does not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.insight.replies.conftest import EMPTY, GOOD

from wangge.insight.replies.checking import Likeness, check
from wangge.insight.replies.measuring import measure
from wangge.insight.replies.running import run

QUESTION = "小区东门垃圾三天没有清运，气味很大，什么时候能清走？"
LABELS = Path(__file__).parent / "labels.csv"
REPLIES = Path(__file__).resolve().parents[4] / "shared" / "data" / "messages" / "replied_2816.csv"


def codes(reply: str, question: str = QUESTION, likeness: Likeness | None = None) -> set[str]:
    return {hint.code for hint in check(question, reply, likeness)}


def test_a_good_reply_raises_nothing() -> None:
    assert codes(GOOD) == set()


def test_nothing_written_raises_nothing() -> None:
    assert codes("") == set()
    assert codes("！？ \n") == set()


def test_a_reply_of_thanks_alone_is_no_answer() -> None:
    assert codes(EMPTY) == {"no_answer", "copied", "no_facts", "no_contact", "too_short"}


@pytest.mark.parametrize(
    "reply",
    [
        "您好，您反映的问题已转区城管局核处。2019年2月25日",
        "网友：您好！您所反映的问题已交有关部门办理。",
        "您好，您反映的问题县交通运输局已经答复。链接：",
    ],
)
def test_passing_on_is_no_answer(reply: str) -> None:
    assert "no_answer" in codes(reply)


def test_a_reply_about_something_else_is_no_answer() -> None:
    other = (
        "经查，龙湖春江项目工地已进入渣土回填和基底施工阶段，办理了混凝土浇筑许可证，夜间施工合法。2018年10月17日23时20分，"
        "执法队员赶到该工地现场核实，当天夜间没有施工。下一步将加大对该工地的巡查力度，确保控制噪声在规定范围内，联系电话0731-88888888。"
    )
    assert "no_answer" in codes(other)


def test_a_question_of_time_wants_a_time() -> None:
    assert "no_answer" in codes(
        "您反映的小区东门垃圾情况属实，垃圾车辆坏了，清运工作由区城管局组织，联系电话0472-2111111。"
    )
    assert "no_answer" not in codes("您反映的小区东门垃圾情况属实，预计明天上午清运完毕，联系电话0472-2111111。")


@pytest.mark.parametrize(
    ("reply", "promised"),
    [
        ("我们将尽快组织清运东门垃圾。", True),
        ("东门垃圾将于11月5日前清运完毕。", False),
        ("我中心将在3个工作日内清运东门垃圾。", False),
        ("今后我们将进一步加强东门垃圾的日常巡查管理。", False),
        ("如有垃圾堆积，我们将立即清运。", False),
        ("待车辆修好后，将安排清运东门垃圾。", True),
        ("经核实，东门垃圾已经清运完毕。", False),
        ("您好，您反映的问题已收悉，我们将尽快处理，感谢您的支持。", True),
    ],
)
def test_a_promise_wants_a_date(reply: str, promised: bool) -> None:
    assert ("no_date" in codes(reply)) is promised


@pytest.mark.parametrize(
    ("reply", "has"),
    [("电话：0472-2111111", True), ("请拨打12345", True), ("请到2楼37、38号窗口", True), ("请联系我们", False)],
)
def test_a_way_to_ask_back(reply: str, has: bool) -> None:
    assert ("no_contact" not in codes(GOOD.replace("0472-2111111", "") + reply)) is has


def test_blaming_words_are_the_wrong_tone() -> None:
    assert "tone" in codes(GOOD + "您一再无理取闹，我们不予理睬。")
    assert "tone" not in codes(GOOD + "您反映的第二点与事实不符。")


def test_what_the_office_always_says_is_a_copy() -> None:
    assert "copied" in codes(GOOD, likeness=Likeness(closest=0.92))
    assert "copied" in codes(GOOD, likeness=Likeness(said_before=0.9))
    assert "copied" not in codes(GOOD, likeness=Likeness(closest=0.5, said_before=0.4))


def test_hints_quote_only_the_reply_itself() -> None:
    for hint in check("张桂花，电话13800000001，" + QUESTION, "我们将尽快处理。"):
        assert "张桂花" not in hint.text


def test_the_labels_hold_what_the_document_says() -> None:
    """On the replies the rules were not written on; a change of rules that makes them worse fails here."""
    if not REPLIES.exists():
        pytest.skip("shared/data/messages is not here")
    with REPLIES.open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["留言编号"]: row for row in csv.DictReader(stream)}
    with LABELS.open(encoding="utf-8") as stream:
        labels = [line for line in csv.DictReader(stream) if line["half"] != "first"]
    given = [rows[line["id"]] for line in labels]
    raised = [{hint.code for hint in hints} for _, hints in run(given, ["留言主题", "留言详情"], "答复意见")]
    wanted = [set(line["hints"].split()) for line in labels]
    found = {m.code: m for m in measure(zip(raised, wanted, strict=True))}
    assert len(labels) == 130
    for code, precision, recall in (
        ("no_answer", 0.8, 0.95),
        ("copied", 0.75, 0.9),
        ("no_facts", 0.9, 0.9),
        ("too_short", 0.75, 0.95),
        ("no_contact", 0.95, 0.85),
        ("no_date", 0.65, 0.6),
    ):
        measured = found[code]
        assert measured.precision is not None
        assert measured.recall is not None
        assert measured.precision >= precision, code
        assert measured.recall >= recall, code
