"""Names people can read: where, what, and what is wrong; no pieces of words."""

from __future__ import annotations

import random

import pytest
from tests.insight.grouping.invented import corpus

from wangge.insight.grouping.messages import Message, message
from wangge.insight.grouping.naming import is_place
from wangge.insight.grouping.topics import Found, find

ROADS = [
    *("和畅路", "昆工路", "望河路", "铁西街", "泉水街", "钢花路", "平安里巷", "文化宫巷", "春晖巷", "丰禾巷", "榆树巷"),
    *("阿尔丁大街", "前进道", "林荫路", "团结大街", "少先路", "青年路", "黄河大街", "友谊大街", "乌兰道", "三八路"),
]
TROUBLES = {
    "积雪结冰": "人行道上全是冰，走路打滑，没有人清扫",
    "占道经营": "摊贩把人行道占满，推婴儿车只能走马路",
    "路灯不亮": "晚上一片漆黑，路灯坏了半个月，老人摔倒过",
    "井盖丢失": "井盖不见了，怕有人掉下去，请尽快补上",
}


def told(*, seed: int = 1) -> list[Message]:
    """Titles as hotlines write them: 关于<road><trouble>的投诉, and many about one road and one compound."""
    pick = random.Random(seed)
    rows = []
    for at in range(500):
        road = "云杉街" if at % 12 == 0 else pick.choice(ROADS)
        trouble = "积雪结冰" if road == "云杉街" and at % 24 == 0 else pick.choice(sorted(TROUBLES))
        frame = pick.choice(["关于{}的投诉", "{}问题", "{}居民求助", "居民反映{}"])
        opening = pick.choice(["您好，", "我是附近居民，", "反映一件事，", ""])
        body = f"{opening}{road}{trouble}，{TROUBLES[trouble]}。{road}{pick.randrange(1, 99)}号门前最严重。"
        rows.append(message(id=str(at), title=frame.format(road + trouble), body=body, person=f"p{at}"))
    return rows


def names(topics: list[Found]) -> list[str]:
    return [topic.name for topic in topics]


def test_no_name_begins_with_a_piece_of_a_road() -> None:
    found = names(find(told()))
    assert found
    words = {word for name in found for word in name.replace("、", " ").split()}
    assert {word for word in words if word[0] in "路街巷"} <= {"路灯不亮", "路灯"}


def test_who_asks_and_how_is_no_part_of_a_name() -> None:
    assert not [name for name in names(find(told())) if "居民" in name or "求助" in name or "投诉" in name]


def test_a_road_is_named_with_what_is_wrong_there() -> None:
    found = [topic for topic in find(told()) if topic.place == "云杉街"]
    assert found
    assert {topic.name for topic in found} <= {f"云杉街{gap}{trouble}" for gap in ("", " ") for trouble in TROUBLES}


def test_no_name_is_given_twice() -> None:
    for messages in (told(), told(seed=2), corpus(), corpus(seed=3)):
        found = names(find(messages))
        assert len(found) == len(set(found))


def test_a_name_is_no_longer_than_a_line() -> None:
    assert max(len(name) for name in names(find(corpus()))) <= 60


@pytest.mark.parametrize("word", ["云杉街", "丽发新城小区", "口袋公园", "7号线", "少先二十三3号院", "经济学院"])
def test_places_have_a_name_before_their_ending(word: str) -> None:
    assert is_place(word)


@pytest.mark.parametrize("word", ["园小区", "小区", "临街", "佳苑", "幼儿园", "社区", "搅拌站", ""])
def test_an_ending_alone_is_no_place(word: str) -> None:
    assert not is_place(word)
