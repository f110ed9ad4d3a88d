"""What a meeting resolved has a day: who was told that it comes and that it is past."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('whistle', '0007_displays'),
    ]

    operations = [
        migrations.AddField(
            model_name='task',
            name='escalated_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='已升级时间'),
        ),
        migrations.AddField(
            model_name='task',
            name='warned_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='已提醒时间'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('due_on__isnull', False), ('escalated_at__isnull', True), ('state__in', ['open', 'failed'])), fields=['due_on'], name='whistle_task_due'),
        ),
    ]
