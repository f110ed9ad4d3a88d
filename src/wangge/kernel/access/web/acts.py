"""The record in words: what an act is called, what it was done to, and what it changed.

The record keeps codes (``cases.case.dispatch``), which never change; the words come from where they are said
already: steps from their flows, nouns, fields and values from their models. An act that nobody has words for
keeps its code.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db.models import Field, Model

from wangge.kernel.audit.models import AuditEntry
from wangge.kernel.flow.engine import Flow

LONGEST: Final = 200  # characters of a value; an export has the same

VERBS: Final = {
    "add": "新增",
    "appeal": "申诉",
    "ask": "申请",
    "attach": "添加附件",
    "begin": "开始",
    "change": "变更",
    "change_password": "修改密码",
    "changed": "变更",
    "classify": "定类别和地点",
    "create": "新建",
    "decide": "审定",
    "disable": "停用",
    "disable_totp": "停用动态口令",
    "draft": "起草",
    "enable": "启用",
    "enable_totp": "启用动态口令",
    "end": "终止",
    "erase": "清除",
    "establish": "设立",
    "export": "导出",
    "file": "登记",
    "find": "发现",
    "finish": "完成",
    "follow": "查进度",
    "forget": "清除个人信息",
    "give": "给予",
    "go_on": "延续",
    "hire": "入职",
    "hold": "召开",
    "import": "导入",
    "judge": "评议",
    "lift": "解除锁定",
    "load": "载入",
    "locked": "锁定",
    "login": "登录",
    "login_failed": "登录失败",
    "logout": "退出",
    "make": "生成",
    "merge": "合并",
    "miss": "查询不符",
    "move": "移动",
    "open": "设立",
    "plan": "制定方案",
    "print": "打印",
    "propose": "提出",
    "rate": "评价",
    "read": "查看个人信息",
    "recovery_codes": "重新生成恢复码",
    "refuse": "不采用",
    "remove": "移除",
    "rename": "改名",
    "reset_password": "重置密码",
    "reset_totp": "清除动态口令",
    "retry": "重试",
    "rotate_token": "更换令牌",
    "save": "保存",
    "send": "发送",
    "set": "设定",
    "sheet": "查看版面",
    "start": "开始",
    "supplement": "补充",
    "switch": "转入应急",
    "switch_back": "转回常态",
    "sync": "同步",
    "transfer": "调动",
    "unlock": "解锁",
    "use": "使用",
    "withdraw": "撤回",
}
# What an act notes beside the fields of its object.
NOTES: Final = {
    "fields": "看了",
    "how": "方式",
    "kind": "种类",
    "listing": "列表",
    "query": "条件",
    "rows": "行数",
    "title": "名称",
    "what": "内容",
}


@cache
def steps() -> dict[str, str]:
    """The code of every step of every flow → its label."""
    return {
        f"{flow.model._meta.label_lower}.{name}": step.label
        for flow in Flow.__subclasses__()
        for name, step in flow.steps().items()
    }


def act(action: str) -> str:
    """What ``action`` is called: 派单, 登录; its code when nobody has words for it."""
    return steps().get(action) or VERBS.get(action.rpartition(".")[2], action)


def codes(word: str) -> tuple[list[str], list[str]]:
    """The codes of steps, and the endings of other acts, whose words hold ``word``."""
    return [code for code, label in steps().items() if word in label], [
        verb for verb, label in VERBS.items() if word in label
    ]


def model(object_type: str) -> type[Model] | None:
    try:
        return apps.get_model(object_type)
    except (LookupError, ValueError):
        return None


def noun(object_type: str) -> str:
    """What a thing of ``object_type`` is called: 事项, 账号."""
    found = model(object_type)
    return str(found._meta.verbose_name) if found is not None else object_type


def changes(entry: AuditEntry) -> Iterator[str]:
    """A line for each change: 状态：待派单 → 待签收."""
    found = model(entry.object_type)
    fields = {field.attname: field for field in found._meta.concrete_fields} if found is not None else {}
    fields |= {field.name: field for field in fields.values()}
    for name, value in entry.changes.items():
        field = fields.get(name)
        label = str(field.verbose_name) if field is not None else NOTES.get(name, name)
        if isinstance(value, list) and len(value) == 2:
            yield f"{label}：{_said(field, value[0])} → {_said(field, value[1])}"
        else:
            yield f"{label}：{_said(field, value)}"


def _said(field: Field[Any, Any] | None, value: Any) -> str:
    if value is None or value == "":
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    chosen = dict(field.flatchoices).get(value) if field is not None and isinstance(value, str | int) else None
    text = str(value if chosen is None else chosen)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
