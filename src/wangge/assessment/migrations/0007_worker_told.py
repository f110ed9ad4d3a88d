"""A grid worker is told how the own appeal was decided; what was decided before counts as read."""

from typing import Any

from django.db import connection, migrations, models

from wangge.kernel.access.database import as_system

READ = "UPDATE assessment_appeal SET seen_at = decided_at WHERE sheet_id IS NOT NULL AND decided_at IS NOT NULL"


def read_long_ago(*_: Any) -> None:
    with as_system(), connection.cursor() as cursor:
        cursor.execute(READ)


class Migration(migrations.Migration):

    dependencies = [('assessment', '0006_appeal_notices')]

    operations = [
        migrations.AddField(
            model_name='appeal',
            name='seen_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='申诉人已阅'),
        ),
        migrations.AddIndex(
            model_name='appeal',
            index=models.Index(
                condition=models.Q(('decided_at__isnull', False), ('seen_at__isnull', True), ('sheet__isnull', False)),
                fields=['by_id'],
                name='appeal_worker_unseen',
            ),
        ),
        migrations.RunPython(read_long_ago, migrations.RunPython.noop),
    ]
