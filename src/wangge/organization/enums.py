"""Closed vocabularies of the organization."""

from __future__ import annotations

from django.db import models


class Level(models.TextChoices):
    """Where an office stands. Supply companies stand beside the levels."""

    DISTRICT = "district", "区级"
    STREET = "street", "街道（乡镇）"
    COMMUNITY = "community", "社区（村）"
    ENTERPRISE = "enterprise", "企业"


class Nature(models.TextChoices):
    """What an office is under the rules of establishment (机构编制)."""

    BODY = "body", "机关"
    INTERNAL = "internal", "内设机构"
    INSTITUTION = "institution", "事业单位"
    DISPATCHED = "dispatched", "派驻机构"
    TERRITORIAL = "territorial", "属地管理的部门派出机构"
    SELF_GOVERNMENT = "self_government", "群众自治组织"
    ENTERPRISE = "enterprise", "企业"


class StaffCategory(models.TextChoices):
    """How somebody serves; the grid classes are those of E02."""

    OFFICIAL = "official", "行政编制"
    INSTITUTION = "institution", "事业编制"
    CONTRACT = "contract", "编外人员"
    COMMUNITY = "community", "社区工作者"
    GRID_FULL_TIME = "grid_full_time", "专职网格员"
    GRID_PART_TIME = "grid_part_time", "兼职网格员"
    GRID_JUSTICE = "grid_justice", "政法网格员"
    ENTERPRISE = "enterprise", "企业人员"


class OfficeEvent(models.TextChoices):
    """What happened to an office."""

    OPENED = "opened", "设立"
    RENAMED = "renamed", "更名"
    CHANGED = "changed", "调整"
    MERGED = "merged", "并入"
    ABSORBED = "absorbed", "接收并入"
    CLOSED = "closed", "撤销"


class StaffEvent(models.TextChoices):
    """What happened to a member of staff."""

    HIRED = "hired", "入职"
    CHANGED = "changed", "信息变更"
    TRANSFERRED = "transferred", "调动"
    LEFT = "left", "离职"
