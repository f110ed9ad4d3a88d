"""Rosters for emergencies; late summonses raised to the district leader after a limit of its own."""

from datetime import timedelta

import django.db.models.deletion
import wangge.kernel.access.models
from django.conf import settings
from django.db import migrations, models


def minutes_in_an_emergency(apps, schema_editor):
    """An emergency counts in minutes; the working day that the column was filled with is that of the others."""
    rows = apps.get_model("whistle", "WhistleLimit").objects.filter(kind="emergency")
    rows.update(raise_value=30, raise_unit="minute")


def those_escalated_before(apps, schema_editor):
    """What was escalated before there was a further limit gets a day from then."""
    clocks = apps.get_model("whistle", "SummonsClock").objects
    rows = clocks.filter(escalated_at__isnull=False, stopped_at__isnull=True)
    rows.update(raise_at=models.F("escalated_at") + timedelta(days=1))


class Migration(migrations.Migration):

    dependencies = [
        ('duties', '0003_lead_alternatives'),
        ('organization', '0003_office_kinds'),
        ('whistle', '0004_turns_called_off'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Roster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', wangge.kernel.access.models.PathField(db_collation='C', max_length=12, verbose_name='适用区划')),
                ('name', models.CharField(max_length=60, verbose_name='名册名称')),
                ('hours', models.PositiveSmallIntegerField(default=12, verbose_name='每班小时数')),
                ('valid_from', models.DateField(verbose_name='启用日期')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='停用日期')),
            ],
            options={
                'verbose_name': '值守名册',
                'verbose_name_plural': '值守名册',
            },
        ),
        migrations.CreateModel(
            name='RosterMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('turn', models.PositiveSmallIntegerField(default=1, verbose_name='班次')),
                ('post', models.CharField(max_length=60, verbose_name='岗位')),
                ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='撤下时间')),
            ],
            options={
                'verbose_name': '名册人员',
                'verbose_name_plural': '名册人员',
                'ordering': ['turn', 'pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='whistlelimit',
            name='whistle_limit_positive',
        ),
        migrations.AddField(
            model_name='posture',
            name='radius_m',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='签到半径（米）'),
        ),
        migrations.AddField(
            model_name='summons',
            name='raised_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='报区领导时间'),
        ),
        migrations.AddField(
            model_name='summonsclock',
            name='raise_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='应报区领导时间'),
        ),
        migrations.AddField(
            model_name='summonsclock',
            name='raised_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='已报区领导时间'),
        ),
        migrations.AddField(
            model_name='whistlelimit',
            name='raise_unit',
            field=models.CharField(choices=[('minute', '分钟'), ('hour', '小时'), ('day', '自然日'), ('working_hour', '工作小时'), ('working_day', '工作日')], default='working_day', max_length=20, verbose_name='提级时限单位'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='whistlelimit',
            name='raise_value',
            field=models.PositiveIntegerField(default=1, verbose_name='提级时限'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='posturelimit',
            name='clock',
            field=models.CharField(choices=[('sign', '签收'), ('arrive', '到场'), ('plan', '方案'), ('report', '反馈'), ('raise', '提级')], max_length=8, verbose_name='时限'),
        ),
        migrations.AlterField(
            model_name='whistlenotice',
            name='kind',
            field=models.CharField(choices=[('summoned', '新哨'), ('warning', '临期提醒'), ('overdue', '超时升级'), ('raised', '提级督办'), ('reported', '已反馈'), ('returned', '退回'), ('decided', '裁定'), ('meeting', '协调会'), ('resumed', '挂起到期')], max_length=12, verbose_name='类别'),
        ),
        migrations.AddIndex(
            model_name='summonsclock',
            index=models.Index(condition=models.Q(('paused_at__isnull', True), ('raise_at__isnull', False), ('raised_at__isnull', True), ('stopped_at__isnull', True)), fields=['raise_at'], name='summons_clock_raise'),
        ),
        migrations.AddConstraint(
            model_name='whistlelimit',
            constraint=models.CheckConstraint(condition=models.Q(('arrive_value__gte', 1), ('plan_value__gte', 1), ('raise_value__gte', 1), ('report_value__gte', 1), ('sign_value__gte', 1)), name='whistle_limit_positive'),
        ),
        migrations.AddConstraint(
            model_name='roster',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='roster_period'),
        ),
        migrations.AddConstraint(
            model_name='roster',
            constraint=models.CheckConstraint(condition=models.Q(('hours__range', (1, 72))), name='roster_hours'),
        ),
        migrations.AddConstraint(
            model_name='roster',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('path', 'name'), name='roster_name_once'),
        ),
        migrations.AddField(
            model_name='posture',
            name='rosters',
            field=models.ManyToManyField(blank=True, related_name='postures', to='whistle.roster', verbose_name='值守名册'),
        ),
        migrations.AddField(
            model_name='postureduty',
            name='roster',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='whistle.roster', verbose_name='值守名册'),
        ),
        migrations.AddConstraint(
            model_name='posture',
            constraint=models.CheckConstraint(condition=models.Q(('radius_m__isnull', True), ('radius_m__range', (20, 5000)), _connector='OR'), name='posture_radius'),
        ),
        migrations.AddField(
            model_name='rostermember',
            name='office',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.office', verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='rostermember',
            name='roster',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='whistle.roster'),
        ),
        migrations.AddField(
            model_name='rostermember',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='值守人'),
        ),
        migrations.AddConstraint(
            model_name='rostermember',
            constraint=models.CheckConstraint(condition=models.Q(('turn__range', (1, 9))), name='roster_member_turn'),
        ),
        migrations.AddConstraint(
            model_name='rostermember',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at__isnull', True)), fields=('roster', 'turn', 'user'), name='roster_member_once'),
        ),
        migrations.RunPython(minutes_in_an_emergency, migrations.RunPython.noop),
        migrations.RunPython(those_escalated_before, migrations.RunPython.noop),
    ]
