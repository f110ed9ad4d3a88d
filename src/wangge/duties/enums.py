"""The closed vocabularies of duties."""

from __future__ import annotations

from django.db import models


class CatalogueState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "现行"
    ENDED = "ended", "已停用"


class DemandType(models.TextChoices):
    """The five demand types (北京市接诉即办工作条例 art. 2)."""

    CONSULT = "consult", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    SUGGESTION = "suggestion", "建议"


class ListLevel(models.TextChoices):
    DISTRICT = "district", "区县"
    STREET = "street", "街道"
    TOWNSHIP = "township", "苏木乡镇"
    COMMUNITY = "community", "嘎查村社区"
    ENTERPRISE = "enterprise", "公共服务企业"


class ListKind(models.TextChoices):
    """What a list states: C01 duty, C05 the four lists, C06 empowerment, C16 the two community lists."""

    DUTY = "duty", "职责清单"
    POWER = "power", "行政权力事项清单"
    SERVICE = "service", "公共服务事项清单"
    INSPECTION = "inspection", "综合行政检查事项清单"
    EMPOWERMENT = "empowerment", "赋权清单"
    COMMUNITY_LAWFUL = "community_lawful", "社区依法履责事项清单"
    COMMUNITY_ASSIST = "community_assist", "社区依法协助事项清单"


class SevenFive(models.TextChoices):
    """七有五性 (H08): the frame of needs a kind belongs to."""

    CHILD = "you_you", "幼有所育"
    STUDY = "xue_you", "学有所教"
    LABOUR = "lao_you", "劳有所得"
    ILLNESS = "bing_you", "病有所医"
    AGE = "lao_yang", "老有所养"
    HOUSING = "zhu_you", "住有所居"
    WEAK = "ruo_you", "弱有所扶"
    CONVENIENT = "bianli", "便利性"
    LIVABLE = "yiju", "宜居性"
    DIVERSE = "duoyang", "多样性"
    FAIR = "gongzheng", "公正性"
    SAFE = "anquan", "安全性"
