"""What was found in replies that were sent. Codes and numbers alone: the words stay with the case."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from wangge.cases.models import Case
from wangge.insight.replies.enums import HintCode
from wangge.kernel.access.models import PathField
from wangge.organization.models import Office


class ReplyCheck(models.Model):
    """One reply, as checked after it was sent. ``transition_id`` is the step that sent it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", verbose_name="事项")
    transition_id = models.BigIntegerField("流转记录", unique=True)
    path = PathField("所属区划")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name="单位")
    office_ids = ArrayField(models.BigIntegerField(), default=list, verbose_name="相关单位")
    at = models.DateTimeField("答复时间")
    hints = ArrayField(models.CharField(max_length=12, choices=HintCode.choices), default=list, verbose_name="提示")
    length = models.PositiveIntegerField("字数", help_text="除问候、感谢、转办外的字数")
    closest = models.PositiveSmallIntegerField("最高相似度", help_text="与本单位其他答复相同的百分比")
    pieces = ArrayField(models.BigIntegerField(), default=list, verbose_name="片段指纹")
    sentences = ArrayField(models.BigIntegerField(), default=list, verbose_name="句子指纹")

    class Meta:
        verbose_name = "答复质检"
        verbose_name_plural = "答复质检"
        indexes = [
            models.Index(fields=["office", "-at"], name="reply_check_office"),
            models.Index(fields=["-at", "-id"], include=["path"], name="reply_check_at"),
            GinIndex(fields=["hints"], name="reply_check_hints"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {'、'.join(HintCode(code).label for code in self.hints) or '没有提示'}"
