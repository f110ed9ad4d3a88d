"""The fixed vocabularies of whistles. Limits, radius and lists are rows elsewhere."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices


class WhistleKind(TextChoices):
    """G07, G08; the emergency whistle is that of Pinggu (G11)."""

    WORK = "work", "工作推进哨"
    HARD = "hard", "攻坚克难哨"
    EMERGENCY = "emergency", "应急哨"


class Origin(TextChoices):
    """What a whistle is blown on."""

    CASE = "case", "一件事项"
    ROOT = "root", "同根多件事项"
    PATROL = "patrol", "巡查发现"
    ENFORCEMENT = "enforcement", "执法需要"
    HIDDEN_DANGER = "hidden_danger", "安全隐患"


FROM_CASES: Final = (Origin.CASE, Origin.ROOT)


class WhistleState(TextChoices):
    DRAFT = "draft", "待签发"
    RUNNING = "running", "处置中"
    SUSPENDED = "suspended", "挂起"
    CLOSED = "closed", "已销哨"
    WITHDRAWN = "withdrawn", "已撤回"


LIVE_STATES: Final = (WhistleState.RUNNING, WhistleState.SUSPENDED)
OPEN_STATES: Final = (WhistleState.DRAFT, *LIVE_STATES)


class Role(TextChoices):
    LEAD = "lead", "主办"
    ASSIST = "assist", "协办"


class SummonsState(TextChoices):
    PREPARED = "prepared", "待发出"
    SUMMONED = "summoned", "待签收"
    OBJECTED = "objected", "异议待裁"
    SIGNED = "signed", "待到场"
    ARRIVED = "arrived", "已到场"
    HANDLING = "handling", "处置中"
    REPORTED = "reported", "待核实"
    DONE = "done", "已销项"
    RELEASED = "released", "已免除"


# The department has to do something next.
OPEN_SUMMONS: Final = (
    SummonsState.SUMMONED,
    SummonsState.SIGNED,
    SummonsState.ARRIVED,
    SummonsState.HANDLING,
)
# Everything that is not over.
LIVE_SUMMONS: Final = (*OPEN_SUMMONS, SummonsState.OBJECTED, SummonsState.REPORTED)
OVER_SUMMONS: Final = (SummonsState.DONE, SummonsState.RELEASED)


class ClockName(TextChoices):
    """The limits of a summons, in their order. The last two are not the office's: the street's for checking what was
    reported, the command centre's for deciding an objection.
    """

    SIGN = "sign", "签收"
    ARRIVE = "arrive", "到场"
    PLAN = "plan", "方案"
    REPORT = "report", "反馈"
    CHECK = "check", "核实"
    DECIDE = "decide", "裁定"


# Those the summoned office answers for.
OFFICE_CLOCKS: Final = (ClockName.SIGN, ClockName.ARRIVE, ClockName.PLAN, ClockName.REPORT)


class LimitName(TextChoices):
    """What is limited: the clocks, and how long after the first escalation a late one goes to the district leader (a
    late check to the command centre).
    """

    SIGN = "sign", "签收"
    ARRIVE = "arrive", "到场"
    PLAN = "plan", "方案"
    REPORT = "report", "反馈"
    CHECK = "check", "核实"
    DECIDE = "decide", "异议裁定"
    RAISE = "raise", "提级"


class TaskState(TextChoices):
    OPEN = "open", "待办"
    ANSWERED = "answered", "待核实"
    PASSED = "passed", "已核实"
    FAILED = "failed", "未通过"


# Tasks for which nobody has answered, or not well enough.
UNANSWERED: Final = (TaskState.OPEN, TaskState.FAILED)


class CheckInWay(TextChoices):
    POSITION = "position", "定位签到"
    CODE = "code", "扫码签到"
    STREET = "street", "街道确认"


class Rank(TextChoices):
    """The rank of the person who came; the street rates it."""

    HEAD = "head", "主要负责人"
    DEPUTY = "deputy", "分管负责人"
    SECTION = "section", "科室负责人"
    CLERK = "clerk", "一般工作人员"


RANK_SCORES: Final[dict[str, int]] = {Rank.HEAD: 5, Rank.DEPUTY: 4, Rank.SECTION: 3, Rank.CLERK: 2}


class NoticeKind(TextChoices):
    SUMMONED = "summoned", "新哨"
    WARNING = "warning", "临期提醒"
    OVERDUE = "overdue", "超时升级"
    RAISED = "raised", "提级督办"
    OBJECTED = "objected", "异议待裁"
    REPORTED = "reported", "已反馈"
    RETURNED = "returned", "退回"
    DECIDED = "decided", "裁定"
    MEETING = "meeting", "协调会"
    RESUMED = "resumed", "挂起到期"
    CLOSED = "closed", "销哨"
    RATED = "rated", "评价"


class DisplayState(TextChoices):
    """What became of the key of a wall screen."""

    OPEN = "open", "有效"
    EXPIRED = "expired", "已到期"
    ENDED = "ended", "已停用"
    ORPHANED = "orphaned", "建立人已无权查看"


class Verdict(TextChoices):
    """Whether a whistle was proper, as a department or the command centre judges it."""

    PROPER = "proper", "该吹"
    PARTLY = "partly", "基本合理"
    IMPROPER = "improper", "不该吹"


class AppealState(TextChoices):
    PENDING = "pending", "待裁定"
    UPHELD = "upheld", "申诉成立"
    REFUSED = "refused", "维持原评"


class Subject(TextChoices):
    """What an appeal is against."""

    RATING = "rating", "对部门的评价"
    VERDICT = "verdict", "对吹哨的研判"
