"""The fixed vocabularies of a case. Structure, hence code; categories and limits are data elsewhere."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices


class CaseState(TextChoices):
    RECEIVED = "received", "待派单"
    DISPATCHED = "dispatched", "待签收"
    RETURNED = "returned", "退单待审"
    HANDLING = "handling", "办理中"
    SUSPENDED = "suspended", "挂账"
    REPLIED = "replied", "待核查"
    CHECKED = "checked", "待回访"
    LINKED = "linked", "已并案"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已结案"
    ARCHIVED = "archived", "已归档"


# Somebody has to do something next.
OPEN_STATES: Final = (
    CaseState.RECEIVED,
    CaseState.DISPATCHED,
    CaseState.RETURNED,
    CaseState.HANDLING,
    CaseState.SUSPENDED,
    CaseState.REPLIED,
    CaseState.CHECKED,
)
# Waiting for its root, but not finished either.
LIVE_STATES: Final = (*OPEN_STATES, CaseState.LINKED)
DONE_STATES: Final = (CaseState.ANSWERED, CaseState.CLOSED, CaseState.ARCHIVED)


class Channel(TextChoices):
    """Where a matter comes in (requirements G06, G17, H02, H10, H11)."""

    HOTLINE = "hotline", "12345热线"
    PLATFORM = "platform", "上级平台转办"
    GRID = "grid", "网格巡查"
    RESIDENT = "resident", "居民上报"
    QR = "qr", "扫码上报"
    WINDOW = "window", "窗口"
    DEPUTY = "deputy", "两代表一委员"
    SUGGESTION = "suggestion", "人民建议征集"
    VISIT = "visit", "入户走访"
    MEDIA = "media", "媒体曝光"
    OPEN311 = "open311", "Open311"
    API = "api", "系统接入"


class DemandType(TextChoices):
    """Five types（北京市接诉即办工作条例 art. 2），and praise（G17 我要点赞）."""

    CONSULT = "consult", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    SUGGESTION = "suggestion", "建议"
    PRAISE = "praise", "表扬"


class Urgency(TextChoices):
    NORMAL = "normal", "一般"
    URGENT = "urgent", "紧急"
    EMERGENCY = "emergency", "特急"


class Disposition(TextChoices):
    """What becomes of a matter that is not dispatched (条例 art. 11: answered at once, or six classes)."""

    ANSWERED = "answered", "直接答复"
    EMERGENCY = "emergency", "转紧急热线"
    LEGAL_ROUTE = "legal_route", "告知法定途径"
    IN_PROCESS = "in_process", "同一事项办理中或已办结"
    SECRET = "secret", "涉密或隐私"
    NOT_PUBLIC = "not_public", "非政府职责"
    IMPROPER = "improper", "违法或违背公序良俗"


# What the caller is told, as a first draft the dispatcher may edit (条例 art. 11).
TOLD: Final[dict[str, str]] = {
    Disposition.ANSWERED: "",
    Disposition.EMERGENCY: "您反映的情况紧急，已为您转接110/119/120/122，请保持电话畅通。",
    Disposition.LEGAL_ROUTE: (
        "您反映的事项应通过诉讼、仲裁、纪检监察、行政复议、政府信息公开或信访途径办理，请向相应机关提出。"
    ),
    Disposition.IN_PROCESS: "您反映的事项正在办理或已有结论，未发现新的事实和理由，现将进展（结果）告知您。",
    Disposition.SECRET: "您反映的内容涉及国家秘密、商业秘密或个人隐私，不能公开办理，请谅解。",
    Disposition.NOT_PUBLIC: "您反映的事项不属于政府职责范围，建议通过市场、社会途径解决；需要时我们可转相关单位督促。",
    Disposition.IMPROPER: "您提出的要求不符合法律规定或公序良俗，请您理解并遵守。",
}


class PartRole(TextChoices):
    LEAD = "lead", "主办"
    ASSIST = "assist", "协办"


class PartState(TextChoices):
    WAITING = "waiting", "待签收"
    HANDLING = "handling", "办理中"
    ANSWERED = "answered", "已反馈"
    WITHDRAWN = "withdrawn", "已撤回"


# A part that its office still has.
STANDING_PARTS: Final = tuple(state for state in PartState if state != PartState.WITHDRAWN)


class ClockName(TextChoices):
    SIGN = "sign", "签收"
    CONTACT = "contact", "联系"
    FINISH = "finish", "办结"


class ResultClass(TextChoices):
    SOLVED = "solved", "已解决"
    PARTLY = "partly", "部分解决"
    CANNOT_NOW = "cannot_now", "暂不能解决"
    EXPLAINED = "explained", "解释说明"
    UNREASONABLE = "unreasonable", "诉求不合理"


class Solved(TextChoices):
    YES = "yes", "已解决"
    BASICALLY = "basically", "基本解决"
    NO = "no", "未解决"


class Satisfaction(TextChoices):
    """Five grades（国办发〔2019〕51号 好差评）."""

    VERY_GOOD = "5", "非常满意"
    GOOD = "4", "满意"
    FAIR = "3", "基本满意"
    BAD = "2", "不满意"
    VERY_BAD = "1", "非常不满意"


class RequestKind(TextChoices):
    EXTENSION = "extension", "延期"
    SUSPENSION = "suspension", "挂账"
    EXCLUSION = "exclusion", "剔除考核"


# Applications for which the requester waits: one to be left out of the assessment is none of the handling.
OF_THE_HANDLING: Final = tuple(kind for kind in RequestKind if kind != RequestKind.EXCLUSION)


class RequestState(TextChoices):
    PENDING = "pending", "待审批"
    APPROVED = "approved", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class ExclusionClass(TextChoices):
    """Why a case may be left out of the assessment; 1–6 条例 art. 11, the rest background (rules 2.1.4)."""

    EMERGENCY = "emergency", "突发紧急事项"
    LEGAL_ROUTE = "legal_route", "法定途径事项"
    SAME_MATTER = "same_matter", "同一事项无新情况"
    SECRET = "secret", "涉密或隐私"
    NOT_PUBLIC = "not_public", "非政府职责"
    IMPROPER = "improper", "违法或违背公序良俗"
    NOT_OURS = "not_ours", "非本单位职责"
    MALICIOUS = "malicious", "恶意重复"
    POLICY = "policy", "受政策或不可抗力限制"
    NO_COOPERATION = "no_cooperation", "诉求人不配合"
    PLANNED = "planned", "已列入公开计划"


class ContactWay(TextChoices):
    PHONE = "phone", "电话"
    VISIT = "visit", "上门"
    MESSAGE = "message", "短信或网络"


class NoticeKind(TextChoices):
    WARNING = "warning", "临期提醒"
    OVERDUE = "overdue", "超期升级"
    SUPERVISION = "supervision", "督办"
    RESUMED = "resumed", "挂账到期"
    HANDED_BACK = "handed_back", "退回交办"


class ImportState(TextChoices):
    """A file of orders on its way in."""

    WAITING = "waiting", "排队中"
    RUNNING = "running", "正在导入"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
