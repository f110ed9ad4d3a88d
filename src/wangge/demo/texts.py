"""Complaints as people write and say them: families of matters × slots × sentence shapes, by a seed.

Pure Python, no Django. ``complaints(seed)`` is endless and always the same for the same arguments; some
20,000 texts a second. Every phrase lives in ``data/matters.toml`` or below and was written for this demo.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, Final

MATTERS: Final = Path(__file__).parent / "data" / "matters.toml"
SHORTEST, LONGEST = 25, 160

WINTER: Final = frozenset({10, 11, 12, 1, 2, 3})
SUMMER: Final = frozenset({5, 6, 7, 8, 9})
SPRING: Final = frozenset({3, 4, 5})
SEASONS: Final[Mapping[str, frozenset[int]]] = {"winter": WINTER, "summer": SUMMER, "spring": SPRING}
IN_SEASON, OUT_OF_SEASON = 2.6, 0.06

# What somebody on patrol can see from outside.
SEEN_FROM_OUTSIDE: Final = ("01", "02", "03", "04", "0901", "0904")
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "shop": ("eatery", "grocery", "club", "store"),
    "public": ("market", "park", "school", "hospital"),
    "any": ("compound",),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place people name. ``near`` is the compound beside it (itself for a compound), ``road`` and ``shop`` likewise.

    ``weight`` makes hot spots; ``path`` and the point (CGCS2000) are carried through for the caller.
    """

    name: str
    kind: str
    near: str = ""
    road: str = ""
    shop: str = ""
    path: str = ""
    lng: float | None = None
    lat: float | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Matter:
    """A family of matters, as in the data file."""

    kind: str
    name: str
    weight: float
    where: str
    types: tuple[str, ...]
    what: tuple[str, ...]
    more: tuple[str, ...]
    hurt: tuple[str, ...]
    want: tuple[str, ...]
    done: tuple[str, ...]
    season: str = ""
    urgent: float = 0.0

    @property
    def seen_from_outside(self) -> bool:
        return self.kind.startswith(SEEN_FROM_OUTSIDE)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One generated matter. ``voice``: ``resident`` or ``patrol`` (a grid worker's dry line)."""

    title: str
    text: str
    demand_type: str
    kind: str
    matter: Matter = field(repr=False)
    spot: Spot = field(repr=False)
    urgent: bool
    voice: str


DAYS: Final = ("两", "三", "四", "五", "好几", "快十", "十来", "二十多")
HOURS: Final = (
    "晚上十点以后", "早上六点多", "中午休息的时候", "傍晚", "早高峰", "晚高峰", "后半夜", "一到周末", "放学时间",
    "每天下午四点", "凌晨一两点", "晚饭前后",
)  # fmt: skip
SINCE: Final = (
    "已经半个多月了", "从上周五到现在没有变化", "前后拖了一个多月", "这几天越来越严重", "去年这个时候也出现过",
    "从月初开始一直这样", "昨天开始的", "断断续续有小半年", "一直没有人过问", "今天早上又是老样子",
)  # fmt: skip
TRIED: Final = (
    "给物业打过三次电话，每次都说登记了", "找过社区，社区同志也来看过", "上次打过热线，说是办结了，其实没解决",
    "跟对方好好商量过，没有用", "在业主群里问了，没人回应", "自己掏钱弄过一回，不顶事", "问了两个部门，都说不归他们管",
    "报修电话打了十几遍", "网格员来登记过，还没有下文", "头一次反映，不知道该找谁",
)  # fmt: skip
FEEL: Final = (
    "实在没办法才打这个电话", "住在这里的人都有意见", "希望这次能真解决", "拜托了", "心里着急",
    "不是为难谁，就想过个安生日子", "大家盼着有人管一管",
    "麻烦你们跑一趟", "说实话挺失望的", "请理解一下我们的难处", "先谢谢了", "等你们的消息",
)  # fmt: skip
WHO: Final = (
    "我是{near}的居民", "我住{near}", "我是{near}的一名老住户", "我在{near}租房住", "我替住在{near}的父母反映",
    "我是{near}{b}的业主", "我们是{near}的几户邻居", "我在{near}开小店",
)  # fmt: skip
HELLO: Final = ("您好，", "你好，", "同志您好，", "领导好，", "喂，您好，", "")

PROBLEM: Final = (
    "{whole}，{more}。{hurt}，{want}。",
    "{hello}{who}，{local}。{more}。{want}。",
    "{whole}，{since}。{tried}，{want}。",
    "反映一个问题：{whole}。{more}，{hurt}。{want}。",
    "{hello}我想反映一下，{whole}，{since}，{want}，{feel}。",
    "{whole}。{hurt}。{tried}。{want}。",
    "{who}，{local}，{since}，{hurt}。{want}。",
    "{want}:{whole}，{more}，{since}。",
    "{whole}，{tried}。{more}。{feel}，{want}。",
    "又来反映了，{whole}。{tried}。{hurt}。",
    "来电人称，{whole}，{more}。来电人{tail}。",
    "{hello}{whole}，没有人管吗？{more}，{hurt}。",
    "{since}，{whole}。{more}，{tried}。{want}。",
    "您给问问：{whole}到底归谁管？{tried}，{feel}。",
    "{whole}。照片已经拍了。{more}。{want}。",
    "{whole}，{hurt}!{tried}，{want}!",
    "情况是这样：{whole}；{more}；{since}。{want}。",
    "{who}。{local}。{hurt}，{tried}，{want}。",
    "{whole}!{since}!{feel}。",
    "一直想说，{whole}。{more}。{hurt}。{feel}，{want}。",
    "{hello}麻烦记一下，{whole}，{since}，{tried}。{want}，{feel}。",
    "市民反映{whole}，{more}，{hurt}，{tail2}。",
    "{whole}，{more}。{feel}。",
    "{hello}{who}，今天再反映一次：{local}，{since}。{more}；{hurt}。{tried}。{want}，{feel}。",
    "来电人反映，{whole}，{more}，{since}，{hurt}。此前{tried}。来电人{tail}，{want}。",
    "不知道该不该打这个电话，{whole}。{hurt}。{tried}。",
)
CONSULT: Final = (
    "{hello}{who}，想咨询一下：{local}？{more}，{want}。",
    "咨询：{local}。{more}。{want}。",
    "{hello}问个事，{local}？{more}。",
    "{who}，{local}，{more}，{hurt}，{want}。",
    "来电人咨询，{local}，{more}，希望得到答复。",
    "请问一下，{local}？{tried2}，{want}。",
    "{local}？{hurt}，{want}。住在{near}。",
)
SUGGEST: Final = (
    "{who}，{local}。{more}，{hurt}。{want}。",
    "提个建议：{whole}。{more}。{want}。",
    "{hello}{whole}，{more}，{want}，{feel2}。",
    "{hurt}，{more}，所以{local}。地点在{near}。{want}。",
    "来信人建议，{whole}。理由是{more}，{hurt}。",
    "几个邻居商量过，{whole}。{more}。{feel2}。",
)
PRAISE: Final = (
    "{who}，{local}。{more}，{hurt}。{want}。",
    "{hello}不是投诉，是表扬：{local}。{more}。{want}。",
    "{local}，{more}。我住{near}，{hurt}。",
    "打电话就为说一声谢谢。{local}。{hurt}。{near}的住户。",
    "来电人{near}居民，{local}，{more}，{want}。",
    "{hurt}，{local}。{more}。{want}。",
)
PATROL: Final = (
    "日常巡查发现，{whole}，{more}。已拍照，请派人处理。",
    "巡查至{near}时发现，{local}，{more}，现场无人处理。",
    "网格内{whole}，{more}。居民也有反映，已提醒，未见整改。",
    "【巡查】{whole}。{hurt}。建议尽快处置。",
    "入户时居民指认，{whole}，{more}。现场核实情况属实。",
    "{whole}，{since}。超出网格处置能力，上报。",
    "上午巡查，{whole}，{more}，已设提示，{want}。",
)
SHAPES: Final[Mapping[str, tuple[str, ...]]] = {
    "complaint": PROBLEM, "help": PROBLEM, "report": PROBLEM, "consult": CONSULT, "suggestion": SUGGEST,
    "praise": PRAISE, "patrol": PATROL,
}  # fmt: skip
TAIL: Final = (
    "要求尽快处理并回复", "表示已多次反映未果", "希望相关部门到现场核实", "要求为其保密", "表示如不解决将继续反映",
    "情绪比较激动，请尽快联系", "白天上班，请下午五点后联系",
)  # fmt: skip
FEEL2: Final = ("供你们参考", "花钱不多，能办大事", "希望能采纳", "大家都会支持", "说得不对的地方请包涵")
TRIED2: Final = ("网上查了没看明白", "电话里问过没说清", "跑过一趟没办成", "身边人说法不一")
TITLES: Final = (
    "{name}{matter}", "{name}{matter}问题", "反映{name}{matter}", "关于{name}{matter}的{type}",
    "{name}居民{type}{matter}",
)  # fmt: skip
TYPES: Final = {
    "complaint": "投诉", "help": "求助", "report": "举报", "consult": "咨询", "suggestion": "建议", "praise": "表扬",
}  # fmt: skip
# After these a place's name needs a comma.
APART: Final = (
    "小区", "整个小区", "整条", "家里", "房子", "父亲", "母亲", "物业", "想", "楼上", "老旧", "菜市场", "水果摊",
    "建议", "希望", "独居", "社区", "自来水", "水里", "感谢", "表扬", "改造", "异地", "门诊", "身份证", "新生儿",
    "灵活", "随迁", "邻居", "健身", "共用", "地沟", "前年",
)  # fmt: skip

# For those who have no district at hand (benchmarks, tests of the texts).
_COMPOUNDS: Final = (
    "友谊小区",
    "团结小区",
    "青松园",
    "钢花苑",
    "昆河家园",
    "向阳里",
    "林荫花园",
    "鹿城新苑",
    "白云佳园",
)
_ROADS: Final = ("友谊大街", "钢铁大街", "少先路", "林荫路", "团结大街", "白云路", "三八路", "昆工路")
_SHOPS: Final = {
    "老胡烧麦馆": "eatery", "红门火锅店": "eatery", "鑫旺超市": "grocery", "惠家生鲜店": "grocery", "乐动健身": "club",
    "雅姿美发店": "club", "晨光文具店": "store", "顺达五金店": "store",
}  # fmt: skip
_PUBLIC: Final = {
    "青松广场": "park",
    "昆河边公园": "park",
    "友谊菜市场": "market",
    "第十三小学": "school",
    "向阳医院": "hospital",
}


@cache
def matters() -> tuple[Matter, ...]:
    """Every family of the data file, in its order."""
    with MATTERS.open("rb") as file:
        rows: list[dict[str, Any]] = tomllib.load(file)["matter"]
    return tuple(_matter(row) for row in rows)


def _matter(row: dict[str, Any]) -> Matter:
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
    return Matter(**values)


@cache
def plain_spots() -> tuple[Spot, ...]:
    """Made-up places without a path, for texts alone."""
    spots = []
    shops = tuple(_SHOPS)
    for i, name in enumerate(_COMPOUNDS):
        road, shop = _ROADS[i % len(_ROADS)], shops[i % len(shops)]
        for n in range(1, 8):
            yard = f"{name}{n}号院"
            spots.append(Spot(yard, "compound", yard, road, shop, weight=4.0 if n == 3 else 1.0))
    kinds = dict.fromkeys(_ROADS, "road") | _SHOPS | _PUBLIC
    for i, (name, kind) in enumerate(kinds.items()):
        road = name if kind == "road" else _ROADS[i % len(_ROADS)]
        shop = name if name in _SHOPS else shops[i % len(shops)]
        spots.append(Spot(name, kind, spots[i * 2].name, road, shop, weight=2.0))
    return tuple(spots)


def weight_in(matter: Matter, month: int) -> float:
    """How often the family comes up in a month of the year."""
    if not matter.season:
        return matter.weight
    return matter.weight * (IN_SEASON if month in SEASONS[matter.season] else OUT_OF_SEASON)


class Writer:
    """Writes complaints about given spots; one random stream, hence reproducible."""

    def __init__(self, seed: int, *, spots: Sequence[Spot] = (), month: int = 11, patrol: float = 0.2) -> None:
        self.random = Random(seed)  # noqa: S311 - a demo must repeat itself
        self.patrol = patrol
        held = tuple(spots) or plain_spots()
        self._at: dict[str, tuple[list[Spot], list[float]]] = {}
        for where in {m.where for m in matters()}:
            these = [s for s in held if s.kind in GROUPS.get(where, (where,))]
            self._at[where] = these, list(accumulate(s.weight for s in these))
        there = [m for m in matters() if self._at[m.where][0]]
        self._all = there, list(accumulate(weight_in(m, month) for m in there))
        seen = [m for m in there if m.seen_from_outside]
        self._seen = seen, list(accumulate(weight_in(m, month) for m in seen))

    def spot(self, matter: Matter, within: str = "") -> Spot:
        """A spot where the matter happens; ``within`` a place, any of them as likely."""
        spots, weights = self._at[matter.where]
        if within:
            return self.random.choice([spot for spot in spots if spot.path.startswith(within)])
        return self.random.choices(spots, cum_weights=weights)[0]

    def one(self, *, matter: Matter | None = None, spot: Spot | None = None, voice: str = "") -> Complaint:
        """The next complaint; ``matter`` and ``spot`` make another one about the same thing (a repeat)."""
        random = self.random
        voice = voice or ("patrol" if random.random() < self.patrol else "resident")
        if matter is None:
            families, weights = self._seen if voice == "patrol" else self._all
            matter = random.choices(families, cum_weights=weights)[0]
        spot = spot or self.spot(matter)
        if voice == "patrol":
            demand, shapes = "report", SHAPES["patrol"]
        else:
            demand = random.choice(matter.types)
            shapes = SHAPES[demand]
        slots = self._slots(spot)
        text = self._fitting(shapes, matter, spot, slots)
        titles = TITLES if voice == "resident" and demand != "praise" else TITLES[:2]
        title = random.choice(titles).format(name=spot.name, matter=matter.name, type=TYPES[demand])
        urgent = matter.urgent > 0 and random.random() < matter.urgent
        return Complaint(title, text, demand, matter.kind, matter, spot, urgent, voice)

    def answer(self, matter: Matter) -> str:
        """What a handler writes when the matter is done."""
        return self.random.choice(matter.done).format(**self._slots(None))

    def _slots(self, spot: Spot | None) -> dict[str, str]:
        number = self.random.randrange
        return {
            "b": f"{number(1, 33)}号楼",
            "u": f"{number(1, 5)}单元",
            "t": str(number(12, 18)),
            "g": str(number(20, 24)),
            "n": str(number(2, 10)),
            "d": self.random.choice(DAYS),
            "h": self.random.choice(HOURS),
            "near": spot.near or spot.name if spot else "",
            "road": spot.road or spot.name if spot else "",
            "shop": spot.shop or spot.name if spot else "",
        }

    def _fitting(self, shapes: Sequence[str], matter: Matter, spot: Spot, slots: dict[str, str]) -> str:
        text = ""
        for _ in range(8):
            text = self._text(self.random.choice(shapes), matter, spot, slots)
            if SHORTEST <= len(text) <= LONGEST:
                return text
        if len(text) < SHORTEST:
            return f"{text}地点在{spot.name}附近，{matter.want[0].format(**slots)}。"
        return f"{text[: LONGEST - 1]}。"

    def _text(self, shape: str, matter: Matter, spot: Spot, slots: dict[str, str]) -> str:
        choice = self.random.choice
        pattern = choice(matter.what)
        what = pattern.format(**slots)
        if matter.where == "any" or spot.name in what:
            whole = what
        else:
            whole = f"{spot.name}，{what}" if what.startswith(APART) else f"{spot.name}{what}"
        return shape.format(
            whole=whole,
            local=what if matter.where in {"any", "compound"} else whole,
            more=choice(matter.more).format(**slots),
            hurt=choice(matter.hurt).format(**slots),
            want=choice(matter.want).format(**slots),
            who=choice(WHO).format(**slots),
            hello=choice(HELLO),
            since=choice(SINCE),
            tried=choice(TRIED),
            feel=choice(FEEL),
            tail=choice(TAIL),
            tail2=choice(TAIL),
            feel2=choice(FEEL2),
            tried2=choice(TRIED2),
            near=slots["near"],
        )


def complaints(
    seed: int, *, spots: Sequence[Spot] = (), month: int = 11, patrol: float = 0.2, repeats: float = 0.12
) -> Iterator[Complaint]:
    """An endless stream, the same for the same arguments; ``repeats`` of them speak of an earlier matter again."""
    writer = Writer(seed, spots=spots, month=month, patrol=patrol)
    recent: list[Complaint] = []
    while True:
        if recent and writer.random.random() < repeats:
            earlier = writer.random.choice(recent)
            found = writer.one(matter=earlier.matter, spot=earlier.spot, voice="resident")
        else:
            found = writer.one()
            recent.append(found)
            if len(recent) > 200:
                recent.pop(0)
        yield found
