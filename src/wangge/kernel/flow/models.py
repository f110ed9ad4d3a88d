"""Abstract tables a flow needs: a versioned subject and its transitions."""

from __future__ import annotations

from django.db import models


class VersionedModel(models.Model):
    """What a flow moves. ``version`` rises with every step; forms carry it back for the comparison."""

    version = models.PositiveIntegerField("版本", default=0, editable=False)

    class Meta:
        abstract = True


class TransitionBase(models.Model):
    """One step taken. The concrete class adds ``subject`` (a foreign key, ``related_name="transitions"``)."""

    subject_id: int

    step = models.CharField("步骤", max_length=40)
    source = models.CharField("原状态", max_length=24, blank=True)
    target = models.CharField("新状态", max_length=24)
    actor_kind = models.CharField("办理者类别", max_length=12)
    actor_id = models.BigIntegerField("办理者", null=True, blank=True)
    actor_label = models.CharField("办理者名称", max_length=80)
    office_id = models.BigIntegerField("办理机构", null=True, blank=True)
    to_office_id = models.BigIntegerField("去向机构", null=True, blank=True)
    reason = models.TextField("理由", blank=True)
    data = models.JSONField("附加信息", default=dict, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        abstract = True
