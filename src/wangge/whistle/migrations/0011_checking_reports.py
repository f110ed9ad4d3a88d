"""The street's own limit for checking what was reported; reports that wait already get two days from now."""

from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone

UNITS = [('minute', '分钟'), ('hour', '小时'), ('day', '自然日'), ('working_hour', '工作小时'), ('working_day', '工作日')]
CLOCKS = [('sign', '签收'), ('arrive', '到场'), ('plan', '方案'), ('report', '反馈'), ('check', '核实')]


def its_own_in_each_kind(apps, schema_editor):
    """An emergency counts in hours, what is hard takes longer; the column was filled with what the others have."""
    rows = apps.get_model("whistle", "WhistleLimit").objects
    rows.filter(kind="emergency").update(check_value=2, check_unit="hour")
    rows.filter(kind="hard").update(check_value=3)


def those_reported(apps, schema_editor):
    """What waits for its check already gets two days; of a suspended whistle the clock waits too."""
    now, given = timezone.now(), timedelta(days=2)
    clock, whistle = apps.get_model("whistle", "SummonsClock"), apps.get_model("whistle", "Whistle")
    rows = apps.get_model("whistle", "Summons").objects.filter(state="reported")
    for summons in rows.filter(whistle__state__in=["running", "suspended"]).select_related("whistle"):
        suspended = summons.whistle.state == "suspended"
        made = clock.objects.create(
            summons=summons, name="check", limit_value=2, limit_unit="day", started_at=now, due_at=now + given,
            warn_at=now + given * 3 / 4, paused_at=now if suspended else None,
        )
        if not suspended:
            summons.next_due_at, summons.due_name = made.due_at, "check"
            summons.save(update_fields=["next_due_at", "due_name"])
            rows = whistle.objects.filter(pk=summons.whistle_id, state="running")
            rows.filter(models.Q(next_due_at__isnull=True) | models.Q(next_due_at__gt=made.due_at)).update(
                next_due_at=made.due_at
            )


class Migration(migrations.Migration):

    dependencies = [('whistle', '0010_kinds_of_notices')]

    operations = [
        migrations.RemoveConstraint(model_name='whistlelimit', name='whistle_limit_positive'),
        migrations.AddField(
            model_name='whistlelimit',
            name='check_unit',
            field=models.CharField(choices=UNITS, default='working_day', max_length=20, verbose_name='核实时限单位'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='whistlelimit',
            name='check_value',
            field=models.PositiveIntegerField(default=2, verbose_name='核实时限'),
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
            model_name='summonsclock',
            name='raised_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='已提级时间'),
        ),
        migrations.AddConstraint(
            model_name='whistlelimit',
            constraint=models.CheckConstraint(
                condition=models.Q(arrive_value__gte=1, check_value__gte=1, decide_value__gte=1, plan_value__gte=1, raise_value__gte=1, report_value__gte=1, sign_value__gte=1),
                name='whistle_limit_positive',
            ),
        ),
        migrations.RunPython(its_own_in_each_kind, migrations.RunPython.noop),
        migrations.RunPython(those_reported, migrations.RunPython.noop),
    ]
