"""Invented messages for tests: a few subjects, each with its own words and places."""

from __future__ import annotations

import random

from wangge.insight.reading import Message

SUBJECTS = {
    "环境保护": ["垃圾堆没人清运", "工厂排放废水臭气", "河道黑臭污染严重", "夜间噪音扰民", "烧秸秆浓烟空气污染"],
    "教育文体": ["学校乱收补课费", "孩子入学学位不够", "老师教学质量投诉", "幼儿园招生不公", "中学食堂伙食差"],
    "劳动和社会保障": ["公司拖欠工资", "养老保险怎么转移", "工伤认定被拒绝", "失业金如何领取", "社保缴费记录错误"],
    "交通运输": ["公交车班次太少", "出租车拒载绕路", "路口红绿灯坏了", "地铁站出口不方便", "客运站票价乱涨"],
}
PLACES = ["惠民小区", "青山路", "钢铁大街", "和平村", "阳光花园", "东河市场", "团结街", "昆河镇"]
OPENINGS = ["请问", "反映", "投诉", "希望解决", "强烈要求处理", "咨询", "举报"]
ENDINGS = ["请尽快处理", "希望领导重视", "多次反映没有结果", "谢谢", "影响居民生活"]


def messages(number: int, *, seed: int = 1, several: bool = False) -> list[Message]:
    """``number`` invented messages; with ``several`` a title and a body each."""
    pick = random.Random(seed)
    rows = []
    for at in range(number):
        label = pick.choice(sorted(SUBJECTS))
        matter = pick.choice(SUBJECTS[label])
        text = f"{pick.choice(OPENINGS)}{pick.choice(PLACES)}{at % 97}号{matter},{pick.choice(ENDINGS)}"
        rows.append(Message((text, f"{text}。{pick.choice(ENDINGS)}") if several else (text,), label))
    return rows
