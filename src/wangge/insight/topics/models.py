"""Topics, their members, rises and forecasts. No business verbs here: see ``actions.py``."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from wangge.cases.models import Case
from wangge.duties.models import Kind
from wangge.insight.topics.enums import RiseLevel, TopicState, Trend
from wangge.kernel.access.models import PathField


class Topic(models.Model):
    """A group of cases. ``path`` is the deepest place that holds nearly all members."""

    name = models.CharField("名称", max_length=80)
    place = models.CharField("地点", max_length=80, blank=True)
    path = PathField("所属区划")
    kind = models.ForeignKey(
        Kind, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="类别"
    )
    anchors = ArrayField(models.CharField(max_length=40), default=list, verbose_name="锚点")
    named_by_id = models.BigIntegerField("命名人", null=True, blank=True)

    first_on = models.DateField("首次日期")
    last_on = models.DateField("最近日期")
    size = models.PositiveIntegerField("件数", default=0)
    people = models.PositiveIntegerField("人数", default=0)
    likes = models.PositiveIntegerField("点赞", default=0)
    recent = models.PositiveIntegerField("近七天", default=0)
    tightness = models.FloatField("集中度", default=0.05)
    heat = models.FloatField("热度", default=0)
    trend = models.CharField("走势", max_length=8, choices=Trend.choices, default=Trend.NEW)
    state = models.CharField("状态", max_length=8, choices=TopicState.choices, default=TopicState.ACTIVE)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入"
    )
    within = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts", verbose_name="所属大热点"
    )
    created_at = models.DateTimeField("发现时间")
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "热点"
        verbose_name_plural = "热点"
        indexes = [
            models.Index(fields=["-heat", "-id"], include=["path"], name="topic_heat"),
            models.Index(fields=["-last_on", "-id"], include=["path"], name="topic_last"),
            models.Index(fields=["path", "state"], name="topic_path_state"),
        ]
        constraints = [
            models.CheckConstraint(name="topic_span", condition=Q(last_on__gte=F("first_on"))),
            models.CheckConstraint(
                name="topic_merged_names_its_heir",
                condition=Q(state=TopicState.MERGED, merged_into__isnull=False)
                | (~Q(state=TopicState.MERGED) & Q(merged_into__isnull=True)),
            ),
            models.CheckConstraint(name="topic_not_into_itself", condition=~Q(merged_into=F("id"))),
        ]

    def __str__(self) -> str:
        return str(self.name)


class TopicMember(models.Model):
    """A case of a topic. ``path`` and ``on`` are copied from the case: row filter and timeline need no join."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, db_index=False, related_name="members")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="topic_members")
    path = PathField("所属区划")
    on = models.DateField("日期")
    weight = models.FloatField("相似度", default=1)

    class Meta:
        verbose_name = "热点成员"
        verbose_name_plural = "热点成员"
        constraints = [models.UniqueConstraint(fields=["topic", "case"], name="topic_member_once")]
        indexes = [models.Index(fields=["topic", "on"], name="topic_member_on")]

    def __str__(self) -> str:
        return f"{self.topic_id}/{self.case_id}"


class TopicRun(models.Model):
    """How far a district's cases have been read: the next run begins after ``last_case_id``. One row a day."""

    path = PathField("所属区划")
    on = models.DateField("日期")
    last_case_id = models.BigIntegerField("读到")
    read = models.PositiveIntegerField("读取件数", default=0)
    assigned = models.PositiveIntegerField("归入件数", default=0)
    found = models.PositiveIntegerField("新热点", default=0)
    rises = models.PositiveIntegerField("预警", default=0)
    searched_at = models.DateTimeField("查找时间", null=True, blank=True)
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "热点运行"
        verbose_name_plural = "热点运行"
        constraints = [models.UniqueConstraint(fields=["path", "on"], name="topic_run_once")]

    def __str__(self) -> str:
        return f"{self.path} {self.on}"


class Rise(models.Model):
    """More than the days before explain: of a topic, or of a kind (``kind_code``) at ``path``, on one day."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="rises")
    kind_code = models.CharField("类别代码", max_length=12, blank=True, default="")
    name = models.CharField("名称", max_length=80)
    path = PathField("所属区划")
    on = models.DateField("日期")
    level = models.CharField("级别", max_length=8, choices=RiseLevel.choices)
    observed = models.PositiveIntegerField("件数")
    expected = models.FloatField("通常件数")
    days = models.PositiveSmallIntegerField("天数", default=1)
    chance = models.FloatField("偶然概率")
    seen_at = models.DateTimeField("已阅时间", null=True, blank=True)
    seen_by_id = models.BigIntegerField("阅示人", null=True, blank=True)
    created_at = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = "上升预警"
        verbose_name_plural = "上升预警"
        constraints = [
            models.UniqueConstraint(fields=["topic", "on"], condition=Q(topic__isnull=False), name="rise_topic_once"),
            models.UniqueConstraint(
                fields=["path", "kind_code", "on"], condition=Q(topic__isnull=True), name="rise_kind_once"
            ),
            models.CheckConstraint(name="rise_of_something", condition=Q(topic__isnull=False) ^ ~Q(kind_code="")),
        ]
        indexes = [models.Index(fields=["-on", "-id"], include=["path"], name="rise_on")]

    def __str__(self) -> str:
        return f"{self.name} {self.on}"


class Forecast(models.Model):
    """How many cases of a kind group a week will bring; rewritten as a whole by each run."""

    path = PathField("所属区划")
    kind_code = models.CharField("类别代码", max_length=12)
    name = models.CharField("名称", max_length=80)
    week_on = models.DateField("周一")
    expected = models.FloatField("预测件数")
    low = models.FloatField("下限")
    high = models.FloatField("上限")
    error = models.FloatField("回测误差", help_text="同一方法在过去各周的平均绝对百分比误差")
    naive_error = models.FloatField("对照误差", help_text="以上一周件数为预测时的误差")
    method = models.CharField("方法", max_length=40)
    made_on = models.DateField("预测日期")

    class Meta:
        verbose_name = "预测"
        verbose_name_plural = "预测"
        constraints = [
            models.UniqueConstraint(fields=["path", "kind_code", "week_on"], name="forecast_once"),
            models.CheckConstraint(name="forecast_interval", condition=Q(low__lte=F("high"))),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.week_on}"


class WeekCount(models.Model):
    """Cases of a kind group in a past week, as forecasts read them; rewritten with them."""

    path = PathField("所属区划")
    kind_code = models.CharField("类别代码", max_length=12)
    week_on = models.DateField("周一")
    number = models.PositiveIntegerField("件数")

    class Meta:
        verbose_name = "每周件数"
        verbose_name_plural = "每周件数"
        constraints = [models.UniqueConstraint(fields=["path", "kind_code", "week_on"], name="week_count_once")]

    def __str__(self) -> str:
        return f"{self.path} {self.kind_code} {self.week_on}: {self.number}"
