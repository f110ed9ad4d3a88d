"""Sentences written for the test, as people speak on the phone, with the place they mean.

The communities are those of the state's list for one district; the compounds, shops and roads are invented
and become known only through the addresses of earlier cases. ``None``: the sentence names no place that
could be known, or one that several communities share.
"""

from __future__ import annotations

A, B, C, D = "150203001001", "150203001002", "150203002001", "150203002002"
COMMUNITIES = {A: "友谊社区", B: "团结社区", C: "沼潭社区", D: "青松社区"}
STREETS = {"150203001": "少先路街道", "150203002": "沼潭街道"}
# Addresses of earlier cases: (address, community), some of them with the community's name left out or wrong.
EARLIER = [
    *[(f"阳光花园{n}号楼", A) for n in (1, 3, 5, 7)],
    *[(f"翠湖新居{n}栋{n}单元", B) for n in (2, 4, 6)],
    *[(f"少先路街道友谊社区惠民小区{n}号楼", A) for n in (1, 2, 3, 9)],
    *[("聚鑫源大市场西门", C)] * 4,
    *[("青松路小学门口", D)] * 3,
    *[(f"锦绣兰庭{n}号楼地下室", D) for n in (1, 2, 2, 3)],
    *[("福来超市", B)] * 3,
    *[("鹿城大街12号", A), ("鹿城大街80号", B), ("鹿城大街131号", C), ("鹿城大街7号", A)],
    *[("金地公园北门", C)] * 5,
    *[("第三医院急诊楼", D)] * 6,
]
SENTENCES: list[tuple[str, str | None]] = [
    ("阳光花园5号楼下水道堵了三天没人管", A),
    ("我家在阳光花园，楼上漏水", A),
    ("翠湖新居旁边的工地夜里施工", B),
    ("翠湖 新居 二期门口垃圾成堆", B),
    ("惠民小区的路灯全都不亮", A),
    ("你好我想问一下惠民小区暖气费怎么收", A),
    ("聚鑫源大市场占道经营，车都过不去", C),
    ("孩子在青松路小学上学，门口太堵", D),
    ("锦绣兰庭地下车库积水", D),
    ("锦绣兰庭物业乱收费，投诉多次了", D),
    ("福来超市卖过期食品", B),
    ("福来超市旁边有人乱停车", B),
    ("金地公园里的健身器材坏了", C),
    ("第三医院门口黑车拉客", D),
    ("友谊社区居委会不给开证明", A),
    ("团结社区那边停水了", B),
    ("沼潭社区的公厕太脏", C),
    ("青松社区广场舞扰民", D),
    ("少先路街道友谊社区三号楼", A),
    ("沼潭街道青松社区有人养鸡", D),
    ("住在友谊社区阳光花园", A),
    ("从阳光花园往翠湖新居走的那条路没有灯", None),
    ("鹿城大街井盖丢了", None),
    ("公司拖欠工资三个月", None),
    ("请问社保怎么转移", None),
    ("小区门口路灯坏了", None),
    ("我们这栋楼电梯总坏", None),
    ("孩子上不了学怎么办", None),
    ("超市里的东西太贵", None),
    ("医院收费不合理", None),
    ("公园什么时候开门", None),
    ("12路公交车等了一个小时", None),
    ("楼下烧烤店油烟太大", None),
    ("希望多建幼儿园", None),
    ("阳光很好的一天，花园里很美", None),
    ("大家要团结起来反映问题", None),
    ("我和他的友谊破裂了", None),
    ("惠民政策什么时候落实到小区", None),
    ("福来了", None),
    ("金地集团的房子质量差", None),
]
