"""Wall screens: an address that shows the live board of a place, with a key that ends."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
import wangge.kernel.access.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('whistle', '0006_deciding_objections'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Display',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='大屏名称')),
                ('path', wangge.kernel.access.models.PathField(db_collation='C', max_length=12, verbose_name='显示范围')),
                ('digest', models.BinaryField(max_length=32, unique=True, verbose_name='钥匙散列')),
                ('hint', models.CharField(max_length=4, verbose_name='钥匙尾号')),
                ('made_at', models.DateTimeField(verbose_name='建立时间')),
                ('expires_at', models.DateTimeField(verbose_name='到期时间')),
                ('shown_at', models.DateTimeField(blank=True, null=True, verbose_name='最近显示')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
                ('ended_by_id', models.BigIntegerField(blank=True, null=True, verbose_name='停用人')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='停用理由')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='建立人')),
            ],
            options={
                'verbose_name': '大屏',
                'verbose_name_plural': '大屏',
                'indexes': [models.Index(fields=['path', '-id'], name='display_path')],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at')), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('made_at'), '+', models.Value(datetime.timedelta(days=30))))), name='display_at_most_thirty_days'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('end_reason', ''), _negated=True), _connector='OR'), name='display_end_says_why')],
            },
        ),
    ]
