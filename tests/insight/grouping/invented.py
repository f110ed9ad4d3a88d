"""Invented messages in which some matters come up again and again among many others."""

from __future__ import annotations

import random
from datetime import date, timedelta

from wangge.insight.grouping.messages import Message, message

TOPICS = {
    "翠湖新居": (
        "搅拌站",
        ["夜里机器轰鸣不停", "粉尘飘进家里", "大车进出把路压坏", "离居民楼不到一百米", "没有环评就开工"],
    ),
    "锦绣兰庭": (
        "捆绑车位",
        ["买房必须同时买车位", "不买就不让网签", "置业顾问说是规定", "车位比市价高出一倍", "多人交了诚意金"],
    ),
    "育才学院": (
        "强制实习",
        ["安排去工厂流水线", "不去就不发毕业证", "每天上班十二个小时", "与专业毫无关系", "班主任逐个谈话"],
    ),
}
OTHERS = [
    ("路灯", ["晚上一片漆黑", "老人摔倒过", "报修半个月没有人来"]),
    ("公交", ["等了四十分钟", "班次一减再减", "末班车太早"]),
    ("油烟", ["窗户不敢开", "烟道直排", "做饭时间最难受"]),
    ("医保", ["报销比例不清楚", "材料退了三次", "窗口让网上办"]),
    ("停车", ["占了消防通道", "划线以后还是乱", "收费没有公示"]),
    ("噪音", ["凌晨还在施工", "跳舞音响太大", "孩子没法写作业"]),
]
ROADS = [f"{a}{b}路" for a in "青钢民和团友沙林河白" for b in "山铁主平结谊滩荫东云"]
OPENINGS = ["您好，", "尊敬的领导：", "我是附近的居民，", "想反映一件事，", ""]
ENDINGS = ["请尽快处理。", "希望给个答复。", "谢谢！", "盼复。", "已经打过两次电话。"]
START = date(2025, 3, 1)


def corpus(*, each: int = 14, others: int = 400, seed: int = 1) -> list[Message]:
    """``each`` messages on every topic among ``others`` on ordinary matters in a hundred roads, by day."""
    pick = random.Random(seed)
    rows: list[tuple[str, str]] = []
    for name, (matter, details) in TOPICS.items():
        for _ in range(each):
            told = "，".join(pick.sample(details, 3))
            rows.append(
                (
                    f"{name}{matter}的问题",
                    f"{pick.choice(OPENINGS)}{name}旁边有{matter}，{told}。{name}的业主{pick.choice(ENDINGS)}",
                )
            )
    for _ in range(others):
        matter, details = pick.choice(OTHERS)
        road = pick.choice(ROADS)
        told = "，".join(pick.sample(details, 2))
        rows.append(
            (
                f"{road}{matter}问题",
                f"{pick.choice(OPENINGS)}{road}{pick.randrange(1, 99)}号{matter}，{told}。{pick.choice(ENDINGS)}",
            )
        )
    pick.shuffle(rows)
    return [
        message(id=f"m{at}", title=title, body=body, on=START + timedelta(days=at // 10), person=f"p{at}", likes=at % 3)
        for at, (title, body) in enumerate(rows)
    ]
