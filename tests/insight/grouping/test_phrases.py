"""Runs of characters that hang together."""

from __future__ import annotations

from tests.insight.grouping.invented import corpus

from wangge.insight.grouping.phrases import discover, fold


def found() -> dict[str, tuple[int, int]]:
    return {p.text: (len(p.docs), p.uses) for p in discover([m.text for m in corpus()])}


def test_names_are_found_whole_and_their_pieces_are_not() -> None:
    phrases = found()
    assert phrases["翠湖新居"][0] == 14
    assert {"湖新", "翠湖新", "湖新居", "才学院"} & set(phrases) == set()


def test_a_phrase_knows_how_many_messages_and_uses_it_has() -> None:
    messages = corpus()
    phrases = {p.text: p for p in discover([m.text for m in messages])}
    held = [at for at, m in enumerate(messages) if "锦绣兰庭" in m.text]
    assert phrases["锦绣兰庭"].docs.tolist() == held
    assert phrases["锦绣兰庭"].uses == sum(m.text.count("锦绣兰庭") for m in messages)


def test_no_number_is_cut() -> None:
    texts = [f"地铁{n}号线拥挤第{at}次反映" for at in range(30) for n in (7, 17)]
    assert not any(p.text[0].isdigit() and p.text.startswith("7号") and len(p.docs) == 60 for p in discover(texts))


def test_what_stands_in_too_few_messages_is_left_out() -> None:
    assert all(len(p.docs) >= 5 for p in discover([m.text for m in corpus()]))


def test_texts_without_letters_give_nothing() -> None:
    assert discover(["", "！？", "…"]) == []


def test_width_case_and_blanks_are_folded_and_digits_stay() -> None:
    assert fold(" Ａ3区 第 12 号\n") == "a3区第12号"
