"""Clocks of tasks and of their lines, and what offices are told. Open tasks and lines get their clocks."""

import django.db.models.deletion
from django.db import migrations, models

from wangge.kernel.access import database

TASK = "governance_governancetask"
WITHIN = f"EXISTS (SELECT 1 FROM {TASK} AS t WHERE t.id = task_id AND {database.covered('t')})"
# A day is over with its last second in China. Warned of a week before; at once where less than a week is left.
CLOCKS = """
SELECT set_config('wangge.paths', '*', true);
INSERT INTO governance_governanceclock
    (task_id, item_id, name, limit_value, limit_unit, started_at, due_at, warn_at, outcome)
SELECT task_id, item_id, name, greatest(until_on - (since AT TIME ZONE 'Asia/Shanghai')::date, 1), 'day', since, due_at,
    greatest(since, due_at - interval '7 days'), ''
FROM (
    SELECT id AS task_id, NULL::bigint AS item_id, 'task' AS name, created_at AS since, deadline_on AS until_on,
        (deadline_on + time '23:59:59') AT TIME ZONE 'Asia/Shanghai' AS due_at
    FROM governance_governancetask WHERE state IN ('draft', 'running', 'examined')
    UNION ALL
    SELECT task.id, item.id, 'line', item.created_at, item.due_on,
        (item.due_on + time '23:59:59') AT TIME ZONE 'Asia/Shanghai'
    FROM governance_governanceitem AS item
    JOIN governance_governancetask AS task ON task.id = item.task_id
    WHERE task.state IN ('running', 'examined') AND item.done_at IS NULL AND item.removed_at IS NULL
) AS held
WHERE due_at >= since;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0003_removed_by'),
    ]

    operations = [
        migrations.CreateModel(
            name='GovernanceClock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=24, verbose_name='时限')),
                ('limit_value', models.PositiveIntegerField(verbose_name='时限值')),
                ('limit_unit', models.CharField(choices=[('minute', '分钟'), ('hour', '小时'), ('day', '自然日'), ('working_hour', '工作小时'), ('working_day', '工作日')], max_length=12, verbose_name='时限单位')),
                ('started_at', models.DateTimeField(verbose_name='开始时间')),
                ('due_at', models.DateTimeField(verbose_name='截止时间')),
                ('warn_at', models.DateTimeField(verbose_name='预警时间')),
                ('paused_at', models.DateTimeField(blank=True, null=True, verbose_name='暂停时间')),
                ('stopped_at', models.DateTimeField(blank=True, null=True, verbose_name='停止时间')),
                ('warned_at', models.DateTimeField(blank=True, null=True, verbose_name='已预警时间')),
                ('escalated_at', models.DateTimeField(blank=True, null=True, verbose_name='已升级时间')),
                ('outcome', models.CharField(blank=True, choices=[('on_time', '按期'), ('late', '超期')], default='', max_length=8, verbose_name='结果')),
                ('item', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='governance.governanceitem')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='governance.governancetask')),
            ],
            options={
                'verbose_name': '治理时限',
                'verbose_name_plural': '治理时限',
                'indexes': [models.Index(condition=models.Q(('paused_at__isnull', True), ('stopped_at__isnull', True)), fields=['due_at'], name='governance_clock_due'), models.Index(condition=models.Q(('paused_at__isnull', True), ('stopped_at__isnull', True), ('warned_at__isnull', True)), fields=['warn_at'], name='governance_clock_warn'), models.Index(condition=models.Q(('paused_at__isnull', True), ('stopped_at__isnull', True), ('escalated_at__isnull', True)), fields=['due_at'], name='governance_clock_esc')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('outcome', ''), ('stopped_at__isnull', True)), models.Q(('outcome__in', ['on_time', 'late']), ('stopped_at__isnull', False)), _connector='OR'), name='governance_clock_outcome'), models.CheckConstraint(condition=models.Q(('due_at__gte', models.F('started_at')), ('warn_at__gte', models.F('started_at')), ('warn_at__lte', models.F('due_at'))), name='governance_clock_order'), models.UniqueConstraint(condition=models.Q(('item__isnull', True), ('stopped_at__isnull', True)), fields=('task',), name='governance_clock_task'), models.UniqueConstraint(condition=models.Q(('stopped_at__isnull', True)), fields=('item',), name='governance_clock_item')],
            },
        ),
        migrations.CreateModel(
            name='GovernanceNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('office_id', models.BigIntegerField(verbose_name='单位')),
                ('kind', models.CharField(choices=[('given', '新任务'), ('warning', '临期提醒'), ('overdue', '超期升级'), ('examine', '申请验收'), ('returned', '退回整改')], max_length=12, verbose_name='类别')),
                ('text', models.CharField(max_length=200, verbose_name='内容')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('seen_at', models.DateTimeField(blank=True, null=True, verbose_name='已阅时间')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='governance.governancetask')),
            ],
            options={
                'verbose_name': '治理提醒',
                'verbose_name_plural': '治理提醒',
                'indexes': [models.Index(condition=models.Q(('seen_at__isnull', True)), fields=['office_id', '-at'], name='governance_notice_unseen')],
            },
        ),
        migrations.RunSQL(CLOCKS, migrations.RunSQL.noop),
        *(
            migrations.RunSQL(database.protect(table, condition=WITHIN), database.unprotect(table))
            for table in ("governance_governanceclock", "governance_governancenotice")
        ),
    ]
