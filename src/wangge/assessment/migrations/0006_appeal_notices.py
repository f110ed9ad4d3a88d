"""A unit is told how its appeal was decided; the notices are seen within the scope of the connection, as appeals are."""

import django.db.models.deletion
from django.db import migrations, models

from wangge.kernel.access import database

TABLE = "assessment_appealnotice"
WITHIN = f"EXISTS (SELECT 1 FROM assessment_appeal AS a WHERE a.id = appeal_id AND {database.covered('a')})"


class Migration(migrations.Migration):

    dependencies = [('assessment', '0005_evaluation_version')]

    operations = [
        migrations.CreateModel(
            name='AppealNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('office_id', models.BigIntegerField(verbose_name='单位')),
                ('text', models.CharField(max_length=200, verbose_name='内容')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('seen_at', models.DateTimeField(blank=True, null=True, verbose_name='已阅时间')),
                ('kind', models.CharField(choices=[('submitted', '待裁定'), ('accepted', '已采纳'), ('refused', '未采纳'), ('withdrawn', '已撤回')], max_length=10, verbose_name='类别')),
                ('appeal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='assessment.appeal')),
            ],
            options={
                'verbose_name': '考核提醒',
                'verbose_name_plural': '考核提醒',
                'indexes': [models.Index(condition=models.Q(('seen_at__isnull', True)), fields=['office_id', '-at'], name='appeal_notice_unseen')],
            },
        ),
        migrations.RunSQL(database.protect(TABLE, condition=WITHIN), database.unprotect(TABLE)),
    ]
