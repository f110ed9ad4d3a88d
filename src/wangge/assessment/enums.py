"""The fixed vocabularies of the assessment. What differs by place and year is rows."""

from __future__ import annotations

from django.db.models import TextChoices


class Group(TextChoices):
    """Like is ranked with like."""

    STREET = "street", "街道"
    TOWNSHIP = "township", "乡镇"
    DEPARTMENT = "department", "区直部门"
    ENTERPRISE = "enterprise", "公共服务企业"
    DISTRICT = "district", "区县"


class PeriodState(TextChoices):
    OPEN = "open", "统计中"
    CLOSING = "closing", "关账中"
    FROZEN = "frozen", "已冻结"
    PUBLISHED = "published", "已公布"


class RoundKind(TextChoices):
    """Why figures were reckoned."""

    RUNNING = "running", "暂计"
    FREEZE = "freeze", "冻结"
    CORRECTION = "correction", "申诉与剔除"
    AMENDMENT = "amendment", "公布后更正"


class By(TextChoices):
    """Whose a case is: the office that answers for it, or the place where it happened."""

    OFFICE = "office", "按主办单位"
    PLACE = "place", "按发生地"


class Direction(TextChoices):
    HIGH = "high", "越高越好"
    LOW = "low", "越低越好"
    NEITHER = "neither", "仅供参考"


class Shape(TextChoices):
    """How a figure becomes points."""

    SHARE = "share", "按比率得分"
    LINE = "line", "按区间得分"
    BAND = "band", "适度区间"
    DEDUCT = "deduct", "按次扣分"
    BONUS = "bonus", "按次加分"


class Subject(TextChoices):
    """What stands behind a figure, one by one."""

    CASE = "case", "事项"
    SUMMONS = "summons", "报到通知"
    WHISTLE = "whistle", "吹哨"


class AppealKind(TextChoices):
    EXCLUDE = "exclude", "剔除一件事项"
    CREDIT = "credit", "更正一件事项的评价"
    FIGURE = "figure", "对指标数据有异议"
    SHEET = "sheet", "对个人考核单有异议"


class AppealState(TextChoices):
    SUBMITTED = "submitted", "待裁定"
    ACCEPTED = "accepted", "已采纳"
    REFUSED = "refused", "未采纳"
    WITHDRAWN = "withdrawn", "已撤回"


class RectificationState(TextChoices):
    PROPOSED = "proposed", "拟列入"
    ACTIVE = "active", "治理中"
    LEAVING = "leaving", "拟退出"
    LEFT = "left", "已退出"
    DECLINED = "declined", "未列入"


class PackState(TextChoices):
    WAITING = "waiting", "排队中"
    RUNNING = "running", "生成中"
    DONE = "done", "已完成"
    FAILED = "failed", "未成功"
