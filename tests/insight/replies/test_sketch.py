"""Comparing replies by numbers alone."""

from __future__ import annotations

from tests.insight.replies.conftest import COPY, GOOD

from wangge.insight.replies.sketch import likeness, resemblance, sketch


def stored(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    found = sketch(text)
    return found.pieces, tuple(found.sentences)


def test_the_same_reply_with_another_date_is_the_same() -> None:
    other = GOOD.replace("11月3日", "12月14日").replace("16时", "9时")
    assert resemblance(sketch(GOOD).pieces, sketch(other).pieces) == 1.0


def test_different_replies_are_not_alike() -> None:
    assert resemblance(sketch(GOOD).pieces, sketch(COPY).pieces) < 0.1


def test_greetings_and_thanks_make_no_likeness() -> None:
    one, other = "您好，您的来信收悉。感谢您的支持！", "您好，您的来信收悉。祝您生活愉快！"
    assert resemblance(sketch(one).pieces, sketch(other).pieces) == 0.0


def test_a_turn_of_phrase_is_known_after_three() -> None:
    phrase = "我们将始终坚持以人民为中心的理念做好各项工作。"
    others = [stored(f"{thing}已经修好。{phrase}") for thing in ("东门路灯", "西街井盖", "南湖护栏")]
    own = sketch(f"北区水管已经换新。{phrase}")
    assert likeness(own, others[:2]).said_before == 0.0
    assert likeness(own, others).said_before > 0.6


def test_numbers_fit_a_bigint() -> None:
    assert all(0 <= number < 2**63 for number in sketch(GOOD).pieces)
