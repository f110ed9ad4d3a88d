"""Pairs of characters too common in complaints and replies to say that both are about the same."""

from __future__ import annotations

from typing import Final

_WORDS: Final = """
您的 你的 我们 他们 你们 您们 问题 情况 反映 相关 有关 部门 单位 工作 进行
处理 解决 政府 领导 回复 答复 感谢 网友 留言 咨询 投诉 请求 希望 建议 关于
我是 现在 目前 已经 没有 可以 不能 就是 这个 那个 什么 怎么 为什 为何 是否
能否 一直 多次 至今 但是 因为 所以 如果 以及 或者 而且 并且 不是 我县 我市
我区 我局 我镇 群众 市民 居民 百姓 老百 人民 书记 县长 市长 尊敬 您好 你好
谢谢 支持 理解 监督 关心 关注 重视 高度 进一 一步 加强 根据 按照 规定 要求
办理 调查 核实 落实 及时 尽快 安排 组织 人员 负责 本人 一个 一些 两个 对于
由于 通过 为了 还是 还有 这样 这种 时间 时候 今年 去年 明年 地方 方面 事情
影响 严重
"""
COMMON: Final = frozenset(_WORDS.split())
