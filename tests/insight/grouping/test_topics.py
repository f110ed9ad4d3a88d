"""Topics of messages: invented ones whose topics are known, and real ones with strings that must come out."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from tests.insight.grouping.invented import TOPICS, corpus

from wangge.insight.grouping.messages import message, read
from wangge.insight.grouping.topics import Found, find
from wangge.insight.reading import table

REAL = Path("../shared/data/messages/unlabelled_4326.csv")
# Messages that contain the string are about one matter or object, more or less: the data's own description.
WEAK_GOLD = (
    "丽发新城",
    "暮云",
    "伊景园",
    "捆绑",
    "搅拌站",
    "魅力之城",
    "58车贷",
    "经济学院",
    "人才购房",
    "五矿万境",
    "地铁7号线",
)


def best(topics: list[Found], wanted: set[int]) -> tuple[float, float]:
    """(share of ``wanted`` it has, share of it that is wanted) of the topic that fits best."""
    scored = [
        (len(wanted & set(t.members)) / len(wanted), len(wanted & set(t.members)) / len(t.members)) for t in topics
    ]
    return max(scored, key=min, default=(0.0, 0.0))


def test_invented_topics_come_out_whole_and_pure() -> None:
    messages = corpus()
    topics = find(messages)
    for name in TOPICS:
        wanted = {at for at, one in enumerate(messages) if name in one.text}
        recall, purity = best(topics, wanted)
        assert (recall, purity) == (1.0, 1.0), name


def test_a_topic_says_where_when_and_by_how_many() -> None:
    messages = corpus()
    topic = next(t for t in find(messages) if "育才学院" in t.anchors)
    mine = [messages[at] for at in topic.members]
    assert topic.place == "育才学院"
    assert "育才学院" in topic.name
    assert (topic.first, topic.last) == (min(m.on for m in mine if m.on), max(m.on for m in mine if m.on))
    assert (topic.people, topic.likes) == (len(mine), sum(m.likes for m in mine))


def test_the_hottest_stand_first() -> None:
    heats = [topic.heat for topic in find(corpus())]
    assert heats == sorted(heats, reverse=True)


def test_ordinary_matters_in_a_hundred_roads_are_no_topic() -> None:
    anchors = {anchor for topic in find(corpus()) for anchor in topic.anchors}
    assert anchors.isdisjoint({"路灯", "希望给个答复", "请尽快处理", "尊敬的领导"})


def test_few_messages_have_no_topics() -> None:
    assert find([]) == []
    assert find([message(id="1", title="路灯不亮", body="路灯不亮")] * 4) == []


def test_messages_without_words_or_dates_do_no_harm() -> None:
    empty = [message(id=str(at), title="", body="") for at in range(20)]
    assert find(empty) == []
    assert find([*empty, *corpus(others=100)])


def test_the_same_messages_give_the_same_topics() -> None:
    assert find(corpus(), today=date(2025, 5, 1)) == find(corpus(), today=date(2025, 5, 1))


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/messages/unlabelled_4326.csv is absent")
def test_the_weak_gold_of_real_messages_comes_out() -> None:
    began = time.perf_counter()
    topics = find(read(REAL))
    seconds = time.perf_counter() - began
    raw = [row["留言主题"] + row["留言详情"] for row in table(REAL)]
    found = {}
    for string in WEAK_GOLD:
        recall, purity = best(topics, {at for at, text in enumerate(raw) if string in text})
        found[string] = (round(recall, 3), round(purity, 3))
    print(f"{len(topics)} topics in {seconds:.1f} s; (recall, purity): {found}")
    assert {string: pair for string, pair in found.items() if min(pair) < 0.9} == {}
    assert seconds < 60
