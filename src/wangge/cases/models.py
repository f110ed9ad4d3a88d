"""The case and what hangs on it. No business verbs here: see ``flow.py`` and ``actions.py``."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Now

from wangge.cases import enums
from wangge.cases.rarities import RARE
from wangge.cases.streets import STREET, at
from wangge.duties.models import Duty, Kind
from wangge.kernel.access.models import PathField
from wangge.kernel.access.personal import EncryptedField, Personal
from wangge.kernel.calendar.models import ClockBase, ClockQuerySet, clock_constraints, clock_indexes
from wangge.kernel.flow.models import TransitionBase, VersionedModel
from wangge.organization.models import Office
from wangge.organization.notices import NoticeBase

HANDLING_BASIS = "履行法定职责（个人信息保护法第13条第3项；北京市接诉即办工作条例第10条）"


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> CaseQuerySet:
        """Cases on which somebody has to do something next."""
        return self.filter(state__in=enums.OPEN_STATES)

    def overdue(self, now: datetime) -> CaseQuerySet:
        """Open cases one of whose running clocks has passed its instant (``case_done_has_no_due``: all others have
        none, and an index over those that have one counts them)."""
        return self.filter(next_due_at__lt=now)

    def at(self, path: str) -> CaseQuerySet:
        return self.filter(at(path))


class Case(VersionedModel):
    """A matter. ``path`` is the deepest place known; ``office_ids`` every office that has a part in it."""

    number = models.CharField("编号", max_length=24, unique=True)
    source_system = models.CharField("来源系统", max_length=40, blank=True, default="")
    source_number = models.CharField("来源编号", max_length=64, null=True, blank=True)
    channel = models.CharField("渠道", max_length=12, choices=enums.Channel.choices)
    demand_type = models.CharField("诉求类型", max_length=12, choices=enums.DemandType.choices)
    urgency = models.CharField("紧急程度", max_length=12, choices=enums.Urgency.choices, default=enums.Urgency.NORMAL)
    title = models.CharField("标题", max_length=120)
    text = models.TextField("内容", max_length=20000)
    # Foreign keys without an index of their own are covered by one of those below.
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, null=True, blank=True, db_index=False, verbose_name="类别")
    path = PathField("所属区划", max_length=17)
    address = models.CharField("地址", max_length=200, blank=True)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    crs = models.CharField("坐标系", max_length=12, blank=True, default="")
    is_private = models.BooleanField("保密", default=False)
    is_anonymous = models.BooleanField("匿名", default=False)
    reply_wanted = models.BooleanField("要求回复", default=True)
    needs_check = models.BooleanField("须现场核查", default=False)

    state = models.CharField("状态", max_length=12, choices=enums.CaseState.choices)
    lead_office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name="主办单位",
    )  # fmt: skip
    # No index of its own: ``case_holder_due`` finds what an office holds.
    holder_office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name="当前办理单位",
    )  # fmt: skip
    office_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name="相关单位")

    # What the dispatch rested on, copied: a later change of duties, which are replaced, rewrites nothing.
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    list_item = models.CharField("清单条目", max_length=200, blank=True)
    legal_basis = models.CharField("依据", max_length=300, blank=True)
    dispatch_reason = models.TextField("派单理由", blank=True)
    limit_name = models.CharField("时限类别", max_length=60, blank=True)
    limits = models.JSONField("时限", default=dict, blank=True)
    designated = models.BooleanField("指定承办", default=False)

    root = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="repeats",
        verbose_name="主事项",
    )
    returns = models.PositiveSmallIntegerField("退单次数", default=0)
    reworks = models.PositiveSmallIntegerField("重办次数", default=0)
    extensions = models.PositiveSmallIntegerField("延期次数", default=0)
    call_backs = models.PositiveSmallIntegerField("回访次数", default=0)
    is_problem = models.BooleanField("疑难工单", default=False)
    supervised_at = models.DateTimeField("督办时间", null=True, blank=True)
    escalated_to = models.CharField("提级至", max_length=12, blank=True)
    excluded_at = models.DateTimeField("剔除时间", null=True, blank=True)

    next_due_at = models.DateTimeField("最近时限", null=True, blank=True)
    finish_due_at = models.DateTimeField("办结时限", null=True, blank=True)
    suspended_until_on = models.DateField("挂账至", null=True, blank=True)

    disposition = models.CharField("处置", max_length=12, choices=enums.Disposition.choices, blank=True)
    reply = models.TextField("答复", blank=True)
    result_class = models.CharField("办理结果", max_length=12, choices=enums.ResultClass.choices, blank=True)
    solved = models.CharField("是否解决", max_length=10, choices=enums.Solved.choices, blank=True)
    satisfaction = models.CharField("满意度", max_length=1, choices=enums.Satisfaction.choices, blank=True)

    created_at = models.DateTimeField("登记时间")
    dispatched_at = models.DateTimeField("派单时间", null=True, blank=True)
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    contacted_at = models.DateTimeField("首次联系时间", null=True, blank=True)
    replied_at = models.DateTimeField("答复时间", null=True, blank=True)
    closed_at = models.DateTimeField("结案时间", null=True, blank=True)
    created_by_id = models.BigIntegerField("登记人", null=True, blank=True)
    handled_by_id = models.BigIntegerField("办理人", null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    personal_data: ClassVar[dict[str, Personal]] = {
        "text": Personal("办理诉求", HANDLING_BASIS, "有权查看该事项的工作人员", "随业务档案；其中的号码结案后3年清除"),
        "address": Personal("确定办理单位和现场", HANDLING_BASIS, "有权查看该事项的工作人员", "随业务档案"),
    }

    class Meta:
        verbose_name = "事项"
        verbose_name_plural = "事项"
        # Read backwards for the newest: a new case goes to the right end of each, where pages fill up whole.
        indexes = [
            models.Index(fields=["path", "created_at"], name="case_path_created"),
            # Path and offices come along, so that rows of other places and offices are passed over, and counted, within
            # the index; the key and the day of filing too, so that the newest of them are.
            models.Index(fields=["created_at", "id"], include=["path", "office_ids"], name="case_created_seen"),
            models.Index(fields=["state", "created_at", "id"], include=["path"], name="case_state_created"),
            models.Index(fields=["kind", "created_at", "id"], include=["path", "office_ids"], name="case_kind_seen"),
            models.Index(
                fields=["holder_office", "next_due_at"], name="case_holder_due",
                condition=Q(state__in=enums.OPEN_STATES),
            ),
            models.Index(
                fields=["state", "next_due_at"], name="case_open_due", condition=Q(state__in=enums.OPEN_STATES)
            ),
            models.Index(
                fields=["next_due_at", "id"], include=["path", "office_ids"], name="case_supervised",
                condition=Q(supervised_at__isnull=False, state__in=enums.LIVE_STATES),
            ),
            models.Index(fields=["root"], name="case_root", condition=Q(root__isnull=False)),
            models.Index(
                Left("path", STREET), F("created_at"), F("id"), include=["path"], name="case_street_new"
            ),
            models.Index(
                Left("path", STREET), F("state"), F("created_at"), F("id"), include=["path"],
                name="case_street_state",
            ),
            models.Index(
                Left("path", STREET), F("closed_at"), include=["path", "created_at", "id"],
                name="case_street_closed", condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                F("closed_at"), F("created_at"), include=["path", "office_ids", "id"],
                name="case_closed_seen", condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["dispatched_at"], include=["path", "office_ids", "created_at", "id"],
                name="case_dispatched_seen", condition=Q(dispatched_at__isnull=False),
            ),
            models.Index(
                fields=["next_due_at", "id"], include=["path", "office_ids"],
                name="case_due_seen", condition=Q(next_due_at__isnull=False),
            ),
            models.Index(fields=["lead_office", "created_at", "id"], include=["path"], name="case_lead_created"),
            # What is rare is found without walking past all the rest.
            *(
                models.Index(fields=[*by, "created_at", "id"], include=["path"], name=name, condition=rare)
                for name, by, rare in RARE
            ),
            # What had to be closed in a month (应结案), counted anew for past days.
            models.Index(fields=["finish_due_at"], name="case_finish_due", condition=Q(finish_due_at__isnull=False)),
            GinIndex(fields=["office_ids"], name="case_offices", fastupdate=False),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_number"],
                name="case_source_once",
                condition=Q(source_number__isnull=False),
            ),
            models.CheckConstraint(
                name="case_point_whole",
                condition=Q(lng__isnull=True, lat__isnull=True) | Q(lng__range=(-180, 180), lat__range=(-90, 90)),
            ),
            models.CheckConstraint(
                name="case_done_has_no_due",
                condition=~Q(state__in=[*enums.DONE_STATES, enums.CaseState.LINKED]) | Q(next_due_at__isnull=True),
            ),
            models.CheckConstraint(
                name="case_dispatched_has_lead",
                condition=Q(state__in=[enums.CaseState.RECEIVED, enums.CaseState.LINKED, *enums.DONE_STATES])
                | Q(lead_office__isnull=False),
            ),
            models.CheckConstraint(name="case_root_not_itself", condition=~Q(root=models.F("id"))),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.state in enums.OPEN_STATES


class CaseTransition(TransitionBase):
    """One step of a case (grain two of three: case, transition, daily fact)."""

    subject = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="transitions")

    class Meta:
        verbose_name = "流转记录"
        verbose_name_plural = "流转记录"
        indexes = [
            models.Index(fields=["subject", "at"], name="case_transition_subject"),
            models.Index(fields=["at", "step"], name="case_transition_at"),
        ]


class CaseText(models.Model):
    """The words of a case for searching, in a table of their own: a step never rewrites them."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="words")
    vector = SearchVectorField()

    class Meta:
        verbose_name = "检索词"
        verbose_name_plural = "检索词"
        indexes = [GinIndex(fields=["vector"], name="case_words")]

    def __str__(self) -> str:
        return str(self.case_id)


class Requester(models.Model):
    """Who asked. One row per case, never a register of persons. Row-level security guards it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="requester")
    name = EncryptedField("姓名", null=True, blank=True)
    phone = EncryptedField("电话", null=True, blank=True)
    phone_index = models.BinaryField(max_length=16, null=True, blank=True)
    is_organization = models.BooleanField("单位", default=False)

    blind_indexes: ClassVar[dict[str, tuple[str, str]]] = {"phone_index": ("phone", "phone")}
    personal_data: ClassVar[dict[str, Personal]] = {
        "name": Personal("联系和回访诉求人", HANDLING_BASIS, "受理、承办、回访人员（脱敏）", "结案后3年"),
        "phone": Personal("联系和回访诉求人", HANDLING_BASIS, "受理、承办、回访人员（脱敏）", "结案后3年"),
        "phone_index": Personal("来电人历史和重复诉求", HANDLING_BASIS, "无人（仅系统检索）", "结案后3年"),
    }

    class Meta:
        verbose_name = "诉求人"
        verbose_name_plural = "诉求人"
        indexes = [models.Index(fields=["phone_index"], name="requester_phone", condition=Q(phone_index__isnull=False))]

    def __str__(self) -> str:
        return f"诉求人#{self.pk}"


class CasePartQuerySet(models.QuerySet["CasePart"]):
    def unanswered(self) -> CasePartQuerySet:
        """Given to others than the lead, who have not answered for them yet."""
        return self.filter(role=enums.PartRole.ASSIST, state__in=[enums.PartState.WAITING, enums.PartState.HANDLING])


class CasePart(models.Model):
    """What one office has to do in a case; the lead's part ends with the reply, all others before it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parts")
    # ``part_office_state`` serves the foreign key too.
    office = models.ForeignKey(Office, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name="单位")
    role = models.CharField("角色", max_length=8, choices=enums.PartRole.choices)
    state = models.CharField("状态", max_length=10, choices=enums.PartState.choices, default=enums.PartState.WAITING)
    asked = models.CharField("交办要求", max_length=300, blank=True)
    answer = models.TextField("反馈", blank=True)
    created_at = models.DateTimeField("交办时间")
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    answered_at = models.DateTimeField("反馈时间", null=True, blank=True)
    answered_by_id = models.BigIntegerField("反馈人", null=True, blank=True)

    objects: ClassVar[models.Manager[CasePart]] = CasePartQuerySet.as_manager()

    class Meta:
        verbose_name = "分办"
        verbose_name_plural = "分办"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "office"], name="part_once", condition=~Q(state=enums.PartState.WITHDRAWN)
            ),
            models.UniqueConstraint(
                fields=["case"],
                name="part_one_lead",
                condition=Q(role=enums.PartRole.LEAD) & ~Q(state=enums.PartState.WITHDRAWN),
            ),
        ]
        indexes = [models.Index(fields=["office", "state"], name="part_office_state")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.office_id}"


class CaseClock(ClockBase):
    """A clock of a case: sign, contact or finish."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="clocks")

    objects: ClassVar[models.Manager[Any]] = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = "时限"
        verbose_name_plural = "时限"
        indexes = [
            *clock_indexes("case_clock"),
            models.Index(fields=["case"], name="case_clock_case"),
            models.Index(fields=["stopped_at"], name="case_clock_stopped", condition=Q(stopped_at__isnull=False)),
        ]
        constraints = [
            *clock_constraints("case_clock"),
            models.UniqueConstraint(
                fields=["case", "name"], name="case_clock_one_running", condition=Q(stopped_at__isnull=True)
            ),
        ]


class CaseRequest(models.Model):
    """An application of the handling office: extension, suspension or exclusion, decided by somebody else."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField("申请", max_length=12, choices=enums.RequestKind.choices)
    exclusion_class = models.CharField("剔除类别", max_length=16, choices=enums.ExclusionClass.choices, blank=True)
    reason = models.TextField("理由")
    until_on = models.DateField("申请至", null=True, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=enums.RequestState.choices, default=enums.RequestState.PENDING
    )
    office_id = models.BigIntegerField("申请单位", null=True)
    asked_by_id = models.BigIntegerField("申请人", null=True)
    asked_at = models.DateTimeField("申请时间")
    decided_by_id = models.BigIntegerField("审批人", null=True)
    decided_at = models.DateTimeField("审批时间", null=True)
    decision = models.TextField("审批意见", blank=True)

    class Meta:
        verbose_name = "申请"
        verbose_name_plural = "申请"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], name="request_one_pending", condition=Q(state=enums.RequestState.PENDING)
            )
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="request_pending", condition=Q(state=enums.RequestState.PENDING))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}:{self.case_id}"


class Contact(models.Model):
    """The handling office spoke (or tried to speak) with the requester."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="contacts")
    way = models.CharField("方式", max_length=8, choices=enums.ContactWay.choices)
    reached = models.BooleanField("已联系上")
    note = models.TextField("情况", blank=True)
    at = models.DateTimeField("时间")
    by_id = models.BigIntegerField("联系人", null=True)

    class Meta:
        verbose_name = "联系记录"
        verbose_name_plural = "联系记录"
        indexes = [models.Index(fields=["case"], name="contact_case")]

    def __str__(self) -> str:
        return f"{self.get_way_display()}:{self.case_id}"


class CallBack(models.Model):
    """One try to ask the requester: solved? satisfied? (条例 art. 23). Up to ``CaseRules.call_back_tries``."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="call_back_rows")
    way = models.CharField("方式", max_length=8, choices=enums.ContactWay.choices)
    reached = models.BooleanField("已接通")
    solved = models.CharField("是否解决", max_length=10, choices=enums.Solved.choices, blank=True)
    satisfaction = models.CharField("满意度", max_length=1, choices=enums.Satisfaction.choices, blank=True)
    comment = models.TextField("评价", blank=True)
    at = models.DateTimeField("时间")
    by_id = models.BigIntegerField("回访人", null=True)

    class Meta:
        verbose_name = "回访"
        verbose_name_plural = "回访"
        indexes = [models.Index(fields=["case"], name="call_back_case")]
        constraints = [
            models.CheckConstraint(
                name="call_back_reached_is_rated",
                condition=Q(reached=False) | ~(Q(solved="") | Q(satisfaction="")),
            )
        ]

    def __str__(self) -> str:
        return f"回访：{self.case_id}"


class Notice(NoticeBase):
    """Something an office has to know about a case: a limit comes near or has passed, a supervision."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="notices")
    office_id = models.BigIntegerField("单位", null=True, blank=True)  # type: ignore[assignment]  # none: nobody holds the case
    kind = models.CharField("类别", max_length=12, choices=enums.NoticeKind.choices)

    class Meta:
        verbose_name = "提醒"
        verbose_name_plural = "提醒"
        indexes = [
            models.Index(fields=["case"], name="notice_case"),
            models.Index(fields=["office_id", "-at"], name="notice_unseen", condition=Q(seen_at__isnull=True)),
        ]


class CaseTally(models.Model):
    """How many cases by street, office, state and the traits lists are narrowed by: deltas written by a trigger,
    summed when counted, compacted by a sweep. Office 0 counts each case once, other rows what an office is to it. The
    sum is exact in every transaction; see ``tallies.py``."""

    path = models.CharField(max_length=12, db_collation="C")
    office_id = models.BigIntegerField()
    state = models.CharField(max_length=12)
    channel = models.CharField(max_length=12, db_default="")
    demand_type = models.CharField(max_length=12, db_default="")
    urgency = models.CharField(max_length=12, db_default="")
    hotline = models.CharField(max_length=40, db_default="")
    solved = models.CharField(max_length=10, db_default="")
    satisfaction = models.CharField(max_length=1, db_default="")
    is_problem = models.BooleanField(db_default=False)
    is_private = models.BooleanField(db_default=False)
    is_member = models.BooleanField(db_default=False)
    is_lead = models.BooleanField(db_default=False)
    is_holder = models.BooleanField(db_default=False)
    number = models.BigIntegerField()

    class Meta:
        verbose_name = "计数"
        verbose_name_plural = "计数"
        indexes = [
            models.Index(
                fields=["office_id", "path", "state"],
                include=[
                    "number", "channel", "demand_type", "urgency", "hotline", "solved", "satisfaction", "is_problem",
                    "is_private", "is_member", "is_lead", "is_holder",
                ],
                name="tally_traits",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.path}/{self.office_id}/{self.state}: {self.number}"


class CaseRules(models.Model):
    """Parameters of the loop per division; the longest path in force wins. All defaults are background
    unless the help text names a source."""

    path = PathField("适用范围", blank=True, default="")
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    return_hours = models.PositiveSmallIntegerField(
        "退单时限（小时）", default=24, help_text="安阳市政务服务条例：24小时"
    )
    call_back_tries = models.PositiveSmallIntegerField("回访次数上限", default=3)
    problem_after = models.PositiveSmallIntegerField("转疑难工单次数", default=3, help_text="巴彦淖尔：3次")
    reopen_days = models.PositiveSmallIntegerField("可重新办理天数", default=15)
    archive_days = models.PositiveSmallIntegerField("自动归档天数", default=30)
    repeat_radius_m = models.PositiveIntegerField("重复判定半径（米）", default=300)
    repeat_days = models.PositiveSmallIntegerField("重复判定天数", default=30)
    retention_days = models.PositiveSmallIntegerField(
        "诉求人信息保存天数",
        default=1095,
        help_text="结案后满此天数，清除姓名、电话和诉求人提交的材料（个人信息保护法第19条）",
    )

    class Meta:
        verbose_name = "办理规则"
        verbose_name_plural = "办理规则"
        constraints = [
            models.UniqueConstraint(fields=["path", "valid_from"], name="case_rules_once"),
            models.UniqueConstraint(fields=["path"], name="case_rules_one_open", condition=Q(valid_to__isnull=True)),
            models.CheckConstraint(
                name="case_rules_period", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return f"办理规则 {self.path or '默认'} {self.valid_from}"


class Hotline(models.Model):
    """A service hotline merged into 12345; its number is the ``source_system`` of the orders it hands on (H02)."""

    number = models.CharField("号码", max_length=8, primary_key=True)
    name = models.CharField("名称", max_length=40)
    department = models.CharField("主管部门", max_length=40, blank=True)
    source = models.CharField("来源", max_length=120, blank=True)

    class Meta:
        verbose_name = "来源热线"
        verbose_name_plural = "来源热线"

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class CaseErasure(models.Model):
    """What was personal in a case is gone since then, because the time it may be kept was over."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="erasure")
    at = models.DateTimeField("清除时间")

    class Meta:
        verbose_name = "个人信息清除"
        verbose_name_plural = "个人信息清除"

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F}"


class ImportRun(models.Model):
    """A file of orders imported for one user. The upload and the refused rows go after a day, the figures stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="用户")
    name = models.CharField("文件名", max_length=100)
    upload = models.CharField("上传的文件", max_length=60)
    asked = models.JSONField("导入方式", default=dict)
    state = models.CharField("状态", max_length=8, choices=enums.ImportState, default=enums.ImportState.WAITING)
    rows = models.PositiveIntegerField("读到", default=0)
    created = models.PositiveIntegerField("新登记", default=0)
    dispatched = models.PositiveIntegerField("已派单", default=0)
    known = models.PositiveIntegerField("以前导入过", default=0)
    by_content = models.PositiveIntegerField("其中按内容认出", default=0)
    nowhere = models.PositiveIntegerField("其中地点不明", default=0)
    rejected = models.PositiveIntegerField("未导入", default=0)
    kept = models.BooleanField("已保留", default=True)
    error = models.CharField("出错说明", max_length=300, blank=True)
    created_at = models.DateTimeField("申请时间", db_default=Now())
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "导入"
        verbose_name_plural = "导入"
        indexes = [models.Index(fields=["user", "-created_at"], name="import_user_created")]

    def __str__(self) -> str:
        return f"{self.name} {self.get_state_display()}"


class ImportedRow(models.Model):
    """A row imported without a number of its own: the keyed digest of what it says, by which it is known again."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="+")
    digest = models.BinaryField("内容摘要", max_length=16, unique=True)

    def __str__(self) -> str:
        return f"{self.pk}"


class Attempt(models.Model):
    """How often something was done lately by somebody without an account; see ``limits.py``. Keys are keyed
    digests: neither an address nor a phone stands here."""

    key = models.BinaryField(max_length=16, unique=True)
    count = models.PositiveIntegerField()
    began_at = models.DateTimeField()

    class Meta:
        verbose_name = "频次"
        verbose_name_plural = "频次"
        indexes = [models.Index(fields=["began_at"], name="attempt_began")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.count}"
