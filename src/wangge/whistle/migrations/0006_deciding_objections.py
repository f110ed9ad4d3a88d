"""The command centre's own limit for deciding an objection; objections that wait already get a day from now."""

from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone

UNITS = [('minute', '分钟'), ('hour', '小时'), ('day', '自然日'), ('working_hour', '工作小时'), ('working_day', '工作日')]
CLOCKS = [('sign', '签收'), ('arrive', '到场'), ('plan', '方案'), ('report', '反馈')]


def minutes_in_an_emergency(apps, schema_editor):
    """An emergency counts in minutes; the working day that the column was filled with is that of the others."""
    rows = apps.get_model("whistle", "WhistleLimit").objects.filter(kind="emergency")
    rows.update(decide_value=30, decide_unit="minute")


def those_objecting(apps, schema_editor):
    """What waits for a decision already gets a day; of a suspended whistle the clock waits too."""
    now, day = timezone.now(), timedelta(days=1)
    clock, whistle = apps.get_model("whistle", "SummonsClock"), apps.get_model("whistle", "Whistle")
    for summons in apps.get_model("whistle", "Summons").objects.filter(state="objected").select_related("whistle"):
        suspended = summons.whistle.state == "suspended"
        made = clock.objects.create(
            summons=summons, name="decide", limit_value=1, limit_unit="day", started_at=now, due_at=now + day,
            warn_at=now + day * 3 / 4, paused_at=now if suspended else None,
        )
        if not suspended:
            summons.next_due_at, summons.due_name = made.due_at, "decide"
            summons.save(update_fields=["next_due_at", "due_name"])
            rows = whistle.objects.filter(pk=summons.whistle_id, state="running")
            rows.filter(models.Q(next_due_at__isnull=True) | models.Q(next_due_at__gt=made.due_at)).update(
                next_due_at=made.due_at
            )


class Migration(migrations.Migration):

    dependencies = [('whistle', '0005_rosters_and_raising')]

    operations = [
        migrations.RemoveConstraint(model_name='whistlelimit', name='whistle_limit_positive'),
        migrations.AddField(
            model_name='whistlelimit',
            name='decide_unit',
            field=models.CharField(choices=UNITS, default='working_day', max_length=20, verbose_name='异议裁定时限单位'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='whistlelimit',
            name='decide_value',
            field=models.PositiveIntegerField(default=1, verbose_name='异议裁定时限'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='posturelimit',
            name='clock',
            field=models.CharField(choices=[*CLOCKS, ('decide', '异议裁定'), ('raise', '提级')], max_length=8, verbose_name='时限'),
        ),
        migrations.AlterField(
            model_name='summons',
            name='due_name',
            field=models.CharField(blank=True, choices=[*CLOCKS, ('decide', '裁定')], max_length=8, verbose_name='在计时限'),
        ),
        migrations.AlterField(
            model_name='whistlenotice',
            name='kind',
            field=models.CharField(choices=[('summoned', '新哨'), ('warning', '临期提醒'), ('overdue', '超时升级'), ('raised', '提级督办'), ('objected', '异议待裁'), ('reported', '已反馈'), ('returned', '退回'), ('decided', '裁定'), ('meeting', '协调会'), ('resumed', '挂起到期')], max_length=12, verbose_name='类别'),
        ),
        migrations.AddConstraint(
            model_name='whistlelimit',
            constraint=models.CheckConstraint(
                condition=models.Q(arrive_value__gte=1, decide_value__gte=1, plan_value__gte=1, raise_value__gte=1, report_value__gte=1, sign_value__gte=1),
                name='whistle_limit_positive',
            ),
        ),
        migrations.RunPython(minutes_in_an_emergency, migrations.RunPython.noop),
        migrations.RunPython(those_objecting, migrations.RunPython.noop),
    ]
