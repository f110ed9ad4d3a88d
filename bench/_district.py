"""The district every benchmark of cases runs in: Kundulun's divisions, offices from templates, the default duties."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import Any

HOME = "150203"
ON = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class District:
    communities: list[str]
    kinds: list[str]

    def place(self, random_: random.Random) -> str:
        return random_.choice(self.communities)


def build() -> District:
    """Divisions, offices, duties; returns what orders are made of."""
    from wangge.duties.importing import defaults
    from wangge.duties.models import Kind
    from wangge.organization.establishing import establish, establish_below
    from wangge.territory.loading import load
    from wangge.territory.models import Division
    from wangge.territory.releases import shipped

    load(release=shipped(HOME), within=HOME)
    establish(path=HOME, template="district", by=None, on=ON)
    establish_below(path=HOME, template="kundulun_street", by=None, on=ON)
    establish_below(path=HOME, template="community", by=None, on=ON)
    defaults.load()
    communities = Division.objects.current().below(HOME).filter(level=5).values_list("code", flat=True)
    kinds = Kind.objects.filter(catalogue__state="published", is_leaf=True).values_list("code", flat=True)
    return District(sorted(communities), sorted(kinds))


SHAPES = (
    "{place}{thing}已经{days}天{trouble},多次反映没有人管,希望尽快处理。",
    "市民反映{place}{thing}{trouble},影响附近居民生活,请有关部门核实解决。",
    "来电人称{place}的{thing}{trouble},{days}天前打过电话,至今没有结果。",
    "您好,我是{place}的居民,这里{thing}{trouble},老人孩子出行很不方便。",
)
THINGS = (
    "垃圾桶",
    "路灯",
    "下水井盖",
    "暖气",
    "电梯",
    "停车位",
    "绿化带",
    "广场音响",
    "楼道杂物",
    "自来水",
    "健身器材",
    "围墙",
)
TROUBLES = ("无人清理", "损坏", "一直不修", "噪音很大", "被占用", "漏水", "不达标", "存在安全隐患")


def text(random_: random.Random, number: int) -> str:
    """A made-up complaint of 40–70 characters; ``number`` keeps each different."""
    return random_.choice(SHAPES).format(
        place=f"{random_.choice('友谊团结和平幸福青年林荫')}路{number % 997}号院{number % 37}栋",
        thing=random_.choice(THINGS),
        trouble=random_.choice(TROUBLES),
        days=random_.randint(1, 30),
    )


def orders(district: District, count: int, *, seed: int = 1, first: int = 0) -> list[dict[str, Any]]:
    """``count`` orders as a 12345 platform would hand them over."""
    random_ = random.Random(seed)
    rows = []
    for number in range(first, first + count):
        rows.append(
            {
                "工单编号": f"B{number:09d}",
                "受理时间": f"2026-{1 + number % 10:02d}-{1 + number % 28:02d} {number % 24:02d}:{number % 60:02d}:00",
                "标题": "",
                "内容": text(random_, number),
                "诉求类型": random_.choice(("投诉", "投诉", "求助", "举报", "建议")),
                "类别编码": random_.choice(district.kinds),
                "区划代码": random_.choice(district.communities),
                "地址": f"友谊路{number % 997}号",
                "姓名": "居民",
                "电话": f"1380{number % 10_000_000:07d}",
            }
        )
    return rows
