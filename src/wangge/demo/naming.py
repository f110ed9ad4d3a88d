"""Invented names: people, compounds, roads, shops, public places. None of them is anybody's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Final

SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN: Final = (
    "建国志强秀英桂兰丽华海燕春梅文博雨桐子轩欣怡晓东立新玉珍永福振宇雅琴国栋凤霞俊峰美玲庆丰素云明亮佳宁"
    "乐天思远静雯浩然巧慧长青小满若曦一鸣宏伟艳红"
)
_PAIRS: Final = tuple(GIVEN[i : i + 2] for i in range(0, len(GIVEN), 2))
MONGOLIAN: Final = ("巴特尔", "其其格", "苏日娜", "格日勒", "乌云", "斯琴", "那日苏", "萨仁", "阿古拉", "敖登")

_FIRST: Final = "瑞嘉康恒锦华盛泰和宁安馨怡丰逸朗景秀润鸿"
_SECOND: Final = ("和", "苑", "景", "澜", "悦", "园", "林", "泽", "庭", "阳")
_COMPOUND: Final = ("家园", "花园", "新居", "雅苑", "小区", "公寓")
_ROAD_FIRST: Final = (
    "春晖",
    "和畅",
    "长宁",
    "云杉",
    "丰禾",
    "北沙",
    "钢花",
    "铁西",
    "榆树",
    "望河",
    "育才",
    "建设里",
    "康乐",
    "新风",
    "朝霞",
    "松柏",
    "红柳",
    "泉水",
    "平安里",
    "文化宫",
)
_ROAD_LAST: Final = ("路", "街", "巷")

_KEEPER: Final = (
    "老马家",
    "李姐",
    "胖嫂",
    "草原红",
    "鹿城",
    "北方",
    "阿妈",
    "三兄弟",
    "东来",
    "小城故事",
    "金桥",
    "蓝旗",
    "顺心",
    "红太阳",
    "邻家",
    "百姓",
    "家乡味",
    "好日子",
    "四季春",
    "聚缘",
)
SHOPS: Final = {
    "eatery": ("牛肉面馆", "烧麦馆", "火锅店", "羊杂馆", "烧烤店", "饺子馆", "家常菜馆", "炒米奶茶店"),
    "grocery": ("超市", "生鲜店", "粮油店", "水果店", "便利店"),
    "club": ("健身馆", "美发店", "洗车行", "瑜伽馆", "游泳馆"),
    "store": ("五金店", "文具店", "药房", "手机店", "打印店", "装饰公司", "洗衣店"),
}  # fmt: skip
PUBLIC: Final = {"market": "便民市场", "park": "口袋公园", "school": "第{n}实验小学", "hospital": "社区卫生服务中心"}
NUMERALS: Final = "一二三四五六七八九十"
# After one of these another number reads as one with it.
NUMBERED: Final = frozenset(f"{NUMERALS}百0123456789")


def people(random: Random) -> Iterator[str]:
    """Names of nobody; now and then a Mongolian one."""
    while True:
        if random.random() < 0.06:
            yield random.choice(MONGOLIAN)
        else:
            yield random.choice(SURNAMES) + random.choice(_PAIRS)[: random.choice((1, 2, 2))]


def compounds(random: Random) -> Iterator[str]:
    """Each name once, in random order."""
    yield from _once([f"{a}{b}{c}" for a, b, c in product(_FIRST, _SECOND, _COMPOUND) if a != b], random)


def roads(random: Random) -> Iterator[str]:
    yield from _once([f"{a}{b}" for a, b in product(_ROAD_FIRST, _ROAD_LAST)], random)


def shops(random: Random) -> Iterator[tuple[str, str]]:
    """(name, kind of shop), each name once."""
    every = [(f"{keeper}{what}", kind) for kind, whats in SHOPS.items() for keeper, what in product(_KEEPER, whats)]
    random.shuffle(every)
    yield from every


def phone(number: int) -> str:
    """1380000xxxx: obviously nobody's."""
    return f"1380000{number % 10_000:04d}"


def _once(names: list[str], random: Random) -> list[str]:
    random.shuffle(names)
    return names
